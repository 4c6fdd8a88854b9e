import type { Play } from '../core/event.ts'
import { NO_REASONS } from '../core/labels.ts'
import { spotifyId, type TrackRef } from '../core/track.ts'
import type { ImportRecord } from '../library/import-record.ts'
import { instant, isRow } from './cells.ts'
import { type Columns, columnKey, columnsOf, namesTracks } from './columns.ts'
import { csvRows } from './csv.ts'
import type { Context, Sink } from './sink.ts'
import { cellOf, featureValue, mainArtist } from './table-row.ts'
import { lines } from './text.ts'
import { trackRef } from './track-refs.ts'

/** What a column of a log of many listeners says beside which track it is about. */
type ListenRole = 'listener' | 'endedAt' | 'beganAt' | 'ms' | 'seconds' | 'reason' | 'skipped'

/** Names under which logs give each role, best first, as `columnKey` folds them. */
const ALIASES: Readonly<Record<ListenRole, readonly string[]>> = {
  listener: [
    'listener',
    'listener_id',
    'listener_name',
    'user',
    'user_id',
    'userid',
    'user_name',
    'username',
  ],
  endedAt: ['ts', 'timestamp', 'time', 'ended_at', 'played_at', 'unixtime', 'unix_timestamp'],
  beganAt: ['listened_at', 'uts', 'started_at'],
  ms: ['ms_played', 'msplayed', 'played_ms'],
  seconds: ['duration_played', 'seconds_played', 'played_s'],
  reason: ['reason_end', 'end_reason', 'reasonend'],
  skipped: ['skipped', 'skip'],
}

const MBID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const LONGEST_NAME = 200
const LONGEST_PLAY_MS = 86_400_000

/** Where a log has what. */
interface Layout {
  readonly tracks: Columns
  readonly of: Readonly<Partial<Record<ListenRole, number>>>
}

/** Whether a table with these columns tells who listened to what when. */
export function isListensTable(header: readonly string[]): boolean {
  return layoutOf(header) !== undefined
}

/** Whether a text begins with a JSON object a line that tells who listened to what when. */
export function isListensLines(head: string): boolean {
  const first = head.split('\n').find((line) => line.trim())
  const row = first && /^\s*\{/.test(first) ? flat(first) : undefined
  return row !== undefined && isListensTable(row.header)
}

/**
 * A log of many listeners: a listener, a track and a moment a row, under their usual names; how long it was heard, how it ended and how
 * long the track is where they are told. A moment is ISO 8601 or unix time; `listened_at`, `uts` and `started_at` are beginnings, all
 * others ends, as in exports.
 */
export async function listensTable(
  bytes: AsyncIterable<Uint8Array>,
  file: string,
  sink: Sink,
  context: Context,
): Promise<void> {
  let read: RowReader | undefined
  let width = 0
  for await (const rows of csvRows(bytes, file)) {
    for (const row of rows) {
      if (!read) {
        read = rowReader(layoutOf(row)!, sink, context)
        width = row.length
      } else if (row.length !== width) sink.leave('wrong types')
      else read(row)
    }
  }
}

/** As `listensTable`, of a JSON object a line; objects inside objects are read as if their fields were outside. */
export async function listensLines(
  bytes: AsyncIterable<Uint8Array>,
  file: string,
  sink: Sink,
  context: Context,
): Promise<void> {
  const readers = new Map<string, RowReader | undefined>()
  for await (const batch of lines(bytes, file)) {
    for (const line of batch) {
      const row = flat(line)
      const key = row?.header.join('\u001f') ?? ''
      if (!readers.has(key)) {
        const layout = row && layoutOf(row.header)
        readers.set(key, layout && rowReader(layout, sink, context))
      }
      const read = readers.get(key)
      if (read) read(row!.cells)
      else sink.leave('wrong types')
    }
  }
}

type RowReader = (row: readonly string[]) => void

function rowReader({ tracks, of }: Layout, sink: Sink, { now }: Context): RowReader {
  const cell = (row: readonly string[], role: ListenRole) => {
    const index = of[role]
    return index === undefined ? '' : (row[index] ?? '').trim()
  }
  const known = new Map<string, TrackRef | undefined>()
  const trackIn = (row: readonly string[]): TrackRef | undefined => {
    const text = (role: Parameters<typeof cellOf>[2]) => cellOf(row, tracks, role)
    const [id, isrc, mbid, title, artist, album] = (
      ['spotify', 'isrc', 'mbid', 'title', 'artist', 'album'] as const
    ).map(text)
    const key = `${id}\u001f${isrc}\u001f${mbid}\u001f${title}\u001f${artist}\u001f${album}`
    if (!known.has(key)) {
      const track = trackRef({
        spotify: spotifyId(id!),
        isrc: isrc!.toUpperCase(),
        mbid: (mbid || (MBID.test(id!) ? id! : '')).toLowerCase(),
        title,
        artist: mainArtist(artist!),
        album,
      })
      known.set(key, track)
      const length = lengthIn(row, tracks, sink)
      if (track && length !== undefined) told.set(track, length)
    }
    return known.get(key)
  }
  /** Lengths of tracks that no record has told yet. */
  const told = new Map<TrackRef, number>()
  return (row) => {
    const listener = cell(row, 'listener').normalize('NFC')
    if (listener === '' || listener.length > LONGEST_NAME) return sink.leave('no listener')
    const track = trackIn(row)
    if (!track) return sink.leave('no metadata')
    const play = playOf((role) => cell(row, role), of, now, sink)
    if (!play) return sink.leave('impossible date')
    const records: ImportRecord[] = []
    const length = told.get(track)
    if (length !== undefined) {
      records.push({ kind: 'track', track, facts: { source: 'spotify', audio: { duration_ms: length } } })
      told.delete(track)
    }
    sink.keep(...records, { kind: 'play', listener, track, play })
  }
}

function playOf(
  cell: (role: ListenRole) => string,
  of: Layout['of'],
  now: number,
  sink: Sink,
): Play | undefined {
  const heard = heardMs(cell, sink)
  const begins = of.endedAt === undefined || cell('endedAt') === ''
  const moment = momentOf(cell(begins ? 'beganAt' : 'endedAt'), now)
  const endedAt = begins ? moment + (heard ?? 0) : moment
  if (Number.isNaN(endedAt)) return undefined
  const skipped = flagOf(cell('skipped'))
  return {
    endedAt,
    msPlayed: heard ?? 0,
    reasonStart: '',
    reasonEnd: cell('reason') || reasonWithout(skipped, heard !== undefined),
    ...(skipped !== undefined && { skipped }),
    device: '',
    precision: 'second',
  }
}

/** A log without reasons: a skip says itself; else the milliseconds speak; without them, what was not skipped was played to its end. */
function reasonWithout(skipped: boolean | undefined, timed: boolean): string {
  if (skipped === true) return ''
  if (timed) return NO_REASONS
  return skipped === false ? 'trackdone' : ''
}

function heardMs(cell: (role: ListenRole) => string, sink: Sink): number | undefined {
  const [ms, seconds] = [cell('ms'), cell('seconds')]
  if (ms === '' && seconds === '') return undefined
  const value = ms === '' ? Math.round(Number(seconds) * 1000) : Number(ms)
  if (value >= 0 && value <= LONGEST_PLAY_MS) return value
  sink.badValue()
  return undefined
}

function lengthIn(row: readonly string[], tracks: Columns, sink: Sink): number | undefined {
  const ms = cellOf(row, tracks, 'duration_ms')
  const seconds = cellOf(row, tracks, 'seconds')
  if (ms === '' && !(Number(seconds) > 0)) return undefined
  return featureValue('duration_ms', ms || Math.round(Number(seconds) * 1000), sink.badValue)
}

const OFFSET = /([+-])(\d\d):?(\d\d)$/

/** Milliseconds since the epoch of ISO 8601 with or without an offset, or of unix time in seconds, milli- or microseconds; NaN as `instant`. */
function momentOf(text: string, now: number): number {
  const unix = /^(\d{9,16})(?:\.\d+)?$/.exec(text)?.[1]
  if (unix) {
    const ms = Number(unix) * (unix.length <= 10 ? 1000 : unix.length <= 13 ? 1 : 1e-3)
    return instant(new Date(ms).toISOString(), now)
  }
  const offset = /T|:\d\d/.test(text) ? OFFSET.exec(text) : null
  if (!offset) return instant(text, now)
  const minutes = (Number(offset[2]) * 60 + Number(offset[3])) * (offset[1] === '+' ? 1 : -1)
  return instant(text.slice(0, offset.index), now) - minutes * 60_000
}

function flagOf(text: string): boolean | undefined {
  if (/^(?:1|true|t|yes|y)$/i.test(text)) return true
  return /^(?:0|false|f|no|n)$/i.test(text) ? false : undefined
}

function layoutOf(header: readonly string[]): Layout | undefined {
  const keys = header.map(columnKey)
  const of: Partial<Record<ListenRole, number>> = {}
  for (const [role, aliases] of Object.entries(ALIASES) as [ListenRole, readonly string[]][]) {
    const alias = aliases.find((name) => keys.includes(name))
    if (alias !== undefined) of[role] = keys.indexOf(alias)
  }
  const tracks = columnsOf(header)
  const timed = of.endedAt !== undefined || of.beganAt !== undefined
  return of.listener !== undefined && timed && namesTracks(tracks) ? { tracks, of } : undefined
}

const DEEPEST = 3

/** A JSON object as names and cells, those of objects inside it among them; undefined when the text is none. */
function flat(
  line: string,
): { readonly header: readonly string[]; readonly cells: readonly string[] } | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch {
    return undefined
  }
  if (!isRow(parsed)) return undefined
  const [header, cells]: [string[], string[]] = [[], []]
  const add = (row: Readonly<Record<string, unknown>>, depth: number) => {
    for (const [name, value] of Object.entries(row)) {
      if (isRow(value) && depth < DEEPEST) add(value, depth + 1)
      else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
        header.push(name)
        cells.push(String(value))
      }
    }
  }
  add(parsed, 1)
  return { header, cells }
}
