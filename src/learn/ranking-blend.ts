import type { Interactions } from '../collaborative/interactions.ts'
import type { RankingScorer } from '../collaborative/ranking-model.ts'
import { ndcgAtK, topK } from '../metrics/ranking.ts'
import { blended, eachUser } from './ranking-lists.ts'

/** What the parts of a blend count. */
export interface Blend {
  /** One a part, not negative. */
  readonly weights: readonly number[]
  /** NDCG@20 of the blend on what was held out. */
  readonly ndcg: number
  /** NDCG@20 of each part by itself. */
  readonly parts: readonly number[]
}

/** The candidates of one user: the best of every part. */
interface Pool {
  readonly scores: readonly Float32Array[]
  /** Places of the pool that were held out; with `missing` those held out beyond the pool. */
  readonly relevant: ReadonlySet<number>
}

const K = 20
const EACH = 100
const STEPS = [0.5, 0.2, 0.1, 0.05]

/**
 * The weights of the parts' z-scores with the best NDCG@20 on what was held out of `matrix`, by coordinate search from the best single
 * part and from all alike, over the hundred best items of every part: the blend never loses to a part there.
 */
export async function findBlend(
  scorers: readonly RankingScorer[],
  matrix: Interactions,
  held: ReadonlyMap<number, ReadonlySet<number>>,
  signal?: AbortSignal,
): Promise<Blend> {
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
  const only = (part: number) => scorers.map((_, other) => (other === part ? 1 : 0))
  const parts = scorers.map((_, part) => ndcg(only(part)))
  const strongest = parts.indexOf(Math.max(...parts))
  const climb = (start: readonly number[]) => {
    let [weights, best] = [start, ndcg(start)]
    for (const step of STEPS)
      for (let moved = true; moved; ) {
        moved = false
        for (const part of scorers.keys())
          for (const by of [step, -step]) {
            const tried = weights.map((weight, other) =>
              other === part ? Math.max(Math.round(100 * (weight + by)) / 100, 0) : weight,
            )
            const value = tried.some((weight) => weight > 0) ? ndcg(tried) : 0
            if (value <= best) continue
            ;[weights, best, moved] = [tried, value, true]
          }
      }
    return { weights, ndcg: best }
  }
  const [alone, alike] = [climb(only(strongest)), climb(scorers.map(() => 1))] as const
  return { ...(alike.ndcg > alone.ndcg ? alike : alone), parts }
}
