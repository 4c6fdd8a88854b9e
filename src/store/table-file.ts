import { dirname } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { appendTo, readColumns } from './duckdb-columns.ts'
import { createTable, literal } from './duckdb-sql.ts'
import type { ColumnType } from './schema.ts'

export type TableFormat = 'csv' | 'parquet'

/** Columns of one length, each with its type. NaN is written as nothing (Parquet: null). */
export interface FileTable {
  readonly types: Readonly<Record<string, ColumnType>>
  readonly columns: Readonly<Record<string, ArrayLike<number> | readonly string[]>>
}

/** Writes a table to a file, replacing one that is there. Any error is the database's own: of a disk, or a folder. */
export async function writeTableFile(path: string, format: TableFormat, table: FileTable): Promise<void> {
  const { types, columns } = table
  const names = Object.entries(types).map(([name, type]) => {
    const quoted = `"${name.replaceAll('"', '""')}"`
    return type.startsWith('float')
      ? `CASE WHEN isnan(${quoted}) THEN NULL ELSE ${quoted} END AS ${quoted}`
      : quoted
  })
  const options = format === 'parquet' ? 'FORMAT parquet, COMPRESSION zstd' : 'FORMAT csv, HEADER'
  await alone(dirname(path), async (connection) => {
    await connection.run(createTable('rows', types))
    await appendTo(connection, 'rows', types, columns)
    await connection.run(`COPY (SELECT ${names.join(', ')} FROM rows) TO ${literal(path)} (${options})`)
  })
}

/** The columns of a Parquet file as text, '' where nothing is, by their names. Any error is the database's own: the file is no such table. */
export async function readParquet(path: string): Promise<Readonly<Record<string, string[]>>> {
  const source = `read_parquet(${literal(path)})`
  return alone(dirname(path), async (connection) => {
    const described = await connection.runAndReadAll(
      `SELECT column_name FROM (DESCRIBE SELECT * FROM ${source})`,
    )
    const names = described.getRows().map(([name]) => String(name))
    const texts = names.map((name) => `coalesce(CAST("${name.replaceAll('"', '""')}" AS VARCHAR), '')`)
    const stream = await connection.stream(`SELECT ${texts.join(', ')} FROM ${source}`)
    const read = await readColumns(
      stream,
      names.map(() => 'text' as const),
    )
    return Object.fromEntries(names.map((name, i) => [name, read[i] as string[]]))
  })
}

/** A database of its own in memory, that may touch one folder. */
async function alone<T>(folder: string, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '2',
    memory_limit: '512MB',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connection = await instance.connect()
  try {
    await connection.run(`SET allowed_directories = [${literal(folder)}]; SET enable_external_access = false`)
    return await work(connection)
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
