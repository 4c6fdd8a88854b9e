import type { Label } from './labels.ts'

/** A track that a source proposes. `row` is its row in the catalog snapshot. */
export interface Candidate {
  readonly row: number
  /** Which sources proposed it, in the order they were asked. */
  readonly sources: readonly string[]
}

/** Whether the listener has heard a track before. */
export type Familiarity = 'familiar' | 'new'

/** What the heads of a model believe of a track. */
export interface Beliefs {
  /** Mean probability of each label that the data could teach; a finish is always among them. */
  readonly probabilities: { readonly finish: number } & { readonly [L in Label]?: number }
  /** How far the heads disagree: the standard deviation of their probabilities of a finish. */
  readonly uncertainty: number
}

/** A candidate with what ranking, drawing and explaining need to know about it. */
export interface ScoredCandidate extends Candidate {
  readonly trackId: number
  /** Index of the artist in the catalog snapshot; tracks of one artist share it. Negative, and the track's alone, when nobody is named. */
  readonly artist: number
  readonly familiarity: Familiarity
  /** Calibrated probability that the listener finishes the track if it is played now, the mean over the heads. */
  readonly likability: number
  /** What each head of the model ranks by: the value (core/value.ts), on the scale of log-odds; one number a head. */
  readonly scores: readonly number[]
  /** What is believed of it, worked out for those that are shown alone. */
  readonly beliefs?: () => Beliefs
  /** For the flow between neighbours: undefined where unknown. */
  readonly tempo?: number
  readonly key?: number
  readonly mode?: number
  readonly energy?: number
  /** The corner of the taste that it lies closest to, where the list is to keep to the shares of the corners. */
  readonly corner?: number
}

/** The most candidates that a slate is drawn from, and so the longest slate. */
export const POOL_LIMIT = 256

/** A drawn list: order, pattern and exact propensities. */
export interface Slate {
  readonly tracks: readonly SlateTrack[]
  /** The slot types that were drawn first, and how likely that pattern was. */
  readonly pattern: readonly Familiarity[]
  readonly patternPropensity: number
  /** The pool that could have been drawn, at most 256, best first. */
  readonly pool: readonly ScoredCandidate[]
  readonly policy: PolicySettings
}

export interface SlateTrack {
  readonly candidate: ScoredCandidate
  /** Probability of this track in this slot given the tracks before it, under the mixture. */
  readonly propensity: number
  /** Probability of the list up to and with this slot given the pattern: Σ_m p_m Π_i π_m(a_i | prefix). */
  readonly prefixPropensity: number
  /** Whether this is a deliberate exploration: a new track that blind chance would draw at least twice as often as the model's heads. */
  readonly explored: boolean
  /** Constraints that had to give way for this slot, in the fixed order; [] usually. */
  readonly relaxed: readonly string[]
}

/** How to draw: everything a log needs so that a slate can be reweighted. */
export type PolicySettings =
  | SoftmaxSettings<'mixture'>
  | SoftmaxSettings<'softmax'>
  | LinearThompsonSettings
  | { readonly name: 'greedy' }
  | {
      readonly name: 'epsilon-greedy'
      /** How often blind chance takes a slot instead of the best score, 0…1. */
      readonly epsilon: number
    }
  | { readonly name: 'uniform' }

export type PolicyName = PolicySettings['name']

/** Every policy by name, the default first. */
export const POLICY_NAMES: readonly PolicyName[] = [
  'mixture',
  'softmax',
  'linear-thompson',
  'epsilon-greedy',
  'greedy',
  'uniform',
]

interface SoftmaxSettings<Name extends string> {
  readonly name: Name
  /** Above 0: how far the draw strays from the highest scores, in standard deviations of the pool's scores of the same kind. */
  readonly temperature: number
  /** Weight of the list that blind chance draws, 0…1. */
  readonly floor: number
}

/** A mixture whose heads are draws from the listener's own linear posterior. */
export interface LinearThompsonSettings extends SoftmaxSettings<'linear-thompson'> {
  /** How many draws. */
  readonly samples: number
}
