import type { TrackContent } from '../collaborative/playlist-log.ts'
import type { PlaylistScorer } from '../collaborative/playlist-model.ts'
import type { Random } from '../core/random.ts'
import { eachCase } from '../learn/continuation-lists.ts'
import type { ContinuationTask } from '../learn/continuation-task.ts'
import { weightedSum } from '../learn/continuation-tuning.ts'
import { artistRPrecision, clicks, rPrecision } from '../metrics/continuation.ts'
import { bootstrapInterval, type Estimate } from '../metrics/interval.ts'
import { ndcgAtK, recallAtK, topK } from '../metrics/ranking.ts'
import { sampledMean } from '../metrics/sample.ts'

/** The tracks that are ranked and judged: all candidates, those on some playlist before, or those that were on none. */
export const SUBSETS = ['all', 'warm', 'cold'] as const
export type Subset = (typeof SUBSETS)[number]

/** How good lists are, by metric; `n` playlists were judged. */
export type ContinuationMetrics = Readonly<Record<string, Estimate | number>> & { readonly n: number }

/** Of one model, by subset and metric, a value for every playlist judged. */
export type ContinuationValues = Readonly<Record<Subset, ReadonlyMap<string, Float64Array>>>

/** The longest list of the challenge, and the cutoffs of recall and NDCG. */
const LONGEST = 500
const RECALL = [20, 100, 500]
const NDCG = [20, 100, 500]

/** The weights of the blend of the scorers that is judged beside them, under the last index. */
interface JudgeOptions {
  readonly blend: readonly number[]
  readonly signal?: AbortSignal | undefined
}

/** Ranks the candidates for every case by each scorer, and last by the blend of them, and says how good each list is. */
export async function judgeContinuation(
  task: ContinuationTask,
  scorers: readonly PlaylistScorer[],
  { blend, signal }: JudgeOptions,
): Promise<ContinuationValues[]> {
  const found = [...scorers, 'blend'].map(() => ({
    all: new Map<string, number[]>(),
    warm: new Map<string, number[]>(),
    cold: new Map<string, number[]>(),
  }))
  const { content } = task.past
  await eachCase(
    scorers,
    task,
    ({ wanted }, parts) => {
      for (const subset of SUBSETS) {
        const inside = (track: number) => subset === 'all' || task.warm[track] === (subset === 'warm' ? 1 : 0)
        const relevant = new Set([...wanted].filter(inside))
        if (relevant.size === 0) continue
        for (const [at, scores] of [...parts, weightedSum(parts, blend)].entries()) {
          const own =
            subset === 'all' ? scores : scores.map((score, track) => (inside(track) ? score : -Infinity))
          for (const [key, value] of valuesOf(topK(own, LONGEST), relevant, content)) {
            const list = found[at]![subset].get(key) ?? []
            found[at]![subset].set(key, list)
            list.push(value)
          }
        }
      }
    },
    signal,
  )
  const values = (map: Map<string, number[]>) =>
    new Map([...map].map(([key, list]) => [key, Float64Array.from(list)]))
  return found.map(({ all, warm, cold }) => ({ all: values(all), warm: values(warm), cold: values(cold) }))
}

function valuesOf(
  ranked: Uint32Array,
  relevant: ReadonlySet<number>,
  { artistStarts, artist }: TrackContent,
): [string, number][] {
  const artistOf = (track: number) =>
    artistStarts[track] === artistStarts[track + 1] ? undefined : artist[artistStarts[track]!]
  return [
    ...NDCG.map((k): [string, number] => [`ndcg@${k}`, ndcgAtK(ranked, relevant, k)]),
    ['rPrecision', rPrecision(ranked, relevant)],
    ['artistRPrecision', artistRPrecision(ranked, relevant, artistOf)],
    ['clicks', clicks(ranked, relevant)],
    ...RECALL.map((k): [string, number] => [`recall@${k}`, recallAtK(ranked, relevant, k)]),
  ]
}

/** Means of the values of a subset with 95 % intervals, a bootstrap over playlists; `n` alone where nothing was judged. */
export function continuationMetrics(
  values: ContinuationValues,
  subset: Subset,
  random: Random,
): ContinuationMetrics {
  const own = values[subset]
  const n = own.get('ndcg@100')?.length ?? 0
  const groups = Array.from({ length: n }, (_, at) => at)
  return {
    n,
    ...Object.fromEntries(
      [...own].map(([key, list]) => [
        key,
        bootstrapInterval({ groups, next: random.next, statistic: sampledMean(list) }),
      ]),
    ),
  }
}

/** By how much one model's mean is above another's, and how many times as large it is, paired over playlists. */
export function continuationComparison(
  ours: ContinuationValues,
  theirs: ContinuationValues,
  subset: Subset,
  metric: string,
  random: Random,
): { readonly difference: Estimate; readonly ratio: Estimate } {
  const [a, b] = [ours[subset].get(metric)!, theirs[subset].get(metric)!]
  const groups = Array.from({ length: a.length }, (_, at) => at)
  const [meanOfA, meanOfB] = [sampledMean(a), sampledMean(b)]
  const interval = (statistic: (times: Uint32Array) => number) =>
    bootstrapInterval({ groups, next: random.next, statistic })
  return {
    difference: interval((times) => meanOfA(times) - meanOfB(times)),
    ratio: interval((times) => meanOfA(times) / meanOfB(times)),
  }
}
