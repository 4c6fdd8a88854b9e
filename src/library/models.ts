import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { Store } from '../store/store.ts'
import type { InTurn } from './turns.ts'

/** What a version is: how it was made, how good it is, and the checksum of its file. Plain data. */
export interface ModelManifest {
  readonly version: number
  readonly at: number
  readonly sha256: string
  /** Whatever the training reports: architecture, settings, seed, data range, metrics. */
  readonly training: unknown
}

/** Model versions: files in `models/<version>/`, listed in the store. Loading runs no code and refuses a wrong checksum. */
export interface Models {
  /** Keeps a model and makes it the one that serves this listener, in one step. @throws STORE_FULL, STORE_READ_ONLY */
  save(listener: number, model: unknown, training: unknown): Promise<ModelManifest>
  /** The model that serves a listener. @throws NO_MODEL, MODEL_DAMAGED */
  load(listener: number): Promise<{ manifest: ModelManifest; model: unknown }>
  /** The manifest of the model that serves a listener, if there is one. */
  active(listener: number): Promise<ModelManifest | undefined>
}

const FILE = 'model.json'
const FULL = new Set(['ENOSPC', 'EFBIG', 'EDQUOT'])
const DENIED = new Set(['EACCES', 'EPERM', 'EROFS'])

/** The models of a store whose data is in `folder`. */
export function modelsOf(store: Store, folder: string, now: Clock, inTurn: InTurn): Models {
  const active = async (listener: number): Promise<ModelManifest | undefined> => {
    const rows = await store.read('models', ['manifest'], { where: { listener, active: 1 } })
    return rows.manifest[0] === undefined ? undefined : (JSON.parse(rows.manifest[0]) as ModelManifest)
  }
  return {
    active,
    save: (listener, model, training) =>
      inTurn(async () => {
        const version = (await store.max('models', 'version')) + 1
        const text = JSON.stringify(model)
        const manifest = { version, at: now(), sha256: digest(text), training }
        await writeFolder(join(folder, 'models', String(version)), {
          [FILE]: text,
          'manifest.json': JSON.stringify(manifest, null, 2),
        })
        await store.write([
          { update: 'models', set: { active: 0 }, where: { listener, active: 1 } },
          {
            insert: 'models',
            columns: {
              version: [version],
              listener: [listener],
              at: [manifest.at],
              active: [1],
              manifest: [JSON.stringify(manifest)],
            },
          },
        ])
        return manifest
      }),
    async load(listener) {
      const manifest = await active(listener)
      if (!manifest) throw new DeepcutsError('NO_MODEL', { path: folder })
      const { version, sha256 } = manifest
      const text = await readFile(join(folder, 'models', String(version), FILE), 'utf8').catch(
        () => undefined,
      )
      if (text === undefined)
        throw new DeepcutsError('MODEL_DAMAGED', { version, problem: 'its file is missing' })
      if (digest(text) !== sha256)
        throw new DeepcutsError('MODEL_DAMAGED', { version, problem: 'its checksum is wrong' })
      return { manifest, model: JSON.parse(text) as unknown }
    },
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex')

/**
 * Writes a folder of files that appears whole or not at all, and is on the disk when it resolves. A crash may have left the
 * folder of a version that the store does not list: it is made anew.
 * @throws STORE_FULL, STORE_READ_ONLY
 */
async function writeFolder(path: string, files: Readonly<Record<string, string>>): Promise<void> {
  const part = `${path}.part`
  try {
    await rm(path, { recursive: true, force: true })
    await rm(part, { recursive: true, force: true })
    await mkdir(part, { recursive: true })
    for (const [name, text] of Object.entries(files))
      await synced(join(part, name), 'w', (file) => file.writeFile(text))
    await syncFolder(part)
    await rename(part, path)
    await syncFolder(dirname(path))
    await syncFolder(dirname(dirname(path)))
  } catch (error) {
    await rm(part, { recursive: true, force: true }).catch(() => undefined)
    const { code = '' } = error as NodeJS.ErrnoException
    if (FULL.has(code)) throw new DeepcutsError('STORE_FULL', { path }, { cause: error })
    if (DENIED.has(code)) throw new DeepcutsError('STORE_READ_ONLY', { path }, { cause: error })
    throw error
  }
}

async function synced(
  path: string,
  flags: 'r' | 'w',
  work: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags)
  try {
    await work(file)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes the names in a folder durable. Windows has no such call: there it is left to the system. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform !== 'win32') await synced(path, 'r', async () => undefined)
}
