import { DeepcutsError } from '../core/errors.ts'
import { FINISH, NO_REASONS, outcome, SKIP } from '../core/labels.ts'
import { playOfScrobble } from '../core/scrobble.ts'
import { spotifyId, type TrackRef } from '../core/track.ts'
import type { ImportRecord } from '../index.ts'

/** A play as a record of an import. */
export type PlayRecord = Extract<ImportRecord, { readonly kind: 'play' }>

/** The track of a listen, and what else players tell of it. */
export interface TrackMetadata {
  readonly track: TrackRef & { readonly title: string; readonly artist: string }
  readonly lengthMs?: number
  readonly heardMs?: number
  /** What played it. */
  readonly device: string
  /** The MusicBrainz id of the artist, where there is one artist. */
  readonly artistId?: string
}

/** One listen as ListenBrainz takes it. */
export interface Listen {
  readonly metadata: TrackMetadata
  /** When the play began, ms since the epoch; absent of what is playing now. */
  readonly startedAt?: number
}

const MBID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const ISRC = /^[A-Z]{2}[0-9A-Z]{3}\d{7}$/
/** The limits of ListenBrainz. */
const LISTEN_BYTES = 10_240
const MOST_TAGS = 50
const TAG_LENGTH = 64
const LONGEST_S = 24 * 24 * 3600
/** Last.fm began then: nothing was ever told of an earlier listen. */
const EARLIEST_S = Date.UTC(2002, 9) / 1000
/** Clocks of players may be ahead by as much. */
const AHEAD_MS = 86_400_000
const LONGEST_NAME = 500

/**
 * Reads a listen of a submission, by all the limits of ListenBrainz.
 * @param kind of the submission @param now ms since the epoch
 * @throws REQUEST_INVALID
 */
export function readListen(value: unknown, kind: 'listen' | 'playing_now', now: number): Listen {
  const listen = objectOf(value, 'a listen')
  if (Buffer.byteLength(JSON.stringify(listen)) > LISTEN_BYTES)
    throw invalid(`a listen is larger than ${LISTEN_BYTES} bytes`)
  const strange = Object.keys(listen).find((key) => key !== 'listened_at' && key !== 'track_metadata')
  if (strange !== undefined) throw invalid('a listen has "listened_at" and "track_metadata" and nothing else')
  const { listened_at: at } = listen
  const metadata = readMetadata(listen.track_metadata)
  if (kind === 'playing_now') {
    if (at !== undefined) throw invalid('"listened_at" is left out of what is playing now')
    return { metadata }
  }
  const seconds = typeof at === 'string' && /^\d{1,12}$/.test(at) ? Number(at) : at
  if (typeof seconds !== 'number' || !Number.isInteger(seconds))
    throw invalid('"listened_at" is a whole number of seconds since 1970')
  if (seconds < EARLIEST_S) throw invalid('"listened_at" is before October 2002')
  if (seconds * 1000 > now + AHEAD_MS) throw invalid('"listened_at" is in the future')
  return { metadata, startedAt: seconds * 1000 }
}

/** The play that a listen tells: where both are known, the time heard and the length tell how it ended. */
export function playOf({ metadata, startedAt = 0 }: Listen, skipped = false): PlayRecord {
  const { track, lengthMs, heardMs, device } = metadata
  const times = {
    startedAt,
    ...(lengthMs !== undefined && { lengthMs }),
    ...(heardMs !== undefined && { heardMs }),
  }
  const play = playOfScrobble({ ...times, ...(skipped && { rating: 'skipped' }) })
  return { kind: 'play', track, play: { ...play, ...endOf(metadata), device } }
}

function endOf({ lengthMs, heardMs }: TrackMetadata): { reasonEnd?: string; skipped?: true } {
  if (lengthMs === undefined || heardMs === undefined) return {}
  const evidence = { reasonEnd: NO_REASONS, skipped: undefined, hasReasons: false }
  const code = outcome({ ...evidence, msPlayed: heardMs, lengthMs })
  if (code === FINISH) return { reasonEnd: 'trackdone' }
  return code === SKIP ? { reasonEnd: 'fwdbtn', skipped: true } : { reasonEnd: '' }
}

function readMetadata(value: unknown): TrackMetadata {
  const said = objectOf(value, '"track_metadata"')
  const info = said.additional_info == null ? {} : objectOf(said.additional_info, '"additional_info"')
  const [artist, title] = [nameOf(said.artist_name, 'artist_name'), nameOf(said.track_name, 'track_name')]
  const album = said.release_name == null ? '' : nameOf(said.release_name, 'release_name', 0)
  checkTags(info.tags)
  const lengthMs = durationOf(info)
  const heardS = secondsOf(info.duration_played, 'duration_played')
  const heardMs = heardS === undefined ? undefined : Math.round(heardS * 1000)
  const artists = listOf(info.artist_mbids, 'artist_mbids').map((id) => mbidOf(id, 'artist_mbids')!)
  const mbid = mbidOf(info.recording_mbid, 'recording_mbid')
  for (const key of ['release_mbid', 'release_group_mbid', 'track_mbid']) mbidOf(info[key], key)
  const isrc = typeof info.isrc === 'string' ? info.isrc.replaceAll('-', '').toUpperCase() : ''
  const spotify = typeof info.spotify_id === 'string' ? spotifyId(info.spotify_id) : undefined
  return {
    track: {
      ...(spotify && { spotify }),
      ...(ISRC.test(isrc) && { isrc }),
      ...(mbid && { mbid }),
      ...{ title, artist: firstArtist(artist, info.artist_names) },
      ...(album && { album }),
    },
    ...(lengthMs !== undefined && { lengthMs }),
    ...(heardMs !== undefined && { heardMs }),
    device: deviceOf(info),
    ...(artists.length === 1 && { artistId: artists[0]! }),
  }
}

/** The main artist, where the artists are told one by one beside what stands on the cover. */
function firstArtist(credit: string, names: unknown): string {
  const [first] = Array.isArray(names) ? (names as unknown[]) : []
  return typeof first === 'string' && first.trim() && credit.startsWith(first) ? first : credit
}

function deviceOf(info: Readonly<Record<string, unknown>>): string {
  for (const key of ['media_player', 'submission_client', 'music_service_name', 'music_service']) {
    const name = info[key]
    if (typeof name === 'string' && oneLine(name)) return oneLine(name).slice(0, 100)
  }
  return ''
}

function durationOf(info: Readonly<Record<string, unknown>>): number | undefined {
  const seconds = secondsOf(info.duration, 'duration')
  const ms = secondsOf(info.duration_ms, 'duration_ms', 1000)
  const length = ms ?? (seconds === undefined ? undefined : seconds * 1000)
  return length === undefined || length === 0 ? undefined : Math.round(length)
}

/** @param unit how many of it a second has */
function secondsOf(value: unknown, name: string, unit = 1): number | undefined {
  if (value == null) return undefined
  const number = typeof value === 'string' && /^\d{1,12}(\.\d{1,9})?$/.test(value) ? Number(value) : value
  if (typeof number !== 'number' || !(number >= 0 && number <= LONGEST_S * unit))
    throw invalid(`"${name}" is a number from 0 to ${LONGEST_S * unit}`)
  return number
}

function checkTags(value: unknown): void {
  const tags = listOf(value, 'tags')
  if (tags.length > MOST_TAGS) throw invalid(`a listen has more than ${MOST_TAGS} tags`)
  if (tags.some((tag) => typeof tag !== 'string' || tag.length > TAG_LENGTH))
    throw invalid(`a tag is a text of at most ${TAG_LENGTH} characters`)
}

function mbidOf(value: unknown, name: string): string | undefined {
  if (value == null || value === '') return undefined
  if (typeof value !== 'string' || !MBID.test(value)) throw invalid(`"${name}" is no MusicBrainz id`)
  return value.toLowerCase()
}

function nameOf(value: unknown, name: string, least = 1): string {
  const text = typeof value === 'string' ? oneLine(value) : undefined
  if (text === undefined || text.length < least) throw invalid(`"${name}" of "track_metadata" is missing`)
  return text
}

/** A name without control characters, of a length that can be shown. */
export function oneLine(name: string): string {
  return name
    .replace(/[\p{Cc}\p{Cs}]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_NAME)
}

function listOf(value: unknown, name: string): readonly unknown[] {
  if (value == null) return []
  if (!Array.isArray(value)) throw invalid(`"${name}" is a list`)
  return value
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`${what} is a JSON object`)
  return value as Readonly<Record<string, unknown>>
}

const invalid = (problem: string) => new DeepcutsError('REQUEST_INVALID', { problem })
