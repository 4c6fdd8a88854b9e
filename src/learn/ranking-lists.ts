import type { Interactions } from '../collaborative/interactions.ts'
import type { RankingScorer } from '../collaborative/ranking-model.ts'
import { breathe } from '../core/breathe.ts'

/** Users scored at a time: their rows of scores are all that is in memory. */
const AT_ONCE = 256

/**
 * Gives each user's scores by every scorer to `look`, as z-scores over the items the user does not have and −∞ at those they have, so that
 * models compare and nothing known is recommended again. The arrays are the caller's until the next user comes.
 */
export async function eachUser(
  scorers: readonly RankingScorer[],
  matrix: Interactions,
  users: readonly number[],
  look: (user: number, scores: readonly Float32Array[]) => void,
  signal?: AbortSignal,
): Promise<void> {
  const { items } = matrix
  for (let from = 0; from < users.length; from += AT_ONCE) {
    await breathe(signal)
    const batch = users.slice(from, from + AT_ONCE)
    const scored: Float32Array[] = []
    for (const scorer of scorers) scored.push(await scorer.score(batch))
    for (const [row, user] of batch.entries()) {
      const rows = scored.map((scores) => scores.subarray(row * items, (row + 1) * items))
      const seen = matrix.item.subarray(matrix.starts[user]!, matrix.starts[user + 1]!)
      for (const scores of rows) standardise(scores, seen)
      look(user, rows)
    }
  }
}

/** In place: z-scores, all 0 where they are all the same, and −∞ at what was seen. */
function standardise(scores: Float32Array, seen: Uint32Array): void {
  for (const item of seen) scores[item] = Number.NEGATIVE_INFINITY
  let [sum, squares] = [0, 0]
  const count = scores.length - seen.length
  for (let item = 0; item < scores.length; item++) {
    const score = scores[item]!
    if (score === Number.NEGATIVE_INFINITY) continue
    sum += score
    squares += score * score
  }
  const mean = sum / count
  const deviation = Math.sqrt(Math.max(squares / count - mean * mean, 0))
  const scale = deviation > 1e-12 * Math.abs(mean) ? 1 / deviation : 0
  for (let item = 0; item < scores.length; item++)
    if (scores[item] !== Number.NEGATIVE_INFINITY) scores[item] = (scores[item]! - mean) * scale
}

/** The weighted sum of the parts' scores, −∞ where they are. */
export function blended(parts: readonly Float32Array[], weights: readonly number[]): Float32Array {
  const out = new Float32Array(parts[0]!.length)
  for (const [part, scores] of parts.entries()) {
    const weight = weights[part]!
    if (weight === 0) continue
    for (let item = 0; item < out.length; item++) out[item]! += weight * scores[item]!
  }
  return out
}
