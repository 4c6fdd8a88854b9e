import Table from 'cli-table3'
import type { Estimate } from '../metrics/interval.ts'
import { familiaritySentence, spreadSentence } from '../report/sentences.ts'
import { fixed } from '../report/words.ts'
import type { HistoryMetric, HistoryReport } from './history.ts'

const higher = (value: number) => value
const lower = (value: number) => -value

/** What the columns are called, and how good a value is; the JSON has more. */
const COLUMNS = {
  auc: { title: 'AUC ↑', goodness: higher },
  logLoss: { title: 'log-loss ↓', goodness: lower },
  ece: { title: 'ECE ↓', goodness: lower },
  slope: { title: 'slope → 1', goodness: (value: number) => -Math.abs(value - 1) },
} as const satisfies Partial<Record<HistoryMetric, unknown>>
const ROWS = { all: 'all plays', firstPlay: 'first plays', noSessionContext: 'no session context' } as const

/** The report as text for a terminal: a table for each row of the protocol, then whether ours is ahead. */
export function renderHistory(report: HistoryReport): string {
  const { dataset, protocol } = report
  const names = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]
  const lines = [
    `${dataset.file}: ${count(dataset.rows)} plays (${count(dataset.finishes)} finished, ${count(dataset.skips)} skipped, ` +
      `${count(dataset.masked)} masked), ${Math.round(dataset.audioShare * 100)} % with audio features.`,
    `Trained on the first ${count(protocol.training)}, tested on the ${count(protocol.test)} from ${protocol.firstTestPlay} on.`,
  ]
  for (const view of Object.keys(ROWS) as (keyof typeof ROWS)[]) {
    const table = new Table({
      head: ['model', ...names.map((m) => COLUMNS[m].title)],
      style: { head: [], border: [] },
    })
    for (const { name, metrics } of report.models) {
      const cells = names.map((metric) => {
        const { goodness } = COLUMNS[metric]
        const all = report.models.map((model) => goodness(model.metrics[view][metric].mean))
        const best = Math.max(...all.filter((value) => !Number.isNaN(value)))
        return estimate(metrics[view][metric], goodness(metrics[view][metric].mean) === best)
      })
      table.push([name, ...cells])
    }
    const { against, auc } = report.ahead[view]
    const title = `${ROWS[view]}, n = ${count(report.models[0]!.metrics[view].n)}`
    lines.push('', title, table.toString(), verdict(against, auc))
  }
  for (const row of ['noSessionContext', 'all'] as const) {
    const spread = report.spread[row]
    if (spread)
      lines.push('', `Heads, ${ROWS[row]}: ${spreadSentence(spread)} ${familiaritySentence(spread.groups)}`)
  }
  lines.push('', `* best of its column. ${protocol.description}`)
  lines.push(`Seed ${report.seed}, sha256 ${dataset.sha256.slice(0, 12)}…`)
  return lines.join('\n')
}

function verdict(against: string, { mean, ci95 }: Estimate): string {
  const range = `${signed(mean)} AUC (${signed(ci95[0])} to ${signed(ci95[1])})`
  if (ci95[0] > 0) return `deepcuts is ahead of ${against}, the strongest other: ${range}.`
  if (ci95[1] < 0) return `deepcuts is behind ${against}: ${range}.`
  return `Nothing separates deepcuts and ${against} here: ${range}.`
}

function estimate({ mean, ci95 }: Estimate, best: boolean): string {
  return `${fixed(mean)}${best ? ' *' : ''}\n${fixed(ci95[0])}–${fixed(ci95[1])}`
}

const signed = (value: number) => (value >= 0 ? '+' : '−') + fixed(Math.abs(value))
const count = (value: number) => value.toLocaleString('en-US')
