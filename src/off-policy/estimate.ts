import { studentQuantile } from '../metrics/student-t.ts'

/** What one estimator says a policy is worth, with the uncertainty that a finite log leaves. */
export interface PolicyEstimate {
  readonly estimator: string
  readonly value: number
  /** NaN where fewer than two groups were logged. */
  readonly standardError: number
  readonly ci95: readonly [low: number, high: number]
}

/** From here on Student's t is the normal to four digits. */
const MANY_GROUPS = 1000

/**
 * The mean of contributions with a 95 % interval when rows of one group (a listener) go together: the cluster-robust standard error
 * √(G/(G−1) · Σ_g (Σ_{i in g} (c_i − mean))²) / n (Liang & Zeger 1986; the factor of Cameron & Miller 2015) and Student's t with G − 1
 * degrees of freedom.
 * @param contributions one a row, in units of reward
 * @param groups one id a row
 */
export function meanEstimate(
  estimator: string,
  contributions: ArrayLike<number>,
  groups: ArrayLike<number>,
): PolicyEstimate {
  const value = mean(contributions)
  const influence = Float64Array.from(contributions, (contribution) => contribution - value)
  return estimateOf(estimator, value, influence, groups)
}

/**
 * The ratio of two means, its interval by linearisation: row i moves it by (a_i − ratio · b_i) / mean(b) (Cochran 1977, ch. 6).
 * NaN when the denominators sum to 0.
 */
export function ratioEstimate(
  estimator: string,
  numerators: ArrayLike<number>,
  denominators: ArrayLike<number>,
  groups: ArrayLike<number>,
): PolicyEstimate {
  const below = mean(denominators)
  const value = mean(numerators) / below
  const influence = Float64Array.from(numerators, (a, i) => (a - value * denominators[i]!) / below)
  return estimateOf(estimator, value, influence, groups)
}

/** The standard error of a mean whose rows of one group go together; NaN for fewer than two groups. */
export function clusteredError(influence: ArrayLike<number>, groups: ArrayLike<number>): number {
  const sums = new Map<number, number>()
  for (let i = 0; i < influence.length; i++) sums.set(groups[i]!, (sums.get(groups[i]!) ?? 0) + influence[i]!)
  if (sums.size < 2) return Number.NaN
  let squares = 0
  for (const sum of sums.values()) squares += sum * sum
  return Math.sqrt((sums.size / (sums.size - 1)) * squares) / influence.length
}

/** NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}

function estimateOf(
  estimator: string,
  value: number,
  influence: Float64Array,
  groups: ArrayLike<number>,
): PolicyEstimate {
  const standardError = clusteredError(influence, groups)
  const degrees = new Set(Array.from(groups)).size - 1
  const half = studentQuantile(0.975, Math.min(MANY_GROUPS, degrees)) * standardError
  return { estimator, value, standardError, ci95: [value - half, value + half] }
}
