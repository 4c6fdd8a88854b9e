import type { Balance } from './balance.ts'
import type { ScoredCandidate } from './candidate.ts'

/** What a recipe asks of the drawing. Each rule is a function of the tracks already drawn, so propensities stay exact. */
export interface DrawRules {
  /** Target share of slots for new tracks, 0…1. 0 and 1 are promises: the other kind is never drawn. */
  readonly novelty: number
  /** At least this many tracks stand between two of one artist. */
  readonly artistGap: number
  /** The shares of corners that the list keeps to; absent: none. What is left of a corner's share by the tracks drawn makes its next ones cost more or less. */
  readonly balance?: Balance
  /** Cost of hearing `next` right after `previous`, in nats taken off its log-weight; finite and ≥ 0. Without a previous one: of beginning with it. */
  flow(previous: ScoredCandidate | undefined, next: ScoredCandidate): number
}
