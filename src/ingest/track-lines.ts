import { AUDIO_FEATURES, spotifyId, type TrackFacts, type TrackRef } from '../core/track.ts'
import { usableColumns } from './catalog.ts'
import { type Columns, columnsOf } from './columns.ts'
import { csvRows } from './csv.ts'
import { cellOf, factsOf, featureValue, mainArtist } from './table-row.ts'
import { textPieces } from './text.ts'
import { trackRef } from './track-refs.ts'

/** A line of a text, from 1. `text` is undefined for one that is too long to be read. */
export interface NumberedLine {
  readonly line: number
  readonly text: string | undefined
}

/**
 * The lines of a stream of UTF-8 that are not empty, in batches.
 * @param longest characters; a longer line is skipped, and told
 * @throws DeepcutsError FILE_NOT_UTF8
 */
export async function* numberedLines(
  bytes: AsyncIterable<Uint8Array>,
  longest: number,
): AsyncGenerator<readonly NumberedLine[]> {
  let rest = ''
  let line = 1
  let tooLong = false
  const read = (text: string): NumberedLine => {
    const whole = !tooLong && text.length <= longest
    tooLong = false
    return { line: line++, text: whole ? text : undefined }
  }
  for await (const piece of textPieces(bytes, 'the body')) {
    const parts = (rest + piece).split('\n')
    rest = parts.pop()!
    yield parts.map(read).filter(({ text }) => text === undefined || text.trim() !== '')
    if (rest.length <= longest) continue
    rest = ''
    tooLong = true
  }
  if (tooLong || rest.trim() !== '') yield [read(rest)]
}

/** What a row of a table states, or why it states nothing. */
export type TableRow = { readonly line: number } & (
  | { readonly track: TrackRef; readonly facts: TrackFacts | undefined }
  | { readonly problem: string }
)

/**
 * The rows of a CSV table of tracks, whose columns have their usual names, in batches; the header is row 1.
 * @param now for years that cannot be yet, ms since the epoch
 * @throws DeepcutsError CSV_BROKEN, CSV_UNKNOWN, CSV_NO_NAMES, FILE_NOT_UTF8
 */
export async function* trackRows(
  bytes: AsyncIterable<Uint8Array>,
  now: number,
): AsyncGenerator<readonly TableRow[]> {
  let header: readonly string[] | undefined
  let columns: Columns | undefined
  let line = 1
  for await (const rows of csvRows(bytes, 'the table')) {
    const read: TableRow[] = []
    for (const row of rows) {
      if (!header) {
        header = row
        columns = columnsOf(header)
      } else {
        line++
        if (line === 2) columns = usableColumns(header, row, 'the table')
        read.push({ line, ...rowOf(row, header.length, columns!, now) })
      }
    }
    yield read
  }
}

function rowOf(
  row: readonly string[],
  width: number,
  columns: Columns,
  now: number,
): { readonly track: TrackRef; readonly facts: TrackFacts | undefined } | { readonly problem: string } {
  if (row.length !== width) return { problem: `it has ${row.length} cells, and the header ${width}` }
  const cell = (role: Parameters<typeof cellOf>[2]) => cellOf(row, columns, role)
  const track = trackRef({
    spotify: spotifyId(cell('spotify')),
    isrc: cell('isrc').toUpperCase(),
    mbid: cell('mbid').toLowerCase(),
    title: cell('title'),
    artist: mainArtist(cell('artist')),
    album: cell('album'),
  })
  if (!track) return { problem: 'it has neither an id nor a title' }
  let bad = false
  const facts = factsOf(row, columns, now, () => {
    bad = true
  })
  if (!bad) return { track, facts }
  const wrong = AUDIO_FEATURES.find((name) => {
    let isWrong = false
    featureValue(name, row[columns.get(name)?.[0] ?? -1] ?? '', () => {
      isWrong = true
    })
    return isWrong
  })
  return { problem: `its ${wrong ?? 'popularity'} is no number, or beyond what that can be` }
}
