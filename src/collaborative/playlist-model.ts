import type { PlaylistLog, Stay, TrackContent } from './playlist-log.ts'

/** What is known at the start of a day: nothing in it may come from later. */
export interface PlaylistPast {
  readonly log: PlaylistLog
  readonly content: TrackContent
  /** Playlist → its name. */
  readonly names: readonly string[]
  /** Days since 1970. */
  readonly day: number
}

/** A playlist to continue. */
export interface PlaylistQuery {
  /** Its number when it is in the log; absent for one that nobody has seen. */
  readonly self?: number
  readonly name: string
  /** What was put on it, oldest first; those that left it, too. */
  readonly stays: readonly Stay[]
}

/** A model of playlists that was fitted to what was known on a day. */
export interface PlaylistScorer {
  /** One score a track of the content, larger is better; only those of one query compare. Tracks on the playlist are scored as well. */
  score(query: PlaylistQuery): Promise<Float32Array>
}

/** A model that continues playlists from what others did. It never reads what came after the day of the past. */
export interface PlaylistModel {
  readonly name: string
  fit(past: PlaylistPast, signal?: AbortSignal): Promise<PlaylistScorer>
}
