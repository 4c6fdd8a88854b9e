import type { Beliefs, Familiarity } from './candidate.ts'
import type { Track } from './track.ts'

/** Why a track is in a mix: facts of this listener alone, and the sentence made of them. */
export interface Reason {
  readonly kind:
    | 'finished' // familiar: finished k of n plays
    | 'saved' // the listener saved or liked it
    | 'rediscover' // loved, not heard for long
    | 'repeat' // on repeat lately
    | 'artist' // new track of an artist the listener finishes
    | 'together' // on playlists with where the mix starts, or with what the listener loves
    | 'circle' // by an artist near one that the listener loves
    | 'near' // new track close in sound to one the listener loves
    | 'exploration' // drawn on purpose although unsure
    | 'popular' // popular lately, or nothing personal is known
  readonly text: string
}

export interface MixTrack {
  readonly position: number
  readonly track: Track
  readonly familiarity: Familiarity
  /** Calibrated probability of a finish, 0…1. */
  readonly likability: number
  /** Mean probability over the heads of each label that the listener’s data could teach. */
  readonly probabilities?: Beliefs['probabilities']
  /** Standard deviation of the heads' probabilities of a finish: how far they disagree. */
  readonly uncertainty?: number
  readonly explored: boolean
  /** Probability of this track in this slot given the tracks before it. */
  readonly propensity: number
  readonly sources: readonly string[]
  readonly reason: Reason
}

/** A finished list with a reason on every track. */
export interface Mix {
  /** Names the draw: the same state and settings give the same id. */
  readonly draw: string
  readonly recipe: string
  readonly title: string
  readonly description: string
  readonly listener: string
  readonly at: number
  readonly modelVersion: number
  readonly novelty: number
  readonly tracks: readonly MixTrack[]
  /** Sentences about the mix as a whole: why it is short, what was relaxed, what would help. */
  readonly notes: readonly string[]
}

/** What a mix tells beside its tracks, and of each of them: what it is told again by later on its day. */
export interface ToldMix extends Omit<Mix, 'draw' | 'recipe' | 'listener' | 'modelVersion' | 'tracks'> {
  /** Sources that failed. */
  readonly degraded: readonly string[]
  readonly tracks: readonly Omit<MixTrack, 'position' | 'track'>[]
}
