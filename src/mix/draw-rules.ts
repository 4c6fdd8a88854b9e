import type { ScoredCandidate } from '../core/candidate.ts'
import type { DescribedListener } from '../core/described-listener.ts'
import type { DrawRules } from '../core/draw-rules.ts'
import { type FlowPoint, flowRule } from '../core/flow.ts'
import type { Recipe } from './recipe.ts'
import { tasteShares } from './taste-shares.ts'

/** No recipe asks for more than this between two tracks of one artist. */
const WIDEST_GAP = 8

/**
 * What a recipe asks of the drawing of `n` tracks from `pool`.
 * @param pool the pool that is drawn from, already cut, so that a log can rebuild the rules
 * @param novelty the share of new tracks, 0…1
 * @param after what the first track follows on; absent: nothing
 * @param listener whose taste a recipe of all of it keeps to
 */
export function drawRules(
  recipe: Recipe,
  pool: readonly ScoredCandidate[],
  n: number,
  novelty: number,
  after?: FlowPoint,
  listener?: DescribedListener,
): DrawRules {
  const strength = listener && listener.clusters > 1 ? recipe.balance : undefined
  return {
    novelty,
    artistGap: artistGap(pool, n, novelty),
    flow: flowRule(recipe.flow, after),
    ...(listener && strength !== undefined && { balance: { shares: tasteShares(listener), strength } }),
  }
}

/**
 * The widest artist gap, at most 8, that a list of `n` tracks of this pool with this share of new ones can keep: an artist fits ⌊n/(gap + 1)⌋ times at least,
 * so the gap stands if the artists' tracks, each counted up to that, are enough, for the list and for the slots of either kind. With `a` artists of many
 * tracks each, that is min(8, n/c − 1) for the c = n/a tracks that each would have.
 * @param novelty the share of new tracks; absent: the kinds do not matter
 */
export function artistGap(pool: readonly ScoredCandidate[], n: number, novelty?: number): number {
  const slots = Math.min(n, pool.length)
  const asked = [{ tracks: tracksOfArtists(pool), slots }]
  if (novelty !== undefined) {
    const known = pool.filter(({ familiarity }) => familiarity === 'familiar')
    const fresh = pool.filter(({ familiarity }) => familiarity === 'new')
    const slotsOf = (count: number, others: number, wanted: number) =>
      Math.min(count, Math.max(slots - others, Math.ceil(wanted * slots)))
    asked.push(
      { tracks: tracksOfArtists(known), slots: slotsOf(known.length, fresh.length, 1 - novelty) },
      { tracks: tracksOfArtists(fresh), slots: slotsOf(fresh.length, known.length, novelty) },
    )
  }
  for (let gap = WIDEST_GAP; gap > 0; gap--) {
    const most = Math.max(1, Math.floor(slots / (gap + 1)))
    if (asked.every((of) => of.tracks.reduce((room, count) => room + Math.min(count, most), 0) >= of.slots))
      return gap
  }
  return 0
}

function tracksOfArtists(pool: readonly ScoredCandidate[]): readonly number[] {
  const tracks = new Map<number, number>()
  for (const { artist } of pool) tracks.set(artist, (tracks.get(artist) ?? 0) + 1)
  return [...tracks.values()]
}
