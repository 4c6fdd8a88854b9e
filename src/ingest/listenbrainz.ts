import { spotifyId, type TrackRef } from '../core/track.ts'
import { isRow, type Row, textOf } from './cells.ts'
import type { Recognised } from './format.ts'
import { jsonRows } from './json-array.ts'
import { mbidOf, rowOfLine, type ScrobbleKeeper, scrobbleKeeper, seconds, unixSeconds } from './scrobbles.ts'
import type { Context, Sink } from './sink.ts'
import { lines, opening } from './text.ts'

type Bytes = AsyncIterable<Uint8Array>

const MONTH = /^(\d{1,2})\.jsonl$/

/** Recognises the files of a ListenBrainz export, and the one file of older ones, by the keys at their start. */
export function listenBrainzFile(name: string, head: string): Recognised | undefined {
  const has = (...keys: readonly string[]) => keys.every((key) => head.includes(`"${key}"`))
  if (has('track_metadata', 'listened_at')) {
    const month = Number(MONTH.exec(name)?.[1] ?? 0)
    const group = month > 0 ? { group: 'listenbrainz listens' } : {}
    return { format: 'listenbrainz', read: listens, order: [0, month], ...group }
  }
  if (!/^\s*\{/.test(head)) return undefined
  if (has('blurb_content', 'created')) return { format: 'listenbrainz', read: pins, order: [2] }
  if (has('score', 'created') && (has('recording_msid') || has('recording_mbid')))
    return { format: 'listenbrainz', read: feedback, order: [1] }
  return undefined
}

/** Whether a file names the owner of an export and nothing else: it is not needed. */
export function isListenBrainzOwner(name: string): boolean {
  return /^user\.json$/i.test(name)
}

/** Listens, an object a line or as one list: a beginning, the track, and what the player knew about it. */
async function listens(bytes: Bytes, file: string, sink: Sink, context: Context): Promise<void> {
  const keeper = scrobbleKeeper(sink)
  for await (const rows of rowsOf(bytes, file))
    for (const row of rows) {
      if (!isRow(row) || !isRow(row.track_metadata)) sink.leave('wrong types')
      else readListen(row, row.track_metadata, keeper, context)
    }
}

function readListen(row: Row, said: Row, keeper: ScrobbleKeeper, context: Context): void {
  const info = isRow(said.additional_info) ? said.additional_info : {}
  const mapping = isRow(said.mbid_mapping) ? said.mbid_mapping : {}
  const track = textOf(said.track_name)
    ? keeper.track({
        title: said.track_name,
        artist: said.artist_name,
        album: said.release_name,
        mbid: mbidOf(info.recording_mbid) || mapping.recording_mbid,
        isrc: info.isrc,
        spotify: spotifyId(textOf(info.spotify_id)) ?? info.origin_url,
      })
    : undefined
  const msid = textOf(said.recording_msid) || textOf(row.recording_msid) || textOf(info.recording_msid)
  if (track && msid) context.recordings.set(msid, track)
  keeper.play(track, {
    startedAt: unixSeconds(row.listened_at, context),
    heardMs: info.ms_played ?? seconds(info.duration_played),
    lengthMs: info.duration_ms ?? seconds(info.duration),
  })
}

/** Love (1) and hate (−1); a score of 0 took one of them back. */
async function feedback(bytes: Bytes, file: string, sink: Sink, context: Context): Promise<void> {
  const keeper = scrobbleKeeper(sink)
  for await (const rows of rowsOf(bytes, file))
    for (const row of rows) {
      if (!isRow(row)) sink.leave('wrong types')
      else if (row.score === 0) sink.leave('taken back')
      else if (row.score !== 1 && row.score !== -1) sink.leave('wrong types')
      else {
        const kind = row.score === 1 ? 'like' : 'dislike'
        keeper.opinion(kind, recordingOf(row, keeper, context), unixSeconds(row.created, context))
      }
    }
}

/** Recordings that were pinned to a profile: likes. */
async function pins(bytes: Bytes, file: string, sink: Sink, context: Context): Promise<void> {
  const keeper = scrobbleKeeper(sink)
  for await (const rows of rowsOf(bytes, file))
    for (const row of rows) {
      if (!isRow(row)) sink.leave('wrong types')
      else keeper.opinion('like', recordingOf(row, keeper, context), unixSeconds(row.created, context))
    }
}

/** The recording that a listen of the same export named, else the one of its MBID. */
function recordingOf(row: Row, keeper: ScrobbleKeeper, { recordings }: Context): TrackRef | undefined {
  const named = recordings.get(textOf(row.recording_msid))
  if (named) return named
  const mbid = mbidOf(row.recording_mbid)
  return mbid ? keeper.track({ title: '', artist: '', mbid }) : undefined
}

/** The rows of a list, or of an object a line; undefined for a line that is none. */
async function* rowsOf(bytes: Bytes, file: string): AsyncGenerator<readonly unknown[]> {
  const { first, all } = await opening(bytes)
  if (first === '[') yield* jsonRows(all, file)
  else for await (const batch of lines(all, file)) yield batch.map(rowOfLine)
}
