import type { Interactions } from '../collaborative/interactions.ts'
import type { RankingScorer } from '../collaborative/ranking-model.ts'
import { ndcgAtK, topK } from '../metrics/ranking.ts'
import { type BlendWeights, steadyWeights } from './blend-weights.ts'
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
 * The weights of the parts' z-scores for the best NDCG@20 on what was held out of `matrix`, over the hundred best items of every part: a
 * search where it holds across the users there, else all alike or the best part.
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
  const ndcg = (weights: readonly number[], users: readonly number[]) =>
    Float64Array.from(users, (at) => {
      const { scores, relevant } = pools[at]!
      return ndcgAtK(topK(blended(scores, weights), K), relevant, K)
    })
  return steadyWeights(scorers.length, pools.length, ndcg)
}
