import type { ScoredCandidate } from '../core/candidate.ts'
import type { DescribedListener } from '../core/described-listener.ts'

const DAY = 86_400_000
/** Love counts half for every so many days since the track was last played. */
const HALF_LIFE = 180
/** No corner of the taste has less of it than this, before all are scaled to sum to 1. */
const SMALLEST = 0.01

/**
 * How the recent love of a listener is shared out among the corners of their taste: each loved track by its weight, halved for every 180 days
 * since its last play; what was saved or liked and never played counts as 180 days old. They sum to 1; [] without loved tracks.
 */
export function tasteShares({
  loved,
  clusters,
  asOf,
  trackHistory,
}: Pick<DescribedListener, 'loved' | 'clusters' | 'asOf' | 'trackHistory'>): number[] {
  const love = new Array<number>(clusters).fill(0)
  let total = 0
  for (const { row, weight, cluster } of loved) {
    const { lastPlayedAt } = trackHistory(row)
    const days = Number.isNaN(lastPlayedAt) ? HALF_LIFE : Math.max(0, (asOf - lastPlayedAt) / DAY)
    const recent = weight * 2 ** (-days / HALF_LIFE)
    love[cluster]! += recent
    total += recent
  }
  const shares = love.map((of) => Math.max(SMALLEST, of / total))
  const sum = shares.reduce((all, share) => all + share, 0)
  return shares.map((share) => share / sum)
}

/** The pool with the corner of the taste that each track lies closest to. */
export function inCorners(
  pool: readonly ScoredCandidate[],
  { clusterOf }: Pick<DescribedListener, 'clusterOf'>,
): ScoredCandidate[] {
  return pool.map((candidate) => ({ ...candidate, corner: clusterOf(candidate.row) }))
}
