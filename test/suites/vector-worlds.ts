import { random } from '../../src/core/random.ts'
import type { VectorTable } from '../../src/neighbors/vector-index.ts'

/** Directions of a clock: id h (1 to 12) points at h o'clock. Further numbers are zero. */
export function clock(dimension = 4): VectorTable {
  const ids = Int32Array.from({ length: 12 }, (_, i) => i + 1)
  return table(
    ids,
    [...ids].map((hour) => hand(hour, dimension)),
  )
}

/** The direction of a time on the clock, 2.5 for half past two, with a length. */
export function hand(hour: number, dimension = 4, length = 1): Float32Array {
  const angle = (hour / 6) * Math.PI
  const vector = new Float32Array(dimension)
  vector[0] = length * Math.sin(angle)
  vector[1] = length * Math.cos(angle)
  return vector
}

/** Vectors of length one around the centres of their clusters, ids 0 to count − 1. */
export function clusters(count: number, dimension: number, seed = 'clusters'): VectorTable {
  const draws = random(seed)
  const centres = Array.from({ length: Math.ceil(Math.sqrt(count)) }, () =>
    Float32Array.from({ length: dimension }, () => draws.normal()),
  )
  const rows = Array.from({ length: count }, () => {
    const centre = centres[draws.int(centres.length)]!
    const row = centre.map((value) => value + 0.6 * draws.normal())
    const length = Math.hypot(...row)
    return row.map((value) => value / length)
  })
  return table(Int32Array.from(rows.keys()), rows)
}

/** A table of rows. */
export function table(
  ids: ArrayLike<number>,
  rows: readonly Float32Array[],
  dimension?: number,
): VectorTable {
  const width = dimension ?? rows[0]?.length ?? 1
  const vectors = new Float32Array(rows.length * width)
  rows.forEach((row, i) => {
    vectors.set(row, i * width)
  })
  return { ids: Int32Array.from(ids), vectors, dimension: width }
}

/** The row of an id. */
export function rowOf({ ids, vectors, dimension }: VectorTable, id: number): Float32Array {
  const row = ids.indexOf(id)
  return vectors.slice(row * dimension, (row + 1) * dimension)
}

/** The k nearest by cosine, worked out the long way. */
export function truth(
  { ids, vectors, dimension }: VectorTable,
  query: Float32Array,
  k: number,
  allowed: (id: number) => boolean = () => true,
): number[] {
  const cosine = (row: number) => {
    const vector = vectors.subarray(row * dimension, (row + 1) * dimension)
    const dot = vector.reduce((sum, value, j) => sum + value * query[j]!, 0)
    const lengths = Math.hypot(...vector) * Math.hypot(...query)
    return lengths > 0 ? dot / lengths : 0
  }
  return [...ids]
    .map((id, row) => ({ id, score: cosine(row) }))
    .filter(({ id }) => allowed(id))
    .sort((a, b) => b.score - a.score || a.id - b.id)
    .slice(0, k)
    .map(({ id }) => id)
}

/** The share of the right ids that were found. */
export function share(found: Iterable<number>, right: readonly number[]): number {
  const set = new Set(found)
  return right.filter((id) => set.has(id)).length / right.length
}
