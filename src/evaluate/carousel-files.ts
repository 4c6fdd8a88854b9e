import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Listeners, Playlists } from '../bandits/carousel.ts'
import { kMeans } from '../bandits/segments.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { Random } from '../core/random.ts'
import { type Cells, cellNumber, readCells } from './table-csv.ts'

/** A file as a report names it. */
export interface ReadFile {
  readonly file: string
  readonly sha256: string
}

const PLAYLISTS_FILE = 'playlist_features.csv'
const SEGMENTS = 100

/**
 * Reads one playlist a row: the weights of a listener's numbers, and last that of the constant.
 * @param path a CSV file with a header, or a folder that holds playlist_features.csv
 * @throws DeepcutsError as `readCells`; CAROUSEL_ROW for what is no number; CAROUSEL_TOO_FEW for fewer playlists than places
 */
export async function readPlaylists(
  path: string,
  slots: number,
): Promise<ReadFile & { playlists: Playlists }> {
  const isFolder = await stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  )
  const cells = await readCells(isFolder ? join(path, PLAYLISTS_FILE) : path)
  const { file, sha256, header, rows } = cells
  if (rows.length <= slots)
    throw new DeepcutsError('CAROUSEL_TOO_FEW', { file, found: rows.length, needed: slots + 1 })
  const columns = header.map((_, column) => column)
  if (columns.length < 2) throw columnsMissing(cells, 'weights', 'two or more')
  const playlists = { n: rows.length, width: columns.length, weights: numbersOf(cells, columns) }
  return { file, sha256, playlists }
}

/**
 * Reads one listener a row: as many numbers as the playlists weigh, the constant left out, and perhaps a column `segment`. Without
 * segments, k-means makes 100.
 * @throws DeepcutsError as `readCells`; CAROUSEL_COLUMNS when there are more or fewer numbers; CAROUSEL_ROW for what is no number
 */
export async function readListeners(
  path: string,
  width: number,
  random: Random,
): Promise<ReadFile & { listeners: Listeners; ownSegments: boolean }> {
  const cells = await readCells(path)
  const { file, sha256, header, rows } = cells
  const segmentAt = header.findIndex((name) => name.trim().toLowerCase() === 'segment')
  const columns = header.flatMap((_, column) => (column === segmentAt ? [] : [column]))
  if (columns.length !== width - 1) throw columnsMissing(cells, 'numbers a listener', String(width - 1))
  const n = rows.length
  const own = numbersOf(cells, columns)
  const vectors = new Float32Array(n * width).fill(1)
  for (let row = 0; row < n; row++)
    vectors.set(own.subarray(row * (width - 1), (row + 1) * (width - 1)), row * width)
  const segments =
    segmentAt < 0 ? kMeans(vectors, width, width - 1, SEGMENTS, random) : numbered(rows, segmentAt)
  return { file, sha256, ownSegments: segmentAt >= 0, listeners: { n, width, vectors, ...segments } }
}

function numbered(
  rows: Cells['rows'],
  column: number,
): { readonly segment: Int32Array; readonly segments: number } {
  const numbers = new Map<string, number>()
  const segment = Int32Array.from(rows, (row) => {
    const name = row[column] ?? ''
    const number = numbers.get(name) ?? numbers.size
    numbers.set(name, number)
    return number
  })
  return { segment, segments: numbers.size }
}

function numbersOf({ file, header, rows }: Cells, columns: readonly number[]): Float32Array {
  const numbers = new Float32Array(rows.length * columns.length)
  for (const [at, row] of rows.entries())
    for (const [i, column] of columns.entries()) {
      const value = cellNumber(row[column])
      if (Number.isNaN(value)) {
        const cell = row[column] ?? ''
        const problem = `its ${header[column]} is ${cell === '' ? 'empty' : `"${cell.slice(0, 40)}"`}, not a number`
        throw new DeepcutsError('CAROUSEL_ROW', { file, row: at + 1, problem })
      }
      numbers[at * columns.length + i] = value
    }
  return numbers
}

function columnsMissing({ file, header }: Cells, what: string, needed: string): DeepcutsError {
  const found = header.filter((name) => name.trim().toLowerCase() !== 'segment').length
  return new DeepcutsError('CAROUSEL_COLUMNS', { file, found, what, needed })
}
