import { statSync } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'
import { DeepcutsError } from '../core/errors.ts'
import { appendColumns, readColumns } from './duckdb-columns.ts'
import { copyDatabase } from './duckdb-copy.ts'
import { storeError } from './duckdb-errors.ts'
import { openFile } from './duckdb-file.ts'
import {
  type Conditions,
  countRows,
  deleteRows,
  largest,
  type Statement,
  select,
  updateRows,
} from './duckdb-sql.ts'
import { bringForward } from './duckdb-version.ts'
import { groupCommit } from './group-commit.ts'
import { MIGRATIONS, type Migration } from './migrations.ts'
import { type ColumnName, type ColumnType, type ColumnValues, TABLES, type TableName } from './schema.ts'
import type { Query, Store, Where, Write } from './store.ts'

export interface DuckDbSettings {
  /** Milliseconds since the epoch; kept as the moment the store was made. */
  now(): number
  readonly migrations?: readonly Migration[]
}

/**
 * Opens the embedded store in a folder, making it or bringing it to the current version first.
 * @throws DeepcutsError with a STORE_… code for everything that can be wrong with the folder or its file
 */
export async function openDuckDb(folder: string, settings: DuckDbSettings): Promise<Store> {
  const file = await openFile(folder)
  const writer = file.connection
  try {
    await bringForward(writer, file.path, settings.migrations ?? MIGRATIONS, settings.now)
  } catch (error) {
    writer.closeSync()
    file.release()
    throw storeError(error, file.path, 'be brought to its version')
  }

  const idle: DuckDBConnection[] = []
  const open = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined
  /** Why the database gave up, once it did: until the store is opened again everything fails for this reason. */
  let broken: Error | undefined

  function failed(error: unknown, action: string): Error {
    if (broken) return broken
    const mapped = storeError(error, file.path, action)
    if (error instanceof Error && /FATAL|invalidated/.test(error.message)) broken = mapped
    return mapped
  }

  /** Runs one call, so that `close` waits for it and its failure has a sentence. */
  function call<T>(action: string, work: () => Promise<T>): Promise<T> {
    if (closing) return Promise.reject(new DeepcutsError('STORE_CLOSED', { path: file.path }))
    const running = work().catch((error: unknown) => {
      throw failed(error, action)
    })
    const settled = running.then(noop, noop).then(() => void open.delete(settled))
    open.add(settled)
    return running
  }

  /** A stream is lost when its connection runs something else, so concurrent reads have a connection each. */
  async function reading<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = idle.pop() ?? (await file.instance.connect())
    try {
      return await work(connection)
    } finally {
      idle.push(connection)
    }
  }

  const number = ({ sql, values, types }: Statement) =>
    reading(async (connection) => {
      const result = await connection.stream(sql, values, types)
      const [column] = await readColumns(result, ['float64'])
      return column![0] as number
    })

  const commit = groupCommit<readonly Write[]>({
    begin: async () => void (await writer.run('BEGIN TRANSACTION')),
    apply: async (writes) => {
      for (const write of writes) await apply(writer, write)
    },
    commit: async () => void (await writer.run('COMMIT')),
    rollback: async () => void (await writer.run('ROLLBACK').catch(noop)),
  })

  return {
    write: (writes) =>
      writes.length === 0 ? Promise.resolve() : call('be written to', () => commit(writes)),

    read<T extends TableName, C extends ColumnName<T>>(table: T, columns: readonly C[], query?: Query<T>) {
      return call(`read ${table}`, async () => {
        const { sql, values, types } = select(table, columns, query ?? {})
        const schema: Readonly<Record<string, ColumnType>> = TABLES[table]
        const read = await reading(async (connection) =>
          readColumns(
            await connection.stream(sql, values, types),
            columns.map((column) => schema[column]!),
          ),
        )
        return Object.fromEntries(columns.map((column, i) => [column, read[i]])) as ColumnValues<T, C>
      })
    },

    count: <T extends TableName>(table: T, where?: Where<T>) =>
      call(`count ${table}`, async () => number(countRows(table, (where ?? {}) as Conditions))),

    max: (table, column) => call(`read ${table}`, async () => number(largest(table, column))),

    bytes: () => call('be measured', async () => bytesOf(file.path)),

    copyTo: (folder) =>
      call('be copied', () => reading((connection) => copyDatabase(connection, file.path, folder))),

    close() {
      closing ??= (async () => {
        await Promise.all(open)
        // Everything acknowledged is durable in the log already: a checkpoint that fails loses nothing.
        await writer.run('CHECKPOINT').catch(noop)
        for (const connection of [writer, ...idle]) connection.closeSync()
        file.release()
      })()
      return closing
    },
  }
}

async function apply(connection: DuckDBConnection, write: Write): Promise<void> {
  if ('insert' in write) return appendColumns(connection, write.insert, write.columns)
  const { sql, values, types } =
    'delete' in write
      ? deleteRows(write.delete, write.where as Conditions)
      : updateRows(write.update, write.set, write.where as Conditions)
  await connection.run(sql, values, types)
}

/** Of the database and of its log, looked at without opening them. */
function bytesOf(path: string): number {
  return [path, `${path}.wal`].reduce(
    (sum, one) => sum + (statSync(one, { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
}

function noop(): void {}
