import { playOfScrobble, type Scrobble } from '../core/scrobble.ts'
import { spotifyId, type TrackRef } from '../core/track.ts'
import type { ImportRecord } from '../library/import-record.ts'
import { isRow, listeningTime, type Row, textOf } from './cells.ts'
import type { Context, Sink } from './sink.ts'
import { featureValue, mainArtist } from './table-row.ts'
import { trackRef } from './track-refs.ts'

const MBID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const ISRC = /^[a-z]{2}[0-9a-z]{3}\d{7}$/i
const LONGEST_PLAY_MS = 86_400_000

/** The names and ids of a track, as a file has them: what is none is taken as absent. */
export interface SaidTrack {
  readonly title: unknown
  readonly artist: unknown
  readonly album?: unknown
  readonly mbid?: unknown
  readonly isrc?: unknown
  readonly spotify?: unknown
}

/** What a row says of a play: a moment that cannot be is NaN. */
export type SaidPlay = Pick<Scrobble, 'startedAt' | 'rating'> & {
  /** Milliseconds, as a file has them. */
  readonly heardMs?: unknown
  readonly lengthMs?: unknown
}

/** Keeps the scrobbles and loves of one file: one object for one track, its length told once. */
export interface ScrobbleKeeper {
  /** The track of a row; undefined where it names none. */
  track(said: SaidTrack): TrackRef | undefined
  play(track: TrackRef | undefined, said: SaidPlay, ...more: readonly ImportRecord[]): void
  /** @param at when it was said; NaN when that is not known */
  opinion(kind: 'like' | 'dislike', track: TrackRef | undefined, at: number): void
}

/** A keeper that writes to a sink. */
export function scrobbleKeeper(sink: Sink): ScrobbleKeeper {
  const refs = new Map<string, TrackRef | undefined>()
  const told = new Set<TrackRef>()
  return {
    track({ title, artist, album, mbid, isrc, spotify }) {
      const parts = {
        title: textOf(title),
        artist: mainArtist(textOf(artist)),
        album: textOf(album),
        mbid: mbidOf(mbid),
        isrc: ISRC.test(textOf(isrc)) ? textOf(isrc).toUpperCase() : '',
        spotify: spotifyId(textOf(spotify)) ?? '',
      }
      const key = Object.values(parts).join('\u001f')
      if (!refs.has(key)) refs.set(key, trackRef(parts))
      return refs.get(key)
    },
    play(track, { startedAt, rating, heardMs, lengthMs }, ...more) {
      if (!track) return sink.leave('no metadata')
      if (Number.isNaN(startedAt)) return sink.leave('impossible date')
      const length = lengthOf(lengthMs, sink)
      const heard = heardOf(heardMs, sink)
      const records: ImportRecord[] = [...more]
      if (length !== undefined && !told.has(track)) {
        told.add(track)
        records.push({ kind: 'track', track, facts: { source: 'spotify', audio: { duration_ms: length } } })
      }
      const play = playOfScrobble({
        startedAt,
        ...(length !== undefined && { lengthMs: length }),
        ...(heard !== undefined && { heardMs: heard }),
        ...(rating && { rating }),
      })
      sink.keep(...records, { kind: 'play', track, play })
    },
    opinion(kind, track, at) {
      if (track) sink.keep({ kind, track, ...(!Number.isNaN(at) && { at }) })
      else sink.leave('no metadata')
    },
  }
}

/** A MusicBrainz id in lower case; '' for anything else. */
export function mbidOf(value: unknown): string {
  const text = textOf(value)
  return MBID.test(text) ? text.toLowerCase() : ''
}

/** Unix time in seconds, as a number or its digits, in milliseconds; NaN for what is none or cannot be, as `instant`. */
export function unixSeconds(value: unknown, { now }: Pick<Context, 'now'>): number {
  const seconds = typeof value === 'number' ? value : digits(value)
  return listeningTime(seconds * 1000, now)
}

/** A number of seconds, as a number or its digits, in milliseconds; undefined for anything else. */
export function seconds(value: unknown): number | undefined {
  const found = typeof value === 'number' ? value : digits(value)
  return Number.isNaN(found) ? undefined : Math.round(found * 1000)
}

/** The object that a line is; undefined when it is none. */
export function rowOfLine(line: string): Row | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isRow(value) ? value : undefined
  } catch {
    return undefined
  }
}

function digits(value: unknown): number {
  return typeof value === 'string' && /^\d{1,12}(?:\.\d+)?$/.test(value.trim()) ? Number(value) : Number.NaN
}

/** What is missing, or nought, tells no length. */
function lengthOf(value: unknown, sink: Sink): number | undefined {
  if (value === undefined || value === null || value === '') return undefined
  return featureValue(
    'duration_ms',
    typeof value === 'number' ? Math.round(value) : textOf(value),
    sink.badValue,
  )
}

function heardOf(value: unknown, sink: Sink): number | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const ms = Number(value)
  if (ms > 0 && ms <= LONGEST_PLAY_MS) return Math.round(ms)
  if (ms !== 0) sink.badValue()
  return undefined
}
