type Numbers = Int32Array | Float64Array | Float32Array | Int8Array
type Column = Numbers | readonly (string | number)[]

/** Columns of several groups of rows one after the other, or the only group as it is; there is at least one. */
export function joinedRows<Rows extends object>(parts: readonly Rows[]): Rows {
  const [first] = parts
  if (parts.length === 1) return first!
  return mapped(first!, (name) => joined(parts.map((part) => part[name as keyof Rows] as Column)))
}

/** Some rows of columns. */
export function takenRows<Rows extends object>(columns: Rows, rows: readonly number[]): Rows {
  return mapped(columns, (_, column) =>
    ArrayBuffer.isView(column)
      ? new (kindOf(column))(rows.map((row) => column[row]!))
      : rows.map((row) => column[row]),
  )
}

function mapped<Rows extends object>(of: Rows, map: (name: string, column: Column) => unknown): Rows {
  return Object.fromEntries(
    Object.entries(of).map(([name, column]) => [name, map(name, column as Column)]),
  ) as Rows
}

function joined(columns: readonly Column[]): Column {
  const [first] = columns
  if (!ArrayBuffer.isView(first)) return columns.flatMap((column) => column as (string | number)[])
  const all = new (kindOf(first as Numbers))(columns.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const column of columns) {
    all.set(column as Numbers, at)
    at += column.length
  }
  return all
}

const kindOf = (column: Numbers) => column.constructor as new (of: number | number[]) => Numbers
