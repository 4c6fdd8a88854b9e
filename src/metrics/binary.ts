import { ascending, everyRow, type SampledMetric, sampledMean, tieEnds } from './sample.ts'

/** Probabilities are held this far from 0 and 1 where a logarithm is taken. */
const EDGE = 1e-6

/** Numbers, one a row. */
type Column = ArrayLike<number>

/**
 * Area under the ROC curve: the probability that a positive is scored above a negative, ties counting half
 * (Mann–Whitney U / n₊n₋). NaN when one class is absent.
 * @param scores higher = more likely positive
 * @param y labels, 0 or 1
 */
export function auc(scores: Column, y: Column): number {
  return sampledAuc(scores, y)(everyRow(y.length))
}

/** `auc` on samples of the rows. */
export function sampledAuc(scores: Column, y: Column): SampledMetric {
  const order = ascending(scores)
  const ends = tieEnds(scores, order)
  const label = Uint8Array.from(order, (row) => y[row]!)
  return (times) => {
    let [won, positives, negatives, k] = [0, 0, 0, 0]
    for (const end of ends) {
      let [all, ones] = [0, 0]
      for (; k < end; k++) {
        const drawn = times[order[k]!]!
        all += drawn
        ones += drawn * label[k]!
      }
      won += ones * (negatives + (all - ones) / 2)
      positives += ones
      negatives += all - ones
    }
    return won / (positives * negatives)
  }
}

/** Mean negative log-likelihood (natural logarithm) of the labels; probabilities are clipped to 1e-6 … 1 − 1e-6. NaN without rows. */
export function logLoss(p: Column, y: Column): number {
  return sampledLogLoss(p, y)(everyRow(y.length))
}

/** `logLoss` on samples of the rows. */
export function sampledLogLoss(p: Column, y: Column): SampledMetric {
  return sampledMean(each(y.length, (i) => -Math.log(y[i] ? clip(p[i]!) : 1 - clip(p[i]!))))
}

/** Brier score: the mean squared distance between probability and label. NaN without rows. */
export function brier(p: Column, y: Column): number {
  return sampledBrier(p, y)(everyRow(y.length))
}

/** `brier` on samples of the rows. */
export function sampledBrier(p: Column, y: Column): SampledMetric {
  return sampledMean(each(y.length, (i) => (p[i]! - y[i]!) ** 2))
}

/** Share of rows on whose side of one half the probability lies; exactly one half says "positive". NaN without rows. */
export function accuracy(p: Column, y: Column): number {
  return sampledAccuracy(p, y)(everyRow(y.length))
}

/** `accuracy` on samples of the rows. */
export function sampledAccuracy(p: Column, y: Column): SampledMetric {
  return sampledMean(each(y.length, (i) => (p[i]! >= 0.5 === (y[i] === 1) ? 1 : 0)))
}

/** A probability kept inside 1e-6 … 1 − 1e-6. */
export function clip(p: number): number {
  return Math.min(Math.max(p, EDGE), 1 - EDGE)
}

function each(n: number, of: (i: number) => number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => of(i))
}
