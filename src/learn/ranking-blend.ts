import type { Interactions } from '../collaborative/interactions.ts'
import type { RankingScorer } from '../collaborative/ranking-model.ts'
import { ndcgAtK, topK } from '../metrics/ranking.ts'
import { type BlendWeights, searchWeights } from './blend-weights.ts'
import { blended, eachUser } from './ranking-lists.ts'

/** The candidates of one user: the best of every part. */
interface Pool {
  readonly scores: readonly Float32Array[]
  /** Places of the pool that were held out; with `missing` those held out beyond the pool. */
  readonly relevant: ReadonlySet<number>
}

const K = 20
const EACH = 100

/**
 * The weights of the parts' z-scores with the best NDCG@20 on what was held out of `matrix`, over the hundred best items of every
 * part: the blend never loses to a part there.
 */
export async function findBlend(
  scorers: readonly RankingScorer[],
  matrix: Interactions,
  held: ReadonlyMap<number, ReadonlySet<number>>,
  signal?: AbortSignal,
): Promise<BlendWeights> {
  const pools: Pool[] = []
  await eachUser(
    scorers,
    matrix,
    [...held.keys()],
    (user, scores) => {
      const places = new Set<number>()
      for (const part of scores) for (const item of topK(part, EACH)) places.add(item)
      const items = [...places].sort((a, b) => a - b)
      // What no part finds is beyond the pool: it stays relevant, and is never hit.
      const relevant = new Set(
        [...held.get(user)!].map((item) => (places.has(item) ? items.indexOf(item) : -1 - item)),
      )
      pools.push({ scores: scores.map((part) => Float32Array.from(items, (item) => part[item]!)), relevant })
    },
    signal,
  )
  const ndcg = (weights: readonly number[]) =>
    pools.reduce(
      (sum, { scores, relevant }) => sum + ndcgAtK(topK(blended(scores, weights), K), relevant, K),
      0,
    ) / pools.length
  return searchWeights(scorers.length, ndcg)
}
