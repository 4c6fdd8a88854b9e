import { cholesky, solveCholesky, solveUpper } from '../core/cholesky.ts'
import type { Random } from '../core/random.ts'

/** What is believed of the weights of d features before anything was seen: independent normals. */
export interface LinearPrior {
  readonly mean: Float64Array
  /** Above 0. */
  readonly variance: Float64Array
}

/** What was seen: values that are the features times the weights, and noise. */
export interface LinearObservations {
  /** m × d. */
  readonly features: Float64Array
  readonly values: Float64Array
  /** Of the noise of each, above 0. */
  readonly variances: Float64Array
}

/** What is believed of the weights: normal with this mean and the inverse of the precision L Lᵀ as its covariance. */
export interface LinearPosterior {
  readonly mean: Float64Array
  /** L, d × d, lower triangular. */
  readonly factor: Float64Array
}

/** A posterior that grows: O(d²) an observation, O(d³) to be told. */
export interface LinearBelief {
  /** @param features d numbers from `offset` on */
  observe(features: Float64Array, value: number, variance: number, offset?: number): void
  posterior(): LinearPosterior
}

/**
 * A Bayesian linear regression in closed form (Bishop 2006, 3.3): precision Λ = diag(1/v) + Σ x xᵀ/σ², mean Λ⁻¹(m/v + Σ x y/σ²).
 * A pessimistic prior says of what was never seen that it is worse than usual.
 */
export function linearBelief({ mean, variance }: LinearPrior): LinearBelief {
  const d = mean.length
  const precision = new Float64Array(d * d)
  const pull = new Float64Array(d)
  for (let i = 0; i < d; i++) {
    precision[i * d + i] = 1 / variance[i]!
    pull[i] = mean[i]! / variance[i]!
  }
  return {
    observe(features, value, noise, offset = 0) {
      for (let i = 0; i < d; i++) {
        const x = features[offset + i]! / noise
        if (x === 0) continue
        pull[i]! += x * value
        for (let j = 0, at = i * d; j <= i; j++, at++) precision[at]! += x * features[offset + j]!
      }
    },
    posterior() {
      const factor = cholesky(precision, d)
      return { mean: solveCholesky(factor, pull, d), factor }
    },
  }
}

/** What observations leave of a prior. */
export function linearPosterior(prior: LinearPrior, observations: LinearObservations): LinearPosterior {
  const belief = linearBelief(prior)
  const { features, values, variances } = observations
  for (let m = 0; m < values.length; m++)
    belief.observe(features, values[m]!, variances[m]!, m * prior.mean.length)
  return belief.posterior()
}

/**
 * Scores by draws from a posterior, n × count: each column is one belief that is as likely as any other (Thompson 1933). Every second
 * draw mirrors the one before it, so that for an even count their mean is that of the posterior.
 * @param features n × d
 */
export function sampleHeads(
  { mean, factor }: LinearPosterior,
  features: Float64Array,
  count: number,
  random: Random,
): Float64Array {
  const d = mean.length
  const n = features.length / d
  /** d × count. */
  const weights = new Float64Array(d * count)
  for (let head = 0; head < count; head += 2) {
    const off = Float64Array.from(mean, () => random.normal())
    solveUpper(factor, d, off)
    for (let i = 0; i < d; i++) {
      weights[i * count + head] = mean[i]! + off[i]!
      if (head + 1 < count) weights[i * count + head + 1] = mean[i]! - off[i]!
    }
  }
  const out = new Float64Array(n * count)
  for (let row = 0; row < n; row++) {
    const base = row * count
    for (let i = 0; i < d; i++) {
      const x = features[row * d + i]!
      if (x !== 0) for (let h = 0; h < count; h++) out[base + h]! += x * weights[i * count + h]!
    }
  }
  return out
}
