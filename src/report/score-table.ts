import type { Estimate } from '../metrics/interval.ts'
import { escaped, section } from './html.ts'
import { OURS, REPORT_ROWS, type ReportRow } from './rows.ts'
import type { ModelScores, RowScores, Score } from './scores.ts'
import { SCORES } from './scores.ts'
import { aheadSentence } from './sentences.ts'
import { fixed, hasInterval, many, modelWords, ROW_WORDS } from './words.ts'

interface Column {
  readonly title: string
  /** Less is better. */
  readonly cost: (mean: number) => number
  readonly digits: number
}

const COLUMNS: Readonly<Record<Score, Column>> = {
  auc: { title: 'AUC\u00a0↑', cost: (mean) => -mean, digits: 3 },
  logLoss: { title: 'log-loss\u00a0↓', cost: (mean) => mean, digits: 3 },
  ece: { title: 'ECE\u00a0↓', cost: (mean) => mean, digits: 3 },
  slope: { title: 'slope →\u00a01', cost: (mean) => Math.abs(mean - 1), digits: 2 },
}

const ABOUT: Readonly<Record<ReportRow, string>> = {
  forMix: 'each play foreseen from the start of its sitting, as a mix is drawn',
  all: 'each play foreseen when the one before it has ended',
  firstPlays: 'play by play, tracks that had never been heard',
}

/** All models beside each other, in the three ways of judging them. */
export function scoreTable(scores: Readonly<Record<ReportRow, RowScores>>): string {
  const rows = REPORT_ROWS.filter((row) => scores[row].n > 0)
  return section(
    'Beside simpler models',
    'AUC: how often a finished play is put above a skipped one. Log-loss: what the probabilities cost on what happened. ECE: how far they lie from it, over 15 bins. Slope: 1 is right, below it the probabilities are too extreme. Small: 95 % intervals. Bold: best of its column.',
    'pair',
    rows.map((row) => tableOf(row, scores[row])),
  )
}

function tableOf(row: ReportRow, scores: RowScores): string {
  const { n, sittings, models } = scores
  const best = new Map(
    SCORES.map((score) => {
      const costs = models.map((model) => shownCost(score, model.scores[score].mean))
      return [score, Math.min(...costs.filter((cost) => !Number.isNaN(cost)))]
    }),
  )
  const about = `${capital(ABOUT[row])}. ${many(n, 'play')} in ${many(sittings, 'sitting')}. ${aheadSentence(scores)}`
  const head = ['model', ...SCORES.map((score) => COLUMNS[score].title)]
  return [
    `<figure><figcaption><h3>${ROW_WORDS[row]}</h3><p>${escaped(about)}</p></figcaption>`,
    '<div class="wide"><table class="scores"><thead><tr>',
    ...head.map((cell) => `<th scope="col">${cell}</th>`),
    '</tr></thead><tbody>',
    ...[...models].reverse().map((model) => line(model, best)),
    '</tbody></table></div></figure>',
  ].join('')
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

function line({ name, scores }: ModelScores, best: ReadonlyMap<Score, number>): string {
  const cells = SCORES.map((score) => cell(score, scores[score], best.get(score)))
  return `<tr${name === OURS ? ' class="ours"' : ''}><th scope="row">${escaped(modelWords(name))}</th>${cells.join('')}</tr>`
}

function cell(score: Score, estimate: Estimate, best: number | undefined): string {
  const { digits } = COLUMNS[score]
  if (!Number.isFinite(estimate.mean)) return '<td>–</td>'
  const mean = fixed(estimate.mean, digits)
  const shown = shownCost(score, estimate.mean) === best ? `<b>${mean}</b>` : mean
  return `<td>${shown}${hasInterval(estimate) ? `<small>${narrow(estimate, digits)}</small>` : ''}</td>`
}

/** The cost of a number as it is shown: what looks the same is as good. */
function shownCost(score: Score, mean: number): number {
  const { cost, digits } = COLUMNS[score]
  return Number(cost(Number(mean.toFixed(digits))).toFixed(digits))
}

function narrow({ ci95: [low, high] }: Estimate, digits: number): string {
  return `${fixed(low, digits)}${low < 0 ? ' to ' : '–'}${fixed(high, digits)}`
}
