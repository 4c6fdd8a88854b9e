import type { ArtistHistory, TrackHistory } from './listener.ts'

/** A track that the listener loves: finished again and again, saved, or liked. */
export interface LovedTrackRow {
  /** Row in the catalog. */
  readonly row: number
  readonly weight: number
  /** Which corner of the taste it lies in, 0 the largest. */
  readonly cluster: number
}

/** A listener as the request path sees them: what they did, love and refuse. Rows and artists are those of the catalog. */
export interface DescribedListener {
  readonly name: string
  /** When the mix is asked for, ms since the epoch. */
  readonly at: number
  /** Up to when the history tells: `at`, or soon after the last play when the export is older, or newer. Days are counted from here. */
  readonly asOf: number
  /** Rows that the listener played, saved or liked. */
  readonly known: readonly number[]
  /** Rows that are neither known nor new, because an exclusion says that they are not this listener's taste. */
  readonly excluded: readonly number[]
  /** Strongest first. */
  readonly loved: readonly LovedTrackRow[]
  /** How many corners the taste has. */
  readonly clusters: number
  trackHistory(row: number): TrackHistory
  artistHistory(artist: number): ArtistHistory
  /** The corner that a track lies closest to. */
  clusterOf(row: number): number
  /** Why the track must not be played, if so. */
  refusal(row: number): 'disliked' | 'snoozed' | 'never this artist' | undefined
}
