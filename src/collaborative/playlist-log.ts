import { fold } from '../core/track.ts'

/** Playlists over time as columns, one entry each time a track was put on one. The numbers of tracks say nothing of who has them. */
export interface PlaylistLog {
  readonly playlists: number
  readonly tracks: number
  readonly playlist: Uint32Array
  readonly track: Uint32Array
  /** Days since 1970. */
  readonly added: Float64Array
  /** Days since 1970, not before `added`; infinite while the track is on the playlist. */
  readonly removed: Float64Array
}

/** What is known of tracks 0…tracks − 1 without anybody having put them anywhere. */
export interface TrackContent {
  readonly tracks: number
  readonly artists: number
  /** tracks + 1 offsets into `artist`. */
  readonly artistStarts: Uint32Array
  /** The artists of each track, the first one first. */
  readonly artist: Uint32Array
  /** Track → album by its artist and name; 0 is none. */
  readonly album: Uint32Array
  /** NaN where nobody knows. */
  readonly seconds: Float32Array
  /** Word → its number. */
  readonly vocabulary: ReadonlyMap<string, number>
  /** tracks + 1 offsets into `word`. */
  readonly wordStarts: Uint32Array
  /** The different words of each track's title and album, folded. */
  readonly word: Uint32Array
}

/** One stay of a track on a playlist. */
export interface Stay {
  readonly track: number
  /** Days since 1970. */
  readonly added: number
  /** Infinite while the track is on the playlist. */
  readonly removed: number
}

/** What was known of the playlists at the start of a day: what was added earlier, and of that what was removed earlier. */
export function logBefore(log: PlaylistLog, day: number): PlaylistLog {
  return chosen(
    log,
    (row) => log.added[row]! < day,
    (row) => (log.removed[row]! < day ? log.removed[row]! : Number.POSITIVE_INFINITY),
  )
}

/** The log without some playlists; the others keep their numbers. */
export function logWithout(log: PlaylistLog, playlists: ReadonlySet<number>): PlaylistLog {
  return chosen(
    log,
    (row) => !playlists.has(log.playlist[row]!),
    (row) => log.removed[row]!,
  )
}

function chosen(
  log: PlaylistLog,
  keep: (row: number) => boolean,
  removedAt: (row: number) => number,
): PlaylistLog {
  const rows = Uint32Array.from(log.playlist.keys()).filter(keep)
  return {
    playlists: log.playlists,
    tracks: log.tracks,
    playlist: rows.map((row) => log.playlist[row]!),
    track: rows.map((row) => log.track[row]!),
    added: Float64Array.from(rows, (row) => log.added[row]!),
    removed: Float64Array.from(rows, removedAt),
  }
}

/** The stays of every playlist, in order of their dates, as they are in the log where these are equal. */
export function staysOf({ playlists, playlist, track, added, removed }: PlaylistLog): Stay[][] {
  const stays: Stay[][] = Array.from({ length: playlists }, () => [])
  for (let row = 0; row < playlist.length; row++)
    stays[playlist[row]!]!.push({ track: track[row]!, added: added[row]!, removed: removed[row]! })
  for (const own of stays) own.sort((a, b) => a.added - b.added)
  return stays
}

/** The tracks on a playlist, those that left it aside. */
export function currentTracks(stays: readonly Stay[]): Set<number> {
  return new Set(
    stays.filter(({ removed }) => removed === Number.POSITIVE_INFINITY).map(({ track }) => track),
  )
}

/** The words of a text, folded: runs of letters and digits. */
export function wordsOf(text: string): string[] {
  return fold(text).match(/[\p{L}\p{N}]+/gu) ?? []
}
