import { DeepcutsError } from '../core/errors.ts'
import type { Metric, VectorTable } from './vector-index.ts'

/** A table that was checked: ids ascending, none of them twice; of length one, or zero, where the metric is cosine. */
export interface PreparedTable extends VectorTable {
  readonly metric: Metric
}

/**
 * A checked copy of a table, ordered by id, scaled to length one for cosine (zero vectors stay zero).
 * @throws VECTOR_UNUSABLE when a number is not finite, an id is wrong or there twice, or the shapes do not fit
 */
export function prepare(table: VectorTable, metric: Metric, dimension = table.dimension): PreparedTable {
  const { ids, vectors } = table
  const problem = shapeProblem(table, dimension)
  if (problem) throw new DeepcutsError('VECTOR_UNUSABLE', { what: 'The table', problem, dimension })
  const order = ascending(ids)
  const sorted = order ? Int32Array.from(order, (row) => ids[row]!) : ids.slice()
  for (let i = 0; i < sorted.length; i++) {
    if (sorted[i]! < 0) throw wrong(sorted[i]!, 'ids are 0 or more', dimension)
    if (sorted[i] === sorted[i - 1]) throw wrong(sorted[i]!, 'it is there twice', dimension)
  }
  const rows = new Float32Array(vectors.length)
  for (let i = 0; i < sorted.length; i++) {
    const from = (order ? order[i]! : i) * dimension
    if (!copyRow(vectors, from, rows, i * dimension, dimension, metric))
      throw wrong(sorted[i]!, 'a number in it is not finite', dimension)
  }
  return { ids: sorted, vectors: rows, dimension, metric }
}

/**
 * A checked copy of a query, of length one where the metric is cosine.
 * @throws VECTOR_UNUSABLE
 */
export function prepareQuery(query: Float32Array, metric: Metric, dimension: number): Float32Array {
  const row = new Float32Array(dimension)
  const problem =
    query.length !== dimension
      ? `it has ${query.length} numbers`
      : copyRow(query, 0, row, 0, dimension, metric)
        ? undefined
        : 'a number in it is not finite'
  if (problem) throw new DeepcutsError('VECTOR_UNUSABLE', { what: 'The query', problem, dimension })
  return row
}

/** Inner product of a query with the row of `vectors` that starts at `from`. */
export function product(query: Float32Array, vectors: Float32Array, from: number): number {
  const { length } = query
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  let j = 0
  let at = from
  for (; j + 3 < length; j += 4, at += 4) {
    a += query[j]! * vectors[at]!
    b += query[j + 1]! * vectors[at + 1]!
    c += query[j + 2]! * vectors[at + 2]!
    d += query[j + 3]! * vectors[at + 3]!
  }
  for (; j < length; j++, at++) a += query[j]! * vectors[at]!
  return a + b + c + d
}

/**
 * For each row the next one with the same vector, else −1; `first` are the rows that no earlier one equals, ascending.
 * @param vectors rows × dimension
 */
export function twins(vectors: Float32Array, dimension: number): { first: Int32Array; next: Int32Array } {
  const rows = vectors.length / dimension
  const bits = new Int32Array(vectors.buffer, vectors.byteOffset, vectors.length)
  const slots = 2 ** Math.ceil(Math.log2(2 * rows + 2))
  const headOf = new Int32Array(slots).fill(-1)
  const last = new Int32Array(rows)
  const next = new Int32Array(rows).fill(-1)
  const first: number[] = []
  const same = (a: number, b: number) => {
    for (let j = 0; j < dimension; j++) if (bits[a * dimension + j] !== bits[b * dimension + j]) return false
    return true
  }
  for (let row = 0; row < rows; row++) {
    let hash = 0
    for (let j = 0; j < dimension; j++) {
      hash = Math.imul(hash ^ bits[row * dimension + j]!, 0x9e3779b1)
      hash ^= hash >>> 15
    }
    let slot = hash & (slots - 1)
    while (headOf[slot] !== -1 && !same(headOf[slot]!, row)) slot = (slot + 1) & (slots - 1)
    const head = headOf[slot]!
    if (head === -1) {
      headOf[slot] = row
      first.push(row)
    } else {
      next[last[head]!] = row
    }
    last[head === -1 ? row : head] = row
  }
  return { first: Int32Array.from(first), next }
}

/** Whether an ascending list has an id. */
export function includes(ids: Int32Array, id: number): boolean {
  let [low, high] = [0, ids.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (ids[middle]! < id) low = middle + 1
    else high = middle
  }
  return ids[low] === id
}

function shapeProblem({ ids, vectors, dimension }: VectorTable, wanted: number): string | undefined {
  if (!Number.isInteger(dimension) || dimension < 1) return `${dimension} is no dimension`
  if (dimension !== wanted) return `its vectors have ${dimension} numbers`
  if (vectors.length !== ids.length * dimension) {
    return `it has ${vectors.length} numbers for ${ids.length} ids`
  }
  return undefined
}

const wrong = (id: number, problem: string, dimension: number) =>
  new DeepcutsError('VECTOR_UNUSABLE', { what: `The vector of ${id}`, problem, dimension })

/** The rows in ascending order of their ids, or nothing when they are so already. */
function ascending(ids: Int32Array): Int32Array | undefined {
  if (ids.every((id, i) => i === 0 || ids[i - 1]! <= id)) return undefined
  return Int32Array.from(ids.keys()).sort((a, b) => ids[a]! - ids[b]!)
}

/** Copies a row, scaled to length one for cosine; false when a number is not finite. */
function copyRow(
  from: Float32Array,
  start: number,
  to: Float32Array,
  at: number,
  dimension: number,
  metric: Metric,
): boolean {
  let squares = 0
  for (let j = 0; j < dimension; j++) squares += from[start + j]! ** 2
  if (!Number.isFinite(squares)) return false
  const scale = metric === 'cosine' && squares > 0 ? 1 / Math.sqrt(squares) : 1
  // + 0 makes −0 a 0, so that equal vectors have equal bits.
  for (let j = 0; j < dimension; j++) to[at + j] = from[start + j]! * scale + 0
  return true
}
