import type { Estimate } from './interval.ts'

const Z = 1.96

/**
 * The share of ones with a 95 % interval when rows of one group (a sitting) go together: Wilson's score interval (1927) for
 * the number of independent rows that would be as uncertain (Korn & Graubard 1998: rows / design effect, from the variance
 * between groups). Where all rows are alike the groups count as the rows. NaN without rows.
 * @param y labels, 0 or 1
 * @param groups one id a row
 */
export function groupedShare(y: ArrayLike<number>, groups: ArrayLike<number>): Estimate {
  const n = y.length
  let ones = 0
  for (let i = 0; i < n; i++) ones += y[i]!
  const share = ones / n
  const residuals = new Map<number, number>()
  for (let i = 0; i < n; i++) residuals.set(groups[i]!, (residuals.get(groups[i]!) ?? 0) + y[i]! - share)
  return { mean: share, ci95: wilson(share, independentRows(share, n, residuals)) }
}

function independentRows(share: number, n: number, residuals: ReadonlyMap<number, number>): number {
  const groups = residuals.size
  if (groups < 2 || share === 0 || share === 1) return groups
  let squares = 0
  for (const residual of residuals.values()) squares += residual * residual
  const variance = ((groups / (groups - 1)) * squares) / (n * n)
  return Math.min(n, (share * (1 - share)) / variance)
}

function wilson(share: number, n: number): [low: number, high: number] {
  const middle = (share + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n)
  const half = (Z * Math.sqrt((share * (1 - share)) / n + (Z / (2 * n)) ** 2)) / (1 + Z ** 2 / n)
  return [Math.max(0, middle - half), Math.min(1, middle + half)]
}
