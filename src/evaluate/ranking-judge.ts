import { listenersOf } from '../collaborative/interactions.ts'
import type { RankingScorer } from '../collaborative/ranking-model.ts'
import type { Random } from '../core/random.ts'
import { blended, eachUser } from '../learn/ranking-lists.ts'
import { bootstrapInterval, bootstrapNormalInterval, type Estimate } from '../metrics/interval.ts'
import { coverage, gini, ndcgAtK, novelty, recallAtK, reciprocalRank, topK } from '../metrics/ranking.ts'
import { type SampledMetric, sampledMean } from '../metrics/sample.ts'
import type { RankingData } from './ranking-data.ts'

/** Estimates by name: recall@K and ndcg@K for each K, mrr, coverage, novelty, gini. */
export type RankingMetrics = Readonly<Record<string, Estimate>>

export interface RankingComparison {
  readonly model: 'deepcuts'
  readonly against: string
  readonly metric: string
  readonly difference: Estimate
}

export interface JudgedLists {
  /** Of each scorer, and of their blend at the end. */
  readonly metrics: readonly RankingMetrics[]
  readonly comparisons: readonly RankingComparison[]
  readonly listLength: number
}

/** Lists of a model, judged user by user. */
interface Lists {
  /** By name of the metric one value a user. */
  readonly values: ReadonlyMap<string, Float64Array>
  /** users × listLength items, the number of items where a list is shorter. */
  readonly listed: Uint32Array
}

/** What counts every list anew is drawn less often. */
const SHARE_DRAWS = 200

/** Ranks all items for each user to judge, by each scorer and by the weighted sum of their z-scores, and says how good the lists are. */
export async function judgeLists(
  { matrix, relevant }: RankingData,
  scorers: readonly RankingScorer[],
  names: readonly string[],
  weights: readonly number[],
  ks: readonly number[],
  random: Random,
  signal?: AbortSignal,
): Promise<JudgedLists> {
  const users = [...relevant.keys()]
  const listLength = ks.includes(20) ? 20 : ks[0]!
  const keys = [...ks.flatMap((k) => [`recall@${k}`, `ndcg@${k}`]), 'mrr', 'novelty']
  const lists: Lists[] = [...scorers, 'blend'].map(() => ({
    values: new Map(keys.map((key) => [key, new Float64Array(users.length)])),
    listed: new Uint32Array(users.length * listLength),
  }))
  const listeners = listenersOf(matrix)
  let row = 0
  await eachUser(
    scorers,
    matrix,
    users,
    (user, parts) => {
      const wanted = relevant.get(user)!
      for (const [at, scores] of [...parts, blended(parts, weights)].entries()) {
        const { values, listed } = lists[at]!
        const ranked = topK(scores, Math.max(ks.at(-1)!, listLength))
        const short = ranked.subarray(0, listLength)
        for (const k of ks) {
          values.get(`recall@${k}`)![row] = recallAtK(ranked, wanted, k)
          values.get(`ndcg@${k}`)![row] = ndcgAtK(ranked, wanted, k)
        }
        values.get('mrr')![row] = reciprocalRank(ranked, wanted)
        values.get('novelty')![row] = novelty(short, listeners, matrix.users)
        listed.fill(matrix.items, row * listLength, (row + 1) * listLength)
        listed.set(short, row * listLength)
      }
      row++
    },
    signal,
  )
  const groups = users.map((_, at) => at)
  const next = random.next
  const metrics = lists.map(({ values, listed }) => {
    const share = (measure: (times: Uint32Array) => number) =>
      bootstrapNormalInterval({
        groups,
        next,
        draws: SHARE_DRAWS,
        statistic: timesListed(listed, listLength, matrix.items, measure),
      })
    const means = [...values].map(([key, own]) => [
      key,
      bootstrapInterval({ groups, next, statistic: sampledMean(own) }),
    ])
    return { ...Object.fromEntries(means), coverage: share(coverage), gini: share(gini) } as RankingMetrics
  })
  const metric = `ndcg@${listLength}`
  const ours = lists.at(-1)!.values.get(metric)!
  const comparisons = names.map((against, at): RankingComparison => {
    const theirs = lists[at]!.values.get(metric)!
    const statistic = sampledMean(ours.map((value, user) => value - theirs[user]!))
    return {
      model: 'deepcuts',
      against,
      metric,
      difference: bootstrapInterval({ groups, next, statistic }),
    }
  })
  return { metrics, comparisons, listLength }
}

/** A quantity of how many lists each item is in, a list counting as often as its user was drawn. */
function timesListed(
  listed: Uint32Array,
  length: number,
  items: number,
  measure: (times: Uint32Array) => number,
): SampledMetric {
  return (drawn) => {
    const times = new Uint32Array(items)
    for (let at = 0; at < listed.length; at++)
      if (listed[at]! < items) times[listed[at]!]! += drawn[Math.floor(at / length)]!
    return measure(times)
  }
}
