import { PRECISION } from '../core/event.ts'
import type { PlayRows } from './plays.ts'

/** One listener's plays as far as telling duplicates apart needs them, found by their identifiers. A row is a number that holds until `add`. */
export interface HeardRows {
  readonly size: number
  /** Whether all of them have an exact end. */
  readonly allExact: boolean
  imports(): Set<number>
  /** Rows of these identifiers. */
  of(identifiers: readonly number[]): number[]
  /** Rows whose identifier is wanted. */
  where(wanted: (identifier: number) => boolean): number[]
  /** Whether one of `rows` tells the same identifier, end and length as row `i` of others. */
  has(rows: readonly number[], others: PlayRows, i: number): boolean
  id(row: number): number
  import(row: number): number
  identifier(row: number): number
  endedAt(row: number): number
  msPlayed(row: number): number
  exact(row: number): number
  hidden(row: number): number
  /** Adds rows of others. */
  add(others: PlayRows, hidden: Int8Array, rows: readonly number[]): void
  /** Sets the flag of plays by their ids. */
  flag(ids: ReadonlySet<number>, hidden: number): void
}

interface Columns {
  id: Int32Array
  import: Int32Array
  identifier: Int32Array
  endedAt: Float64Array
  msPlayed: Float64Array
  exact: Int8Array
  hidden: Int8Array
}
const NAMES = ['id', 'import', 'identifier', 'endedAt', 'msPlayed', 'exact', 'hidden'] as const

/** Unsorted rows at the end are gone through one by one up to this many, or an eighth of all. */
const LOOSE = 64

/** Rows `from` up to `to` of stored ones, which are in the order of their identifiers. */
export function heardRows(stored: PlayRows, from: number, to: number): HeardRows {
  let columns: Columns = {
    id: stored.id.slice(from, to),
    import: stored.import.slice(from, to),
    identifier: stored.identifier.slice(from, to),
    endedAt: stored.endedAt.slice(from, to),
    msPlayed: stored.msPlayed.slice(from, to),
    exact: stored.exact.slice(from, to),
    hidden: stored.hidden.slice(from, to),
  }
  let size = to - from
  /** The first so many are in the order of identifiers; the others as they came. */
  let sorted = size
  let allExact = columns.exact.every((code) => code === PRECISION.second)

  const grow = (room: number) => {
    const next = empty(room)
    for (const name of NAMES) next[name].set(columns[name].subarray(0, size) as never)
    columns = next
  }
  const sort = () => {
    const order = Array.from({ length: size }, (_, i) => i)
    const { identifier } = columns
    order.sort((a, b) => identifier[a]! - identifier[b]! || a - b)
    const next = empty(size)
    for (const name of NAMES)
      order.forEach((row, at) => {
        next[name][at] = columns[name][row]!
      })
    columns = next
    sorted = size
  }
  /** The first sorted row whose identifier is not smaller. */
  const lower = (wanted: number) => {
    let [low, high] = [0, sorted]
    while (low < high) {
      const middle = (low + high) >> 1
      if (columns.identifier[middle]! < wanted) low = middle + 1
      else high = middle
    }
    return low
  }
  const where = (wanted: (identifier: number) => boolean, start = 0) => {
    const rows: number[] = []
    for (let row = start; row < size; row++) if (wanted(columns.identifier[row]!)) rows.push(row)
    return rows
  }
  return {
    get size() {
      return size
    },
    get allExact() {
      return allExact
    },
    imports: () => new Set(columns.import.subarray(0, size)),
    of(identifiers) {
      const rows: number[] = []
      for (const one of identifiers)
        for (let row = lower(one); row < sorted && columns.identifier[row] === one; row++) rows.push(row)
      const loose = new Set(identifiers)
      return sorted === size ? rows : [...rows, ...where((identifier) => loose.has(identifier), sorted)]
    },
    where: (wanted) => where(wanted),
    has: (rows, { identifier, endedAt, msPlayed }, i) =>
      rows.some(
        (row) =>
          columns.endedAt[row] === endedAt[i] &&
          columns.msPlayed[row] === msPlayed[i] &&
          columns.identifier[row] === identifier[i],
      ),
    id: (row) => columns.id[row]!,
    import: (row) => columns.import[row]!,
    identifier: (row) => columns.identifier[row]!,
    endedAt: (row) => columns.endedAt[row]!,
    msPlayed: (row) => columns.msPlayed[row]!,
    exact: (row) => columns.exact[row]!,
    hidden: (row) => columns.hidden[row]!,
    add(others, hidden, rows) {
      if (size + rows.length > columns.id.length) grow(Math.ceil((size + rows.length) * 1.1) + 8)
      for (const i of rows) {
        for (const name of NAMES) columns[name][size] = name === 'hidden' ? hidden[i]! : others[name][i]!
        allExact &&= others.exact[i] === PRECISION.second
        size++
      }
      if (size - sorted > Math.max(LOOSE, size / 8)) sort()
    },
    flag(ids, hidden) {
      for (let row = 0; row < size; row++) if (ids.has(columns.id[row]!)) columns.hidden[row] = hidden
    },
  }
}

function empty(room: number): Columns {
  return {
    id: new Int32Array(room),
    import: new Int32Array(room),
    identifier: new Int32Array(room),
    endedAt: new Float64Array(room),
    msPlayed: new Float64Array(room),
    exact: new Int8Array(room),
    hidden: new Int8Array(room),
  }
}
