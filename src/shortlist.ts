import { type Candidate, type Familiarity, POOL_LIMIT } from './core/candidate.ts'
import { type Contender, cutContenders } from './explore/pool.ts'
import type { Catalog } from './library/catalog.ts'
import type { Scorer, ScoringListener } from './rank/scorer.ts'

/** Half as many again as a pool holds: who stands below that is not lifted into the pool by the hour or by some days without a play. */
const MOST = 1.5 * POOL_LIMIT

/** What the choice hangs on beside the candidates. */
export interface ShortlistFacts<Listener> {
  readonly listener: Listener
  readonly catalog: Pick<Catalog, 'trackId' | 'artist'>
  /** The share of new tracks that will be drawn, 0…1. */
  readonly novelty: number
  familiarity(row: number): Familiarity
}

/**
 * The candidates that are worth scoring for the very moment, in their order: all of them where they are few, else the 384 that would make the largest
 * pool by what they are worth to the listener at no particular moment, which is kept from request to request (docs/decisions/latency.md).
 */
export async function shortlist<Listener extends ScoringListener>(
  candidates: readonly Candidate[],
  { standing }: Pick<Scorer<Listener>, 'standing'>,
  { listener, catalog, novelty, familiarity }: ShortlistFacts<Listener>,
): Promise<readonly Candidate[]> {
  if (!standing || candidates.length <= MOST) return candidates
  const scores = await standing(
    listener,
    candidates.map(({ row }) => row),
  )
  const contenders = candidates.map(
    ({ row }, i): Contender => ({
      trackId: catalog.trackId[row]!,
      artist: catalog.artist[row] || -1 - row,
      familiarity: familiarity(row),
      score: scores[i]!,
    }),
  )
  const kept = new Set(cutContenders(contenders, novelty, MOST))
  return candidates.filter((_, i) => kept.has(contenders[i]!))
}
