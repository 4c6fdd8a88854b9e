import { setImmediate } from 'node:timers/promises'
import {
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBResult,
  type DuckDBVector,
} from '@duckdb/node-api'
import { DUCKDB_TYPES, fits } from './duckdb-sql.ts'
import { type ColumnType, TABLES, type TableName } from './schema.ts'

export type Column = Int8Array | Int32Array | Float32Array | Float64Array | string[]

/** DuckDB moves data in vectors of at most this many rows. */
const CHUNK_ROWS = 2048
/** Appending is synchronous: the event loop gets a turn after this many chunks. */
const CHUNKS_A_TURN = 4
/** Texts kept for reuse while a column is read, so that one of few values costs one string and not one a row. */
const KEPT_TEXTS = 4096

/** Reads a result to its end. @returns one array for each of `types`, all of one length */
export async function readColumns(result: DuckDBResult, types: readonly ColumnType[]): Promise<Column[]> {
  const collectors = types.map(collector)
  for (;;) {
    const chunk = await result.fetchChunk()
    if (!chunk || chunk.rowCount === 0) break
    for (const [index, collect] of collectors.entries()) collect.take(chunk.getColumnVector(index))
  }
  return collectors.map((collect) => collect.column())
}

/**
 * Appends columns to a table inside the connection's transaction.
 * @throws TypeError when a column is missing, unknown, of another length, or holds a value of another type
 */
export async function appendColumns(
  connection: DuckDBConnection,
  table: TableName,
  columns: Readonly<Record<string, ArrayLike<number> | readonly string[]>>,
): Promise<void> {
  return appendTo(connection, table, TABLES[table], columns)
}

/** The same, to a table of any columns. @throws TypeError as above */
export async function appendTo(
  connection: DuckDBConnection,
  table: string,
  schema: Readonly<Record<string, ColumnType>>,
  columns: Readonly<Record<string, ArrayLike<number> | readonly string[]>>,
): Promise<void> {
  const names = Object.keys(schema)
  const rows = rowCount(table, names, columns)
  const appender = await connection.createAppender(table)
  try {
    const chunk = DuckDBDataChunk.create(names.map((name) => DUCKDB_TYPES[schema[name]!]))
    for (let start = 0, chunks = 1; start < rows; start += CHUNK_ROWS, chunks++) {
      const count = Math.min(CHUNK_ROWS, rows - start)
      chunk.reset()
      chunk.rowCount = count
      for (const [index, name] of names.entries())
        fill(chunk.getColumnVector(index), columns[name]!, start, count, schema[name]!, `${table}.${name}`)
      appender.appendDataChunk(chunk)
      if (chunks % CHUNKS_A_TURN === 0) await setImmediate()
    }
  } catch (error) {
    appender.clear()
    appender.closeSync()
    throw error
  }
  appender.closeSync()
}

function rowCount(
  table: string,
  names: readonly string[],
  columns: Readonly<Record<string, ArrayLike<number> | readonly string[]>>,
): number {
  for (const name of Object.keys(columns))
    if (!names.includes(name)) throw new TypeError(`The table ${table} has no column ${name}.`)
  const lengths = names.map((name) => {
    const column = columns[name]
    if (!column) throw new TypeError(`An insert into ${table} lacks the column ${name}.`)
    return column.length
  })
  for (const [index, length] of lengths.entries())
    if (length !== lengths[0])
      throw new TypeError(
        `An insert into ${table} has ${lengths[0]} values of ${names[0]}, but ${length} of ${names[index]}.`,
      )
  return lengths[0] ?? 0
}

function fill(
  vector: DuckDBVector,
  values: ArrayLike<number | string>,
  start: number,
  count: number,
  type: ColumnType,
  name: string,
): void {
  for (let row = 0; row < count; row++) {
    const value = values[start + row]!
    if (!fits(type, value))
      throw new TypeError(`Row ${start + row} of ${name} is ${String(value)}, but the column is ${type}.`)
    vector.setItem(row, value)
  }
  vector.flush()
}

interface Collector {
  take(vector: DuckDBVector): void
  column(): Column
}

function collector(type: ColumnType): Collector {
  switch (type) {
    case 'int8':
      return numbers(Int8Array, (parts, length) => joined(new Int8Array(length), parts))
    case 'int32':
      return numbers(Int32Array, (parts, length) => joined(new Int32Array(length), parts))
    case 'float32':
      return numbers(Float32Array, (parts, length) => joined(new Float32Array(length), parts))
    case 'float64':
      return numbers(Float64Array, (parts, length) => joined(new Float64Array(length), parts))
    case 'text':
      return texts()
  }
}

interface Numbers {
  readonly length: number
  slice(): Numbers
}

function numbers<A extends Numbers>(
  kind: new (length: number) => A,
  join: (parts: readonly A[], length: number) => Column,
): Collector {
  const parts: A[] = []
  let length = 0
  return {
    take(vector) {
      // The library has no public bulk access: this field is the view on the vector's memory, gone with the chunk.
      const { items } = vector as unknown as { readonly items: unknown }
      if (!(items instanceof kind)) throw new Error('The database returned a column of another type.')
      parts.push(items.slice() as A)
      length += items.length
    },
    column: () => join(parts, length),
  }
}

function joined<A extends { set(values: ArrayLike<number>, offset: number): void }>(
  whole: A,
  parts: readonly ArrayLike<number>[],
): A {
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}

function texts(): Collector {
  const column: string[] = []
  const kept = new Map<string, string>()
  return {
    take(vector) {
      for (let row = 0; row < vector.itemCount; row++) {
        const text = vector.getItem(row) as string
        const same = kept.size < KEPT_TEXTS ? kept.get(text) : undefined
        if (same === undefined && kept.size < KEPT_TEXTS) kept.set(text, text)
        column.push(same ?? text)
      }
    },
    column: () => column,
  }
}
