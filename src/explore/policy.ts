import type { Familiarity, PolicySettings, ScoredCandidate, Slate, SlateTrack } from '../core/candidate.ts'
import type { DrawRules } from '../core/draw-rules.ts'
import type { Random } from '../core/random.ts'

/** What is known about one slot of an ordered list. */
export type SlotPropensity = Omit<SlateTrack, 'candidate'>

/**
 * Draws a list from a pool and states how likely it was. A policy must never show an order other than the one it drew,
 * state a probability that is not that of its own drawing, use randomness other than what is passed in, draw a track
 * twice, or break a rule without naming it in `relaxed`.
 */
export interface Policy {
  readonly settings: PolicySettings
  /** Why its logs say nothing of other policies, as the part of a sentence after "because"; absent where they do. */
  readonly unweighable?: string
  /** Cuts the candidates to a pool and draws at most `n` tracks; fewer when the pool has fewer, none from an empty one. */
  draw(candidates: readonly ScoredCandidate[], rules: DrawRules, n: number, random: Random): Slate
  /**
   * How likely it is to draw this order, slot by slot, given the pattern: for a log, a test, or to judge it on another policy's log.
   * A list that it never draws has propensity 0 from the first impossible slot on. Sums are of products over the prefix, taken in
   * logarithms; a `prefixPropensity` below 1e-308 (beyond some 130 slots) reads 0, the slots' own stay exact.
   * @param pool the slate's own pool, already cut
   * @param pattern of the whole list: what is allowed at a slot hangs on the kinds of those after it, too
   * @param order positions in the pool, of the whole list or of its first slots
   */
  propensities(
    pool: readonly ScoredCandidate[],
    rules: DrawRules,
    pattern: readonly Familiarity[],
    order: readonly number[],
  ): SlotPropensity[]
}
