import { DeepcutsError } from '../core/errors.ts'
import { type Cells, columnIndex } from './table-csv.ts'

/** The label column as 0 and 1. */
export interface Label {
  /** Which rows of the file have a label. */
  readonly rows: readonly number[]
  /** One label for each of them. */
  readonly y: Uint8Array
  /** What the file writes for 1 and for 0. */
  readonly positive: string
  readonly negative: string
}

/** Pairs whose second word is the positive one. Other pairs: the larger number, or the later in the alphabet. */
const KNOWN_PAIRS = [
  ['0', '1'],
  ['false', 'true'],
  ['no', 'yes'],
  ['n', 'y'],
  ['f', 't'],
  ['dislike', 'like'],
  ['disliked', 'liked'],
]

/** Reads the label column; rows with an empty label are left out. Throws when it is missing or has not two values. */
export function readLabel(cells: Cells, column: string): Label {
  const at = columnIndex(cells, column)
  const { file } = cells
  if (at < 0) {
    throw new DeepcutsError('TABLE_NO_COLUMN', {
      file,
      column,
      option: '--label',
      columns: cells.header.join(', '),
    })
  }
  const written = cells.rows.map((row) => canonical(row[at] ?? ''))
  const rows = [...written.keys()].filter((row) => written[row] !== '')
  const values = [...new Set(rows.map((row) => written[row]!))].sort(ascending)
  const [negative, positive] = known(values) ?? values
  if (values.length !== 2 || negative === undefined || positive === undefined) {
    const examples = values.slice(0, 5).join(', ') || 'all cells are empty'
    throw new DeepcutsError('TABLE_LABEL_VALUES', { file, column, count: values.length, examples })
  }
  return { rows, y: Uint8Array.from(rows, (row) => (written[row] === positive ? 1 : 0)), positive, negative }
}

/** One spelling for each value: numbers as JavaScript writes them ("1.0" is "1"), words in lower case, no value as ''. */
function canonical(cell: string): string {
  const text = cell.trim().toLowerCase()
  if (text === '' || text === 'nan' || text === 'null' || text === 'na') return ''
  const value = Number(text)
  return Number.isFinite(value) ? String(value) : text
}

function known(values: readonly string[]): readonly string[] | undefined {
  return KNOWN_PAIRS.find((pair) => values.length === 2 && pair.every((word) => values.includes(word)))
}

function ascending(a: string, b: string): number {
  const difference = Number(a) - Number(b)
  return Number.isNaN(difference) ? (a < b ? -1 : 1) : difference
}
