import type { PolicyName } from './candidate.ts'

/** Where a mix starts instead of from all that the listener loves. */
export interface Seeds {
  /** Tracks of the catalog, in the order of the playlist where there is one. */
  readonly trackIds: readonly number[]
  /** The name of the track, the artist or the playlist. */
  readonly title: string
  /** Tracks and playlists are not repeated in the mix; an artist's songs may be in it. Absent: a track. */
  readonly kind?: 'track' | 'artist' | 'playlist'
}

/** A request for a mix. */
export interface Query {
  readonly listener: string
  readonly recipe: string
  /** The length of the list. */
  readonly n: number
  /** 0 = only what the listener knows … 1 = only what they have never heard. 'auto': as the listener has received what was new so far. Absent: the dial, else the recipe's own quota. */
  readonly novelty?: number | 'auto'
  /** How to draw; absent: as the recipe and the listener's dial say. */
  readonly policy?: PolicyName
  /** Fixes the draw; absent: the day's seed. */
  readonly seed?: number
  /** Ids of tracks that are new to the listener and in other mixes of the day: they are not in this one where enough others are left. */
  readonly without?: readonly number[]
  /** When it is asked, ms since the epoch. */
  readonly at: number
  /** Where it starts; recipes that start from something need it. */
  readonly from?: Seeds
}
