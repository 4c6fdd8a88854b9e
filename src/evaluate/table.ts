import { DeepcutsError } from '../core/errors.ts'
import { AUDIO_FEATURES } from '../core/track.ts'
import type { Named } from '../features/artist-facts.ts'
import type { NamedRows } from '../features/sound-inputs.ts'
import { audioFeaturesIn, columnsOf } from '../ingest/columns.ts'
import { audioOf } from '../ingest/table-row.ts'
import { auc } from '../metrics/binary.ts'
import { nameOf, referenceOf, type TableCatalog } from './table-catalog.ts'
import { type Cells, cellNumber, columnIndex } from './table-csv.ts'
import { type Label, readLabel } from './table-label.ts'

/** A labelled table as numbers: what `evaluate likability` judges models on. */
export interface Table {
  readonly file: string
  readonly sha256: string
  /** Rows with a label. */
  readonly n: number
  /** Names of the feature columns. */
  readonly features: readonly string[]
  /** n × features, row-major; NaN where missing. */
  readonly values: Float64Array
  /** 0 or 1. */
  readonly y: Uint8Array
  readonly positive: string
  readonly negative: string
  /** Rows of one id never cross a split; every row has its own when no group was asked for. */
  readonly groups: Uint32Array
  readonly grouped: boolean
  /** Which track each row is about, '' where it is not said; absent when the table names no artists. */
  readonly named?: readonly Named[]
  /** What networks that learned from a catalog hear in each row. */
  readonly sound?: NamedRows
  /** What a catalog knows of each row's artist. */
  readonly facts?: NamedRows
  /** Sentences for the person who asked. */
  readonly notes: readonly string[]
}

export interface TableOptions {
  readonly label: string
  /** Columns whose joined value names a group. */
  readonly group?: readonly string[]
  /** Columns to use beside the audio features. */
  readonly features?: readonly string[]
}

interface Column {
  readonly name: string
  readonly values: Float64Array
}

/** A feature that alone ranks the classes this well is worth a question. */
const SUSPICIOUS_AUC = 0.99

/**
 * Makes numbers of a labelled file. Features are the 13 audio features under their usual names, whichever the file or the
 * catalog has, and the columns that `features` names; nothing else ever becomes one. Constant and empty columns are dropped.
 * Throws when a named column is missing, the label has not two values, or no feature is left.
 */
export function makeTable(cells: Cells, options: TableOptions, catalog?: TableCatalog): Table {
  const labelled = readLabel(cells, options.label)
  const notes: string[] = []
  const unlabelled = cells.rows.length - labelled.rows.length
  if (unlabelled > 0) notes.push(`${unlabelled} rows have no label and were left out.`)

  const asked = [...audio(cells, labelled, options, catalog, notes), ...askedFor(cells, labelled, options)]
  const informative = withInformation(asked, cells.file, notes)
  const { label, columns } = withAnyValue(labelled, informative, notes)
  const grouping = groupsOf(cells, label, options.group ?? [])
  const named = trackNames(cells, label, options.label)
  const n = label.y.length
  const d = columns.length
  const values = Float64Array.from({ length: n * d }, (_, at) => columns[at % d]!.values[Math.floor(at / d)]!)
  if (!grouping) noteRepeated(values, n, d, notes)
  for (const column of columns) {
    if (givesAway(column.values, label.y)) {
      notes.push(
        `${column.name} alone separates the labels almost perfectly: check that it is not the answer in disguise.`,
      )
    }
  }
  return {
    file: cells.file,
    sha256: cells.sha256,
    n,
    features: columns.map(({ name }) => name),
    values,
    y: label.y,
    positive: label.positive,
    negative: label.negative,
    groups: grouping ?? Uint32Array.from(label.y.keys()),
    grouped: grouping !== undefined,
    ...named,
    notes,
  }
}

/** The columns that differ between rows; says which do not, and throws when none does. */
function withInformation(columns: readonly Column[], file: string, notes: string[]): Column[] {
  const kept = columns.filter(({ name, values }) => {
    const count = distinct(values)
    if (count < 2) {
      notes.push(`${name} was dropped: it is ${count === 0 ? 'empty' : 'the same in every row'}.`)
    }
    return count > 1
  })
  if (kept.length > 0) return kept
  const why =
    columns.length === 0 ? '' : `: ${columns.map(({ name }) => name).join(', ')} hold no information`
  throw new DeepcutsError('TABLE_NO_FEATURES', { file, why, known: AUDIO_FEATURES.join(', ') })
}

/** Leaves out the rows of which no feature is known: there is nothing to judge them by. */
function withAnyValue(
  label: Label,
  columns: readonly Column[],
  notes: string[],
): { label: Label; columns: readonly Column[] } {
  const kept = [...label.y.keys()].filter((i) => columns.some(({ values }) => !Number.isNaN(values[i])))
  const without = label.y.length - kept.length
  if (without === 0) return { label, columns }
  notes.push(`${without} rows have none of the features and were left out.`)
  return {
    label: { ...label, rows: kept.map((i) => label.rows[i]!), y: Uint8Array.from(kept, (i) => label.y[i]!) },
    columns: columns.map(({ name, values }) => ({
      name,
      values: Float64Array.from(kept, (i) => values[i]!),
    })),
  }
}

function noteRepeated(values: Float64Array, n: number, d: number, notes: string[]): void {
  const different = new Set(Array.from({ length: n }, (_, i) => values.slice(i * d, i * d + d).join()))
  if (different.size === n) return
  const count = n - different.size
  notes.push(
    `${count} rows repeat the features of another row: with --group they cannot be on both sides of a split.`,
  )
}

/** The audio features of the file, its gaps filled from the catalog, without the label and the columns named besides. */
function audio(
  cells: Cells,
  label: Label,
  options: TableOptions,
  catalog: TableCatalog | undefined,
  notes: string[],
): Column[] {
  const columns = columnsOf(cells.header)
  const taken = new Set([options.label, ...(options.features ?? [])].map((name) => columnIndex(cells, name)))
  const free = new Map([...columns].filter(([, [at]]) => !taken.has(at!)))
  const own = audioFeaturesIn(columns)
  const usable = audioFeaturesIn(free)
  const features = AUDIO_FEATURES.filter((feature) =>
    own.includes(feature) ? usable.includes(feature) : catalog?.features.includes(feature),
  )
  const found = catalog && label.rows.map((row) => catalog.find(referenceOf(cells.rows[row]!, columns)))
  if (catalog && found) {
    const count = found.filter((row) => row >= 0).length
    notes.push(
      `${count} of ${label.rows.length} rows were found in ${catalog.file}, by id or by artist and title.`,
    )
  }
  let bad = 0
  const stated = label.rows.map((row) => audioOf(cells.rows[row]!, free, () => bad++))
  if (bad > 0) notes.push(`Values that were no number or out of range, and count as missing: ${bad}.`)
  return features.map((feature) => ({
    name: feature,
    values: Float64Array.from(
      stated,
      (audio, i) => audio[feature] ?? (catalog && found ? catalog.value(found[i]!, feature) : Number.NaN),
    ),
  }))
}

function askedFor(cells: Cells, label: Label, options: TableOptions): Column[] {
  return [...new Set(options.features)].map((name) => {
    const at = mustFind(cells, name, '--features')
    if (at === columnIndex(cells, options.label))
      throw new DeepcutsError('TABLE_FEATURE_IS_LABEL', { column: name })
    return { name, values: Float64Array.from(label.rows, (row) => cellNumber(cells.rows[row]![at])) }
  })
}

function groupsOf(cells: Cells, label: Label, columns: readonly string[]): Uint32Array | undefined {
  if (columns.length === 0) return undefined
  const at = columns.map((name) => mustFind(cells, name, '--group'))
  const ids = new Map<string, number>()
  return Uint32Array.from(label.rows, (row) => {
    const parts = at.map((column) => cells.rows[row]![column]?.trim().toLowerCase() ?? '')
    const key = parts.some((part) => part !== '') ? parts.join('\u001f') : `row ${row}`
    const id = ids.get(key) ?? ids.size
    ids.set(key, id)
    return id
  })
}

function mustFind(cells: Cells, column: string, option: string): number {
  const at = columnIndex(cells, column)
  if (at >= 0) return at
  throw new DeepcutsError('TABLE_NO_COLUMN', {
    file: cells.file,
    column,
    option,
    columns: cells.header.join(', '),
  })
}

/** Artist and title of each row, unless the table names no artists or the artist is the label. */
function trackNames(cells: Cells, label: Label, labelColumn: string): { readonly named?: readonly Named[] } {
  const columns = columnsOf(cells.header)
  const artist = columns.get('artist')?.[0]
  if (artist === undefined || artist === columnIndex(cells, labelColumn)) return {}
  return { named: label.rows.map((row) => nameOf(referenceOf(cells.rows[row]!, columns))) }
}

function distinct(values: Float64Array): number {
  return new Set(values.filter((value) => !Number.isNaN(value))).size
}

function givesAway(values: Float64Array, y: Uint8Array): boolean {
  const known = [...values.keys()].filter((i) => !Number.isNaN(values[i]))
  if (known.length < 0.9 * y.length) return false
  const area = auc(
    known.map((i) => values[i]!),
    known.map((i) => y[i]!),
  )
  return Math.max(area, 1 - area) >= SUSPICIOUS_AUC
}
