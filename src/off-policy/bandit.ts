import { mean, meanEstimate, type PolicyEstimate, ratioEstimate } from './estimate.ts'

/** A log of single actions, with what another policy, the target, would have done. */
export interface BanditLog {
  /** How many actions there are to choose from. */
  readonly actions: number
  /** What was done in each of the n rounds, 0 … actions − 1, and the reward of it. */
  readonly action: ArrayLike<number>
  readonly reward: ArrayLike<number>
  /** How likely the logging policy was to do that, above 0 and at most 1. */
  readonly propensity: ArrayLike<number>
  /** n × actions: how likely the target is to choose each action. */
  readonly target: ArrayLike<number>
  /** One id a round: rounds of one id (a listener) go together. */
  readonly groups: ArrayLike<number>
}

/** π(a | x) / π₀(a | x) of what was done in each round. */
export function weightsOf({ actions, action, propensity, target }: BanditLog): Float64Array {
  return Float64Array.from(propensity, (p, i) => target[i * actions + action[i]!]! / p)
}

/** Inverse propensity weighting: mean of w · r (Horvitz & Thompson 1952). Unbiased. */
export function ipw(log: BanditLog): PolicyEstimate {
  return meanEstimate('ipw', weighted(weightsOf(log), log.reward), log.groups)
}

/** Self-normalised inverse propensity weighting: Σ w · r / Σ w (Swaminathan & Joachims 2015). Consistent, and within the rewards seen. */
export function selfNormalisedIpw(log: BanditLog): PolicyEstimate {
  const weights = weightsOf(log)
  return ratioEstimate('snipw', weighted(weights, log.reward), weights, log.groups)
}

/**
 * The direct method: mean of Σ_a π(a | x) q̂(x, a) (Dudík, Langford & Li 2011, eq. 1). Its error is that of the reward model, which no
 * interval drawn from the log shows: it has none.
 * @param q n × actions: the reward that a model, fitted on other rounds, foresees
 */
export function directMethod(log: BanditLog, q: ArrayLike<number>): PolicyEstimate {
  const value = mean(expectedRewards(log, q))
  return { estimator: 'dm', value, standardError: Number.NaN, ci95: [Number.NaN, Number.NaN] }
}

/** Doubly robust: the direct method plus the mean of w · (r − q̂(x, a)) (Dudík, Langford & Li 2011, eq. 3). Unbiased whatever q̂ is. */
export function doublyRobust(log: BanditLog, q: ArrayLike<number>): PolicyEstimate {
  return meanEstimate('dr', corrected(log, q, weightsOf(log)), log.groups)
}

/** The shrinkages that are tried; ∞ is doubly robust itself. */
const SHRINKAGES = [10, 50, 100, 500, 1000, 5000, 10_000, Number.POSITIVE_INFINITY]

/**
 * Doubly robust with optimistic shrinkage: weights λw / (w² + λ) instead of w (Su, Dimakopoulou, Krishnamurthy & Dudík 2020, eq. 9). λ is the
 * one whose variance plus squared bias bound, both estimated on the log, is least (their section 5).
 */
export function optimisticShrinkage(log: BanditLog, q: ArrayLike<number>): PolicyEstimate {
  const weights = weightsOf(log)
  let best = { score: Number.POSITIVE_INFINITY, shrunk: weights }
  for (const lambda of SHRINKAGES) {
    const shrunk = shrink(weights, lambda)
    const score = errorBound(log, q, weights, shrunk)
    if (score < best.score) best = { score, shrunk }
  }
  return meanEstimate('dros', corrected(log, q, best.shrunk), log.groups)
}

/** λw / (w² + λ) of each weight; the weights themselves for λ = ∞. */
export function shrink(weights: Float64Array, lambda: number): Float64Array {
  return lambda === Number.POSITIVE_INFINITY ? weights : weights.map((w) => (lambda * w) / (w * w + lambda))
}

/** With this probability the bound of the bias does not hold. */
const DELTA = 0.05

/**
 * An estimate of the mean squared error of the shrunk estimator: sample variance / n + (|mean (w − ŵ)(r − q̂)| + √(2 mean(w²) ln(2/δ) / n)
 * + 2 max(w) ln(2/δ) / 3n)² (Su et al. 2020, section 5 and appendix: Bernstein's inequality).
 */
function errorBound(
  log: BanditLog,
  q: ArrayLike<number>,
  weights: Float64Array,
  shrunk: Float64Array,
): number {
  const n = weights.length
  const contributions = corrected(log, q, shrunk)
  const centre = mean(contributions)
  const variance = mean(contributions.map((value) => (value - centre) ** 2))
  const lost = mean(residuals(log, q).map((residual, i) => (weights[i]! - shrunk[i]!) * residual))
  const most = weights.reduce((max, w) => Math.max(max, w), 0)
  const doubt = Math.log(2 / DELTA)
  const bias =
    Math.abs(lost) +
    Math.sqrt((2 * mean(weights.map((w) => w * w)) * doubt) / n) +
    (2 * most * doubt) / (3 * n)
  return variance / n + bias * bias
}

function weighted(weights: Float64Array, reward: ArrayLike<number>): Float64Array {
  return weights.map((w, i) => w * reward[i]!)
}

/** Σ_a π(a | x) q̂(x, a) of each round. */
function expectedRewards({ actions, target, propensity }: BanditLog, q: ArrayLike<number>): Float64Array {
  return Float64Array.from(propensity, (_, i) => {
    let sum = 0
    for (let a = 0, at = i * actions; a < actions; a++, at++) sum += target[at]! * q[at]!
    return sum
  })
}

function residuals({ actions, action, reward }: BanditLog, q: ArrayLike<number>): Float64Array {
  return Float64Array.from(reward, (r, i) => r - q[i * actions + action[i]!]!)
}

function corrected(log: BanditLog, q: ArrayLike<number>, weights: Float64Array): Float64Array {
  const rest = residuals(log, q)
  return expectedRewards(log, q).map((expected, i) => expected + weights[i]! * rest[i]!)
}
