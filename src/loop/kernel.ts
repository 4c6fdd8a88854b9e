import type { Random } from '../core/random.ts'
import { WORLD_SOUND } from '../world/catalog.ts'
import type { LoopCatalog } from './listeners.ts'

/** Numbers of tracks, of which the first two are a constant and what everybody thinks of it. */
export interface Coordinates {
  /** Numbers of a track. */
  readonly size: number
  /** tracks × size. */
  readonly rows: Float64Array
}

/** How alike two tracks are taken to be: by sound, as a Gaussian this many standard deviations wide; less where artist or genre differ. */
const ALIKE = { width: 1, genre: 0.75, elsewhere: 0.4 } as const

/**
 * How alike tracks are by what a catalog tells, tracks × tracks: nearness in sound times how alike their artists are. A track whose sound
 * is not known stands as far from all others as two tracks at random do.
 * @param affinity how much more alike artists are than the catalog tells, artists × artists; absent: not known
 */
export function trackKernel(
  { tracks, artists, artist, genre }: LoopCatalog,
  affinity?: Float64Array,
): Float32Array {
  const n = tracks.length
  const d = WORLD_SOUND.length
  const kernel = new Float32Array(n * n)
  for (let i = 0; i < n; i++) {
    kernel[i * n + i] = 1 + (affinity?.[artist[i]! * (artists.length + 1)] ?? 0)
    for (let j = 0; j < i; j++) {
      const [a, b] = [tracks[i]!, tracks[j]!]
      let distance = 0
      if (a.facts.audio && b.facts.audio)
        for (let k = 0; k < d; k++) distance += (a.sound[k]! - b.sound[k]!) ** 2
      else distance = 2 * d
      const near = Math.exp(-distance / d / (2 * ALIKE.width ** 2))
      const kin = artist[i] === artist[j] ? 1 : genre[i] === genre[j] ? ALIKE.genre : ALIKE.elsewhere
      const more = affinity ? affinity[artist[i]! * artists.length + artist[j]!]! : 0
      kernel[i * n + j] = kernel[j * n + i] = near * (kin + more)
    }
  }
  return kernel
}

/** Rounds of the subspace iteration; the directions that matter stand after a few. */
const ROUNDS = 5

/**
 * The leading eigenvectors of a symmetric matrix, each times the root of its eigenvalue: rows whose inner products are the matrix, as nearly as
 * their width allows (subspace iteration, Halko et al. 2011).
 * @returns n × rank
 */
export function leadingRows(kernel: Float32Array, n: number, rank: number, random: Random): Float64Array {
  let basis: Float64Array = Float64Array.from({ length: n * rank }, () => random.normal())
  let values = orthonormalise(basis, n, rank)
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Float64Array(n * rank)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        const weight = kernel[i * n + j]!
        for (let c = 0, to = i * rank, from = j * rank; c < rank; c++, to++, from++)
          next[to]! += weight * basis[from]!
      }
    basis = next
    values = orthonormalise(basis, n, rank)
  }
  for (let i = 0; i < n; i++) for (let c = 0; c < rank; c++) basis[i * rank + c]! *= Math.sqrt(values[c]!)
  return basis
}

/** Gram–Schmidt over the columns; the lengths that were left of them. */
function orthonormalise(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const byColumn = new Float64Array(matrix.length)
  for (let i = 0; i < rows; i++)
    for (let c = 0; c < columns; c++) byColumn[c * rows + i] = matrix[i * columns + c]!
  const lengths = new Float64Array(columns)
  for (let c = 0; c < columns; c++) {
    const own = byColumn.subarray(c * rows, (c + 1) * rows)
    for (let other = 0; other < c; other++) {
      const before = byColumn.subarray(other * rows, (other + 1) * rows)
      let dot = 0
      for (let i = 0; i < rows; i++) dot += own[i]! * before[i]!
      for (let i = 0; i < rows; i++) own[i]! -= dot * before[i]!
    }
    let norm = 0
    for (let i = 0; i < rows; i++) norm += own[i]! ** 2
    lengths[c] = Math.sqrt(norm)
    for (let i = 0; i < rows; i++) own[i]! /= lengths[c]! || 1
  }
  for (let i = 0; i < rows; i++)
    for (let c = 0; c < columns; c++) matrix[i * columns + c] = byColumn[c * rows + i]!
  return lengths
}
