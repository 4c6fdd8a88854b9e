import type { ScoredCandidate } from '../core/candidate.ts'
import type { Random } from '../core/random.ts'
import {
  type LinearObservations,
  type LinearPrior,
  linearPosterior,
  sampleHeads,
} from './linear-posterior.ts'

/** What a listener's own linear head is made of. */
export interface LinearFacts {
  readonly prior: LinearPrior
  readonly observations: LinearObservations
  /** candidates × d. */
  readonly features: Float64Array
}

/** The candidates with draws of the listener's linear posterior as their heads. */
export function thompsonScores(
  candidates: readonly ScoredCandidate[],
  { prior, observations, features }: LinearFacts,
  samples: number,
  random: Random,
): ScoredCandidate[] {
  const heads = sampleHeads(linearPosterior(prior, observations), features, samples, random)
  return candidates.map((candidate, i) => ({
    ...candidate,
    scores: Array.from(heads.subarray(i * samples, (i + 1) * samples)),
  }))
}
