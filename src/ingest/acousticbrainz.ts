import { DeepcutsError } from '../core/errors.ts'
import type { AudioFeature, AudioFeatures, TrackFacts } from '../core/track.ts'
import { isRow, type Row, textOf } from './cells.ts'
import { columnKey } from './columns.ts'
import { csvRows } from './csv.ts'
import type { Sink } from './sink.ts'
import { featureValue } from './table-row.ts'
import { lines, wholeJson } from './text.ts'
import { trackRef } from './track-refs.ts'

/*
 * AcousticBrainz (CC0, frozen 2022) by recording MBID. Only what means the same is mapped, and it is kept under its own
 * source, since the scales differ from Spotify's even so:
 *
 *   tempo             rhythm.bpm
 *   key, mode         tonal.key_key (C = 0 … B = 11), tonal.key_scale (major = 1)
 *   duration_ms       metadata.audio_properties.length · 1000
 *   loudness          −18 − metadata.audio_properties.replay_gain: the gain brings a track to −18 LUFS
 *                     (ReplayGain 2.0 specification), so what is missing to that is its loudness in dB
 *   danceability      highlevel.danceability.all.danceable, a probability
 *   acousticness      highlevel.mood_acoustic.all.acoustic, a probability
 *   instrumentalness  highlevel.voice_instrumental.all.instrumental, a probability
 *
 * Left out: rhythm.danceability (0 to about 3, another measure), lowlevel.average_loudness (no dB), moods (no valence or
 * energy), and genres of classifiers. liveness, speechiness, valence, energy and time_signature have no counterpart.
 */

const MBID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i
const PITCHES = ['C', 'C#', 'D', 'D#', 'E', 'F', 'F#', 'G', 'G#', 'A', 'A#', 'B']
const FLATS: Readonly<Record<string, string>> = { Db: 'C#', Eb: 'D#', Gb: 'F#', Ab: 'G#', Bb: 'A#' }

type Bytes = AsyncIterable<Uint8Array>

/** One document a file (`<mbid>-<n>.json`), or the answer of the old API: documents by MBID. */
export function acousticJson(name: string) {
  return async (bytes: Bytes, file: string, sink: Sink): Promise<void> => {
    const value = await wholeJson(bytes, file)
    if (!isRow(value)) {
      const found = Array.isArray(value) ? 'a list' : 'a single value'
      throw new DeepcutsError('JSON_SHAPE', { file, expected: 'one AcousticBrainz document', found })
    }
    const byId = Object.entries(value).filter(([key]) => MBID.test(key))
    if (byId.length === 0) keepDocument(value, MBID.exec(name)?.[0], sink)
    for (const [mbid, submissions] of byId) {
      const first = isRow(submissions) ? (submissions['0'] ?? submissions) : undefined
      if (isRow(first)) keepDocument(first, mbid, sink)
      else sink.leave('wrong types')
    }
  }
}

/** One document a line. */
export async function acousticLines(bytes: Bytes, file: string, sink: Sink): Promise<void> {
  let number = 0
  for await (const batch of lines(bytes, file)) {
    for (const line of batch) {
      number++
      let document: unknown
      try {
        document = JSON.parse(line)
      } catch {
        throw new DeepcutsError('JSON_BROKEN', { file, where: `line ${number}` })
      }
      if (isRow(document)) keepDocument(document, undefined, sink)
      else sink.leave('wrong types')
    }
  }
}

/** The feature dumps `acousticbrainz-lowlevel-features-*-{rhythm,tonal,lowlevel}.csv`. Of several submissions the first counts. */
export async function acousticTable(bytes: Bytes, file: string, sink: Sink): Promise<void> {
  let keys: readonly string[] | undefined
  for await (const rows of csvRows(bytes, file)) {
    for (const row of rows) {
      if (keys) keepRow(row, keys, sink)
      else keys = row.map(columnKey)
    }
  }
}

function keepRow(row: readonly string[], keys: readonly string[], sink: Sink): void {
  const cell = (key: string) => row[keys.indexOf(key)]?.trim() ?? ''
  const mbid = MBID.exec(cell('mbid'))?.[0].toLowerCase()
  if (!mbid || row.length !== keys.length) {
    sink.leave('wrong types')
    return
  }
  if (Number(cell('submission_offset')) > 0) {
    sink.leave('duplicate')
    return
  }
  const audio = audioOf({ tempo: cell('bpm'), ...keyAndMode(cell('key_key'), cell('key_scale')) }, sink)
  if (Object.keys(audio).length === 0) sink.leave('no metadata')
  else sink.keep({ kind: 'track', track: { mbid }, facts: { source: 'acousticbrainz', audio } })
}

/** Whether a header is one of the feature dumps'. */
export function isAcousticTable(header: readonly string[]): boolean {
  const keys = header.map(columnKey)
  return keys.includes('mbid') && keys.includes('submission_offset')
}

/** Whether the start of a JSON text is an AcousticBrainz document, or documents by MBID. */
export function isAcousticJson(head: string): boolean {
  return (
    /^\s*\{/.test(head) &&
    (/"(lowlevel|highlevel|tonal|rhythm)"\s*:\s*\{/.test(head) ||
      new RegExp(`^\\s*\\{\\s*"${MBID.source}"`, 'i').test(head))
  )
}

function keepDocument(document: Row, named: string | undefined, sink: Sink): void {
  const at = (...path: readonly string[]): unknown =>
    path.reduce<unknown>((value, key) => (isRow(value) ? value[key] : undefined), document)
  const tag = (...names: readonly string[]) => {
    for (const name of names) {
      const value = at('metadata', 'tags', name)
      const text = textOf(Array.isArray(value) ? value[0] : value)
      if (text) return text
    }
    return ''
  }
  // Old taggers wrote the recording's MBID under "trackid".
  const mbid = named ?? textOf(document.mbid) ?? ''
  const id = MBID.exec(mbid || tag('musicbrainz_recordingid', 'musicbrainz_trackid'))?.[0].toLowerCase()
  const track = trackRef({
    mbid: id,
    isrc: /^[A-Z]{2}[A-Z0-9]{3}\d{7}$/i.exec(tag('isrc'))?.[0].toUpperCase(),
    title: tag('title'),
    artist: tag('artist'),
    album: tag('album'),
    spotify: undefined,
  })
  const length = at('metadata', 'audio_properties', 'length')
  const gain = at('metadata', 'audio_properties', 'replay_gain')
  const audio = audioOf(
    {
      tempo: at('rhythm', 'bpm'),
      ...keyAndMode(at('tonal', 'key_key'), at('tonal', 'key_scale')),
      duration_ms: typeof length === 'number' ? Math.round(length * 1000) : undefined,
      loudness: typeof gain === 'number' ? -18 - gain : undefined,
      danceability: at('highlevel', 'danceability', 'all', 'danceable'),
      acousticness: at('highlevel', 'mood_acoustic', 'all', 'acoustic'),
      instrumentalness: at('highlevel', 'voice_instrumental', 'all', 'instrumental'),
    },
    sink,
  )
  const year = Number(/^\d{4}/.exec(tag('originaldate', 'date'))?.[0])
  if (!track) sink.leave('no metadata')
  else if (Object.keys(audio).length === 0) sink.leave('wrong types')
  else {
    const facts: TrackFacts = { source: 'acousticbrainz', audio, ...(year >= 1860 && { year }) }
    sink.keep({ kind: 'track', track, facts })
  }
}

function keyAndMode(key: unknown, scale: unknown): { key?: number; mode?: number } {
  const name = textOf(key)
  const pitch = PITCHES.indexOf(FLATS[name] ?? name)
  const mode = ['minor', 'major'].indexOf(textOf(scale))
  return { ...(pitch >= 0 && { key: pitch }), ...(mode >= 0 && { mode }) }
}

function audioOf(values: Readonly<Partial<Record<AudioFeature, unknown>>>, sink: Sink): AudioFeatures {
  const audio: AudioFeatures = {}
  for (const [name, raw] of Object.entries(values) as [AudioFeature, unknown][]) {
    if (typeof raw !== 'number' && typeof raw !== 'string') continue
    const value = featureValue(name, raw, sink.badValue)
    if (value !== undefined) audio[name] = value
  }
  return audio
}
