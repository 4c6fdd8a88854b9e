import type { ScoredCandidate } from '../core/candidate.ts'
import { toHalfPrecision } from './half-floats.ts'

/** The head scores of a pool, as precise as the log keeps them, so that what is drawn by and what is logged are the same numbers. */
export interface PoolScores {
  readonly heads: number
  /** pool × heads. */
  readonly scores: Float64Array
  /** The mean over the heads of each position; 0 where there are none. */
  readonly means: Float64Array
}

/** The scores of a pool by which its policy draws. */
export function poolScores(pool: readonly ScoredCandidate[]): PoolScores {
  const heads = pool[0]?.scores.length ?? 0
  const scores = new Float64Array(pool.length * heads)
  const means = new Float64Array(pool.length)
  let at = 0
  for (let position = 0; position < pool.length; position++) {
    const own = pool[position]!.scores
    let sum = 0
    for (let m = 0; m < heads; m++) sum += scores[at++] = toHalfPrecision(own[m]!)
    if (heads > 0) means[position] = sum / heads
  }
  return { heads, scores, means }
}

/** Scores that lie closer together than this, in log-odds, are as good as equal. */
const LEAST_SPREAD = 0.01

/**
 * Columns of scores in units of what there is to choose among: (s − μ)/σ over the pool's tracks of the same kind, familiar or new. μ is
 * their mean and σ² the mean over the columns of the variance within each. Equal scores stay equal.
 * @param scores pool × columns
 */
export function inSpreads(pool: readonly ScoredCandidate[], scores: Float64Array): Float64Array {
  const out = new Float64Array(scores.length)
  for (const kind of ['familiar', 'new'] as const) {
    const positions = Array.from(pool.keys()).filter((position) => pool[position]!.familiarity === kind)
    if (positions.length > 0) standardise(positions, scores, scores.length / pool.length, out)
  }
  return out
}

function standardise(positions: readonly number[], scores: Float64Array, columns: number, out: Float64Array) {
  const means = new Float64Array(columns)
  for (const position of positions)
    for (let c = 0, at = position * columns; c < columns; c++, at++) means[c]! += scores[at]!
  let mean = 0
  for (let c = 0; c < columns; c++) {
    means[c]! /= positions.length
    mean += means[c]! / columns
  }
  let squares = 0
  for (const position of positions)
    for (let c = 0, at = position * columns; c < columns; c++, at++) squares += (scores[at]! - means[c]!) ** 2
  const deviation = Math.max(LEAST_SPREAD, Math.sqrt(squares / (columns * positions.length)))
  for (const position of positions)
    for (let c = 0, at = position * columns; c < columns; c++, at++)
      out[at] = (scores[at]! - mean) / deviation
}
