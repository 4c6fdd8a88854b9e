import type { ScoredCandidate, Slate } from '../core/candidate.ts'
import type { DrawRules } from '../core/draw-rules.ts'
import type { Random } from '../core/random.ts'

/**
 * Draws a list from a pool and states how likely it was. A policy must never show an order other than the one it drew,
 * state a probability that is not that of its own drawing, use randomness other than what is passed in, draw a track
 * twice, or break a rule without naming it in `relaxed`.
 */
export interface Policy {
  readonly name: string
  /** Draws at most `n` tracks; fewer when the pool has fewer, none from an empty pool. */
  draw(pool: readonly ScoredCandidate[], rules: DrawRules, n: number, random: Random): Slate
}
