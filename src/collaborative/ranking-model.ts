import type { Random } from '../core/random.ts'
import type { Interactions } from './interactions.ts'

/** A model that was fitted, over the users and items of its matrix. */
export interface RankingScorer {
  /** users × items scores, row-major; larger is better, and only those of one user compare. Items the user has are scored as well. */
  score(users: ArrayLike<number>): Promise<Float32Array>
}

export interface FitContext {
  readonly random: Random
  readonly signal?: AbortSignal | undefined
}

/** A model that ranks items for users from what all users listened to. It never reads the future, nor another matrix. */
export interface RankingModel {
  readonly name: string
  fit(matrix: Interactions, context: FitContext): Promise<RankingScorer>
}

/** What was learned from some users, ready for others. */
export interface FoldIn {
  /** A scorer of the users of another matrix over the same items; it must not learn from them. */
  fold(shown: Interactions): RankingScorer
}
