import { choleskyInPlace, solveLower, solveUpper } from '../core/cholesky.ts'
import type { Products } from './products.ts'

const STEPS = 6
/** Log-odds that one step may move a sighting: from where clicks are rare it would overstep. */
const FARTHEST = 1.5
const NEAR = 0.1

/** Who saw one playlist: a row each, how often they clicked, and how often they saw it. */
export interface Seen {
  readonly rows: Float32Array
  readonly clicked: ArrayLike<number>
  readonly weight: ArrayLike<number>
}

/** The log-likelihood of what was seen as the quadratic that touches it: its curvature, width × width, and its pull. */
interface Touching {
  readonly curve: Float32Array
  readonly towards: Float64Array
}

/**
 * Moves `mean` to the mode of a normal prior and of a logistic likelihood, by Newton's method with the full curvature.
 * @param precision of the prior, width × width
 * @param pulled that precision times the prior's mean
 * @param factor width × width, written over
 */
export async function toMode(
  { rows, clicked, weight }: Seen,
  precision: Float64Array,
  pulled: Float64Array,
  mean: Float64Array,
  factor: Float64Array,
  products: Products,
): Promise<Touching> {
  const [n, width] = [clicked.length, mean.length]
  const weighed = new Float32Array(rows.length)
  const scores = new Float64Array(n)
  const change = new Float64Array(n)
  const towards = new Float64Array(width)
  const step = new Float64Array(width)
  let curve: Float32Array = new Float32Array(0)
  rowDots(rows, mean, scores)
  for (let newton = 0; newton < STEPS; newton++) {
    towards.fill(0)
    for (let i = 0; i < n; i++) {
      const p = 1 / (1 + Math.exp(-scores[i]!))
      const times = weight[i]!
      const bend = times * p * (1 - p)
      const root = Math.sqrt(bend)
      for (let d = 0, at = i * width; d < width; d++) weighed[at + d] = root * rows[at + d]!
      addRow(rows, i, clicked[i]! - times * p + bend * scores[i]!, towards)
    }
    curve = await products.gram(weighed)
    for (let k = 0; k < factor.length; k++) factor[k] = precision[k]! + curve[k]!
    choleskyInPlace(factor, width)
    for (let d = 0; d < width; d++) step[d] = pulled[d]! + towards[d]!
    solveLower(factor, width, step)
    solveUpper(factor, width, step)
    for (let d = 0; d < width; d++) step[d]! -= mean[d]!
    rowDots(rows, step, change)
    let most = 0
    for (let i = 0; i < n; i++) most = Math.max(most, Math.abs(change[i]!))
    const scale = most > FARTHEST ? FARTHEST / most : 1
    for (let d = 0; d < width; d++) mean[d]! += scale * step[d]!
    for (let i = 0; i < n; i++) scores[i]! += scale * change[i]!
    if (most < NEAR) break
  }
  return { curve, towards }
}

/** The rows of some listeners, one after the other. */
export function gather(vectors: Float32Array, width: number, who: ArrayLike<number>): Float32Array {
  const rows = new Float32Array(who.length * width)
  for (let i = 0; i < who.length; i++)
    rows.set(vectors.subarray(who[i]! * width, (who[i]! + 1) * width), i * width)
  return rows
}

/** The dot product of each row with a vector, into `into`. Four sums at once, for one would wait for itself. */
function rowDots(rows: Float32Array, vector: Float64Array, into: Float64Array): void {
  const width = vector.length
  const fours = width - (width % 4)
  for (let i = 0, at = 0; i < into.length; i++, at += width) {
    let [a, b, c, e] = [0, 0, 0, 0]
    for (let d = 0; d < fours; d += 4) {
      a += rows[at + d]! * vector[d]!
      b += rows[at + d + 1]! * vector[d + 1]!
      c += rows[at + d + 2]! * vector[d + 2]!
      e += rows[at + d + 3]! * vector[d + 3]!
    }
    for (let d = fours; d < width; d++) a += rows[at + d]! * vector[d]!
    into[i] = a + b + c + e
  }
}

/** Adds a row times a number to `into`. */
function addRow(rows: Float32Array, row: number, times: number, into: Float64Array): void {
  const width = into.length
  for (let d = 0, at = row * width; d < width; d++) into[d]! += times * rows[at + d]!
}
