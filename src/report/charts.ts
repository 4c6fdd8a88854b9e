import * as Plot from '@observablehq/plot'
import type { Estimate } from '../metrics/interval.ts'
import type { ReliabilityBin } from './calibration.ts'
import type { LineStyle } from './html.ts'
import { draw } from './plot.ts'
import type { Report } from './report.ts'
import { OURS } from './rows.ts'
import { keptPoint } from './sentences.ts'
import type { SpreadGroup, SpreadReport } from './spread.ts'
import { artistGroup, whole } from './words.ts'

const WIDTH = 400
const FRAME = { width: WIDTH, marginLeft: 44, marginRight: 14, marginTop: 26, marginBottom: 42 } as const
const INK = 'currentColor'
/** Bins of fewer plays are drawn pale. */
const PALE = 20
const PERCENT_TICKS = [0, 20, 40, 60, 80, 100]

/** How the lines of models are drawn, the same on the whole page: ours first. */
export function lineStyles(names: readonly string[]): ReadonlyMap<string, LineStyle> {
  const others = [
    { colour: 'var(--grey)', dashes: '2 3', width: 1.8 },
    { colour: 'var(--orange)', dashes: '7 3', width: 1.8 },
    { colour: 'var(--green)', dashes: '8 3 2 3', width: 1.8 },
    { colour: 'var(--purple)', dashes: '4 2', width: 1.8 },
    { colour: 'var(--red)', dashes: '10 4', width: 1.8 },
  ]
  const rest = names.filter((name) => name !== OURS)
  return new Map<string, LineStyle>([
    [OURS, { colour: 'var(--ours)', dashes: 'none', width: 2.6 }],
    ...rest.map((name, i) => [name, others[i % others.length]!] as const),
  ])
}

/** What is finished of the plays that were given a probability, with its interval, over how many plays there are of each. */
export function reliabilityChart(id: string, description: string, bins: readonly ReliabilityBin[]): string {
  const rows = bins.map(({ from, to, n, foreseen, finished }) => ({
    from: 100 * from,
    to: 100 * to,
    middle: 50 * (from + to),
    n,
    foreseen: 100 * foreseen,
    finished: 100 * finished.mean,
    low: 100 * finished.ci95[0],
    high: 100 * finished.ci95[1],
    opacity: n < PALE ? 0.4 : 1,
  }))
  const x = { domain: [0, 100], ticks: PERCENT_TICKS }
  const upper = draw({
    id,
    title: 'Reliability: finished plays against the foreseen probability',
    description,
    options: {
      ...FRAME,
      height: 330,
      marginBottom: 12,
      opacity: { type: 'identity' },
      x: { ...x, label: null, tickFormat: () => '', grid: true },
      y: { domain: [0, 100], ticks: PERCENT_TICKS, label: 'finished (%)', grid: true },
      marks: [
        Plot.line(
          [
            [0, 0],
            [100, 100],
          ],
          { stroke: INK, strokeOpacity: 0.6, strokeDasharray: '5 4' },
        ),
        Plot.ruleX(rows, {
          x: 'foreseen',
          y1: 'low',
          y2: 'high',
          stroke: 'var(--ours)',
          strokeWidth: 2.2,
          strokeOpacity: 'opacity',
        }),
        Plot.dot(rows, { x: 'foreseen', y: 'finished', r: 4.5, fill: 'var(--ours)', fillOpacity: 'opacity' }),
      ],
    },
  })
  const lower = draw({
    id: `${id}-n`,
    title: 'How many plays were given each probability',
    description: rows.map(({ from, to, n }) => `${from} to ${to} %: ${n} plays`).join('; '),
    options: {
      ...FRAME,
      height: 128,
      x: {
        ...x,
        label: 'probability of a finish, as foreseen (%)',
        labelAnchor: 'center',
        labelArrow: 'none',
      },
      y: { axis: null, domain: [0, 1.25 * Math.max(...rows.map(({ n }) => n))] },
      marks: [
        Plot.rectY(rows, { x1: 'from', x2: 'to', y: 'n', fill: 'var(--ours)', fillOpacity: 0.35, inset: 1 }),
        Plot.text(rows, { x: 'middle', y: 'n', text: ({ n }) => whole(n), dy: -7, fontSize: 11 }),
        Plot.text(['plays'], { frameAnchor: 'top-left', dx: -40, dy: -4, textAnchor: 'start' }),
        Plot.ruleY([0], { stroke: INK, strokeOpacity: 0.5 }),
      ],
    },
  })
  return `<div class="panel">${upper}${lower}</div>`
}

/** The ROC curves of all models. */
export function rocChart(
  id: string,
  description: string,
  curves: Readonly<Record<string, readonly (readonly [number, number])[]>>,
  styles: ReadonlyMap<string, LineStyle>,
): string {
  const shares = (points: readonly (readonly [number, number])[]) =>
    points.map(([x, y]): [number, number] => [100 * x, 100 * y])
  return draw({
    id,
    title: 'ROC curves: finished plays found against skipped plays taken for finished',
    description,
    options: {
      ...FRAME,
      height: 380,
      x: {
        domain: [0, 100],
        ticks: PERCENT_TICKS,
        label: 'skipped plays taken for finished (%)',
        labelAnchor: 'center',
        labelArrow: 'none',
        grid: true,
      },
      y: { domain: [0, 100], ticks: PERCENT_TICKS, label: 'finished plays found (%)', grid: true },
      marks: Object.entries(curves).map(([name, points]) => {
        const { colour, dashes, width } = styles.get(name)!
        return Plot.line(shares(points), { stroke: colour, strokeDasharray: dashes, strokeWidth: width })
      }),
    },
  })
}

/** The ends of an interval in percent; of one that does not exist the estimate itself, which draws nothing. */
function endsOf({ mean, ci95: [low, high] }: Estimate): { low: number; high: number } {
  const end = (value: number) => 100 * (Number.isNaN(value) ? mean : value)
  return { low: end(low), high: end(high) }
}

/** How far the probabilities lay from what happened, by how much the heads disagree. */
export function spreadChart(id: string, description: string, { bins }: SpreadReport): string {
  const rows = bins.map(({ spread, error, foretold }) => ({
    spread: 100 * spread,
    error: 100 * error.mean,
    ...endsOf(error),
    foretold: 100 * foretold,
  }))
  const most = Math.max(...rows.map(({ high, foretold }) => Math.max(high, foretold)))
  return draw({
    id,
    title: 'Error against the spread of the heads',
    description,
    options: {
      ...FRAME,
      height: 300,
      x: {
        domain: [0, 1.06 * Math.max(...rows.map(({ spread }) => spread))],
        ticks: 6,
        label: 'spread of the heads (percentage points)',
        labelAnchor: 'center',
        labelArrow: 'none',
      },
      y: { domain: [0, 1.05 * most], ticks: 5, label: 'distance from what happened (points)', grid: true },
      marks: [
        Plot.ruleX(rows, { x: 'spread', y1: 'low', y2: 'high', stroke: 'var(--ours)', strokeWidth: 2.2 }),
        Plot.dot(rows, { x: 'spread', y: 'error', r: 4.5, fill: 'var(--ours)' }),
        Plot.dot(rows, { x: 'spread', y: 'foretold', r: 4.5, stroke: INK, strokeWidth: 1.4, fill: 'none' }),
        Plot.ruleY([0], { stroke: INK, strokeOpacity: 0.5 }),
      ],
    },
  })
}

/** The mean spread by how often the artist had been played, with and without known sound. */
export function familiarityChart(id: string, description: string, groups: readonly SpreadGroup[]): string {
  const rows = groups.map((group) => ({
    group: artistGroup(group),
    hasAudio: group.hasAudio,
    spread: 100 * group.spread.mean,
    ...endsOf(group.spread),
  }))
  const shifted = (hasAudio: boolean) => {
    const some = rows.filter((row) => row.hasAudio === hasAudio)
    const colour = hasAudio ? 'var(--ours)' : 'var(--orange)'
    const dx = hasAudio ? -7 : 7
    return [
      Plot.ruleX(some, { x: 'group', y1: 'low', y2: 'high', stroke: colour, strokeWidth: 2.2, dx }),
      Plot.dot(some, {
        x: 'group',
        y: 'spread',
        r: 4.5,
        stroke: colour,
        strokeWidth: 1.8,
        fill: hasAudio ? colour : 'var(--paper)',
        dx,
      }),
    ]
  }
  return draw({
    id,
    title: 'Spread of the heads by earlier plays of the artist',
    description,
    options: {
      ...FRAME,
      height: 300,
      x: {
        type: 'point',
        domain: [...new Set(rows.map(({ group }) => group))],
        padding: 0.6,
        label: 'earlier plays of the artist',
        labelAnchor: 'center',
        labelArrow: 'none',
      },
      y: {
        domain: [0, 1.05 * Math.max(...rows.map(({ high }) => high))],
        ticks: 5,
        label: 'spread of the heads (points)',
        grid: true,
      },
      marks: [...shifted(true), ...shifted(false), Plot.ruleY([0], { stroke: INK, strokeOpacity: 0.5 })],
    },
  })
}

/** The line of the training plays, which is no model of its own. */
export const TRAINING_LINE: LineStyle = { colour: 'var(--ours)', dashes: '1 3', width: 2 }

/** Log-loss by step, with the simpler models as lines to beat. */
export function curveChart(
  id: string,
  description: string,
  { curve, kept, lines }: Pick<Report, 'curve' | 'kept' | 'lines'>,
  styles: ReadonlyMap<string, LineStyle>,
): string {
  const ours = styles.get(OURS)!
  const steps = [Math.min(...curve.map(({ step }) => step)), Math.max(...curve.map(({ step }) => step))]
  const line = (y: 'training' | 'validation', { colour, dashes, width }: LineStyle) =>
    Plot.line(curve, { x: 'step', y, stroke: colour, strokeDasharray: dashes, strokeWidth: width })
  return draw({
    id,
    title: 'Log-loss by training step',
    description,
    options: {
      ...FRAME,
      width: 440,
      height: 290,
      x: { domain: steps, ticks: 6, label: 'training steps', labelAnchor: 'center', labelArrow: 'none' },
      y: { zero: false, nice: true, ticks: 6, label: 'log-loss', grid: true },
      marks: [
        ...lines.map(({ name, logLoss }) => {
          const { colour, dashes, width } = styles.get(name)!
          return Plot.ruleY([logLoss], { stroke: colour, strokeDasharray: dashes, strokeWidth: width })
        }),
        line('training', TRAINING_LINE),
        line('validation', ours),
        Plot.dot([keptPoint(curve, kept)], { x: 'step', y: 'validation', r: 5, fill: ours.colour }),
      ],
    },
  })
}
