import { choleskyInPlace, solveLower, solveUpper } from './gaussian.ts'
import { addRow, gather, rowDots } from './linear-thompson.ts'
import type { Products } from './products.ts'

/** A normal distribution of a playlist's vector that all playlists start from. */
export interface Prior {
  /** width × width. */
  readonly precision: Float64Array
  /** The precision times the mean. */
  readonly pulled: Float64Array
}

/** What was seen of one playlist and is not yet taken in. */
export interface Pending {
  readonly listener: number[]
  readonly clicked: number[]
  readonly weight: number[]
}

/** What is known of one playlist: log-likelihoods of past rounds as a quadratic, the mode with the prior, and what waits. */
export interface Evidence {
  readonly precision: Float32Array
  readonly pulled: Float64Array
  readonly mean: Float64Array
  /** Cholesky factor of prior and evidence together. */
  readonly factor: Float64Array
  readonly pending: Pending
  /** How much was taken in, in sightings. */
  taken: number
}

/** Of a playlist that nobody has seen. `settle` brings it in line with a prior. */
export function noEvidence(width: number): Evidence {
  return {
    precision: new Float32Array(width * width),
    pulled: new Float64Array(width),
    mean: new Float64Array(width),
    factor: new Float64Array(width * width),
    pending: { listener: [], clicked: [], weight: [] },
    taken: 0,
  }
}

/** Brings mean and factor in line with prior and evidence. */
export function settle({ precision, pulled, mean, factor }: Evidence, prior: Prior): void {
  const width = mean.length
  for (let k = 0; k < factor.length; k++) factor[k] = prior.precision[k]! + precision[k]!
  choleskyInPlace(factor, width)
  for (let d = 0; d < width; d++) mean[d] = prior.pulled[d]! + pulled[d]!
  solveLower(factor, width, mean)
  solveUpper(factor, width, mean)
}

const STEPS = 6
/** Log-odds that one step of Newton may move a sighting: from where clicks are rare it would overstep. */
const FARTHEST = 1.5
const NEAR = 0.1

/**
 * Takes in what waits: the mode of prior, evidence and the new sightings is found by Newton's method, and the new sightings are
 * kept as the quadratic that touches their log-likelihood there (Laplace; MacKay 1992).
 */
export async function takeIn(
  evidence: Evidence,
  prior: Prior,
  vectors: Float32Array,
  products: Products,
): Promise<void> {
  const { precision, pulled, mean, factor, pending } = evidence
  const { listener, clicked, weight } = byListener(pending)
  const [n, width] = [listener.length, mean.length]
  const rows = gather(vectors, width, listener)
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
      const bend = weight[i]! * p * (1 - p)
      const root = Math.sqrt(bend)
      for (let d = 0, at = i * width; d < width; d++) weighed[at + d] = root * rows[at + d]!
      addRow(rows, i, clicked[i]! - weight[i]! * p + bend * scores[i]!, towards)
    }
    curve = await products.gram(weighed)
    for (let k = 0; k < factor.length; k++) factor[k] = prior.precision[k]! + precision[k]! + curve[k]!
    choleskyInPlace(factor, width)
    for (let d = 0; d < width; d++) step[d] = prior.pulled[d]! + pulled[d]! + towards[d]!
    solveLower(factor, width, step)
    solveUpper(factor, width, step)
    for (let d = 0; d < width; d++) step[d]! -= mean[d]!
    rowDots(rows, step, change)
    const most = change.reduce((far, one) => Math.max(far, Math.abs(one)), 0)
    const scale = most > FARTHEST ? FARTHEST / most : 1
    for (let d = 0; d < width; d++) mean[d]! += scale * step[d]!
    for (let i = 0; i < n; i++) scores[i]! += scale * change[i]!
    if (most < NEAR) break
  }
  for (let k = 0; k < factor.length; k++) precision[k]! += curve[k]!
  for (let d = 0; d < width; d++) pulled[d]! += towards[d]!
  evidence.taken += pending.listener.length
  for (const list of [pending.listener, pending.clicked, pending.weight]) list.length = 0
}

/** The sightings by the same listener as one: how often it was clicked, and seen. What is clicked is seen for sure. */
function byListener({ listener, clicked, weight }: Pending): Pending {
  const places = new Map<number, number>()
  const all: Pending = { listener: [], clicked: [], weight: [] }
  for (const [i, who] of listener.entries()) {
    const place = places.get(who)
    if (place === undefined) {
      places.set(who, all.listener.length)
      all.listener.push(who)
      all.clicked.push(clicked[i]!)
      all.weight.push(weight[i]!)
    } else {
      all.clicked[place]! += clicked[i]!
      all.weight[place]! += weight[i]!
    }
  }
  return all
}
