import { accessSync, constants, existsSync, mkdirSync, realpathSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { DeepcutsError, type ErrorCode } from '../core/errors.ts'
import { removeHalfCopies } from './duckdb-copy.ts'
import { storeError } from './duckdb-errors.ts'
import { literal } from './duckdb-sql.ts'

/** A whole database has its header and two copies of its root, 4 KiB each. A smaller one was killed while it was made. */
const WHOLE_BYTES = 3 * 4096
const MAGIC = 'DUCK'
const MAGIC_OFFSET = 8

/** Errors of opening whose sentence names the file; the others name the folder. */
const ABOUT_THE_FILE: readonly ErrorCode[] = ['STORE_DAMAGED', 'STORE_READ_ONLY', 'STORE_FULL']

const CONFIG = {
  threads: '2',
  memory_limit: '256MB',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
}

export interface DuckDbFile {
  /** The database file, for sentences. */
  readonly path: string
  readonly instance: DuckDBInstance
  readonly connection: DuckDBConnection
  /** Gives the file up. Connections are closed by who opened them, before. */
  release(): void
}

/**
 * The database files that this process has open. DuckDB's lock is a lock of the process, so it would let a second
 * instance in; and opening and closing the file by any other means here would drop the lock: nothing may touch an open file.
 */
const owned = new Set<string>()

/**
 * Opens `deepcuts.duckdb` in a folder, which is created when missing, locked to that folder.
 * @throws DeepcutsError STORE_THREAD, STORE_NOT_A_FOLDER, STORE_READ_ONLY, STORE_OPEN_TWICE, STORE_BUSY, STORE_DAMAGED, STORE_NEWER, STORE_FULL
 */
export async function openFile(folder: string): Promise<DuckDbFile> {
  // Each thread has its own list of open files, so a second thread would open a second instance and lose rows.
  if (!isMainThread) throw new DeepcutsError('STORE_THREAD', { path: folder })
  const real = dataFolder(folder)
  const path = join(real, 'deepcuts.duckdb')
  if (owned.has(path)) throw new DeepcutsError('STORE_OPEN_TWICE', { path: real })
  owned.add(path)
  try {
    const { instance, connection } = await openWhole(real, path)
    removeHalfCopies(real)
    return {
      path,
      instance,
      connection,
      release() {
        instance.closeSync()
        owned.delete(path)
      },
    }
  } catch (error) {
    owned.delete(path)
    const mapped = storeError(error, path, 'be opened')
    const aboutFile = mapped instanceof DeepcutsError && ABOUT_THE_FILE.includes(mapped.code)
    throw aboutFile ? mapped : storeError(error, real, 'be opened')
  }
}

function dataFolder(folder: string): string {
  try {
    makeFolder(folder)
    if (!statSync(folder).isDirectory()) throw new DeepcutsError('STORE_NOT_A_FOLDER', { path: folder })
    accessSync(folder, constants.W_OK | constants.X_OK)
    return realpathSync(folder)
  } catch (error) {
    throw storeError(error, folder, 'be opened')
  }
}

/** With its parents. Node's own recursion never ends where a file system answers ENOENT for a parent that exists (/proc). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  const parent = dirname(folder)
  if (parent !== folder) makeFolder(parent)
  mkdirSync(folder)
}

async function openWhole(folder: string, path: string) {
  try {
    return await openInstance(folder, path)
  } catch (error) {
    const mapped = storeError(error, path, 'be opened')
    if (!(mapped instanceof DeepcutsError && mapped.code === 'STORE_DAMAGED' && (await halfMade(path))))
      throw error
    rmSync(path)
    return openInstance(folder, path)
  }
}

async function openInstance(folder: string, path: string) {
  const temporary = join(folder, 'tmp')
  const instance = await DuckDBInstance.create(path, { ...CONFIG, temp_directory: temporary })
  try {
    const connection = await instance.connect()
    await connection.run(
      `SET allowed_directories = [${literal(folder)}]; SET enable_external_access = false; SET lock_configuration = true`,
    )
    return { instance, connection }
  } catch (error) {
    instance.closeSync()
    throw error
  }
}

/** Whether a database was killed before it had its first headers: it has never held anything. */
async function halfMade(path: string): Promise<boolean> {
  if (!existsSync(path) || existsSync(`${path}.wal`) || statSync(path).size >= WHOLE_BYTES) return false
  const file = await open(path)
  try {
    const { buffer } = await file.read({ buffer: Buffer.alloc(MAGIC.length), position: MAGIC_OFFSET })
    return buffer.toString('latin1') === MAGIC || buffer.every((byte) => byte === 0)
  } finally {
    await file.close()
  }
}
