/**
 * A metric of fixed predictions on a sample of their rows, told how often each row is in it (not at all, once, several
 * times). What needs sorting was sorted when it was made, so that a thousand samples cost little more than one.
 */
export type SampledMetric = (times: Uint32Array) => number

/** The sample of `n` rows that has each of them once. */
export function everyRow(n: number): Uint32Array {
  return new Uint32Array(n).fill(1)
}

/** The mean over a sample of something that each row has. NaN without rows. */
export function sampledMean(values: Float64Array): SampledMetric {
  return (times) => {
    let sum = 0
    let rows = 0
    for (let i = 0; i < values.length; i++) {
      sum += times[i]! * values[i]!
      rows += times[i]!
    }
    return sum / rows
  }
}

/** The indices that put the scores in ascending order; ties in order of row. */
export function ascending(scores: ArrayLike<number>): Uint32Array {
  return Uint32Array.from({ length: scores.length }, (_, i) => i).sort(
    (a, b) => scores[a]! - scores[b]! || a - b,
  )
}

/** Where runs of equal scores end in their order, ascending; the last end is the number of rows. */
export function tieEnds(scores: ArrayLike<number>, order: Uint32Array): Uint32Array {
  const ends: number[] = []
  for (let k = 1; k <= order.length; k++)
    if (k === order.length || scores[order[k]!] !== scores[order[k - 1]!]) ends.push(k)
  return Uint32Array.from(ends)
}
