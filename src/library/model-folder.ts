import { createHash } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DeepcutsError } from '../core/errors.ts'
import { writeFolder } from './durable-folder.ts'

/** The shape of manifests and of the files they list. Another one is refused. */
export const MODEL_FORMAT = 1

const MANIFEST = 'manifest.json'

/** The files of a version, by name. */
export type ModelFiles = Readonly<Record<string, Uint8Array>>

/** What a version is: how it was made, how good it is, and the checksums of its files. Plain data. */
export interface ModelManifest {
  /** 0 where an older deepcuts wrote none. */
  readonly format: number
  readonly version: number
  /** When it was made, ms since the epoch. */
  readonly at: number
  /** The version that served the listener when this one was made. */
  readonly parent?: number
  /** SHA-256 of each file, in hex. */
  readonly sha256: Readonly<Record<string, string>>
  /** Whatever the training reports: architecture, settings, seed, data range, metrics. */
  readonly training: unknown
}

/** A manifest as the store keeps it, of any format. */
export function parseManifest(json: string): ModelManifest {
  const stored = JSON.parse(json) as ModelManifest
  return typeof stored.format === 'number' ? stored : { ...stored, format: 0, sha256: {} }
}

/** SHA-256 of each file, in hex. */
export function checksums(files: ModelFiles): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, digest(bytes)]))
}

/** The folder `models/` of a data folder. */
export interface ModelFolder {
  /** Puts a version there, whole and durable, or not at all. @throws STORE_FULL, STORE_READ_ONLY */
  write(manifest: ModelManifest, files: ModelFiles): Promise<void>
  /** The files of a version, each as it was written. Runs no code. @throws MODEL_OLD, MODEL_DAMAGED */
  read(manifest: ModelManifest): Promise<ModelFiles>
  /** Removes what lies under other version numbers, and half a version of any: crashes and removed versions leave such. */
  keepOnly(versions: ReadonlySet<number>): Promise<void>
}

/** The folder of models at a path, which need not exist yet. */
export function modelFolder(path: string): ModelFolder {
  return {
    write: (manifest, files) =>
      writeFolder(join(path, String(manifest.version)), { ...files, [MANIFEST]: textOf(manifest) }),

    async read(manifest) {
      const { format, version, sha256 } = manifest
      if (format !== MODEL_FORMAT) throw new DeepcutsError('MODEL_OLD', { version })
      const files: Record<string, Uint8Array> = {}
      const expected = { ...sha256, [MANIFEST]: digest(textOf(manifest)) }
      for (const [name, checksum] of Object.entries(expected)) {
        const bytes = await readFile(join(path, String(version), name)).catch(
          (error: NodeJS.ErrnoException) => {
            const problem = `its file ${name} ${error.code === 'ENOENT' ? 'is missing' : `cannot be read (${error.code})`}`
            throw new DeepcutsError('MODEL_DAMAGED', { version, problem }, { cause: error })
          },
        )
        if (digest(bytes) !== checksum) {
          const problem = `the checksum of its file ${name} is wrong`
          throw new DeepcutsError('MODEL_DAMAGED', { version, problem })
        }
        if (name !== MANIFEST) files[name] = bytes
      }
      return files
    },

    async keepOnly(versions) {
      // What cannot be removed now is in nobody's way, and is tried again after the next training.
      for (const name of await readdir(path).catch(() => [])) {
        const [found, version, part] = /^(\d+)(\.part)?$/.exec(name) ?? []
        if (found && (part || !versions.has(Number(version))))
          await rm(join(path, name), { recursive: true, force: true }).catch(() => undefined)
      }
    },
  }
}

/** The files of a version that a training made in another data folder, each as it was written. @throws MODEL_OLD, MODEL_DAMAGED */
export async function readVersion(folder: string, version: number): Promise<ModelFiles> {
  const models = join(folder, 'models')
  const manifest = await readFile(join(models, String(version), MANIFEST), 'utf8').catch((error: Error) => {
    const problem = `its file ${MANIFEST} cannot be read`
    throw new DeepcutsError('MODEL_DAMAGED', { version, problem }, { cause: error })
  })
  return modelFolder(models).read(parseManifest(manifest))
}

const textOf = (manifest: ModelManifest) => JSON.stringify(manifest, null, 2)
const digest = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex')
