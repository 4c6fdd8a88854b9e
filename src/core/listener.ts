/** What one listener did with one track, from plays that count (excluded and duplicate ones left out). */
export interface TrackHistory {
  readonly plays: number
  readonly finishes: number
  readonly skips: number
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
  /** Distinct tracks played. */
  readonly tracks: number
}
