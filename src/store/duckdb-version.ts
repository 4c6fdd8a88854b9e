import type { DuckDBConnection } from '@duckdb/node-api'
import { DeepcutsError } from '../core/errors.ts'
import { createTable, literal } from './duckdb-sql.ts'
import { latestVersion, type Migration, pending } from './migrations.ts'
import { TABLES } from './schema.ts'

/**
 * Makes the tables of a new store, or applies the steps that an existing one lacks: all in one transaction, so that a
 * failure leaves what was there.
 * @throws DeepcutsError STORE_NEWER, STORE_MIGRATION; STORE_DAMAGED for a database that is not a store
 */
export async function bringForward(
  connection: DuckDBConnection,
  path: string,
  migrations: readonly Migration[],
  now: () => number,
): Promise<void> {
  const run = async (sql: string) => void (await connection.run(sql))
  const found = await versionOf(connection, path)
  if (found === undefined) {
    await inTransaction(run, async () => {
      for (const [table, columns] of Object.entries(TABLES)) await run(createTable(table, columns))
      await run(
        `INSERT INTO "meta" VALUES ('schemaVersion', '${latestVersion(migrations)}'), ('createdAt', '${now()}')`,
      )
    })
    return
  }
  const steps = pending(migrations, found, path)
  if (steps.length === 0) return
  const to = latestVersion(migrations)
  try {
    await inTransaction(run, async () => {
      for (const step of steps) await step.apply(run)
      await run(`UPDATE "meta" SET "value" = ${literal(String(to))} WHERE "key" = 'schemaVersion'`)
    })
  } catch (cause) {
    throw new DeepcutsError('STORE_MIGRATION', { path, from: found, to }, { cause })
  }
}

/** The schema version of a store; `undefined` in an empty database. */
async function versionOf(connection: DuckDBConnection, path: string): Promise<number | undefined> {
  const tables = await connection.run('SELECT table_name FROM duckdb_tables()')
  const names = (await tables.getRows()).map(([name]) => name)
  if (names.length === 0) return undefined
  const damaged = new DeepcutsError('STORE_DAMAGED', { path })
  if (!names.includes('meta')) throw damaged
  const rows = await connection.run(`SELECT "value" FROM "meta" WHERE "key" = 'schemaVersion'`)
  const version = Number((await rows.getRows())[0]?.[0])
  if (!Number.isInteger(version) || version < 1) throw damaged
  return version
}

async function inTransaction(run: (sql: string) => Promise<void>, work: () => Promise<void>): Promise<void> {
  await run('BEGIN TRANSACTION')
  try {
    await work()
    await run('COMMIT')
  } catch (error) {
    await run('ROLLBACK').catch(() => {})
    throw error
  }
}
