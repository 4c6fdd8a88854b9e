import { DeepcutsError } from '../core/errors.ts'
import type { Progress } from '../core/progress.ts'
import { random } from '../core/random.ts'
import { withCatalog } from './catalog-columns.ts'
import { contenders } from './contenders.ts'
import { groupsByLabel } from './folds.ts'
import { type Comparison, nestedCv, nestedCvSettings, type Scored } from './nested-cv.ts'
import { PAPER_SPLITS, type PaperScored, paperProtocol, paperSizes } from './paper-protocol.ts'
import { makeTable, type Table, type TableOptions } from './table.ts'
import { readTableCatalog } from './table-catalog.ts'
import { readCells } from './table-csv.ts'
import { ROWS_TO_CHOOSE, ROWS_TO_FIT } from './tune.ts'

export interface LikabilityOptions extends TableOptions {
  /** A CSV with a header. */
  readonly table: string
  /** CSVs to look up what the table lacks in, by Spotify id or by artist and title, and to learn from. */
  readonly catalog?: readonly string[]
  readonly protocol: 'nested-cv' | 'paper'
  readonly seed: number
}

interface Dataset {
  /** Base name. */
  readonly file: string
  readonly sha256: string
  /** Rows with a label. */
  readonly rows: number
  readonly positives: number
  /** What the label column says for a 1. */
  readonly positive: string
  readonly features: readonly string[]
  /** Groups that never cross a split; as many as rows when no group was asked for. */
  readonly groups: number
  readonly catalog?: { readonly file: string; readonly sha256: string }
}

interface Reported {
  readonly task: 'likability'
  readonly dataset: Dataset
  readonly seed: number
  readonly notes: readonly string[]
}

export interface NestedCvReport extends Reported {
  readonly protocol: {
    readonly name: 'nested-cv'
    readonly outerFolds: number
    readonly repeats: number
    readonly innerFolds: 3
    readonly groupedBy: readonly string[]
    readonly description: string
  }
  readonly models: readonly Scored[]
  readonly comparisons: readonly Comparison[]
}

export interface PaperReport extends Reported {
  readonly protocol: {
    readonly name: 'paper'
    readonly splits: number
    readonly training: number
    readonly validation: number
    readonly test: number
    readonly innerFolds: 3
    readonly groupedBy: readonly string[]
    readonly description: string
  }
  readonly models: readonly PaperScored[]
}

/** What `evaluate likability --json` prints; a number that does not exist is NaN here and null there. */
export type LikabilityReport = NestedCvReport | PaperReport

const CHOICES =
  'Logistic regression, k nearest neighbours and extra trees each choose among 12 candidates by log-loss on 3 inner folds of the training part ' +
  `(of at most ${ROWS_TO_CHOOSE} rows of it), there too whether to calibrate. deep-ensemble is the average of the log-odds of 3 × 8 small networks of ` +
  'fixed settings, deepcuts that of deep-ensemble and extra trees of fixed settings; from 1,000 rows on the inner folds tell whether to calibrate them. ' +
  `All are fitted on the training part (at most ${ROWS_TO_FIT} rows) and read the same columns; the networks also shaped, binned or multiplied.`
const NESTED =
  `${CHOICES} Accuracy, AUC, log-loss and Brier score: mean over outer folds, 95 % t interval with the variance of Nadeau and Bengio (2003). ` +
  'ECE (15 equal-mass bins) and calibration slope: all rows of a repeat together, 95 % normal interval by bootstrap over groups.'
const CATALOG =
  'The catalog fills gaps, and what was learned from it is read by every model alike. It may hold the tested rows too, without their labels.'
const PAPER =
  `${CHOICES} Neither the validation nor the test part takes part in any choice. One split proves nothing: ` +
  'see how far its minimum and maximum lie apart.'

/** What a protocol does, in words for the report; with a catalog, also what is taken from it. */
export function describeProtocol(name: LikabilityOptions['protocol'], withCatalog: boolean): string {
  return [name === 'paper' ? PAPER : NESTED, ...(withCatalog ? [CATALOG] : [])].join(' ')
}

/**
 * Judges how well a labelled table's label can be predicted from the sound of its tracks, by ours and simpler models.
 * The same options, file and seed give the same report. Throws when the file or its columns cannot be used.
 */
export async function evaluateLikability(
  options: LikabilityOptions,
  progress: Progress,
  signal?: AbortSignal,
): Promise<LikabilityReport> {
  const catalog = options.catalog?.length ? await readTableCatalog(options.catalog, signal) : undefined
  const read = makeTable(await readCells(options.table), options, catalog)
  const nested = nestedCvSettings(read.n)
  if (options.protocol === 'paper') refuseTooFew(read, options.label, 10, 'the paper protocol')
  else refuseTooFew(read, options.label, nested.folds, `cross-validation with ${nested.folds} folds`)
  const rng = random(options.seed)
  const table = catalog ? await withCatalog(read, catalog, rng.fork('catalog'), progress, signal) : read
  const reported = (warnings: readonly string[]): Reported => ({
    task: 'likability',
    dataset: {
      file: table.file,
      sha256: table.sha256,
      rows: table.n,
      positives: table.y.reduce((sum, label) => sum + label, 0),
      positive: table.positive,
      features: table.features,
      groups: new Set(table.groups).size,
      ...(catalog && { catalog: { file: catalog.file, sha256: catalog.sha256 } }),
    },
    seed: options.seed,
    notes: [...table.notes, ...warnings],
  })
  const description = describeProtocol(options.protocol, catalog !== undefined)
  const groupedBy = options.group ?? []

  if (options.protocol === 'paper') {
    const [training, validation, test] = paperSizes(table.n)
    const { models, warnings } = await paperProtocol(table, contenders(table), rng, progress, signal)
    const sizes = { splits: PAPER_SPLITS, training, validation, test }
    return {
      ...reported(warnings),
      protocol: { name: 'paper', ...sizes, innerFolds: 3, groupedBy, description },
      models,
    }
  }
  const judged = await nestedCv(table, contenders(table), nested, rng, progress, signal)
  const { models, comparisons, warnings } = judged
  return {
    ...reported(warnings),
    protocol: {
      name: 'nested-cv',
      outerFolds: nested.folds,
      repeats: nested.repeats,
      innerFolds: 3,
      groupedBy,
      description,
    },
    models,
    comparisons,
  }
}

function refuseTooFew(table: Table, column: string, needed: number, protocol: string): void {
  for (const [label, groups] of groupsByLabel(table.y, table.groups).entries()) {
    if (groups >= needed) continue
    throw new DeepcutsError('TABLE_TOO_FEW_ROWS', {
      file: table.file,
      rows: groups,
      unit: table.grouped ? 'groups' : 'rows',
      column,
      value: label === 1 ? table.positive : table.negative,
      protocol,
      needed,
    })
  }
}
