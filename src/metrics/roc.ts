import { ascending, tieEnds } from './sample.ts'

/** Share of negatives, and of positives, among what is scored above some threshold. */
export type RocPoint = readonly [falsePositives: number, truePositives: number]

/**
 * The ROC curve from (0, 0) to (1, 1), one point where the score changes: rows of one score are passed together, in a straight
 * line (Fawcett 2006). Points nearer than `step` to the one before are left out; the ends stay. [] when one class is absent.
 */
export function rocCurve(scores: ArrayLike<number>, y: ArrayLike<number>, step = 0): RocPoint[] {
  const order = ascending(scores)
  let positives = 0
  for (let i = 0; i < y.length; i++) positives += y[i]!
  const negatives = y.length - positives
  if (positives === 0 || negatives === 0) return []
  const points: RocPoint[] = [[0, 0]]
  const ends = [0, ...tieEnds(scores, order)].slice(0, -1).reverse()
  let k = order.length
  let [falsely, truly] = [0, 0]
  for (const end of ends) {
    while (k > end) y[order[--k]!] ? truly++ : falsely++
    const [x0, y0] = points.at(-1)!
    const point: RocPoint = [falsely / negatives, truly / positives]
    if (k === 0 || Math.hypot(point[0] - x0, point[1] - y0) >= step) points.push(point)
  }
  return points
}
