import type { Play } from '../core/event.ts'
import { spotifyId } from '../core/track.ts'
import { instant, isRow, type Row, textOf } from './cells.ts'
import { jsonRows } from './json-array.ts'
import type { Context, LeftReason, Sink } from './sink.ts'
import { sharedRefs } from './track-refs.ts'

/**
 * Spotify's extended streaming history: `Streaming_History_Audio_…`, `Streaming_History_Video_…`, `endsong_N`,
 * `endvideo_N`, current and older keys alike. Every row about a track with a time and a length ≥ 0 is a play; short
 * plays are kept, since they are the skips. Personal fields (address, country, user, agent) are never looked at.
 */
export function extendedHistory(video: boolean) {
  return async (
    bytes: AsyncIterable<Uint8Array>,
    file: string,
    sink: Sink,
    context: Context,
  ): Promise<void> => {
    const refs = sharedRefs()
    for await (const rows of jsonRows(bytes, file)) {
      for (const row of rows) {
        if (!isRow(row)) {
          sink.leave('wrong types')
          continue
        }
        const reason = notMusic(row, video)
        if (reason) {
          sink.leave(reason)
          continue
        }
        const track = refs(
          spotifyId(textOf(row.spotify_track_uri)) ?? '',
          textOf(row.master_metadata_track_name),
          textOf(row.master_metadata_album_artist_name),
          textOf(row.master_metadata_album_album_name),
        )
        const play = playOf(row, context.now)
        if (!track) sink.leave('wrong types')
        else if (typeof play === 'string') sink.leave(play)
        else if (row.incognito_mode === true) sink.leave('private session')
        else sink.keep({ kind: 'play', track, play })
      }
    }
  }
}

/** Why a row is not about a track, if it is not. A video row with a track URI is music. */
function notMusic(row: Row, video: boolean): LeftReason | undefined {
  if (spotifyId(textOf(row.spotify_track_uri))) return undefined
  if (row.audiobook_title || row.audiobook_uri || row.audiobook_chapter_uri) return 'audiobook'
  if (row.episode_name || row.spotify_episode_uri) return 'podcast'
  if (textOf(row.master_metadata_track_name) && textOf(row.master_metadata_album_artist_name))
    return undefined
  if (!('ts' in row) && !('ms_played' in row)) return 'wrong types'
  return video ? 'video without track' : 'no metadata'
}

/** The play, or why the row is none. */
function playOf(row: Row, now: number): Play | LeftReason {
  const { ts, ms_played: msPlayed } = row
  if (typeof ts !== 'string' || typeof msPlayed !== 'number' || !(msPlayed >= 0)) return 'wrong types'
  const endedAt = instant(ts, now)
  if (Number.isNaN(endedAt)) return 'impossible date'
  return {
    endedAt,
    msPlayed,
    reasonStart: textOf(row.reason_start),
    reasonEnd: textOf(row.reason_end),
    ...(typeof row.skipped === 'boolean' && { skipped: row.skipped }),
    ...(typeof row.shuffle === 'boolean' && { shuffle: row.shuffle }),
    ...(typeof row.offline === 'boolean' && { offline: row.offline }),
    device: textOf(row.platform),
    precision: 'second',
  }
}
