import { type Candidate, type Familiarity, POOL_LIMIT } from '../core/candidate.ts'
import { type Contender, cutContenders } from './pool.ts'

/** Half as many again as a pool holds: who stands below that is not lifted into the pool by the hour or by some days without a play. */
const MOST = 1.5 * POOL_LIMIT

/** What the choice hangs on beside the candidates. */
export interface ShortlistFacts {
  /** By row: numbers of tracks, and of artists, 0 where nobody is named. */
  readonly tracks: { readonly trackId: Int32Array; readonly artist: Int32Array }
  /** The share of new tracks that will be drawn, 0…1. */
  readonly novelty: number
  familiarity(row: number): Familiarity
  /** What rows are worth at no particular moment; absent where scoring for the moment is quick. */
  standing?(rows: readonly number[]): Promise<Float64Array>
}

/**
 * The candidates that are worth scoring for the very moment, in their order: all of them where they are few, else the 384 that would make the largest
 * pool by what they are worth to the listener at no particular moment, which is kept from request to request (docs/decisions/latency.md).
 */
export async function shortlist(
  candidates: readonly Candidate[],
  { tracks, novelty, familiarity, standing }: ShortlistFacts,
): Promise<readonly Candidate[]> {
  if (!standing || candidates.length <= MOST) return candidates
  const scores = await standing(candidates.map(({ row }) => row))
  const contenders = candidates.map(
    ({ row }, i): Contender => ({
      trackId: tracks.trackId[row]!,
      artist: tracks.artist[row] || -1 - row,
      familiarity: familiarity(row),
      score: scores[i]!,
    }),
  )
  const kept = new Set(cutContenders(contenders, novelty, MOST))
  return candidates.filter((_, i) => kept.has(contenders[i]!))
}
