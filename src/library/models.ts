import { join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { InTurn } from '../core/turns.ts'
import type { Store, Where } from '../store/store.ts'
import { owedUpTo } from './forgotten.ts'
import { NOBODY } from './import-record.ts'
import {
  checksums,
  MODEL_FORMAT,
  type ModelFiles,
  type ModelManifest,
  modelFolder,
  parseManifest,
} from './model-folder.ts'

export type { ModelFiles, ModelManifest } from './model-folder.ts'

/** How many of a listener's newest versions are kept, beside the one that serves and the one that served before it. */
const KEPT = 10

/** Throws what keeps a version of these files from serving, a DeepcutsError; it must change nothing. */
export type ModelCheck = (version: number, files: ModelFiles) => void | Promise<void>

/** A version as `deepcuts models` lists it. */
export interface ModelVersion extends ModelManifest {
  /** Whether it is of the format that this deepcuts reads. */
  readonly readable: boolean
  /** Whether it serves its listener. */
  readonly active: boolean
  /** What is wrong with its files; only those of the one that serves are looked at. */
  readonly damage?: string
}

/** What a rollback did. */
export interface Rollback {
  /** The version that serves now. */
  readonly manifest: ModelManifest
  /** The version that served until now. */
  readonly from: number
  /** Versions that served between the two, but cannot any more: damaged, or of another deepcuts. */
  readonly passedOver: readonly number[]
}

/** Model versions: files in `models/<version>/`, listed in the store. Loading runs no code and refuses a wrong checksum. */
export interface Models {
  /**
   * Keeps a version; with `serve` it becomes the one that serves this listener, in the same step. Versions older than the
   * newest ten go, but never the one that serves or the one that served before it. @throws STORE_FULL, STORE_READ_ONLY
   */
  save(
    listener: number,
    files: ModelFiles,
    training: unknown,
    options: { readonly serve: boolean },
  ): Promise<ModelManifest>
  /**
   * As `save`, for a version that was compared with the one that served then: where another serves by now, it keeps nothing
   * and gives undefined. @param against the version it was compared with; undefined = none served
   */
  saveAfter(
    against: number | undefined,
    ...version: Parameters<Models['save']>
  ): Promise<ModelManifest | undefined>
  /** A version of a listener, by default the one that serves. @throws NO_MODEL, UNKNOWN_MODEL, MODEL_DAMAGED, MODEL_OLD */
  load(listener: number, version?: number): Promise<{ manifest: ModelManifest; files: ModelFiles }>
  /** The manifest of the model that serves a listener, if there is one. */
  active(listener: number): Promise<ModelManifest | undefined>
  /** The manifest of a listener's newest version, serving or not. */
  newest(listener: number): Promise<ModelManifest | undefined>
  /** All versions of a listener that are kept, newest first. */
  list(listener: number): Promise<ModelVersion[]>
  /** Makes a version serve, once its files were found whole and fit to serve. @throws NO_MODEL, UNKNOWN_MODEL, MODEL_DAMAGED, MODEL_OLD */
  use(listener: number, version: number): Promise<ModelManifest>
  /**
   * Makes the version serve that served before this one, and before that one the next time; one that does not load is
   * passed over. What it leaves behind is kept, and `use` brings it back. @throws NO_MODEL, NOTHING_TO_ROLL_BACK
   */
  rollback(listener: number): Promise<Rollback>
}

export interface ModelParts {
  readonly store: Store
  /** The data folder. */
  readonly folder: string
  readonly now: Clock
  readonly inTurn: InTurn
  /** Asked before a version that was saved earlier comes to serve. */
  readonly check: ModelCheck
}

/** The models of a store. */
export function modelsOf({ store, folder, now, inTurn, check }: ModelParts): Models {
  const models = modelFolder(join(folder, 'models'))

  /** Newest version first. */
  const rowsOf = async (where: Where<'models'>): Promise<Row[]> => {
    const columns = ['version', 'listener', 'served', 'manifest'] as const
    const rows = await store.read('models', columns, { where, orderBy: ['version'], descending: true })
    return Array.from(rows.version, (version, i) => ({
      version,
      listener: rows.listener[i]!,
      served: rows.served[i]!,
      manifest: rows.manifest[i]!,
    }))
  }
  /** Asked for with every mix, so it reads one row. */
  const serving = async (listener: number): Promise<ModelManifest | undefined> => {
    const last = { where: { listener }, orderBy: ['served'], descending: true, limit: 1 } as const
    const { served, manifest } = await store.read('models', ['served', 'manifest'], last)
    return served[0] ? parseManifest(manifest[0]!) : undefined
  }
  const nextService = async () => (await store.max('models', 'served')) + 1
  const find = async (listener: number, version: number | undefined): Promise<ModelManifest> => {
    const rows = await rowsOf({ listener })
    const wanted =
      version === undefined ? inServiceOrder(rows)[0] : rows.find((row) => row.version === version)
    if (wanted) return parseManifest(wanted.manifest)
    if (version === undefined || rows.length === 0) throw new DeepcutsError('NO_MODEL', { path: folder })
    const known = rows.map((row) => row.version).join(', ')
    throw new DeepcutsError('UNKNOWN_MODEL', { version, known })
  }

  /** In turn: what `save` does. */
  const keep: Models['save'] = async (listener, files, training, { serve }) => {
    const version = (await store.max('models', 'version')) + 1
    const parent = (await serving(listener))?.version
    const manifest: ModelManifest = {
      format: MODEL_FORMAT,
      version,
      at: now(),
      ...(parent !== undefined && { parent }),
      sha256: checksums(files),
      training,
    }
    await models.write(manifest, files)
    const served = serve ? await nextService() : 0
    const row = { version, listener, served, manifest: JSON.stringify(manifest) }
    const rows = [row, ...(await rowsOf({}))]
    const owed = serve && listener === NOBODY ? await owedUpTo(store) : 0
    const own = rows.filter((other) => other.listener === listener)
    const old = outdated(own)
    // What learned from somebody who was forgotten goes once there is another.
    for (const other of own) if (other.version <= owed) old.add(other.version)
    await store.write([
      {
        insert: 'models',
        columns: {
          version: [version],
          listener: [listener],
          at: [manifest.at],
          served: [served],
          manifest: [row.manifest],
        },
      },
      { delete: 'models', where: { version: [...old] } },
    ])
    const listed = rows.map((other) => other.version).filter((other) => !old.has(other))
    await models.keepOnly(new Set(listed))
    return manifest
  }
  const damageOf = async (manifest: ModelManifest): Promise<string | undefined> => {
    try {
      await models.read(manifest)
      return undefined
    } catch (error) {
      if (error instanceof DeepcutsError) return String(error.details.problem)
      throw error
    }
  }

  return {
    active: serving,

    async newest(listener) {
      const last = { where: { listener }, orderBy: ['version'], descending: true, limit: 1 } as const
      const { manifest } = await store.read('models', ['manifest'], last)
      return manifest[0] === undefined ? undefined : parseManifest(manifest[0])
    },

    save: (...version) => inTurn(() => keep(...version)),

    saveAfter: (against, ...version) =>
      inTurn(async () =>
        (await serving(version[0]))?.version === against ? await keep(...version) : undefined,
      ),

    async load(listener, version) {
      const manifest = await find(listener, version)
      return { manifest, files: await models.read(manifest) }
    },

    async list(listener) {
      const rows = await rowsOf({ listener })
      const [last] = inServiceOrder(rows)
      const listed = rows.map(async (row) => {
        const manifest = parseManifest(row.manifest)
        const [readable, active] = [manifest.format === MODEL_FORMAT, row === last]
        const damage = readable && active ? await damageOf(manifest) : undefined
        return { ...manifest, readable, active, ...(damage && { damage }) }
      })
      return Promise.all(listed)
    },

    use: (listener, version) =>
      inTurn(async () => {
        const manifest = await find(listener, version)
        await check(version, await models.read(manifest))
        await store.write([{ update: 'models', set: { served: await nextService() }, where: { version } }])
        return manifest
      }),

    rollback: (listener) =>
      inTurn(async () => {
        const [current, ...before] = inServiceOrder(await rowsOf({ listener }))
        if (!current) throw new DeepcutsError('NO_MODEL', { path: folder })
        const passedOver: number[] = []
        for (const row of before) {
          const manifest = parseManifest(row.manifest)
          if (await fits(manifest)) {
            const left = [current.version, ...passedOver]
            await store.write([{ update: 'models', set: { served: 0 }, where: { version: left } }])
            return { manifest, from: current.version, passedOver }
          }
          passedOver.push(row.version)
        }
        throw new DeepcutsError('NOTHING_TO_ROLL_BACK', { version: current.version })
      }),
  }

  async function fits(manifest: ModelManifest): Promise<boolean> {
    try {
      await check(manifest.version, await models.read(manifest))
      return true
    } catch (error) {
      if (error instanceof DeepcutsError) return false
      throw error
    }
  }
}

interface Row {
  readonly version: number
  readonly listener: number
  readonly served: number
  readonly manifest: string
}

/** The versions that came to serve one listener and were not rolled back, the last to come first: that one serves. */
function inServiceOrder(rows: readonly Row[]): Row[] {
  return rows.filter(({ served }) => served > 0).sort((a, b) => b.served - a.served)
}

/** The versions of one listener that go, of rows that begin with the newest. */
function outdated(rows: readonly Row[]): Set<number> {
  const kept = new Set([...rows.slice(0, KEPT), ...inServiceOrder(rows).slice(0, 2)])
  return new Set(rows.filter((row) => !kept.has(row)).map(({ version }) => version))
}
