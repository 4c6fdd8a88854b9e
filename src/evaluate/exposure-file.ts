import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { DeepcutsError } from '../core/errors.ts'
import { FINISH, SKIP } from '../core/labels.ts'
import { type Catalog, trackAt } from '../library/catalog.ts'
import type { ColumnType } from '../store/schema.ts'
import { type FileTable, readParquet, type TableFormat, writeTableFile } from '../store/table-file.ts'
import { type LoggedExposure, slotRewards } from './logged-slates.ts'
import type { AnsweredSlate } from './policy-log.ts'
import { readCells } from './table-csv.ts'

/** The columns of an exported log: a row a slot that was shown (docs/reference/exposures.md). */
const TYPES = {
  draw: 'text',
  listener: 'int32',
  recipe: 'text',
  occasion: 'text',
  shown_at: 'text',
  model: 'int32',
  policy: 'text',
  slot: 'int32',
  type: 'text',
  track: 'int32',
  artist: 'text',
  title: 'text',
  propensity: 'float64',
  prefix_propensity: 'float64',
  pattern_propensity: 'float64',
  seen: 'int8',
  played_at: 'text',
  outcome: 'text',
  said: 'text',
  reward: 'float64',
  slate: 'text',
} as const satisfies Record<string, ColumnType>

type Row = { readonly [C in keyof typeof TYPES]: (typeof TYPES)[C] extends 'text' ? string : number }

/** What a body of any format holds of what was shown. */
interface Shown {
  readonly policy?: { readonly name?: string }
  readonly pattern?: readonly string[]
  readonly patternPropensity?: number
  readonly prefixPropensities?: readonly number[]
  readonly pool?: { readonly track?: readonly number[] }
  readonly order?: readonly number[]
}

/** Writes the log as a table, and says how many rows it has. Any error is that of a disk, or a folder. */
export async function writeExposureFile(
  path: string,
  format: TableFormat,
  log: readonly LoggedExposure[],
  catalog: Catalog,
): Promise<number> {
  const rows = log.flatMap((logged) => slotRows(logged, catalog))
  const columns = Object.fromEntries(
    (Object.keys(TYPES) as (keyof Row)[]).map((name) => [name, rows.map((row) => row[name])]),
  )
  await writeTableFile(path, format, { types: TYPES, columns: columns as FileTable['columns'] })
  return rows.length
}

function slotRows({ exposure, rows, outcome }: LoggedExposure, catalog: Catalog): Row[] {
  const { draw, listener, recipe, occasion, at, model, body } = exposure
  if (rows.length === 0) return []
  const {
    policy,
    pattern = [],
    patternPropensity = Number.NaN,
    prefixPropensities = [],
    pool,
    order = [],
  } = JSON.parse(body) as Shown
  const rewards = slotRewards(outcome)
  return rows.map((row, k): Row => {
    const track = row >= 0 ? trackAt(catalog, row) : undefined
    const slot = outcome.slots[k]
    const prefix = prefixPropensities[k] ?? Number.NaN
    return {
      ...{ draw, listener, recipe, occasion, shown_at: new Date(at).toISOString(), model },
      policy: policy?.name ?? '',
      slot: k + 1,
      type: pattern[k] ?? '',
      track: pool?.track?.[order[k]!] ?? 0,
      artist: track?.artist ?? '',
      title: track?.title ?? '',
      propensity: k === 0 ? prefix : prefix / prefixPropensities[k - 1]!,
      prefix_propensity: prefix,
      pattern_propensity: patternPropensity,
      seen: Number(k < outcome.seen),
      played_at: slot ? new Date(slot.playedAt).toISOString() : '',
      outcome: slot ? outcomeWord(slot.outcome) : '',
      said: slot?.said === 1 ? 'like' : slot?.said === -1 ? 'dislike' : '',
      reward: rewards[k] ?? Number.NaN,
      slate: k === 0 ? body : '',
    }
  })
}

function outcomeWord(outcome: number): string {
  return outcome === FINISH ? 'finish' : outcome === SKIP ? 'skip' : 'unknown'
}

/** A log that was exported, as estimates take it. */
export interface ExposureFile {
  /** Base name, and the hash of its bytes in hex. */
  readonly file: string
  readonly sha256: string
  readonly slates: readonly AnsweredSlate[]
}

const READ = ['draw', 'listener', 'occasion', 'model', 'slot', 'seen', 'outcome', 'reward', 'slate'] as const

/**
 * Reads an exported log back: CSV or, where the name ends so, Parquet.
 * @throws DeepcutsError those of reading a CSV file; FILE_NOT_FOUND, FILE_UNREADABLE; LOG_COLUMNS, LOG_ROW
 */
export async function readExposureFile(path: string): Promise<ExposureFile> {
  const { file, sha256, columns } = /\.parquet$/i.test(path) ? await parquet(path) : await csv(path)
  const missing = READ.filter((name) => !(name in columns))
  if (missing.length > 0)
    throw new DeepcutsError('LOG_COLUMNS', { file, missing: missing.join(', '), columns: READ.join(', ') })
  const cell = (name: (typeof READ)[number], i: number) => columns[name]![i]!
  const slates: (Omit<AnsweredSlate, 'rewards'> & { rewards: number[] })[] = []
  columns.draw!.forEach((draw, i) => {
    const broken = (problem: string) => new DeepcutsError('LOG_ROW', { file, row: i + 2, problem })
    const slot = Number(cell('slot', i))
    const number = (name: 'listener' | 'model') => {
      const value = cell(name, i).trim() === '' ? Number.NaN : Number(cell(name, i))
      if (!Number.isInteger(value)) throw broken(`its ${name} is "${cell(name, i)}", no whole number`)
      return value
    }
    if (slot === 1) {
      const slate = cell('slate', i)
      if (slate === '') throw broken('it is the first slot of a slate, but its slate is missing')
      slates.push({
        listener: number('listener'),
        occasion: cell('occasion', i),
        model: number('model'),
        body: slate,
        rewards: [],
      })
    } else if (i === 0 || columns.draw![i - 1] !== draw || Number(cell('slot', i - 1)) !== slot - 1)
      throw broken(`slot ${cell('slot', i)} does not follow the one before it`)
    const seen = cell('seen', i)
    if (seen !== '0' && seen !== '1') throw broken(`its seen is "${seen}", which is neither 0 nor 1`)
    const { rewards } = slates.at(-1)!
    if (seen === '1' && rewards.length !== slot - 1)
      throw broken('its slot was seen, but the one before it was not')
    if (seen === '1') rewards.push(reward(cell('reward', i), cell('outcome', i), broken))
  })
  return { file, sha256, slates }
}

/** A reward is missing where a play's end says nothing, and nowhere else. */
function reward(cell: string, outcome: string, broken: (problem: string) => DeepcutsError): number {
  if (cell === '' && outcome === 'unknown') return Number.NaN
  if (cell === '') throw broken('its slot was seen, but its reward is missing')
  const value = Number(cell)
  if (!Number.isFinite(value)) throw broken(`its reward is "${cell}", no number`)
  if (Math.abs(value) > 1) throw broken(`its reward is ${cell}, but none is beyond 1`)
  return value
}

async function csv(path: string) {
  const { file, sha256, header, rows } = await readCells(path)
  const columns: Record<string, string[]> = Object.fromEntries(
    header.map((name, at) => [name, rows.map((row) => row[at] ?? '')]),
  )
  return { file, sha256, columns }
}

async function parquet(path: string) {
  if (!(await stat(path).catch(() => undefined))?.isFile())
    throw new DeepcutsError('FILE_NOT_FOUND', { path })
  const file = basename(path)
  const columns = await readParquet(path).catch((cause: unknown) => {
    throw new DeepcutsError('FILE_UNREADABLE', { file, path, problem: 'it is no Parquet file' }, { cause })
  })
  return {
    file,
    sha256: createHash('sha256')
      .update(await readFile(path))
      .digest('hex'),
    columns,
  }
}
