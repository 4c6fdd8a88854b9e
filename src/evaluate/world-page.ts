import * as Plot from '@observablehq/plot'
import { lineStyles } from '../report/charts.ts'
import { escaped, figure, legend, numbers, page, section } from '../report/html.ts'
import { draw } from '../report/plot.ts'
import { fixed, percent } from '../report/words.ts'
import { PARAMETERS, type WorldReport } from './world.ts'
import { GRID_WORDS, type GridPoint } from './world-grid.ts'
import { conditionWords, gridVerdict, verdicts } from './world-report.ts'

/** The report as one HTML page without scripts: curves of satisfaction, a table, the grid, the parameters with their reasons. */
export function renderWorldPage(report: WorldReport): string {
  const { dataset, models, seeds, protocol, grid } = report
  const title = 'deepcuts: does exploring pay?'
  return page(
    title,
    [
      '<h1>Does exploring pay?</h1>',
      `<p class="soft">${dataset.listeners} invented listeners, ${dataset.newListeners} of them new, ${dataset.sittings} sittings of ${dataset.slots} slots, in ${seeds.length} worlds of ${dataset.conditions.tracks} tracks.</p>`,
      ...verdicts(report).map((sentence) => `<p>${escaped(sentence)}</p>`),
    ],
    [
      section(
        'Satisfaction over time',
        'Value up to each sitting as a share of what an oracle gets that knows the truth.',
        'broad',
        [curves(models)],
      ),
      section('The policies', 'Means over the worlds.', 'broad', [
        figure('All measures', 'Satisfaction, then what it is made of.', [], [policyTable(models)]),
      ]),
      ...(grid ? [section('Over the grid', gridVerdict(grid), 'broad', [gridFigure(grid)])] : []),
      section('The world', protocol.description, 'broad', [
        numbers(
          ['parameter', 'value', 'why'],
          PARAMETERS.map(({ name, value, why }) => [name, String(value), why]),
        ),
      ]),
    ],
  )
}

function curves(models: WorldReport['models']): string {
  const styles = lineStyles(models.map(({ name }) => name))
  const style = (name: string) =>
    name === 'uniform' ? { colour: 'currentColor', dashes: '1 4', width: 1.8 } : styles.get(name)!
  const rows = models.map(({ name, cumulative }) =>
    cumulative.map((share, s) => ({ name, sitting: s + 1, share: 100 * share })),
  )
  const chart = draw({
    id: 'satisfaction',
    title: 'Cumulative satisfaction by sitting',
    description: models
      .map(({ name, cumulative }) => `${name} ends at ${percent(cumulative.at(-1) ?? 0)}`)
      .join('; '),
    options: {
      width: 560,
      height: 340,
      marginLeft: 44,
      marginRight: 14,
      marginTop: 26,
      marginBottom: 42,
      x: { label: 'sittings', labelAnchor: 'center', labelArrow: 'none', ticks: 6 },
      y: { label: 'share of the oracle (%)', grid: true, zero: true, domain: [0, 100] },
      marks: rows.map((points) => {
        const { colour, dashes, width } = style(points[0]!.name)
        return Plot.line(points, {
          x: 'sitting',
          y: 'share',
          stroke: colour,
          strokeDasharray: dashes,
          strokeWidth: width,
        })
      }),
    },
  })
  return figure(
    'Share of the oracle',
    'All that was brought up to a sitting.',
    [chart],
    [legend(models.map(({ name }) => ({ style: style(name), text: name })))],
  )
}

function policyTable(models: WorldReport['models']): string {
  const head = [
    'policy',
    'satisfaction',
    'new listeners',
    'regret',
    'discovery',
    'top 10 artists',
    'coverage',
    'sittings to taste',
  ]
  const rows = models.map(({ name, metrics: m }) => {
    const { mean, ci95 } = m.satisfaction
    const cells = [
      `${fixed(mean)}<small>${fixed(ci95[0])}–${fixed(ci95[1])}</small>`,
      fixed(m.newListeners.mean),
      fixed(m.regret.mean, 1),
      fixed(m.discoveryShare.mean),
      fixed(m.artistConcentration.mean),
      fixed(m.coverage.mean),
      fixed(m.sittingsToTaste.mean, 1),
    ]
    return `<tr${name === 'deepcuts' ? ' class="ours"' : ''}><th scope="row">${escaped(name)}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`
  })
  return `<div class="wide"><table class="scores"><thead><tr>${head.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}

function gridFigure(grid: readonly GridPoint[]): string {
  const rows = grid.map((point) => ({
    condition: conditionWords(point),
    ratio: point.ratio.mean,
    low: Number.isNaN(point.ratio.ci95[0]) ? point.ratio.mean : point.ratio.ci95[0],
    high: Number.isNaN(point.ratio.ci95[1]) ? point.ratio.mean : point.ratio.ci95[1],
    colour:
      point.verdict === 'exploring pays'
        ? 'var(--ours)'
        : point.verdict === 'exploring costs'
          ? 'var(--red)'
          : 'var(--grey)',
  }))
  const chart = draw({
    id: 'grid',
    title: 'Satisfaction of deepcuts divided by that of greedy, by condition',
    description: rows.map(({ condition, ratio }) => `${condition}: ${fixed(ratio, 2)}`).join('; '),
    options: {
      width: 560,
      height: 60 + 22 * rows.length,
      marginLeft: 110,
      marginRight: 14,
      marginTop: 10,
      marginBottom: 42,
      x: { label: 'deepcuts / greedy', labelAnchor: 'center', labelArrow: 'none', grid: true },
      y: { type: 'band', domain: rows.map(({ condition }) => condition), label: null },
      marks: [
        Plot.ruleX([1], { stroke: 'currentColor', strokeDasharray: '5 4' }),
        Plot.ruleY(rows, { y: 'condition', x1: 'low', x2: 'high', stroke: 'colour', strokeWidth: 2.2 }),
        Plot.dot(rows, { y: 'condition', x: 'ratio', r: 4.5, fill: 'colour' }),
      ],
    },
  })
  return figure(
    'Ours beside greedy',
    `One condition at a time is other than usual; right of 1 exploring pays. Lines: 95 % intervals. ${GRID_WORDS}`,
    [chart],
    [
      numbers(
        ['condition', 'deepcuts', 'greedy', 'ratio', 'verdict'],
        grid.map((point) => [
          conditionWords(point),
          fixed(point.satisfaction.deepcuts.mean),
          fixed(point.satisfaction.greedy.mean),
          `${fixed(point.ratio.mean, 2)} (${fixed(point.ratio.ci95[0], 2)} to ${fixed(point.ratio.ci95[1], 2)})`,
          point.verdict,
        ]),
      ),
    ],
  )
}
