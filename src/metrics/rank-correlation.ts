import { ascending, everyRow, type SampledMetric, tieEnds } from './sample.ts'

/**
 * Spearman's rank correlation: Pearson's of the ranks, tied values sharing the mean of theirs (Kendall & Stuart, Advanced
 * Theory of Statistics 2, ch. 31). −1 … 1. NaN under two rows and where one of the columns has a single value.
 */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return sampledSpearman(a, b)(everyRow(a.length))
}

/** `spearman` on samples of the rows; a row that was drawn twice is two rows of one rank. */
export function sampledSpearman(a: ArrayLike<number>, b: ArrayLike<number>): SampledMetric {
  const [rankA, rankB] = [sampledRanks(a), sampledRanks(b)]
  return (times) => {
    const [x, y] = [rankA(times), rankB(times)]
    let rows = 0
    for (const n of times) rows += n
    const middle = (rows + 1) / 2
    let [xx, yy, xy] = [0, 0, 0]
    for (let i = 0; i < times.length; i++) {
      const [dx, dy] = [x[i]! - middle, y[i]! - middle]
      xx += times[i]! * dx * dx
      yy += times[i]! * dy * dy
      xy += times[i]! * dx * dy
    }
    return xy / Math.sqrt(xx * yy)
  }
}

/** The rank that each row has in a sample, 1 the smallest, ties at their mean; rows that were not drawn have one too. */
function sampledRanks(values: ArrayLike<number>): (times: Uint32Array) => Float64Array {
  const order = ascending(values)
  const ends = tieEnds(values, order)
  const ranks = new Float64Array(values.length)
  return (times) => {
    let [below, first] = [0, 0]
    for (const end of ends) {
      let tied = 0
      for (let k = first; k < end; k++) tied += times[order[k]!]!
      const rank = below + (tied + 1) / 2
      for (let k = first; k < end; k++) ranks[order[k]!] = rank
      below += tied
      first = end
    }
    return ranks
  }
}
