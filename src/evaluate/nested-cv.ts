import type { Progress } from '../core/progress.ts'
import type { Random } from '../core/random.ts'
import { accuracy, auc, brier, logLoss } from '../metrics/binary.ts'
import { sampledCalibrationSlope, sampledEce } from '../metrics/calibration.ts'
import {
  bootstrapNormalInterval,
  type Estimate,
  notNegative,
  repeatedCvInterval,
} from '../metrics/interval.ts'
import type { SampledMetric } from '../metrics/sample.ts'
import type { Contender } from './contenders.ts'
import { stratifiedFolds } from './folds.ts'
import type { Table } from './table.ts'
import { type Fits, tune } from './tune.ts'

/** Scores of one fold exist for these; means over folds, with the corrected t interval of repeated cross-validation. */
const FOLD_METRICS = { accuracy, auc, logLoss, brier }
/** These need all rows of a repeat together; their interval is a bootstrap over groups. */
const POOLED_METRICS = { ece: sampledEce, calibrationSlope: sampledCalibrationSlope }

const NO_ESTIMATE: Estimate = { mean: Number.NaN, ci95: [Number.NaN, Number.NaN] }

export type MetricName = keyof typeof FOLD_METRICS | keyof typeof POOLED_METRICS

export interface Scored {
  readonly name: string
  readonly metrics: Readonly<Record<MetricName, Estimate>>
  /** What was fitted, by choice of the inner folds or as it always is, and in how many outer folds. */
  readonly chosen: Readonly<Record<string, number>>
}

/** One model minus another on the same folds. */
export interface Comparison {
  readonly model: string
  readonly against: string
  readonly metric: keyof typeof FOLD_METRICS
  readonly difference: Estimate
}

export interface NestedCvSettings {
  readonly folds: number
  readonly repeats: number
}

/** Ten folds ten times under a thousand rows, five folds twice from there on. */
export function nestedCvSettings(rows: number): NestedCvSettings {
  return rows < 1000 ? { folds: 10, repeats: 10 } : { folds: 5, repeats: 2 }
}

/**
 * Judges contenders by repeated nested cross-validation: stratified (and grouped) outer folds that no choice has seen; every
 * choice is made in the inner folds of `tune`. The last contender is compared with each other one, fold by fold.
 */
export async function nestedCv(
  table: Table,
  contenders: readonly Contender[],
  { folds, repeats }: NestedCvSettings,
  random: Random,
  progress: Progress,
  signal?: AbortSignal,
): Promise<{ models: Scored[]; comparisons: Comparison[]; warnings: string[] }> {
  const records = contenders.map(() => ({
    folds: [] as Record<keyof typeof FOLD_METRICS, number>[],
    pooled: Array.from({ length: repeats }, () => new Float64Array(table.n)),
    chosen: {} as Record<string, number>,
    tellsApart: false,
  }))
  const all = Uint32Array.from({ length: table.n }, (_, row) => row)
  progress.stage('Nested cross-validation', repeats * folds * contenders.length, 'fits')
  const warnings = new Set<string>()
  let done = 0
  for (let repeat = 0; repeat < repeats; repeat++) {
    const cut = random.fork(`repeat ${repeat}`)
    for (const [fold, split] of stratifiedFolds(table.y, table.groups, all, folds, cut).entries()) {
      const labels = Uint8Array.from(split.test, (row) => table.y[row]!)
      const fits: Fits = new Map()
      for (const [c, contender] of contenders.entries()) {
        const tuned = await tune(contender, table, split.training, cut.fork(`fold ${fold}`), signal, fits)
        for (const warning of tuned.warnings) warnings.add(warning)
        const p = tuned.predict(split.test)
        const record = records[c]!
        record.folds.push({
          accuracy: accuracy(p, labels),
          auc: auc(p, labels),
          logLoss: logLoss(p, labels),
          brier: brier(p, labels),
        })
        split.test.forEach((row, i) => {
          record.pooled[repeat]![row] = p[i]!
        })
        record.tellsApart ||= p.some((value) => value !== p[0])
        record.chosen[tuned.chosen] = (record.chosen[tuned.chosen] ?? 0) + 1
        progress.at(++done, contender.name)
      }
    }
  }
  progress.done()

  const testToTrain = 1 / (folds - 1)
  const scores = (c: number, metric: keyof typeof FOLD_METRICS) =>
    records[c]!.folds.map((fold) => fold[metric])
  const names = Object.keys(FOLD_METRICS) as (keyof typeof FOLD_METRICS)[]
  const models = contenders.map(({ name }, c) => {
    const foldwise = (metric: keyof typeof FOLD_METRICS) => repeatedCvInterval(scores(c, metric), testToTrain)
    const pooled = (metric: keyof typeof POOLED_METRICS) =>
      pooledEstimate(table, records[c]!.pooled, POOLED_METRICS[metric], random.fork('bootstrap'))
    return {
      name,
      metrics: {
        accuracy: foldwise('accuracy'),
        auc: foldwise('auc'),
        logLoss: foldwise('logLoss'),
        brier: foldwise('brier'),
        ece: notNegative(pooled('ece')),
        // One probability a fold has no slope, though the folds' shares differ by chance.
        calibrationSlope: records[c]!.tellsApart ? pooled('calibrationSlope') : NO_ESTIMATE,
      },
      chosen: records[c]!.chosen,
    }
  })
  const ours = contenders.length - 1
  const comparisons = contenders.slice(0, ours).flatMap((other, c) =>
    names.map((metric) => {
      const theirs = scores(c, metric)
      const differences = scores(ours, metric).map((score, i) => score - theirs[i]!)
      const difference = repeatedCvInterval(differences, testToTrain)
      return { model: contenders[ours]!.name, against: other.name, metric, difference }
    }),
  )
  return { models, comparisons, warnings: [...warnings] }
}

/** A metric of all rows, averaged over the repeats, with its bootstrap interval over groups. */
function pooledEstimate(
  table: Table,
  pooled: readonly Float64Array[],
  metric: (p: Float64Array, y: Uint8Array) => SampledMetric,
  random: Random,
): Estimate {
  const repeats = pooled.map((p) => metric(p, table.y))
  const statistic: SampledMetric = (times) =>
    repeats.reduce((sum, repeat) => sum + repeat(times), 0) / repeats.length
  const draws = table.n > 5000 ? 100 : 400
  return bootstrapNormalInterval({ groups: table.groups, statistic, next: random.next, draws })
}
