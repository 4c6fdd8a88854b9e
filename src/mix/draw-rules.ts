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
    artistGap: artistGap(pool, n),
    flow: flowRule(recipe.flow, after),
    ...(listener && strength !== undefined && { balance: { shares: tasteShares(listener), strength } }),
  }
}

/**
 * The widest artist gap, at most 8, that a list of `n` tracks of this pool can keep: an artist fits ⌊n/(gap + 1)⌋ times at least,
 * so the gap stands if the artists' tracks, each counted up to that, are enough. With `a` artists of many tracks each, that is
 * min(8, n/c − 1) for the c = n/a tracks that each would have.
 */
export function artistGap(pool: readonly ScoredCandidate[], n: number): number {
  const tracks = new Map<number, number>()
  for (const { artist } of pool) tracks.set(artist, (tracks.get(artist) ?? 0) + 1)
  const slots = Math.min(n, pool.length)
  for (let gap = WIDEST_GAP; gap > 0; gap--) {
    const most = Math.max(1, Math.floor(slots / (gap + 1)))
    let room = 0
    for (const count of tracks.values()) room += Math.min(count, most)
    if (room >= slots) return gap
  }
  return 0
}
