/** What one listener did with one track, from plays that count (excluded and duplicate ones left out). */
export interface TrackHistory {
  readonly plays: number
  readonly finishes: number
  readonly skips: number
  /** Plays that a scrobbler tells: half was heard, and how they ended is not known. Absent: none. */
  readonly heard?: number
  /** Ends of the first and last play, ms since the epoch; NaN when never played. */
  readonly firstPlayedAt: number
  readonly lastPlayedAt: number
  /** In the listener's imported library, likes too, or on one of their own playlists. */
  readonly saved: boolean
  /** Liked by hand: the last word said about it. */
  readonly liked: boolean
}

/** What one listener did with one artist. */
export interface ArtistHistory {
  readonly name: string
  readonly plays: number
  readonly finishes: number
  readonly skips: number
  /** As of a track. */
  readonly heard?: number
  /** Distinct tracks played. */
  readonly tracks: number
}

/**
 * What speaks for a track or an artist where nothing is trained: finishes, and plays of which only the better half is known. How a play ended is
 * never told by it.
 */
export function goodPlays({
  finishes,
  heard = 0,
}: {
  readonly finishes: number
  readonly heard?: number
}): number {
  return finishes + heard
}
