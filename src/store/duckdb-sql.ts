import {
  DOUBLE,
  type DuckDBType,
  type DuckDBValue,
  FLOAT,
  INTEGER,
  LIST,
  listValue,
  TINYINT,
  VARCHAR,
} from '@duckdb/node-api'
import { type ColumnType, TABLES, type TableName } from './schema.ts'

/** A statement with the values of its `$1`, `$2`, … and their types. */
export interface Statement {
  readonly sql: string
  readonly values: DuckDBValue[]
  readonly types: DuckDBType[]
}

export type Conditions = Readonly<Record<string, Value | readonly Value[] | undefined>>
export type Value = number | string

interface Selection {
  readonly where?: Conditions
  readonly orderBy?: readonly string[]
  readonly descending?: boolean
  readonly limit?: number
}

export const DUCKDB_TYPES: Readonly<Record<ColumnType, DuckDBType>> = {
  int8: TINYINT,
  int32: INTEGER,
  float32: FLOAT,
  float64: DOUBLE,
  text: VARCHAR,
}

/** `CREATE TABLE` for a table given as data. No column may be null. */
export function createTable(table: string, columns: Readonly<Record<string, ColumnType>>): string {
  const lines = Object.entries(columns).map(
    ([name, type]) => `${quote(name)} ${DUCKDB_TYPES[type].toString()} NOT NULL`,
  )
  return `CREATE TABLE ${quote(table)} (${lines.join(', ')})`
}

/** @throws TypeError for a column that the table does not have, or a limit that is not a whole number */
export function select(table: TableName, columns: readonly string[], selection: Selection): Statement {
  for (const column of columns) typeOf(table, column)
  const { sql, values, types } = conditions(table, selection.where ?? {})
  const direction = selection.descending ? ' DESC' : ''
  const order = (selection.orderBy ?? []).map((column) => {
    typeOf(table, column)
    return quote(column) + direction
  })
  const { limit } = selection
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 0))
    throw new TypeError(`limit is ${limit}, but it must be a whole number from 0.`)
  return {
    sql:
      `SELECT ${columns.map(quote).join(', ')} FROM ${quoteTable(table)}${sql}` +
      (order.length > 0 ? ` ORDER BY ${order.join(', ')}` : '') +
      (limit === undefined ? '' : ` LIMIT ${limit}`),
    values,
    types,
  }
}

/** Counts the rows that match, as one float64. @throws TypeError for a column that the table does not have */
export function countRows(table: TableName, where: Conditions): Statement {
  const { sql, values, types } = conditions(table, where)
  return { sql: `SELECT count(*)::DOUBLE FROM ${quoteTable(table)}${sql}`, values, types }
}

/** @throws TypeError for a column that is not of whole numbers */
export function largest(table: TableName, column: string): Statement {
  const type = typeOf(table, column)
  if (type !== 'int32' && type !== 'int8')
    throw new TypeError(`The column ${column} of ${table} holds no whole numbers.`)
  return {
    sql: `SELECT coalesce(max(${quote(column)}), 0)::DOUBLE FROM ${quoteTable(table)}`,
    values: [],
    types: [],
  }
}

/** Deletes the rows that match. @throws TypeError for a column that the table does not have */
export function deleteRows(table: TableName, where: Conditions): Statement {
  const { sql, values, types } = conditions(table, where)
  return { sql: `DELETE FROM ${quoteTable(table)}${sql}`, values, types }
}

/** Sets columns of the rows that match. @throws TypeError for an unknown column, a value of another type, or nothing to set */
export function updateRows(
  table: TableName,
  set: Readonly<Record<string, Value | undefined>>,
  where: Conditions,
): Statement {
  const assigned = Object.entries(set)
  if (assigned.length === 0) throw new TypeError(`An update of ${table} sets nothing.`)
  const { sql, values, types } = conditions(table, where)
  const settings = assigned.map(([column, value]) => {
    types.push(DUCKDB_TYPES[typeOf(table, column)])
    values.push(checked(table, column, value))
    return `${quote(column)} = $${values.length}`
  })
  return { sql: `UPDATE ${quoteTable(table)} SET ${settings.join(', ')}${sql}`, values, types }
}

/** ` WHERE …` with its values; '' when there are no conditions. A list is one parameter, however long. */
function conditions(table: TableName, where: Conditions): Statement {
  const values: DuckDBValue[] = []
  const types: DuckDBType[] = []
  const parts = Object.entries(where).map(([column, wanted]) => {
    const type = DUCKDB_TYPES[typeOf(table, column)]
    if (typeof wanted === 'object') {
      values.push(listValue(wanted.map((value) => checked(table, column, value))))
      types.push(LIST(type))
      return `${quote(column)} IN (SELECT unnest($${values.length}))`
    }
    values.push(checked(table, column, wanted))
    types.push(type)
    return `${quote(column)} = $${values.length}`
  })
  return { sql: parts.length > 0 ? ` WHERE ${parts.join(' AND ')}` : '', values, types }
}

/** Whether a value can be kept in a column of a type as it is. NaN and infinities fit the floats. */
export function fits(type: ColumnType, value: unknown): boolean {
  switch (type) {
    case 'text':
      return typeof value === 'string'
    case 'int8':
      return Number.isInteger(value) && ((value as number) << 24) >> 24 === value
    case 'int32':
      return Number.isInteger(value) && ((value as number) | 0) === value
    default:
      return typeof value === 'number'
  }
}

function checked(table: TableName, column: string, value: Value | undefined): Value {
  const type = typeOf(table, column)
  if (value !== undefined && fits(type, value)) return value
  throw new TypeError(`${String(value)} was given for ${table}.${column}, which is ${type}.`)
}

function typeOf(table: TableName, column: string): ColumnType {
  const columns: Readonly<Record<string, ColumnType>> = TABLES[table]
  const type = Object.hasOwn(columns, column) ? columns[column] : undefined
  if (!type) throw new TypeError(`The table ${table} has no column ${column}.`)
  return type
}

function quoteTable(table: TableName): string {
  if (!Object.hasOwn(TABLES, table)) throw new TypeError(`There is no table ${table}.`)
  return quote(table)
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text as an SQL literal, for settings that take no parameters. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
