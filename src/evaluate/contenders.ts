import { breathe } from '../core/breathe.ts'
import type { Random } from '../core/random.ts'
import { fitTableEncoding, type TableEncoding, type TablePart } from '../features/table-encoding.ts'
import { type ExtraTreesSettings, extraTreesShare, fitExtraTrees } from '../model/extra-trees.ts'
import { fitLogistic, predict } from '../model/logistic.ts'
import { nearestShare } from '../model/nearest.ts'
import { fitTableEnsemble, tableEnsembleShare } from '../model/table-ensemble.ts'
import { type DeepMember, deepMembers, isSmall, TREE_MEMBERS } from './members.ts'
import type { Table } from './table.ts'
import { type TableInputs, tableInputs } from './table-inputs.ts'

/** Probabilities of label 1 for rows of the table. */
export type Predictor = (rows: Uint32Array) => Float64Array

/** A model fitted to rows, and a sentence if something went wrong on the way. */
export interface Fitted {
  readonly predict: Predictor
  readonly warning?: string
}

/** One setting of one kind of model. */
export interface Candidate {
  /** Says what it is; no two candidates of a table share it. */
  readonly setting: string
  fit(training: Uint32Array, random: Random, signal?: AbortSignal): Promise<Fitted>
}

/** A model as it is judged. */
export interface Contender {
  readonly name: string
  /**
   * `best`: three inner folds of every training part choose one of the candidates. `average`: nothing is chosen; the log-odds are averaged
   * within each family, then over the families.
   */
  readonly takes: 'best' | 'average'
  readonly families: readonly (readonly Candidate[])[]
  /** Whether Platt scaling is put on top where the inner folds show that it helps. */
  readonly calibrates: boolean
}

/** How many candidates each model that chooses may choose from. */
const BUDGET = 12
const HEADS = 8
const HIDDEN = 32
const LEARNING_RATE = 5e-3

/** Every model of the table, ours last. */
export function contenders(table: Table): Contender[] {
  const inputs = tableInputs(table)
  const all: readonly TablePart[] = [{ rows: inputs.all, as: 'values' }]
  const chosen = (name: string, candidates: readonly Candidate[]): Contender => ({
    name,
    takes: 'best',
    families: [candidates],
    calibrates: true,
  })
  const small = isSmall(table.n)
  const deep = deepMembers(table.n).map((member) => deepNetworks(table, inputs, member))
  const trees = TREE_MEMBERS[small ? 'small' : 'large'].map(([count, minSplit, share]) =>
    extraTrees(table, all, count, minSplit, share),
  )
  const tried = [2, 5, 10, 20].flatMap((minSplit) =>
    [0.25, 0.5, 1].map((share) => extraTrees(table, all, 100, minSplit, share)),
  )
  const averaged = (name: string, ...families: readonly Candidate[][]): Contender => ({
    name,
    takes: 'average',
    families,
    calibrates: !small,
  })
  return [
    { name: 'base-rate', takes: 'average', families: [[baseRate(table)]], calibrates: false },
    chosen(
      'logistic-regression',
      spread(0.01, 1000, BUDGET).map((penalty) => logisticRegression(table, all, penalty)),
    ),
    chosen('k-nearest-neighbors', nearest(table, all, [1, 3, 5, 9, 17, 33], ['equal', 'by-distance'])),
    chosen('extra-trees', tried),
    averaged('deep-ensemble', deep),
    averaged('deepcuts', deep, trees),
  ]
}

function baseRate(table: Table): Candidate {
  return {
    setting: 'training share',
    async fit(training) {
      const rate = training.reduce((sum, row) => sum + table.y[row]!, 0) / training.length
      return { predict: (rows) => new Float64Array(rows.length).fill(rate) }
    },
  }
}

/** The penalty is on the scale of a summed log-loss, so that it means the same in a part of any size. */
function logisticRegression(table: Table, parts: readonly TablePart[], penalty: number): Candidate {
  return {
    setting: `penalty ${penalty}`,
    async fit(training) {
      const encoder = fitTableEncoding(parts, training)
      const model = fitLogistic(encoder.encode(training), labelsOf(table, training), {
        d: encoder.width,
        l2: penalty / training.length,
        tolerance: 1e-4,
      })
      return { predict: (rows) => predict(model, encoder.encode(rows), rows.length) }
    },
  }
}

function nearest(
  table: Table,
  parts: readonly TablePart[],
  counts: readonly number[],
  votes: readonly ('equal' | 'by-distance')[],
): Candidate[] {
  return counts.flatMap((k) =>
    votes.map((vote) => ({
      setting: `k ${k}, votes ${vote}`,
      async fit(training: Uint32Array) {
        const encoder = fitTableEncoding(parts, training)
        const model = { X: encoder.encode(training), y: labelsOf(table, training), d: encoder.width }
        return {
          predict: (rows: Uint32Array) => nearestShare(model, encoder.encode(rows), { k, votes: vote }),
        }
      },
    })),
  )
}

function extraTrees(
  table: Table,
  parts: readonly TablePart[],
  trees: number,
  minSplit: number,
  share: number,
): Candidate {
  return {
    setting: `${trees} trees, rows to split ${minSplit}, share of columns tried ${Number(share.toFixed(2))}`,
    async fit(training, random, signal) {
      const encoder = fitTableEncoding(parts, training)
      const d = encoder.width
      const settings = { d, trees, tries: Math.max(1, Math.round(share * d)), minSplit }
      const X = encoder.encode(training)
      const model = await grow(X, labelsOf(table, training), settings, random, signal)
      return { predict: (rows) => extraTreesShare(model, encoder.encode(rows)) }
    },
  }
}

/** Grows trees a few at a time, so that a Ctrl-C need not wait for all of them. */
async function grow(
  X: Float32Array,
  y: Uint8Array,
  settings: ExtraTreesSettings,
  random: Random,
  signal?: AbortSignal,
) {
  // A node tries columns over its rows: about so many steps a tree.
  const cost = y.length * settings.tries * Math.log2(y.length + 1)
  const atOnce = Math.max(1, Math.min(settings.trees, Math.floor(2e7 / cost)))
  const trees = []
  for (let done = 0; done < settings.trees; done += atOnce) {
    await breathe(signal)
    const some = { ...settings, trees: Math.min(atOnce, settings.trees - done) }
    trees.push(...fitExtraTrees(X, y, some, random.fork(`from tree ${done}`)).trees)
  }
  return { d: settings.d, trees }
}

function deepNetworks(table: Table, inputs: TableInputs, member: DeepMember): Candidate {
  const { reads, penalty, steps, batch, mixup } = member
  const how = [`penalty ${penalty}`, `${steps} steps`, ...(mixup === undefined ? [] : [`mixup ${mixup}`])]
  return {
    setting: `${HEADS} networks of ${HIDDEN} units on ${inputs.words[reads]}, ${how.join(', ')}`,
    async fit(training, random, signal) {
      const encoder: TableEncoding = fitTableEncoding(inputs.parts[reads], training)
      const settings = {
        d: encoder.width,
        heads: HEADS,
        hidden: HIDDEN,
        learningRate: LEARNING_RATE,
        penalty,
        steps,
        ...(batch !== undefined && { batch }),
        ...(mixup !== undefined && { mixup }),
      }
      const X = encoder.encode(training)
      const model = await fitTableEnsemble(X, labelsOf(table, training), settings, random, signal)
      return {
        predict: (rows) => tableEnsembleShare(model, encoder.encode(rows)),
        ...(model.diverged && { warning: DIVERGED }),
      }
    },
  }
}

const DIVERGED =
  'A network of the deep ensemble diverged in training; it was kept as it was before. Look for columns of extreme values.'

function labelsOf(table: Table, rows: Uint32Array): Uint8Array {
  return Uint8Array.from(rows, (row) => table.y[row]!)
}

/** `count` numbers from low to high in equal ratios, to two digits. */
function spread(low: number, high: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) =>
    Number((low * (high / low) ** (i / (count - 1))).toPrecision(2)),
  )
}
