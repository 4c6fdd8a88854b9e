import * as Plot from '@observablehq/plot'
import type { Estimate } from '../metrics/interval.ts'
import { escaped, figure, type LineStyle, legend, numbers, page, section } from '../report/html.ts'
import { draw } from '../report/plot.ts'
import { fixed, percent, range, whole } from '../report/words.ts'
import type { CarouselReport, CarouselRow } from './carousel.ts'
import { carouselSentences } from './carousel-report.ts'

const STYLES: Readonly<Record<string, LineStyle>> = {
  deepcuts: { colour: 'var(--ours)', dashes: 'none', width: 3 },
  greedy: { colour: 'var(--ours)', dashes: '3 3', width: 1.8 },
  'ts-seg-pessimistic': { colour: 'var(--orange)', dashes: 'none', width: 2 },
  'ts-seg-naive': { colour: 'var(--orange)', dashes: '6 3', width: 1.8 },
  'ts-lin-pessimistic': { colour: 'var(--purple)', dashes: 'none', width: 2 },
  'ts-lin-naive': { colour: 'var(--purple)', dashes: '6 3', width: 1.8 },
  'epsilon-greedy-seg': { colour: 'var(--green)', dashes: 'none', width: 2 },
  'etc-seg': { colour: 'var(--green)', dashes: '6 3', width: 1.8 },
  'kl-ucb-seg': { colour: 'var(--red)', dashes: 'none', width: 2 },
  popularity: { colour: 'var(--grey)', dashes: '6 3', width: 1.8 },
  random: { colour: 'var(--grey)', dashes: '2 3', width: 1.8 },
}

/** The report as one HTML page without scripts: curves of cumulative regret with bands, a table, how it was done. */
export function renderCarouselPage(report: CarouselReport): string {
  const { dataset, models, protocol, seeds, notes } = report
  const title = 'deepcuts: what learning costs on a carousel'
  return page(
    title,
    [
      '<h1>What learning costs on a carousel</h1>',
      `<p class="soft">${whole(dataset.playlists)} playlists, ${protocol.slots} places, ${whole(protocol.visitors)} listeners a round, ${whole(protocol.rounds)} rounds; ${seeds.length === 1 ? 'one seed' : `${seeds.length} seeds`}. A policy that knew everything would have no regret.</p>`,
      ...carouselSentences(report).map((sentence) => `<p>${escaped(sentence)}</p>`),
      ...notes.map((note) => `<p class="note">${escaped(note)}</p>`),
    ],
    [
      section(
        'Regret over time',
        'Clicks that the best carousels would have had and the shown ones had not, summed over the rounds so far; less is better. Bands are 95 % intervals over seeds. A line that goes flat has learned; one that stays straight pays the same price for ever.',
        'pair',
        [curveFigure('All policies', 'all', models), curveFigure(...closeUp(models))],
      ),
      section('The policies', 'Means over seeds, 95 % intervals below them.', 'broad', [policyTable(models)]),
      settingsSection(report),
    ],
  )
}

/** The policies that lose less than a third of the most, for a scale on which they can be told apart. */
function closeUp(models: readonly CarouselRow[]): [string, string, readonly CarouselRow[]] {
  const most = Math.max(...models.map(({ metrics }) => metrics.regret.mean))
  const near = models.filter(({ metrics }) => metrics.regret.mean < most / 3)
  return ['Those that lose the least', 'near', near.length > 1 ? near : models]
}

function curveFigure(heading: string, id: string, models: readonly CarouselRow[]): string {
  const rows = models.map(({ name, curve }) => ({
    style: STYLES[name]!,
    points: curve.map(({ mean, ci95: [low, high] }, round) => ({
      round: round + 1,
      mean: mean / 1000,
      low: (Number.isFinite(low) ? Math.max(low, 0) : mean) / 1000,
      high: (Number.isFinite(high) ? high : mean) / 1000,
    })),
  }))
  const ends = models
    .map(({ name, metrics }) => `${name} ends at ${thousands(metrics.regret.mean)}`)
    .join('; ')
  const chart = draw({
    id: `regret-${id}`,
    title: `Cumulative regret by round: ${heading.toLowerCase()}`,
    description: ends,
    options: {
      width: 440,
      height: 340,
      marginLeft: 54,
      marginRight: 14,
      marginTop: 26,
      marginBottom: 42,
      x: { label: 'rounds', labelAnchor: 'center', labelArrow: 'none', ticks: 6 },
      y: { label: 'clicks lost so far (thousands)', grid: true, zero: true },
      marks: rows.flatMap(({ style: { colour, dashes, width }, points }) => [
        Plot.areaY(points, { x: 'round', y1: 'low', y2: 'high', fill: colour, fillOpacity: 0.15 }),
        Plot.line(points, {
          x: 'round',
          y: 'mean',
          stroke: colour,
          strokeDasharray: dashes,
          strokeWidth: width,
        }),
      ]),
    },
  })
  const byRegret = [...models].sort((a, b) => b.metrics.regret.mean - a.metrics.regret.mean)
  const shown = milestones(models[0]!.curve.length)
  return figure(
    heading,
    `${ends}.`,
    [chart],
    [
      legend(byRegret.map(({ name }) => ({ style: STYLES[name]!, text: name }))),
      numbers(
        ['round', ...models.map(({ name }) => name)],
        shown.map((round) => [
          String(round),
          ...models.map(({ curve }) => thousands(curve[round - 1]!.mean)),
        ]),
      ),
    ],
  )
}

function milestones(rounds: number): number[] {
  return [...new Set([1, 2, 5, 10, 20, 50, 100, rounds])]
    .filter((round) => round <= rounds)
    .sort((a, b) => a - b)
}

function policyTable(models: readonly CarouselRow[]): string {
  const cell = (estimate: Estimate, write: (value: number) => string) =>
    `<td>${escaped(write(estimate.mean))}<small>${escaped(range(estimate, write))}</small></td>`
  const rows = models.map(({ name, about, metrics }) =>
    [
      `<tr${name === 'deepcuts' ? ' class="ours"' : ''}><th scope="row">${escaped(name)}<br/><small class="soft">${escaped(about)}</small></th>`,
      cell(metrics.regret, thousands),
      cell(metrics.satisfaction, (value) => `${fixed(100 * value, 1)}\u00a0%`),
      cell(metrics.lastRegret, whole),
      cell(metrics.coverage, percent),
      '</tr>',
    ].join(''),
  )
  const head = ['policy', 'regret', 'of the best clicks', 'lost in the last round', 'playlists shown in it']
  return `<div class="wide"><table class="scores"><thead><tr>${head.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}

function settingsSection({ dataset, protocol, seeds, models }: CarouselReport): string {
  const facts: readonly (readonly [string, string])[] = [
    [
      'playlists',
      dataset.file
        ? `${dataset.file}, sha256 ${dataset.sha256}`
        : 'invented, of about the published law; the same in every run',
    ],
    [
      'listeners',
      dataset.users
        ? `${dataset.users.file}, sha256 ${dataset.users.sha256}`
        : `${whole(dataset.listeners)} surrogates a seed`,
    ],
    ['segments', whole(dataset.segments)],
    [
      'mean probability of a click',
      `${fixed(dataset.meanClick, 4)}, on the best carousel ${fixed(dataset.meanBest, 2)}`,
    ],
    ['seeds', seeds.join(', ')],
    [
      'command',
      `deepcuts evaluate carousel${dataset.file ? ` ${dataset.file}` : ''}${dataset.users ? ` --users ${dataset.users.file}` : ''} --rounds ${protocol.rounds} --visitors ${protocol.visitors} --seeds ${seeds.length} --policies ${models.map(({ name }) => name).join(',')}`,
    ],
  ]
  const rows = facts.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join('')
  return `<section><h2>How it was done</h2><p class="soft">${escaped(protocol.description)}</p><dl>${rows}</dl></section>`
}

function thousands(value: number): string {
  const written = value < 1e6 ? fixed(value / 1000, 1) : whole(value / 1000)
  return `${written}\u00a0k`
}
