import { DeepcutsError } from '../core/errors.ts'
import { nameKey, spotifyId } from '../core/track.ts'
import type { ImportRecord } from '../library/import-record.ts'
import { dayOrInstant, instant, isRow, type Row, textOf } from './cells.ts'
import { jsonRows } from './json-array.ts'
import type { Context, LeftReason, Sink } from './sink.ts'
import { wholeJson } from './text.ts'
import { localTrack, sharedRefs, trackRef } from './track-refs.ts'

type Bytes = AsyncIterable<Uint8Array>

/** `StreamingHistory_music_N.json` and `StreamingHistoryN.json`: one year, to the minute, without reasons or devices. */
export async function accountHistory(
  bytes: Bytes,
  file: string,
  sink: Sink,
  context: Context,
): Promise<void> {
  const refs = sharedRefs()
  for await (const rows of jsonRows(bytes, file)) {
    for (const row of rows) {
      const left = isRow(row) ? notMusic(row) : 'wrong types'
      if (left) {
        sink.leave(left)
        continue
      }
      const { artistName, trackName, endTime, msPlayed } = row as Row
      const track = refs('', textOf(trackName), textOf(artistName), '')
      if (!track || typeof endTime !== 'string' || typeof msPlayed !== 'number' || !(msPlayed >= 0)) {
        sink.leave('wrong types')
        continue
      }
      const endedAt = instant(endTime, context.now)
      if (Number.isNaN(endedAt)) {
        sink.leave('impossible date')
        continue
      }
      const play = {
        endedAt,
        msPlayed,
        reasonStart: '',
        reasonEnd: '',
        device: '',
        precision: 'minute',
      } as const
      sink.keep({ kind: 'play', track, play })
    }
  }
}

/** Spotify writes this pair for recordings that it no longer knows: it names no track. */
const UNKNOWN = nameKey('Unknown Artist', 'Unknown Track')

function notMusic(row: Row): LeftReason | undefined {
  if ('podcastName' in row || 'episodeName' in row) return 'podcast'
  if ('audiobookName' in row || 'chapterName' in row) return 'audiobook'
  if (typeof row.artistName !== 'string' || typeof row.trackName !== 'string') {
    return row.artistName === null || row.trackName === null ? 'no metadata' : 'wrong types'
  }
  const [artist, title] = [row.artistName.trim(), row.trackName.trim()]
  return !artist || !title || nameKey(artist, title) === UNKNOWN ? 'no metadata' : undefined
}

/** `StreamingHistory_podcast_N.json`, `StreamingHistory_audiobook_N.json`: counted, not kept. */
export function notMusicHistory(reason: 'podcast' | 'audiobook') {
  return async (bytes: Bytes, file: string, sink: Sink): Promise<void> => {
    for await (const rows of jsonRows(bytes, file)) for (const _ of rows) sink.leave(reason)
  }
}

/** `YourLibrary.json`: saved tracks are likes, banned tracks dislikes, banned artists nevers; all undated. */
export async function accountLibrary(bytes: Bytes, file: string, sink: Sink): Promise<void> {
  const library = await wholeObject(bytes, file, 'a library')
  const seen = new Set<string>()
  const tell = (record: ImportRecord | undefined, key: string) => {
    if (!record) sink.leave('no metadata')
    else if (seen.has(key)) sink.leave('duplicate')
    else {
      seen.add(key)
      sink.keep(record)
    }
  }
  for (const [list, kind] of [
    ['tracks', 'like'],
    ['bannedTracks', 'dislike'],
  ] as const) {
    for (const row of listOf(library, list, file)) {
      if (!isRow(row)) sink.leave('wrong types')
      else {
        const track = namedTrack(row.uri, row.track, row.artist, row.album)
        const key = track && (track.spotify ?? nameKey(track.artist ?? '', track.title ?? ''))
        tell(track && { kind, track }, `${kind} ${key}`)
      }
    }
  }
  for (const row of listOf(library, 'bannedArtists', file)) {
    const artist = isRow(row) ? textOf(row.name) : ''
    if (!isRow(row)) sink.leave('wrong types')
    else tell(artist ? { kind: 'never', artist } : undefined, `never ${artist}`)
  }
}

/** `PlaylistN.json`: the listener's playlists. */
export async function accountPlaylists(
  bytes: Bytes,
  file: string,
  sink: Sink,
  context: Context,
): Promise<void> {
  const playlists = listOf(await wholeObject(bytes, file, 'playlists'), 'playlists', file)
  for (const [index, playlist] of playlists.entries()) {
    if (!isRow(playlist)) {
      sink.leave('wrong types')
      continue
    }
    const name = context.playlist(`${file} ${index}`, textOf(playlist.name) || 'Playlist')
    for (const item of Array.isArray(playlist.items) ? (playlist.items as unknown[]) : []) {
      if (!isRow(item)) {
        sink.leave('wrong types')
        continue
      }
      const track = itemTrack(item)
      const addedAt = dayOrInstant(item.addedDate, context.now)
      if (track)
        sink.keep({
          kind: 'playlist-item',
          playlist: name,
          track,
          ...(!Number.isNaN(addedAt) && { addedAt }),
        })
      else sink.leave(item.episode ? 'podcast' : item.audiobook ? 'audiobook' : 'no metadata')
    }
  }
}

function itemTrack(item: Row) {
  if (isRow(item.track)) {
    const { trackUri, trackName, artistName, albumName } = item.track
    return namedTrack(trackUri, trackName, artistName, albumName)
  }
  return isRow(item.localTrack) ? localTrack(textOf(item.localTrack.uri)) : undefined
}

function namedTrack(uri: unknown, title: unknown, artist: unknown, album: unknown) {
  return trackRef({
    spotify: spotifyId(textOf(uri)),
    title: textOf(title),
    artist: textOf(artist),
    album: textOf(album),
    isrc: undefined,
    mbid: undefined,
  })
}

async function wholeObject(bytes: Bytes, file: string, expected: string): Promise<Row> {
  const value = await wholeJson(bytes, file)
  if (!isRow(value)) {
    const found = Array.isArray(value) ? 'a list' : 'a single value'
    throw new DeepcutsError('JSON_SHAPE', { file, expected: `one object (${expected})`, found })
  }
  return value
}

function listOf(object: Row, key: string, file: string): readonly unknown[] {
  const list = object[key] ?? []
  if (!Array.isArray(list))
    throw new DeepcutsError('JSON_SHAPE', {
      file,
      expected: `a list named "${key}"`,
      found: 'something else there',
    })
  return list
}
