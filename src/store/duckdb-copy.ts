import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { copyFile, mkdir, open, rename, rm, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { DeepcutsError } from '../core/errors.ts'
import { storeError } from './duckdb-errors.ts'
import { literal } from './duckdb-sql.ts'

/** What a copy leaves free on the disk for the writes that go on beside it. */
const RESERVE_BYTES = 32 * 1024 * 1024
const HALF_MADE = /^copy-\d+\.duckdb(\.wal)?$/

let copies = 0

/**
 * Copies a database, as one moment of it, into another folder while it is read and written. DuckDB may touch the data folder
 * alone, so the copy is made there and then moved; it appears whole or not at all, and is on the disk when this resolves.
 * @param path the open database file
 * @throws STORE_NOT_EMPTY, STORE_FULL, STORE_READ_ONLY, STORE_NOT_A_FOLDER
 */
export async function copyDatabase(
  connection: DuckDBConnection,
  path: string,
  folder: string,
): Promise<void> {
  const target = join(folder, 'deepcuts.duckdb')
  if (existsSync(target)) throw new DeepcutsError('STORE_NOT_EMPTY', { path: folder })
  const temporary = join(dirname(path), 'tmp')
  const part = join(temporary, `copy-${++copies}.duckdb`)
  const name = `copy${copies}`
  try {
    await mkdir(folder, { recursive: true })
    await mkdir(temporary, { recursive: true })
    await refuseWithoutSpace(path)
    await connection.run(`ATTACH ${literal(part)} AS ${name}`)
    try {
      const [[current]] = (await (await connection.run('SELECT current_database()')).getRows()) as [[string]]
      await connection.run(`COPY FROM DATABASE "${current.replaceAll('"', '""')}" TO ${name}`)
      await connection.run(`CHECKPOINT ${name}`)
    } finally {
      await connection.run(`DETACH ${name}`)
    }
    await move(part, target)
  } catch (error) {
    throw storeError(error, folder, 'be copied')
  } finally {
    for (const left of [part, `${part}.wal`]) await rm(left, { force: true }).catch(() => undefined)
  }
}

/** Removes what a copy left behind that a crash ended; nothing while the database is open. */
export function removeHalfCopies(folder: string): void {
  const temporary = join(folder, 'tmp')
  if (!existsSync(temporary)) return
  for (const name of readdirSync(temporary)) if (HALF_MADE.test(name)) rmSync(join(temporary, name))
}

async function refuseWithoutSpace(path: string): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(path))
  const needed = statSync(path).size + RESERVE_BYTES
  if (bavail * bsize < needed) throw new DeepcutsError('STORE_FULL', { path: dirname(path) })
}

async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    const near = `${to}.part`
    try {
      await copyFile(from, near)
      await sync(near)
      await rename(near, to)
    } catch (failed) {
      await rm(near, { force: true }).catch(() => undefined)
      throw failed
    }
  }
  // Windows has no such call for folders: there it is left to the system.
  if (process.platform !== 'win32') await sync(dirname(to))
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
