import type { Random } from '../core/random.ts'
import { bootstrapInterval, type Estimate } from '../metrics/interval.ts'
import { ndcgAtK, topK } from '../metrics/ranking.ts'
import { sampledMean } from '../metrics/sample.ts'

/** A playlist of which a part was withheld: its candidates as both see them. */
export interface JudgedPlaylist {
  /** The fold that it was withheld with: neither ranker nor share was found on it. */
  readonly fold: number
  /** Candidate → closeness by kinship, and by what was learned from other playlists. */
  readonly kinship: ArrayLike<number>
  readonly trained: ArrayLike<number>
  /** Places of candidates that are wanted; what is wanted and no candidate is below 0. */
  readonly wanted: ReadonlySet<number>
}

/** How much of what was learned counts when a playlist is continued, and what shows it. Plain data. */
export interface ContinuationChoice {
  /** Of what is learned, the rest being kinship: 0…1; 0 unless it is better. */
  readonly share: number
  readonly playlists: number
  /** NDCG@30 on withheld parts, the share of `blend` always found on other playlists; absent with too few playlists. */
  readonly ndcg?: { readonly kinship: number; readonly trained: number; readonly blend: number }
  /** NDCG@30 of the blend minus that of kinship, paired over playlists. */
  readonly gain?: Estimate
}

const K = 30
const SHARES = [0, 0.25, 0.5, 0.75, 1]
/** Playlists below which nothing can be told. */
export const LEAST_PLAYLISTS = 20

/**
 * The share with the best NDCG@30 of withheld parts. It is tried on playlists that did not choose it; unless the paired 95 % interval of the gain
 * (bootstrap by playlist) is above 0 there, it is 0.
 */
export function chooseShare(judged: readonly JudgedPlaylist[], random: Random): ContinuationChoice {
  const playlists = judged.length
  if (playlists < LEAST_PLAYLISTS) return { share: 0, playlists }
  const tried = SHARES.map((share) =>
    judged.map(({ kinship, trained, wanted }) =>
      ndcgAtK(topK(Float32Array.from(blendedCloseness(kinship, trained, share)), K), wanted, K),
    ),
  )
  const bestOn = (wanted: (one: JudgedPlaylist) => boolean) => {
    const sums = tried.map((values) =>
      values.reduce((sum, value, at) => (wanted(judged[at]!) ? sum + value : sum), 0),
    )
    return sums.indexOf(Math.max(...sums))
  }
  const folds = new Map(
    [...new Set(judged.map(({ fold }) => fold))].map((fold) => [fold, bestOn((one) => one.fold !== fold)]),
  )
  const blend = judged.map(({ fold }, at) => tried[folds.get(fold)!]![at]!)
  const [kinship, trained] = [tried[0]!, tried.at(-1)!]
  const gain = bootstrapInterval({
    groups: judged.map((_, at) => at),
    statistic: sampledMean(Float64Array.from(blend, (value, at) => value - kinship[at]!)),
    next: random.next,
  })
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / playlists
  return {
    share: gain.ci95[0] > 0 ? SHARES[bestOn(() => true)]! : 0,
    playlists,
    ndcg: { kinship: mean(kinship), trained: mean(trained), blend: mean(blend) },
    gain,
  }
}

/** Closeness of candidates by both, on the scale of kinship: what was learned has its mean and deviation over them. */
export function blendedCloseness(
  kinship: ArrayLike<number>,
  trained: ArrayLike<number>,
  share: number,
): Float64Array {
  const [own, other] = [momentsOf(kinship), momentsOf(trained)]
  const scale = other.sd > 1e-9 ? own.sd / other.sd : 0
  return Float64Array.from(
    { length: kinship.length },
    (_, at) => (1 - share) * kinship[at]! + share * (own.mean + (trained[at]! - other.mean) * scale),
  )
}

function momentsOf(values: ArrayLike<number>) {
  let [sum, squares] = [0, 0]
  for (let at = 0; at < values.length; at++) {
    sum += values[at]!
    squares += values[at]! ** 2
  }
  const mean = sum / Math.max(values.length, 1)
  return { mean, sd: Math.sqrt(Math.max(squares / Math.max(values.length, 1) - mean ** 2, 0)) }
}
