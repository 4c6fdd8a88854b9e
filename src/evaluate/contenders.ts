import type { Random } from '../core/random.ts'
import {
  fitTableEncoding,
  type TableEncoding,
  type TableEncodingSettings,
} from '../features/table-encoding.ts'
import { extraTreesShare, fitExtraTrees } from '../model/extra-trees.ts'
import { fitLogistic, predict } from '../model/logistic.ts'
import { nearestShare } from '../model/nearest.ts'
import type { Table } from './table.ts'

/** Probabilities of label 1 for rows of the table. */
export type Predictor = (rows: Uint32Array) => Float64Array

/** One setting of one kind of model. */
export interface Candidate {
  readonly setting: string
  fit(table: Table, training: Uint32Array, random: Random): Predictor
}

/**
 * A model as it is judged. In every training part, three inner folds choose one candidate of each family, the weights with
 * which several families are averaged, and whether the result is calibrated.
 */
export interface Contender {
  readonly name: string
  readonly families: readonly (readonly Candidate[])[]
}

/** How many candidates each contender may choose from (the base rate has nothing to choose). */
const BUDGET = 12

/** Every model of the table, ours last. All but the base rate have the same number of candidates. */
export function contenders(table: Table): Contender[] {
  return [
    { name: 'base-rate', families: [[baseRate]] },
    { name: 'logistic-regression', families: [spread(0.01, 1000, BUDGET).map(logisticRegression)] },
    { name: 'k-nearest-neighbors', families: [nearest([1, 3, 5, 9, 17, 33], ['equal', 'by-distance'])] },
    { name: 'extra-trees', families: [extraTrees([2, 5, 10, 20], [0.25, 0.5, 1])] },
    {
      name: 'deepcuts',
      families: [
        [
          ...piecewiseLogistic({ bins: 16, products: false }, [4, 32]),
          ...piecewiseLogistic({ bins: 16, products: true }, [4, 16, 64]),
          ...piecewiseLogistic(
            { bins: 32, products: true, ...(table.reference && { reference: table.reference }) },
            [4, 16, 64],
          ),
        ],
        extraTrees([2, 5], [0.5, 1]),
      ],
    },
  ]
}

const TREES = 100

const baseRate: Candidate = {
  setting: 'training share',
  fit(table, training) {
    const rate = training.reduce((sum, row) => sum + table.y[row]!, 0) / training.length
    return (rows) => new Float64Array(rows.length).fill(rate)
  },
}

function logisticRegression(penalty: number): Candidate {
  return {
    setting: `penalty ${penalty}`,
    fit: (table, training) => linear(encodingOf(table, training), table, training, penalty),
  }
}

/** Logistic regression on raw and piecewise-linear encoded features, for some with the products of their quantile positions. */
function piecewiseLogistic(settings: TableEncodingSettings, penalties: readonly number[]): Candidate[] {
  const bins = `${settings.bins} bins${settings.reference ? ' of the catalog' : ''}`
  return penalties.map((penalty) => ({
    setting: `piecewise-linear, ${bins}${settings.products ? ', products' : ''}, penalty ${penalty}`,
    fit: (table, training) => linear(encodingOf(table, training, settings), table, training, penalty),
  }))
}

/** The penalty is on the scale of a summed log-loss, so that it means the same in a part of any size. */
function linear(encoder: TableEncoding, table: Table, training: Uint32Array, penalty: number): Predictor {
  const model = fitLogistic(encoder.encode(training), labelsOf(table, training), {
    d: encoder.width,
    l2: penalty / training.length,
    tolerance: 1e-4,
  })
  return (rows) => predict(model, encoder.encode(rows), rows.length)
}

function nearest(counts: readonly number[], votes: readonly ('equal' | 'by-distance')[]): Candidate[] {
  return counts.flatMap((k) =>
    votes.map((vote) => ({
      setting: `k ${k}, votes ${vote}`,
      fit(table: Table, training: Uint32Array) {
        const encoder = encodingOf(table, training)
        const model = { X: encoder.encode(training), y: labelsOf(table, training), d: encoder.width }
        return (rows: Uint32Array) => nearestShare(model, encoder.encode(rows), { k, votes: vote })
      },
    })),
  )
}

function extraTrees(minSplits: readonly number[], columnShares: readonly number[]): Candidate[] {
  return minSplits.flatMap((minSplit) =>
    columnShares.map((share) => ({
      setting: `${TREES} trees, rows to split ${minSplit}, share of columns tried ${share}`,
      fit(table: Table, training: Uint32Array, random: Random) {
        const encoder = encodingOf(table, training)
        const d = encoder.width
        const settings = { d, trees: TREES, tries: Math.max(1, Math.round(share * d)), minSplit }
        const model = fitExtraTrees(encoder.encode(training), labelsOf(table, training), settings, random)
        return (rows: Uint32Array) => extraTreesShare(model, encoder.encode(rows))
      },
    })),
  )
}

/** The encoding of a table's features; without settings, standardised values and flags for missing ones alone. */
function encodingOf(
  { values, features }: Table,
  training: Uint32Array,
  settings: TableEncodingSettings = { bins: 0, products: false },
): TableEncoding {
  return fitTableEncoding({ values, d: features.length }, training, settings)
}

function labelsOf(table: Table, rows: Uint32Array): Uint8Array {
  return Uint8Array.from(rows, (row) => table.y[row]!)
}

/** `count` numbers from low to high in equal ratios, to two digits. */
function spread(low: number, high: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) =>
    Number((low * (high / low) ** (i / (count - 1))).toPrecision(2)),
  )
}
