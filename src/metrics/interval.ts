import { everyRow, type SampledMetric } from './sample.ts'
import { studentQuantile } from './student-t.ts'

/** An estimate with its 95 % interval. NaN where it does not exist. */
export interface Estimate {
  readonly mean: number
  readonly ci95: readonly [low: number, high: number]
}

export interface Bootstrap {
  /** One id a row: rows of one id (a listener, a recording, a block of time) are drawn together. */
  readonly groups: ArrayLike<number>
  /** The quantity, from how often each row was drawn. */
  readonly statistic: SampledMetric
  /** Uniform in [0, 1). */
  readonly next: () => number
  readonly draws?: number
}

/**
 * Percentile bootstrap over groups (Efron & Tibshirani 1993, ch. 13; the groups are what is drawn with replacement).
 * `mean` is the quantity on all rows. For "ahead of", let the statistic be the difference of two models on the same rows.
 * Draws on which the quantity does not exist (NaN) are left out.
 */
export function bootstrapInterval(bootstrap: Bootstrap): Estimate {
  const values = bootstrapDraws(bootstrap).sort()
  return { mean: onAllRows(bootstrap), ci95: [quantile(values, 0.025), quantile(values, 0.975)] }
}

/**
 * The quantity on all rows ± 1.96 bootstrap standard errors: for quantities whose draws lie to one side of the estimate,
 * such as ECE (a drawn sample is never better calibrated than its parent).
 */
export function bootstrapNormalInterval(bootstrap: Bootstrap): Estimate {
  const mean = onAllRows(bootstrap)
  const half = 1.96 * Math.sqrt(variance(bootstrapDraws(bootstrap)))
  return { mean, ci95: [mean - half, mean + half] }
}

/** An estimate of what cannot be negative, its interval held at or above 0. */
export function notNegative({ mean, ci95: [low, high] }: Estimate): Estimate {
  return { mean, ci95: [Math.max(low, 0), high] }
}

/**
 * Mean and 95 % t interval of a score over the folds of repeated cross-validation, with the corrected variance of Nadeau &
 * Bengio 2003: (1/J + test share / training share) · s², because the folds share training rows. Give it the differences of
 * two models' scores, fold by fold, for a paired interval. Folds where the score does not exist (NaN) are left out.
 * @param scores one a fold, over all repeats
 * @param testToTrain rows tested / rows trained on in one fold: 1 / (k − 1) for k folds
 */
export function repeatedCvInterval(scores: ArrayLike<number>, testToTrain: number): Estimate {
  const known = Float64Array.from(Array.from(scores).filter((score) => !Number.isNaN(score)))
  const mean = average(known)
  const spread = Math.sqrt((1 / known.length + testToTrain) * variance(known))
  const half = studentQuantile(0.975, known.length - 1) * spread
  return { mean, ci95: [mean - half, mean + half] }
}

/** Sample variance (n − 1). */
function variance(values: Float64Array): number {
  const mean = average(values)
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
}

function average(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function onAllRows({ groups, statistic }: Bootstrap): number {
  return statistic(everyRow(groups.length))
}

function bootstrapDraws({ groups, statistic, next, draws = 1000 }: Bootstrap): Float64Array {
  const { member, count } = numbered(groups)
  const drawn = new Uint32Array(count)
  const times = new Uint32Array(groups.length)
  const values: number[] = []
  for (let draw = 0; draw < draws; draw++) {
    drawn.fill(0)
    for (let k = 0; k < count; k++) drawn[Math.floor(next() * count)]!++
    for (let row = 0; row < times.length; row++) times[row] = drawn[member[row]!]!
    const value = statistic(times)
    if (!Number.isNaN(value)) values.push(value)
  }
  return Float64Array.from(values)
}

/** Which group each row is in, the groups numbered in the order of their first rows. */
function numbered(groups: ArrayLike<number>): { member: Uint32Array; count: number } {
  const numbers = new Map<number, number>()
  const member = Uint32Array.from(groups, (group) => {
    const number = numbers.get(group) ?? numbers.size
    numbers.set(group, number)
    return number
  })
  return { member, count: numbers.size }
}

/** Linear-interpolated quantile of ascending values; NaN without values. */
function quantile(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1)
  const low = sorted[Math.floor(at)] ?? Number.NaN
  const high = sorted[Math.ceil(at)] ?? Number.NaN
  return low + (at - Math.floor(at)) * (high - low)
}
