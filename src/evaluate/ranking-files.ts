import { createHash } from 'node:crypto'
import { DeepcutsError } from '../core/errors.ts'
import { columnKey } from '../ingest/columns.ts'
import { openTable } from '../ingest/open-path.ts'
import { textPieces } from '../ingest/text.ts'
import { hashed } from './table-csv.ts'

export type RankingFormat = 'rows' | 'adjacency'

/** Who has what, as a file says it; ids are text. */
export interface RankingFile {
  /** Base name. */
  readonly file: string
  /** Of the bytes of the file, in hex. */
  readonly sha256: string
  readonly user: readonly string[]
  readonly item: readonly string[]
  readonly weight: readonly number[]
  /** ms since 1970; absent when the file has no such column. */
  readonly time?: readonly number[]
}

/** Where the columns of a file are; a column that it lacks is absent. */
interface Columns {
  readonly user: number
  readonly item: number
  readonly weight?: number
  readonly time?: number
}

const EXPECTED: Readonly<Record<RankingFormat, string>> = {
  rows: 'user, item and perhaps a positive weight and a time, between tabs, commas, semicolons, spaces or ::',
  adjacency: 'a user and their items, between spaces',
}

/** Names a header may give the columns, as `columnKey` folds them. */
const NAMES: readonly [keyof Columns, RegExp][] = [
  ['user', /^(user|listener|member|profile|playlist)s?(id|name|hash)?$/],
  ['item', /^(item|track|song|artist|album|movie|recording)s?(id|name|hash|mbid|uri)?$/],
  ['weight', /^(weight|count|plays?|playcount|listens?|rating|value|score)s?$/],
  ['time', /^(timestamp|time|date|datetime|addedat|playedat|ts|at|unixtime)$/],
]

/** Numbers below it are seconds since 1970, others milliseconds. */
const SECONDS = 1e11

/**
 * Reads who has what: rows of user, item, weight and time with or without a header (columns by its names, else in that order), or lines of
 * a user and their items.
 * @throws DeepcutsError FILE_NOT_FOUND, FILE_UNREADABLE, FILE_NOT_UTF8, FILE_EMPTY; RANKING_ROW with the line that is no row
 */
export async function readRankingFile(path: string, format: RankingFormat): Promise<RankingFile> {
  const { name: file, members, close } = await openTable(path)
  try {
    const hash = createHash('sha256')
    const found = { user: [] as string[], item: [] as string[], weight: [] as number[], time: [] as number[] }
    let number = 0
    let split: ((line: string) => string[]) | undefined
    let columns: Columns | undefined
    for await (const raw of everyLine(hashed(members[0]!.open(), hash), file)) {
      const line = raw.replace(/^\ufeff/, '').trim()
      number++
      if (line === '') continue
      const broken = (problem: string) =>
        new DeepcutsError('RANKING_ROW', { file, line: number, problem, expected: EXPECTED[format] })
      split ??= format === 'adjacency' ? (text) => text.split(/\s+/) : splitterOf(line)
      const cells = split(line)
      if (format === 'adjacency') {
        addLine(cells, found)
        continue
      }
      if (!columns) {
        if (cells.length < 2) throw broken('it has one column')
        const named = namedColumns(cells)
        columns = named ?? columnsInOrder(cells.length)
        if (named) continue
      }
      addRow(cells, columns, found, broken)
    }
    if (found.user.length === 0)
      throw new DeepcutsError('FILE_EMPTY', { file, ...(columns && { where: ' below its header' }) })
    const { user, item, weight, time } = found
    return {
      file,
      sha256: hash.digest('hex'),
      user,
      item,
      weight,
      ...(columns?.time !== undefined && { time }),
    }
  } finally {
    await close()
  }
}

/** Every line, empty ones too, so that they can be counted. */
async function* everyLine(bytes: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<string> {
  let rest = ''
  for await (const piece of textPieces(bytes, file)) {
    const parts = (rest + piece).split('\n')
    rest = parts.pop()!
    yield* parts
  }
  if (rest !== '') yield rest
}

interface Found {
  readonly user: string[]
  readonly item: string[]
  readonly weight: number[]
  readonly time: number[]
}

function addLine([user, ...items]: readonly string[], found: Found): void {
  for (const item of items) {
    found.user.push(user!)
    found.item.push(item)
    found.weight.push(1)
  }
}

function addRow(
  cells: readonly string[],
  columns: Columns,
  found: Found,
  broken: (problem: string) => DeepcutsError,
): void {
  const [user, item] = [cells[columns.user], cells[columns.item]]
  if (!user || !item) throw broken(`it names no ${user ? 'item' : 'user'}`)
  const weight = columns.weight === undefined ? 1 : Number(cells[columns.weight] || Number.NaN)
  if (!(weight > 0 && Number.isFinite(weight)))
    throw broken(`its weight "${shown(cells[columns.weight!])}" is no positive number`)
  const time = columns.time === undefined ? 0 : timeOf(cells[columns.time] ?? '')
  if (Number.isNaN(time)) throw broken(`its time "${shown(cells[columns.time!])}" cannot be read`)
  found.user.push(user)
  found.item.push(item)
  found.weight.push(weight)
  if (columns.time !== undefined) found.time.push(time)
}

/** Splits lines like this one: by ::, else the first of tab, semicolon, comma and spaces that it has. */
function splitterOf(line: string): (line: string) => string[] {
  const separator = ['::', '\t', ';', ','].find((one) => line.includes(one)) ?? /\s+/
  return (text) => text.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
}

/** The columns of a header; undefined where the line names no user and item column and thus is none. */
function namedColumns(cells: readonly string[]): Columns | undefined {
  const keys = cells.map((cell) => columnKey(cell).replace(/[^a-z0-9]/g, ''))
  const found: Partial<Record<keyof Columns, number>> = {}
  for (const [column, pattern] of NAMES) {
    const at = keys.findIndex((key) => pattern.test(key))
    if (at >= 0) found[column] = at
  }
  const { user, item, ...rest } = found
  return user === undefined || item === undefined ? undefined : { user, item, ...rest }
}

function columnsInOrder(count: number): Columns {
  return { user: 0, item: 1, ...(count > 2 && { weight: 2 }), ...(count > 3 && { time: 3 }) }
}

function timeOf(cell: string): number {
  const number = cell === '' ? Number.NaN : Number(cell)
  if (Number.isFinite(number)) return Math.abs(number) < SECONDS ? number * 1000 : number
  return Date.parse(cell)
}

/** A cell as an error may quote it. */
function shown(cell: string | undefined): string {
  return (cell ?? '').slice(0, 40)
}
