import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import {
  chmod,
  copyFile,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DeepcutsError } from '../core/errors.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { copyData } from './data-copy.ts'

/** The shape of backups. A newer one is refused. */
const FORMAT = 1
const MANIFEST = 'backup.json'
/** The key that players' passwords are sealed with; absent where a setting holds it. */
const KEY = 'server.key'
const STORE = 'deepcuts.duckdb'
/** Where a restore puts files until all of them are whole. */
const STAGING = '.restoring'

/** What a backup holds. Plain data. */
export interface BackupManifest {
  readonly format: number
  /** The moment that it holds, ms since the epoch. */
  readonly at: number
  /** Of each file, by its path inside: its length and SHA-256 in hex. */
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>
}

/**
 * Writes a backup of a data folder of one moment, while it is read and written. It appears whole or not at all, and is on the disk when
 * this resolves.
 * @param to a folder that does not exist, or is empty
 * @throws BACKUP_THERE, STORE_FULL, STORE_READ_ONLY
 */
export async function writeBackup(
  { store, folder }: { readonly store: Store; readonly folder: string },
  to: string,
  now: number,
): Promise<BackupManifest> {
  if ((await entriesOf(to)).length > 0) throw new DeepcutsError('BACKUP_THERE', { path: to })
  const part = `${to}.part`
  try {
    await rm(part, { recursive: true, force: true })
    await mkdir(part, { recursive: true, mode: 0o700 })
    await copyData(store, folder, part, 'copy')
    await copyFile(join(folder, KEY), join(part, KEY)).then(
      () => chmod(join(part, KEY), 0o600),
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
      },
    )
    const files: Record<string, { bytes: number; sha256: string }> = {}
    for (const name of await filesIn(part)) files[name] = await measured(join(part, name))
    const manifest: BackupManifest = { format: FORMAT, at: now, files }
    await writeFile(join(part, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, {
      mode: 0o600,
      flush: true,
    })
    await rmdir(to).catch(() => undefined)
    await rename(part, to)
    await synced(dirname(to))
    return manifest
  } catch (error) {
    await rm(part, { recursive: true, force: true }).catch(() => undefined)
    throw written(error, to)
  }
}

/**
 * Puts a backup where a data folder is wanted, once every file of it is as it was written. The store appears last: until then there is none.
 * @param replace whether what is in the folder may be moved aside, into a folder of its own in it
 * @returns what was in the backup, and where what was there before is now
 * @throws BACKUP_DAMAGED, BACKUP_NEWER, RESTORE_NOT_EMPTY, STORE_BUSY, STORE_NEWER, STORE_FULL, STORE_READ_ONLY
 */
export async function restoreBackup(
  from: string,
  folder: string,
  { replace, now }: { readonly replace: boolean; readonly now: number },
): Promise<{ readonly manifest: BackupManifest; readonly movedTo?: string }> {
  const manifest = await readManifest(from)
  await refuseOwned(folder)
  const there = (await entriesOf(folder)).filter((name) => name !== STAGING)
  if (there.length > 0 && !replace) throw new DeepcutsError('RESTORE_NOT_EMPTY', { path: folder })
  const staging = join(folder, STAGING)
  try {
    await rm(staging, { recursive: true, force: true })
    await mkdir(staging, { recursive: true, mode: 0o700 })
    for (const [name, { sha256 }] of Object.entries(manifest.files)) {
      await mkdir(dirname(join(staging, name)), { recursive: true })
      await copyFile(join(from, name), join(staging, name)).catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'ENOENT' ? damaged(from, `${name} is missing`) : error
      })
      // What was copied, and not what it was copied from: this is what will be used.
      if ((await measured(join(staging, name))).sha256 !== sha256)
        throw damaged(from, `${name} is not as it was written`)
    }
    await (await openStore(`file:${staging}`, { now: () => now })).close()
    const movedTo = there.length > 0 ? join(folder, `before-restore-${stamp(now)}`) : undefined
    if (movedTo) {
      await mkdir(movedTo)
      for (const name of there) await rename(join(folder, name), join(movedTo, name))
    }
    const staged = await entriesOf(staging)
    for (const name of [...staged.filter((one) => one !== STORE), STORE])
      await rename(join(staging, name), join(folder, name))
    await synced(folder)
    return { manifest, ...(movedTo && { movedTo }) }
  } catch (error) {
    throw written(error, folder)
  } finally {
    await rm(staging, { recursive: true, force: true }).catch(() => undefined)
  }
}

async function readManifest(from: string): Promise<BackupManifest> {
  const text = await readFile(join(from, MANIFEST), 'utf8').catch(() => {
    throw damaged(from, `it has no ${MANIFEST}`)
  })
  let manifest: BackupManifest
  try {
    manifest = JSON.parse(text) as BackupManifest
  } catch (cause) {
    throw damaged(from, `${MANIFEST} is no JSON`, cause)
  }
  if (manifest.format > FORMAT)
    throw new DeepcutsError('BACKUP_NEWER', { path: from, found: manifest.format, known: FORMAT })
  const names = Object.keys(manifest.files ?? {})
  if (manifest.format !== FORMAT || !names.includes(STORE)) throw damaged(from, `${MANIFEST} names no store`)
  const strange = names.find((name) => !/^(\w[\w.-]*\/)*\w[\w.-]*$/.test(name))
  if (strange !== undefined) throw damaged(from, `${MANIFEST} names a file outside of it`)
  return manifest
}

/** Refuses a folder whose store somebody has open; one that is damaged may be replaced. */
async function refuseOwned(folder: string): Promise<void> {
  if (!(await stat(join(folder, STORE)).catch(() => undefined))) return
  const store = await openStore(`file:${folder}`).catch((error: unknown) => {
    if (error instanceof DeepcutsError && ['STORE_BUSY', 'STORE_OPEN_TWICE'].includes(error.code)) throw error
    return undefined
  })
  await store?.close()
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
}

async function entriesOf(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error.code === 'ENOTDIR' ? new DeepcutsError('STORE_NOT_A_FOLDER', { path: folder }) : error
  })
}

/** A file's length and digest, once it is on the disk. */
async function measured(path: string): Promise<{ bytes: number; sha256: string }> {
  await synced(path)
  const hash = createHash('sha256')
  let bytes = 0
  for await (const part of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    hash.update(part)
    bytes += part.length
  }
  return { bytes, sha256: hash.digest('hex') }
}

/** Windows has no such call for folders: there it is left to the system. */
async function synced(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

function damaged(path: string, problem: string, cause?: unknown): DeepcutsError {
  return new DeepcutsError('BACKUP_DAMAGED', { path, problem }, { cause })
}

function written(error: unknown, path: string): unknown {
  const { code = '' } = error as NodeJS.ErrnoException
  if (['ENOSPC', 'EFBIG', 'EDQUOT'].includes(code))
    return new DeepcutsError('STORE_FULL', { path }, { cause: error })
  if (['EACCES', 'EPERM', 'EROFS'].includes(code))
    return new DeepcutsError('STORE_READ_ONLY', { path }, { cause: error })
  return error
}

const stamp = (at: number) => new Date(at).toISOString().slice(0, 19).replaceAll(':', '-')
