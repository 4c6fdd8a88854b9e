/** Probabilities are held this far from 0 and 1 where a logarithm is taken. */
const EDGE = 1e-6

/**
 * Area under the ROC curve: the probability that a positive is scored above a negative, ties counting half
 * (Mann–Whitney U / n₊n₋). NaN when one class is absent.
 * @param scores higher = more likely positive
 * @param y labels, 0 or 1
 */
export function auc(scores: ArrayLike<number>, y: ArrayLike<number>): number {
  const n = y.length
  const order = ascending(scores)
  let positives = 0
  let rankSum = 0
  for (let start = 0; start < n; ) {
    let end = start + 1
    while (end < n && scores[order[end]!] === scores[order[start]!]) end++
    for (let k = start; k < end; k++) {
      if (!y[order[k]!]) continue
      positives++
      rankSum += (start + end + 1) / 2
    }
    start = end
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (n - positives))
}

/** Mean negative log-likelihood (natural logarithm) of the labels; probabilities are clipped to 1e-6 … 1 − 1e-6. NaN without rows. */
export function logLoss(p: ArrayLike<number>, y: ArrayLike<number>): number {
  return mean(y.length, (i) => -Math.log(y[i] ? clip(p[i]!) : 1 - clip(p[i]!)))
}

/** Brier score: the mean squared distance between probability and label. NaN without rows. */
export function brier(p: ArrayLike<number>, y: ArrayLike<number>): number {
  return mean(y.length, (i) => (p[i]! - y[i]!) ** 2)
}

/** Share of rows on whose side of one half the probability lies; exactly one half says "positive". NaN without rows. */
export function accuracy(p: ArrayLike<number>, y: ArrayLike<number>): number {
  return mean(y.length, (i) => (p[i]! >= 0.5 === (y[i] === 1) ? 1 : 0))
}

/** A probability kept inside 1e-6 … 1 − 1e-6. */
export function clip(p: number): number {
  return Math.min(Math.max(p, EDGE), 1 - EDGE)
}

/** The indices that put the scores in ascending order; ties in order of row. */
export function ascending(scores: ArrayLike<number>): Uint32Array {
  return Uint32Array.from({ length: scores.length }, (_, i) => i).sort(
    (a, b) => scores[a]! - scores[b]! || a - b,
  )
}

function mean(n: number, at: (i: number) => number): number {
  let sum = 0
  for (let i = 0; i < n; i++) sum += at(i)
  return sum / n
}
