import type { Random } from '../core/random.ts'

const ROUNDS = 8
/** Rows that the centres are moved by; the others are only assigned. */
const SAMPLE = 5000

/**
 * k-means (Lloyd 1982) with k-means++ seeds (Arthur & Vassilvitskii 2007) on a sample: the number of the nearest centre of each row.
 * @param vectors n × width, row by row
 * @param dims how many leading numbers of a row count
 */
export function kMeans(
  vectors: Float32Array,
  width: number,
  dims: number,
  k: number,
  random: Random,
): { segment: Int32Array; segments: number } {
  const n = vectors.length / width
  const rows = random.shuffle(Array.from({ length: n }, (_, i) => i)).slice(0, SAMPLE)
  const segments = Math.min(k, n)
  const centres = seeds(vectors, width, dims, rows, segments, random)
  for (let round = 0; round < ROUNDS; round++) {
    const sums = new Float64Array(segments * dims)
    const counts = new Int32Array(segments)
    for (const row of rows) {
      const nearest = nearestCentre(vectors, row * width, dims, centres, segments)
      counts[nearest]!++
      for (let d = 0; d < dims; d++) sums[nearest * dims + d]! += vectors[row * width + d]!
    }
    for (let c = 0; c < segments; c++)
      if (counts[c]! > 0)
        for (let d = 0; d < dims; d++) centres[c * dims + d] = sums[c * dims + d]! / counts[c]!
  }
  const segment = new Int32Array(n)
  for (let row = 0; row < n; row++)
    segment[row] = nearestCentre(vectors, row * width, dims, centres, segments)
  return { segment, segments }
}

function seeds(
  vectors: Float32Array,
  width: number,
  dims: number,
  rows: readonly number[],
  k: number,
  random: Random,
): Float64Array {
  const centres = new Float64Array(k * dims)
  const some = rows.slice(0, 20 * k)
  const distance = new Float64Array(some.length).fill(Number.POSITIVE_INFINITY)
  let chosen = 0
  for (let c = 0; c < k; c++) {
    for (let d = 0; d < dims; d++) centres[c * dims + d] = vectors[some[chosen]! * width + d]!
    for (const [i, row] of some.entries())
      distance[i] = Math.min(distance[i]!, squared(vectors, row * width, dims, centres, c * dims))
    chosen = distance.some((far) => far > 0) ? random.pick(distance) : random.int(some.length)
  }
  return centres
}

function nearestCentre(
  vectors: Float32Array,
  at: number,
  dims: number,
  centres: Float64Array,
  k: number,
): number {
  let nearest = 0
  let least = Number.POSITIVE_INFINITY
  for (let c = 0; c < k; c++) {
    let far = 0
    for (let d = 0, from = c * dims; d < dims && far < least; d++)
      far += (vectors[at + d]! - centres[from + d]!) ** 2
    if (far < least) {
      least = far
      nearest = c
    }
  }
  return nearest
}

function squared(
  vectors: Float32Array,
  at: number,
  dims: number,
  centres: Float64Array,
  from: number,
): number {
  let far = 0
  for (let d = 0; d < dims; d++) far += (vectors[at + d]! - centres[from + d]!) ** 2
  return far
}
