import { listeningTime } from './cells.ts'
import { columnKey } from './columns.ts'
import { csvHeader, csvRows } from './csv.ts'
import type { Recognised } from './format.ts'
import { scrobbleKeeper, unixSeconds } from './scrobbles.ts'
import type { Context, Sink } from './sink.ts'

type Bytes = AsyncIterable<Uint8Array>

/** What a column of a table of scrobbles says. */
const COLUMNS = {
  time: ['uts', 'time'],
  artist: ['artist'],
  album: ['album'],
  title: ['track'],
  mbid: ['track_mbid', 'trackmbid', 'recording_mbid', 'mbid'],
} as const
type Column = keyof typeof COLUMNS
type Layout = Readonly<Record<Column, number>>

/** So much of a file may stand before its header: a licence and comments. */
const MOST_BEFORE = 1 << 15

/**
 * Recognises the tables of scrobbles: those with a header (Last.fm's `uts`, Libre.fm's `time`, which comments may precede), and artist, album,
 * track and a written date without one.
 */
export function scrobbleTable(head: string): Recognised | undefined {
  const header = headerIn(head)
  if (header) {
    const format = columnKey(header.cells[header.layout.time]!) === 'uts' ? 'lastfm' : 'librefm'
    return { format, read: tableWithHeader, order: [8] }
  }
  const [first, second] = head.trimStart().split('\n')
  const isBare = [first, second].some((line) => line !== undefined && isWritten(csvHeader(line)))
  return isBare ? { format: 'lastfm', read: tableWithoutHeader, order: [8] } : undefined
}

/** Scrobbles below a header; what stands before it is no part of the table. */
async function tableWithHeader(bytes: Bytes, file: string, sink: Sink, context: Context): Promise<void> {
  const keeper = scrobbleKeeper(sink)
  let layout: Layout | undefined
  let width = 0
  for await (const rows of csvRows(fromHeader(bytes), file))
    for (const row of rows) {
      if (!layout) {
        layout = layoutOf(row)
        width = row.length
        if (!layout) return
      } else if (row.length !== width) sink.leave('wrong types')
      else {
        const cell = (column: Column) => row[layout![column]]
        const track = keeper.track({
          title: cell('title'),
          artist: cell('artist'),
          album: cell('album'),
          mbid: cell('mbid'),
        })
        keeper.play(track, { startedAt: unixSeconds(cell('time'), context) })
      }
    }
}

/** Artist, album, track, `DD Mon YYYY HH:MM` (UTC) a row. */
async function tableWithoutHeader(bytes: Bytes, file: string, sink: Sink, context: Context): Promise<void> {
  const keeper = scrobbleKeeper(sink)
  for await (const rows of csvRows(bytes, file))
    for (const row of rows) {
      const [artist, album, title, date = ''] = row
      if (row.length !== 4) sink.leave('wrong types')
      else keeper.play(keeper.track({ title, artist, album }), { startedAt: written(date, context.now) })
    }
}

function layoutOf(header: readonly string[]): Layout | undefined {
  const keys = header.map(columnKey)
  const at = (names: readonly string[]) => names.map((name) => keys.indexOf(name)).find((i) => i >= 0) ?? -1
  const layout = Object.fromEntries(
    Object.entries(COLUMNS).map(([name, names]) => [name, at(names)]),
  ) as Layout
  return layout.time >= 0 && layout.artist >= 0 && layout.title >= 0 ? layout : undefined
}

/** The header among the first lines, where the row below it begins with a time: lengths can be called so too. */
function headerIn(head: string): { readonly layout: Layout; readonly cells: readonly string[] } | undefined {
  const lines = head
    .slice(0, MOST_BEFORE)
    .replace(/^\ufeff/, '')
    .split('\n')
  for (const [i, line] of lines.entries()) {
    const cells = csvHeader(line)
    const layout = layoutOf(cells)
    if (!layout) {
      if (line.trim() && !isComment(line)) return undefined
      continue
    }
    const below = lines.slice(i + 1).find((text) => text.trim())
    const time = below === undefined ? '' : (csvHeader(below)[layout.time] ?? '').trim()
    return below === undefined || time === '' || /^\d{9,10}(?:\.\d+)?$/.test(time)
      ? { layout, cells }
      : undefined
  }
  return undefined
}

/** A comment before a table: marked, or a sentence. */
function isComment(line: string): boolean {
  return line.startsWith('#') || csvHeader(line).length < 3
}

/** The bytes from the header on. */
async function* fromHeader(bytes: Bytes): AsyncGenerator<Uint8Array> {
  let before: Buffer | undefined = Buffer.alloc(0)
  for await (const chunk of bytes) {
    if (!before) {
      yield chunk
      continue
    }
    before = Buffer.concat([before, chunk])
    if (before.length < MOST_BEFORE) continue
    yield before.subarray(headerAt(before))
    before = undefined
  }
  if (before) yield before.subarray(headerAt(before))
}

function headerAt(bytes: Buffer): number {
  let from = 0
  while (from < Math.min(bytes.length, MOST_BEFORE)) {
    const end = bytes.indexOf(0x0a, from)
    const line = bytes.toString('utf8', from, end < 0 ? bytes.length : end).replace(/^\ufeff/, '')
    if (layoutOf(csvHeader(line))) return from
    if (end < 0) break
    from = end + 1
  }
  return 0
}

const WRITTEN = /^(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}),? (\d\d):(\d\d)$/
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function isWritten(cells: readonly string[]): boolean {
  return cells.length === 4 && WRITTEN.test((cells[3] ?? '').trim())
}

function written(date: string, now: number): number {
  const [, day, month = '', year, hour, minute] = WRITTEN.exec(date.trim()) ?? []
  const index = MONTHS.indexOf(month)
  if (index < 0) return Number.NaN
  const at = Date.UTC(Number(year), index, Number(day), Number(hour), Number(minute))
  return new Date(at).getUTCDate() === Number(day) ? listeningTime(at, now) : Number.NaN
}
