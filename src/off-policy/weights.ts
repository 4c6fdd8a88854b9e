import { clusteredError, mean } from './estimate.ts'

/** How the weights of a log look: the further from 1 they spread, the less the log says. */
export interface WeightDiagnostics {
  /** Rounds or sittings. */
  readonly n: number
  /** (Σ w)² / Σ w² (Kish 1965): how many rounds of the target itself would say as much. */
  readonly effectiveSampleSize: number
  /** 1 in expectation where the stated propensities are true and the log covers the target. */
  readonly meanWeight: number
  /** Of the mean weight; NaN of fewer than two. */
  readonly meanWeightError: number
  readonly maxWeight: number
  /** Of the weights, at .5, .9 and .99. */
  readonly quantiles: readonly [number, number, number]
  /** Share of weights that are 0: what the log did and the target never does. */
  readonly zeroShare: number
}

/**
 * Describes weights. Their mean has the error of draws that are independent, whoever they are for: whatever went before, a weight is 1 in expectation,
 * since chance alone drew. (Errors by listener would be those of a few sums, and far off for a household.)
 */
export function describeWeights(weights: Float64Array): WeightDiagnostics {
  const n = weights.length
  const meanWeight = mean(weights)
  const squares = mean(weights.map((w) => w * w))
  const sorted = weights.slice().sort()
  const at = (q: number) => sorted[Math.min(n - 1, Math.floor(q * n))] ?? Number.NaN
  return {
    n,
    effectiveSampleSize: squares > 0 ? (n * meanWeight * meanWeight) / squares : 0,
    meanWeight,
    meanWeightError: clusteredError(
      weights.map((w) => w - meanWeight),
      weights.map((_, i) => i),
    ),
    maxWeight: sorted[n - 1] ?? Number.NaN,
    quantiles: [at(0.5), at(0.9), at(0.99)],
    zeroShare: weights.reduce((count, w) => count + Number(w === 0), 0) / n,
  }
}

/** Fewer effective samples than this say nothing. */
const FEWEST_EFFECTIVE = 200
const MOST_ERRORS = 3
/** What the digits of logged propensities may move a mean weight by. */
const ROUNDING = 1e-3
/** More of the target's draws than this, where the log never draws, would be guessed. */
const MOST_UNSUPPORTED = 0.01

/** What a log is made of, for the sentence. */
export interface Unit {
  readonly one: string
  readonly many: string
}

/**
 * Why a log cannot say what the target is worth, as one sentence with how much more of it would be enough; null where it can.
 * @param unsupported share of the target's draws where the log never draws, 0…1
 */
export function refusal(weights: WeightDiagnostics, unsupported: number, unit: Unit): string | null {
  const { n, effectiveSampleSize: size, meanWeight, meanWeightError } = weights
  if (n === 0)
    return `The log has no ${unit.many} that count: ${FEWEST_EFFECTIVE} would be enough at the least.`
  if (!Number.isFinite(size))
    return (
      `A weight is larger than any number can be: a propensity was logged that is next to 0, so no number of further ${unit.many} ` +
      'like these would be enough.'
    )
  if (unsupported > MOST_UNSUPPORTED)
    return (
      `${percent(unsupported)} of what this policy draws is never drawn in the log, so no number of further ${unit.many} ` +
      'like these would be enough: it takes a log that explores more.'
    )
  if (size === 0)
    return (
      `The log never did what this policy does in ${count(n, unit)}, so no number of further ${unit.many} like these ` +
      'would be enough: it takes a log that explores more.'
    )
  if (size < FEWEST_EFFECTIVE) {
    const more = roundedUp(n * (FEWEST_EFFECTIVE / size - 1))
    return (
      `Reweighted, ${count(n, unit)} say as much as ${rounded(size)} of this policy's own, and it takes ${FEWEST_EFFECTIVE}: ` +
      `about ${count(more, unit)} more like these would be enough.`
    )
  }
  const off = Math.abs(meanWeight - 1)
  if (off > Math.max(ROUNDING, MOST_ERRORS * meanWeightError)) {
    return (
      `The weights average ${meanWeight.toFixed(3)} ± ${meanWeightError.toFixed(3)} (standard error) and should average 1: the propensities that were stated ` +
      `are not those of the log, so no number of further ${unit.many} like these would be enough.`
    )
  }
  return null
}

function count(n: number, { one, many }: Unit): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`
}

/** Three digits that count. */
function roundedUp(value: number): number {
  const step = 10 ** Math.max(0, Math.ceil(Math.log10(value)) - 3)
  return Math.ceil(value / step) * step
}

function rounded(size: number): string {
  return size >= 10 ? Math.round(size).toLocaleString('en') : size.toFixed(1)
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`
}
