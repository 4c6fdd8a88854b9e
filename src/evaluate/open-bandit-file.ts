import { DeepcutsError } from '../core/errors.ts'
import { cellNumber, columnIndex, readCells } from './table-csv.ts'

/** A log in the layout of the Open Bandit Dataset: one item shown at one position, a round. */
export interface OpenBanditFile {
  /** Base name, and the hash of its bytes in hex. */
  readonly file: string
  readonly sha256: string
  readonly item: readonly number[]
  readonly position: readonly number[]
  readonly click: readonly number[]
  readonly propensity: readonly number[]
  /** A list a user feature of its values, as they are written. */
  readonly features: readonly (readonly string[])[]
}

const COLUMNS = ['item_id', 'position', 'click', 'propensity_score'] as const

/**
 * Reads a log as CSV: item_id, position, click, propensity_score, and any user_feature_… columns.
 * @throws DeepcutsError those of reading a CSV file; LOG_COLUMNS, LOG_ROW
 */
export async function readOpenBandit(path: string): Promise<OpenBanditFile> {
  const cells = await readCells(path)
  const { file, sha256, header, rows } = cells
  const [item, position, click, propensity] = COLUMNS.map((name) => columnIndex(cells, name)) as [
    number,
    number,
    number,
    number,
  ]
  const missing = COLUMNS.filter((name) => columnIndex(cells, name) < 0)
  if (missing.length > 0)
    throw new DeepcutsError('LOG_COLUMNS', { file, missing: missing.join(', '), columns: COLUMNS.join(', ') })
  const read = {
    item: [] as number[],
    position: [] as number[],
    click: [] as number[],
    propensity: [] as number[],
  }
  rows.forEach((row, at) => {
    const broken = (problem: string) => new DeepcutsError('LOG_ROW', { file, row: at + 2, problem })
    const [one, place] = [cellNumber(row[item]), cellNumber(row[position])]
    if (!(Number.isInteger(one) && one >= 0))
      throw broken(`its item_id is "${row[item] ?? ''}", no whole number from 0`)
    if (!Number.isInteger(place)) throw broken(`its position is "${row[position] ?? ''}", no whole number`)
    read.item.push(one)
    read.position.push(place)
    read.click.push(reward(row[click], broken))
    read.propensity.push(loggedPropensity(row[propensity], broken))
  })
  const largest = read.item.reduce((most, one, at) => (one > read.item[most]! ? at : most), 0)
  if (((read.item[largest] ?? 0) + 1) * rows.length > MOST_CHANCES)
    throw new DeepcutsError('LOG_ROW', {
      ...{ file, row: largest + 2 },
      problem: `its item_id is ${read.item[largest]}, but items are numbered from 0, and so many are too many for ${rows.length} rows`,
    })
  const features = header.flatMap((name, column) =>
    /^user_feature/.test(name) ? [rows.map((row) => row[column] ?? '')] : [],
  )
  return { file, sha256, ...read, features }
}

/** Items times rounds, each with a chance and a reward that is foreseen: 1.6 GB. */
const MOST_CHANCES = 1e8

type Broken = (problem: string) => DeepcutsError

function reward(cell: string | undefined, broken: Broken): number {
  const value = cellNumber(cell)
  if (cell === undefined || cell.trim() === '') throw broken('its click is missing')
  if (value !== 0 && value !== 1) throw broken(`its click is "${cell}", which is neither 0 nor 1`)
  return value
}

function loggedPropensity(cell: string | undefined, broken: Broken): number {
  const value = cellNumber(cell)
  if (Number.isNaN(value)) throw broken(`its propensity_score is "${cell ?? ''}", no number`)
  if (value <= 0)
    throw broken(`its propensity_score is ${value}, but what was shown cannot have been impossible`)
  if (value > 1) throw broken(`its propensity_score is ${value}, but no probability is above 1`)
  return value
}
