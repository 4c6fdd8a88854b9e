import Table from 'cli-table3'
import type { Estimate } from '../metrics/interval.ts'
import { fixed, hasInterval } from '../report/words.ts'

/** A table for the terminal, as tight as it reads well. */
export function plainTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const drawn = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
  })
  for (const row of rows) drawn.push([...row])
  return drawn.toString()
}

/** ".762 [.720, .801]"; the mean alone where there is no interval. */
export function withInterval(estimate: Estimate): string {
  const [low, high] = estimate.ci95
  return hasInterval(estimate)
    ? `${fixed(estimate.mean)} [${fixed(low)}, ${fixed(high)}]`
    : fixed(estimate.mean)
}
