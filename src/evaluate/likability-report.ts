import Table from 'cli-table3'
import type { Estimate } from '../metrics/interval.ts'
import { fixed, signed } from '../report/words.ts'
import type { LikabilityReport, NestedCvReport, PaperReport } from './likability.ts'
import type { Comparison, MetricName } from './nested-cv.ts'

interface Metric {
  readonly title: string
  /** Smaller is better. */
  readonly cost: (mean: number) => number
}

const METRICS: Readonly<Record<MetricName, Metric>> = {
  accuracy: { title: 'accuracy ↑', cost: (mean) => -mean },
  auc: { title: 'AUC ↑', cost: (mean) => -mean },
  logLoss: { title: 'log-loss ↓', cost: (mean) => mean },
  brier: { title: 'Brier ↓', cost: (mean) => mean },
  ece: { title: 'ECE ↓', cost: (mean) => mean },
  calibrationSlope: { title: 'slope → 1', cost: (mean) => Math.abs(mean - 1) },
}

const PAPER_METRICS = ['trainingAccuracy', 'validationAccuracy', 'testAccuracy'] as const

/** The report as text for a terminal: a table with the best value of each column marked *, and what follows from it in words. */
export function renderLikability(report: LikabilityReport): string {
  const { dataset, notes, protocol, seed } = report
  const grouped =
    protocol.groupedBy.length > 0 ? ` in ${dataset.groups} groups by ${protocol.groupedBy.join(', ')}` : ''
  const head = [
    `${dataset.file}: ${dataset.rows} rows${grouped}, ${dataset.positives} with label ${dataset.positive}; ` +
      `${dataset.features.length} features: ${dataset.features.join(', ')}.`,
    ...notes.map((note) => `Note: ${note}`),
  ]
  const foot = `${protocol.description} Seed ${seed}, sha256 ${dataset.sha256.slice(0, 12)}…`
  const body = isPaper(report) ? paperBody(report) : nestedBody(report)
  return [...head, '', ...body, '', foot].join('\n')
}

function isPaper(report: LikabilityReport): report is PaperReport {
  return report.protocol.name === 'paper'
}

function nestedBody({ models, comparisons, protocol }: NestedCvReport): string[] {
  const names = Object.keys(METRICS) as MetricName[]
  const best = new Map(
    names.map((name) => [
      name,
      leastIndex(models.map((model) => METRICS[name].cost(model.metrics[name].mean))),
    ]),
  )
  const tableOf = (some: readonly MetricName[]) =>
    table(
      ['model', ...some.map((name) => METRICS[name].title)],
      models.map((model, i) => [
        model.name,
        ...some.map((name) => estimate(model.metrics[name], best.get(name) === i ? ' *' : '')),
      ]),
    )
  return [
    tableOf(names.slice(0, 3)),
    tableOf(names.slice(3)),
    `* best of its column. ${protocol.outerFolds} outer folds × ${protocol.repeats} repeats, 95 % intervals.`,
    '',
    ...verdicts(comparisons),
  ]
}

function paperBody({ models, protocol }: PaperReport): string[] {
  const best = PAPER_METRICS.map((name) => leastIndex(models.map((model) => -model.metrics[name].mean)))
  const rows = models.map((model, i) => [
    model.name,
    ...PAPER_METRICS.map((name, column) => {
      const { mean, min, max } = model.metrics[name]
      return `${percent(mean)}${best[column] === i ? ' *' : ''}\n${percent(min)} … ${percent(max)}`
    }),
  ])
  const { splits, training, validation, test } = protocol
  return [
    table(['model', 'training accuracy', 'validation accuracy', 'test accuracy'], rows),
    `* best of its column. Mean and minimum … maximum of ${splits} random splits ${training}/${validation}/${test}.`,
  ]
}

/** One sentence a metric: whom our model is ahead of, level with, or behind, by the paired intervals. */
function verdicts(comparisons: readonly Comparison[]): string[] {
  const metrics = [...new Set(comparisons.map(({ metric }) => metric))]
  return metrics.map((metric) => {
    const groups: Record<'ahead of' | 'not distinguishable from' | 'behind', string[]> = {
      'ahead of': [],
      'not distinguishable from': [],
      behind: [],
    }
    const own = comparisons.filter((comparison) => comparison.metric === metric)
    for (const { against, difference } of own) {
      const { mean, ci95 } = difference
      const told = `${signed(mean)} [${signed(ci95[0])}, ${signed(ci95[1])}]`
      groups[standing(metric, difference)].push(`${against} ${told}`)
    }
    const parts = Object.entries(groups).filter(([, models]) => models.length > 0)
    const title = METRICS[metric].title.split(' ')[0]
    return `${title}: ${own[0]!.model} is ${parts.map(([words, models]) => `${words} ${models.join(', ')}`).join('; ')}.`
  })
}

function standing(
  metric: MetricName,
  { ci95: [low, high] }: Estimate,
): 'ahead of' | 'not distinguishable from' | 'behind' {
  const sign = METRICS[metric].cost(1) > METRICS[metric].cost(0) ? 1 : -1
  if (sign * low < 0 && sign * high < 0) return 'ahead of'
  return sign * low > 0 && sign * high > 0 ? 'behind' : 'not distinguishable from'
}

function table(head: string[], rows: string[][]): string {
  const drawn = new Table({ head, style: { head: [], border: [], compact: true } })
  drawn.push(...rows)
  return drawn.toString()
}

function leastIndex(costs: readonly number[]): number {
  return costs.reduce(
    (best, cost, i) => (cost < (costs[best] ?? Number.NaN) || Number.isNaN(costs[best]) ? i : best),
    0,
  )
}

/** Two lines, so that three columns fit 80 columns of a terminal. */
function estimate({ mean, ci95 }: Estimate, mark: string): string {
  if (Number.isNaN(mean)) return '–'
  const interval = Number.isNaN(ci95[0]) ? '' : `\n[${fixed(ci95[0])}, ${fixed(ci95[1])}]`
  return `${fixed(mean)}${mark}${interval}`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
