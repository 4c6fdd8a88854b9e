import type { Progress } from '../core/progress.ts'
import type { Random } from '../core/random.ts'
import { accuracy } from '../metrics/binary.ts'
import type { Contender, Predictor } from './contenders.ts'
import { randomParts } from './folds.ts'
import type { Table } from './table.ts'
import { type Fits, tune } from './tune.ts'

/** Mean and extremes over the splits. */
export interface Range {
  readonly mean: number
  readonly min: number
  readonly max: number
}

export interface PaperScored {
  readonly name: string
  readonly metrics: {
    readonly trainingAccuracy: Range
    readonly validationAccuracy: Range
    readonly testAccuracy: Range
  }
}

export const PAPER_SPLITS = 40

/** Training, validation and test rows: 140, 35 and 20 of the paper's 195, the same shares of other tables. */
export function paperSizes(rows: number): [number, number, number] {
  const training = Math.round((rows * 140) / 195)
  const validation = Math.round((rows * 35) / 195)
  return [training, validation, rows - training - validation]
}

/**
 * Repeats the protocol of arXiv 2312.10079 (one random split, accuracy on its training and validation part) forty times.
 * The paper stopped its training by looking at validation; here every choice is made in inner folds of the training part,
 * so that validation and test accuracy both are of rows that no choice has seen.
 */
export async function paperProtocol(
  table: Table,
  contenders: readonly Contender[],
  random: Random,
  progress: Progress,
  signal?: AbortSignal,
): Promise<{ models: PaperScored[]; warnings: string[] }> {
  const all = Uint32Array.from({ length: table.n }, (_, row) => row)
  const scores = contenders.map(() => [[], [], []] as [number[], number[], number[]])
  progress.stage('Random splits', PAPER_SPLITS * contenders.length, 'fits')
  const warnings = new Set<string>()
  let done = 0
  for (let split = 0; split < PAPER_SPLITS; split++) {
    const cut = random.fork(`split ${split}`)
    const parts = randomParts(table.groups, all, paperSizes(table.n), cut)
    const fits: Fits = new Map()
    for (const [c, contender] of contenders.entries()) {
      const tuned = await tune(contender, table, parts[0]!, cut.fork('tune'), signal, fits)
      const { predict } = tuned
      for (const warning of tuned.warnings) warnings.add(warning)
      parts.forEach((rows, part) => {
        if (rows.length > 0) scores[c]![part]!.push(accuracyOn(table, rows, predict))
      })
      progress.at(++done, contender.name)
    }
  }
  progress.done()
  const models = contenders.map(({ name }, c) => {
    const [training, validation, test] = scores[c]!
    return {
      name,
      metrics: {
        trainingAccuracy: range(training),
        validationAccuracy: range(validation),
        testAccuracy: range(test),
      },
    }
  })
  return { models, warnings: [...warnings] }
}

function accuracyOn(table: Table, rows: Uint32Array, predict: Predictor): number {
  return accuracy(
    predict(rows),
    Uint8Array.from(rows, (row) => table.y[row]!),
  )
}

function range(values: readonly number[]): Range {
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    min: Math.min(...values),
    max: Math.max(...values),
  }
}
