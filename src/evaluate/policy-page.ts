import * as Plot from '@observablehq/plot'
import { escaped, figure, numbers, page, section } from '../report/html.ts'
import { draw } from '../report/plot.ts'
import type { PolicyReport } from './policy-metrics.ts'
import { policyRows, shortNumber, weightLines } from './policy-report.ts'

/** The report as one HTML page without scripts, that needs nothing beside it. */
export function renderPolicyPage(report: PolicyReport): string {
  const { dataset, policy, notes, metrics, protocol, seed } = report
  const title = `What ${policy} would be worth`
  const about = `${dataset.rounds.toLocaleString('en')} ${dataset.unit}s of ${dataset.name}.`
  return page(
    `deepcuts: ${title}`,
    [
      `<h1>${escaped(title)}</h1><p class="soft">From ${escaped(about)}</p>`,
      ...(metrics.refused === null ? [] : [`<p><b>${escaped(metrics.refused)}</b></p>`]),
      ...notes.map((note) => `<p class="note">${escaped(note)}</p>`),
    ],
    [
      section(`Value of a ${dataset.unit}`, weightLines(metrics).join(' '), 'broad', [valueFigure(report)]),
      `<p class="note">${escaped(protocol.description)} Seed ${seed}.</p>`,
    ],
  )
}

function valueFigure({ dataset, metrics }: PolicyReport): string {
  const rows = policyRows(metrics)
  const told = rows.map(([name, value, ci95]) => [
    name,
    shortNumber(value),
    ci95 ? ci95.map(shortNumber).join(' to ') : '–',
  ])
  const marks = rows.flatMap(([name, value, ci95]) =>
    Number.isNaN(value) ? [] : [{ name, value, low: ci95?.[0] ?? value, high: ci95?.[1] ?? value }],
  )
  const logged = (name: string) => name.startsWith('as logged')
  const drawing = draw({
    id: 'values',
    title: `Value of a ${dataset.unit}, with 95 % intervals`,
    description: told.map(([name, value, ends]) => `${name}: ${value} (${ends})`).join('; '),
    options: {
      ...{ width: 560, height: 60 + 34 * rows.length, marginLeft: 150, marginRight: 24, marginBottom: 42 },
      x: { label: `value of a ${dataset.unit}`, labelAnchor: 'center', labelArrow: 'none', grid: true },
      y: { domain: rows.map(([name]) => name), label: null },
      marks: [
        Plot.ruleX(marks.filter(({ name }) => logged(name)).slice(0, 1), {
          x: 'value',
          strokeOpacity: 0.5,
          strokeDasharray: '4 4',
        }),
        Plot.ruleY(marks, { y: 'name', x1: 'low', x2: 'high', stroke: 'var(--ours)', strokeWidth: 2.2 }),
        Plot.dot(marks, {
          ...{ y: 'name', x: 'value', r: 4.5, stroke: 'var(--ours)', strokeWidth: 1.6 },
          fill: ({ name }: { readonly name: string }) => (logged(name) ? 'var(--paper)' : 'var(--ours)'),
        }),
      ],
    },
  })
  return figure(
    'Beside what was logged',
    metrics.refused === null
      ? 'Hollow: what was drawn really got. Full: what the policy asked about would have got.'
      : 'What was drawn really got; the log cannot say what the policy asked about would have got.',
    [drawing],
    [numbers(['', 'value', '95 % interval'], told)],
  )
}
