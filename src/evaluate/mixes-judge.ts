import type { ScoredCandidate } from '../core/candidate.ts'
import { flowCost } from '../core/flow.ts'
import { type Random, random } from '../core/random.ts'
import { widestGap } from '../explore/look-ahead.ts'
import { SOUND } from '../features/taste.ts'
import { AUDIO_STRIDE, type Catalog } from '../library/catalog.ts'
import {
  gapViolations,
  gradedNdcg,
  intraListDistance,
  meanKnown,
  miscalibration,
  overlap,
  selfInformation,
} from '../metrics/lists.ts'
import { tasteShares } from '../mix/taste-shares.ts'
import type { DrawnList } from './mixes-draws.ts'

const SHUFFLES = 100

/** What a list is judged by. The last two are known of invented listeners alone; NaN elsewhere. */
export const MIX_METRICS = [
  'diversity',
  'novelty',
  'newShare',
  'gapViolations',
  'avoidableViolations',
  'calibrationKl',
  'popularityShift',
  'flowCost',
  'dayOverlap',
  'exploredShare',
  'likability',
  'trueLikability',
  'ndcg',
] as const
export type MixMetric = (typeof MIX_METRICS)[number]
export type MixScores = Readonly<Record<MixMetric, number>>

/** What judging looks up. */
export interface JudgeFacts {
  readonly catalog: Catalog
  /** size × 13 audio features in standard deviations of the catalog. */
  readonly audio: Float32Array
  /** The true probability that the listener finishes a row's track, where it is known. */
  truth?(row: number): number
}

/**
 * Scores a list by everything in `MIX_METRICS`; NaN where a part does not exist.
 * @param before the same drawer's list of the recipe on the day before, if there is one
 */
export function judgeList(list: DrawnList, before: DrawnList | undefined, facts: JudgeFacts): MixScores {
  const { tracks, explored, pool, rules, recipe, listener } = list
  const { catalog, audio, truth } = facts
  const popularityOf = (rows: readonly number[]) => rows.map((row) => catalog.popularity[row]!)
  const popularity = popularityOf(tracks.map(({ row }) => row))
  const loved = popularityOf(listener.loved.map(({ row }) => row))
  const share = (is: readonly boolean[]) => is.filter(Boolean).length / is.length
  const artists = tracks.map(({ artist }) => artist)
  const kinds = tracks.map(({ familiarity }) => familiarity)
  const corners = tracks.map(({ row }) => listener.clusterOf(row))
  const cost = flowOf(recipe.flow)
  return {
    diversity: intraListDistance(tracks.map(({ row }) => SOUND.map((f) => audio[row * AUDIO_STRIDE + f]!))),
    novelty: selfInformation(popularity),
    newShare: share(tracks.map(({ familiarity }) => familiarity === 'new')),
    gapViolations: gapViolations(artists, rules.artistGap),
    avoidableViolations: gapViolations(artists, widestGap(pool, kinds, rules.artistGap)),
    // A mix of one corner is of that corner: there is nothing to keep to.
    calibrationKl: recipe.cluster === undefined ? miscalibration(tasteShares(listener), corners) : Number.NaN,
    popularityShift: meanKnown(popularity) - meanKnown(loved),
    flowCost: cost(tracks) / inRandomOrder(cost, tracks, random(`shuffles/${recipe.name}/${list.day}`)),
    dayOverlap: before ? overlap(idsOf(tracks), idsOf(before.tracks)) : Number.NaN,
    exploredShare: share(explored),
    likability: meanKnown(tracks.map((track) => track.likability)),
    trueLikability: truth ? meanKnown(tracks.map(({ row }) => truth(row))) : Number.NaN,
    ndcg: truth
      ? gradedNdcg(
          tracks.map(({ row }) => truth(row)),
          pool.map(({ row }) => truth(row)),
        )
      : Number.NaN,
  }
}

const idsOf = (tracks: readonly ScoredCandidate[]) => tracks.map(({ trackId }) => trackId)

type ListCost = (tracks: readonly ScoredCandidate[]) => number

/** What all jumps of a list cost together. */
function flowOf(weights: DrawnList['recipe']['flow']): ListCost {
  const cost = flowCost(weights)
  return (tracks) => tracks.reduce((sum, track, i) => sum + cost(tracks[i - 1], track), 0)
}

function inRandomOrder(cost: ListCost, tracks: readonly ScoredCandidate[], rng: Random): number {
  let sum = 0
  for (let i = 0; i < SHUFFLES; i++) sum += cost(rng.shuffle([...tracks]))
  return sum / SHUFFLES
}
