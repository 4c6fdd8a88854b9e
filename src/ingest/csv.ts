import { DeepcutsError } from '../core/errors.ts'
import { textPieces } from './text.ts'

type Cells = readonly string[]

/** A record longer than this is an unclosed quote. */
const MAX_RECORD = 1 << 20
const [QUOTE, NEWLINE, RETURN] = [0x22, 0x0a, 0x0d]

/**
 * The rows of a streamed CSV table (RFC 4180) in batches, the header first. Comma, semicolon or tab: whichever the
 * header has most of. Empty lines are left out; rows may be shorter or longer than the header.
 * @throws DeepcutsError CSV_BROKEN with the line, FILE_NOT_UTF8
 */
export async function* csvRows(
  bytes: AsyncIterable<Uint8Array>,
  file: string,
): AsyncGenerator<readonly Cells[]> {
  let rest = ''
  let split: ReturnType<typeof splitter> | undefined
  for await (const piece of textPieces(bytes, file)) {
    rest += piece
    if (!split && !/\S[^\n]*\n/.test(rest) && rest.length < MAX_RECORD) continue
    split ??= splitter(delimiterOf(rest), file)
    const { rows, end } = split(rest, false)
    rest = rest.slice(end)
    if (rest.length > MAX_RECORD) split(rest, true)
    yield rows
  }
  split ??= splitter(delimiterOf(rest), file)
  yield split(rest, true).rows
}

/** The header of a table from the text at its start; [] when there is none. */
export function csvHeader(head: string): Cells {
  const start = head.replace(/^\ufeff/, '')
  const end = start.indexOf('\n', start.search(/\S/))
  try {
    return splitter(delimiterOf(start), '')(end < 0 ? start : start.slice(0, end + 1), true).rows[0] ?? []
  } catch (error) {
    if (error instanceof DeepcutsError) return []
    throw error
  }
}

/** Splits texts that follow each other into rows; a row that may go on is left for the next text, unless this is the last. */
function splitter(delimiter: string, file: string) {
  const comma = delimiter.charCodeAt(0)
  let line = 1
  const broken = (problem: string) => new DeepcutsError('CSV_BROKEN', { file, line, problem })

  return (text: string, last: boolean): { rows: Cells[]; end: number } => {
    const rows: Cells[] = []
    let start = 0
    let newlines = 0
    let cells: string[] = []
    let at = 0
    while (at < text.length) {
      let stop = at
      let cell: string
      if (text.charCodeAt(at) === QUOTE) {
        stop = closingQuote(text, at + 1)
        // A quote at the very end may be the first of two.
        if (stop < 0 || (stop === text.length - 1 && !last)) {
          if (last) throw broken('a quote is never closed')
          break
        }
        cell = text.slice(at + 1, stop)
        if (cell.includes('"')) cell = cell.replaceAll('""', '"')
        newlines += countNewlines(cell)
        stop++
        if (text.charCodeAt(stop) === RETURN) stop++
        const next = text.charCodeAt(stop)
        if (stop < text.length && next !== comma && next !== NEWLINE)
          throw broken('text follows a closing quote')
      } else {
        while (stop < text.length) {
          const code = text.charCodeAt(stop)
          if (code === comma || code === NEWLINE) break
          if (code === QUOTE) throw broken('a quote stands inside a cell that has none around it')
          stop++
        }
        cell = text.slice(at, text.charCodeAt(stop - 1) === RETURN && stop > at ? stop - 1 : stop)
      }
      if (stop >= text.length && !last) break
      cells.push(cell)
      at = stop + 1
      const ended = text.charCodeAt(stop) !== comma
      if (!ended && at < text.length) continue
      if (!ended) {
        if (!last) break
        cells.push('')
      }
      if (cells.length > 1 || cells[0] !== '') rows.push(cells)
      cells = []
      line += newlines + 1
      newlines = 0
      start = at
    }
    return { rows, end: last ? text.length : start }
  }
}

/** Where the quote closes that opened before `from`; doubled quotes are part of the cell. −1 when it does not. */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from)
  while (at >= 0 && text.charCodeAt(at + 1) === QUOTE) at = text.indexOf('"', at + 2)
  return at
}

function countNewlines(text: string): number {
  return text.includes('\n') ? text.split('\n').length - 1 : 0
}

function delimiterOf(start: string): string {
  const line = start.split('\n').find((text) => text.trim()) ?? ''
  const counts = [',', ';', '\t'].map((delimiter) => [line.split(delimiter).length, delimiter] as const)
  return counts.reduce((best, next) => (next[0] > best[0] ? next : best))[1]
}
