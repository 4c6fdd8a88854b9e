import { plainTable } from './plain-table.ts'
import type { PolicyMetrics, PolicyReport } from './policy-metrics.ts'

const NAMES: Readonly<Record<string, string>> = {
  dm: 'DM',
  ipw: 'IPW',
  snipw: 'SNIPW',
  dr: 'DR',
  dros: 'DRos',
  iips: 'independent IPS',
  sips: 'standard IPS',
  rips: 'RIPS',
  'cascade-dr': 'cascade-DR',
}

/** What an estimator is called in a table. */
function estimatorName(estimator: string): string {
  return NAMES[estimator] ?? estimator
}

/** The report as text for a terminal; of a log in which nothing counts, that alone. */
export function renderPolicy({ dataset, policy, notes, metrics, protocol, seed }: PolicyReport): string {
  const { unit } = dataset
  const said = [
    `What ${policy} would be worth, a ${unit}, from ${dataset.rounds.toLocaleString('en')} ${unit}s of ${dataset.name}.`,
    ...notes.map((note) => `Note: ${note}`),
    ...(metrics.refused === null ? [] : ['', metrics.refused]),
  ]
  if (metrics.n === 0) return said.join('\n')
  return [
    ...said,
    '',
    tableOf(metrics),
    ...weightLines(metrics),
    '',
    `${protocol.description} Seed ${seed}${dataset.sha256.map((hash) => `, sha256 ${hash.slice(0, 12)}…`).join('')}.`,
  ].join('\n')
}

function tableOf(metrics: PolicyMetrics): string {
  return plainTable(
    ['', 'value', '95 % interval'],
    policyRows(metrics).map(([name, value, ci95]) => [
      name,
      shortNumber(value),
      ci95 ? ci95.map(shortNumber).join(' to ') : '–',
    ]),
  )
}

/** What is known of each: what was logged, then what is estimated. */
export function policyRows(
  metrics: PolicyMetrics,
): (readonly [string, number, readonly [number, number] | null])[] {
  const { onPolicyValue, onPolicyCi95, behaviourValue, behaviourCi95, estimates } = metrics
  return [
    [behaviourValue === null ? 'as logged' : 'as logged, LOG', onPolicyValue, onPolicyCi95] as const,
    ...(behaviourValue === null ? [] : [['as logged, --behaviour', behaviourValue, behaviourCi95] as const]),
    ...Object.entries(estimates).map(
      ([name, { value, ci95 }]) => [estimatorName(name), value, ci95] as const,
    ),
  ]
}

/** What the weights look like, in words. */
export function weightLines(metrics: PolicyMetrics): string[] {
  const { n, effectiveSampleSize, meanWeight, meanWeightStandardError, maxWeight, zeroWeightShare } = metrics
  if (n === 0 || meanWeight === null) return []
  const error = meanWeightStandardError === null ? '' : ` ± ${shortNumber(meanWeightStandardError)}`
  const quantiles = metrics.weightQuantiles.map((value) => shortNumber(value ?? Number.NaN))
  return [
    `Effective sample size ${shortNumber(effectiveSampleSize)} of ${n.toLocaleString('en')}. Weights: mean ${shortNumber(meanWeight)}${error}, ` +
      `median ${quantiles[0]}, 90 % below ${quantiles[1]}, 99 % below ${quantiles[2]}, largest ${shortNumber(maxWeight!)}, ` +
      `zero ${(100 * zeroWeightShare!).toFixed(1)} %.`,
  ]
}

/** Four digits that count; whole numbers from 1,000 on; a dash for no number. */
export function shortNumber(value: number): string {
  if (Number.isNaN(value)) return '–'
  return Math.abs(value) >= 1000
    ? Math.round(value).toLocaleString('en')
    : String(Number(value.toPrecision(4)))
}
