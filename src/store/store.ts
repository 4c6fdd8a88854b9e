import type { ColumnName, ColumnValues, TableName } from './schema.ts'

/**
 * What keeps the data. Columnar in and out, and free of nulls: a missing number is NaN, a missing text '', a missing
 * flag −1. A driver must never acknowledge a write before it is durable, show a part of a group of writes, or keep
 * a group of which one write failed.
 */
export interface Store {
  /** Applies the writes as one atomic, durable group, in order. Concurrent calls may share a commit. */
  write(writes: readonly Write[]): Promise<void>
  /** Reads whole columns of the rows that match. Throws nothing for an empty result: the columns are empty. */
  read<T extends TableName, C extends ColumnName<T>>(
    table: T,
    columns: readonly C[],
    query?: Query<T>,
  ): Promise<ColumnValues<T, C>>
  /** The number of rows that match. */
  count<T extends TableName>(table: T, where?: Where<T>): Promise<number>
  /** The largest value of an integer column, or 0 in an empty table: where new ids continue. */
  max<T extends TableName>(table: T, column: ColumnName<T>): Promise<number>
  /** Bytes that it takes on the disk. */
  bytes(): Promise<number>
  /**
   * Puts a whole copy of the store, as it is at one moment, into another folder, from which it can be opened as a store of its own; the
   * folder is made when missing. Reads and writes go on meanwhile. The copy is durable when it resolves, and nothing is there
   * when it rejects. @throws DeepcutsError STORE_NOT_EMPTY where a store is there already, STORE_FULL, STORE_READ_ONLY
   */
  copyTo(folder: string): Promise<void>
  /** Waits for open writes and releases the store. Safe to call twice. */
  close(): Promise<void>
}

/** Rows whose columns equal the value, or are among the values. */
export type Where<T extends TableName> = {
  readonly [C in ColumnName<T>]?: number | string | readonly number[] | readonly string[]
}

export interface Query<T extends TableName> {
  readonly where?: Where<T>
  readonly orderBy?: readonly ColumnName<T>[]
  readonly descending?: boolean
  readonly limit?: number
}

export type Write = { [T in TableName]: WriteTo<T> }[TableName]

export type WriteTo<T extends TableName> =
  /** Appends rows, given as columns of one length. Every column of the table is required. */
  | {
      readonly insert: T
      readonly columns: { readonly [C in ColumnName<T>]: ArrayLike<number> | readonly string[] }
    }
  | { readonly delete: T; readonly where: Where<T> }
  | {
      readonly update: T
      readonly set: { readonly [C in ColumnName<T>]?: number | string }
      readonly where: Where<T>
    }
