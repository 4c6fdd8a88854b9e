import { choleskyInPlace, solveLower, solveUpper } from '../core/cholesky.ts'
import { toMode } from './newton.ts'
import { type Pending, pending } from './pending.ts'
import type { Products } from './products.ts'

/** A normal distribution of a playlist's vector that all playlists start from. */
export interface Prior {
  /** width × width. */
  readonly precision: Float64Array
  /** The precision times the mean. */
  readonly pulled: Float64Array
}

/** What is known of one playlist: log-likelihoods of past rounds as a quadratic, the mode with the prior, and what waits. */
export interface Evidence {
  readonly precision: Float32Array
  readonly pulled: Float64Array
  readonly mean: Float64Array
  /** Cholesky factor of prior and evidence together. */
  readonly factor: Float64Array
  readonly pending: Pending
}

/** Of a playlist that nobody has seen. `settle` brings it in line with a prior. */
export function noEvidence(width: number): Evidence {
  return {
    precision: new Float32Array(width * width),
    pulled: new Float64Array(width),
    mean: new Float64Array(width),
    factor: new Float64Array(width * width),
    pending: pending(),
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

/**
 * Takes in what waits: the mode of prior, evidence and the new sightings is found, and the new sightings are kept as the quadratic that touches
 * their log-likelihood there (Laplace; MacKay 1992).
 */
export async function takeIn(
  evidence: Evidence,
  prior: Prior,
  vectors: Float32Array,
  products: Products,
): Promise<void> {
  const { precision, pulled, mean } = evidence
  const before = prior.precision.map((value, k) => value + precision[k]!)
  const drawn = prior.pulled.map((value, d) => value + pulled[d]!)
  const seen = evidence.pending.take(vectors, mean.length)
  const { curve, towards } = await toMode(seen, before, drawn, mean, evidence.factor, products)
  for (let k = 0; k < curve.length; k++) precision[k]! += curve[k]!
  for (let d = 0; d < mean.length; d++) pulled[d]! += towards[d]!
}
