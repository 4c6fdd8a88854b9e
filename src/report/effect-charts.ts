import * as Plot from '@observablehq/plot'
import type { EffectPoint, FeatureEffect } from './effects.ts'
import { featureScale, featureWords, ratioOf, toldValue } from './feature-words.ts'
import { draw } from './plot.ts'
import { effectSentence } from './sentences.ts'

/** Up to this many values are dots of their own, more are a line. */
const FEW = 3
const COUNT_TICKS = [0, 1, 3, 10, 30, 100, 300, 1000, 3000]
const DAY_TICKS = [0, 1, 7, 30, 90, 365, 1000, 3000]

/** Features told as they are that have a unit. */
const UNITS: Readonly<Partial<Record<FeatureEffect['feature'], string>>> = {
  year: 'year',
  popularity: 'popularity',
}

/** What the probability axis of all effects spans, in percent: a band of the heads never leaves it. */
export function effectDomain(effects: readonly FeatureEffect[]): [low: number, high: number] {
  const ends = effects.flatMap(({ points }) => points.flatMap((point) => [lowOf(point), highOf(point)]))
  return [
    Math.max(0, 10 * Math.floor(Math.min(...ends) / 10)),
    Math.min(100, 10 * Math.ceil(Math.max(...ends) / 10)),
  ]
}

/** The partial dependence of the probability on a feature: a line with the heads' band, or a dot a value. */
export function effectChart(id: string, effect: FeatureEffect, domain: readonly [number, number]): string {
  const { feature, points } = effect
  const rows = points.map((point) => ({
    value: shown(feature, point.value),
    name: toldValue(feature, point.value),
    probability: 100 * point.probability,
    low: Math.max(domain[0], lowOf(point)),
    high: Math.min(domain[1], highOf(point)),
  }))
  const few = points.length <= FEW
  return draw({
    id,
    title: `Probability of a finish by “${featureWords(feature)}”`,
    description: `The probability goes ${effectSentence(effect)}.`,
    options: {
      width: 300,
      height: 200,
      marginLeft: 40,
      marginRight: 16,
      marginTop: 24,
      marginBottom: 40,
      x: few
        ? { type: 'point', domain: rows.map(({ name }) => name), padding: 0.8, label: null }
        : { ...axisOf(effect), labelAnchor: 'center', labelArrow: 'none' },
      y: { domain: [...domain], ticks: 4, label: 'finish (%)', grid: true },
      marks: few
        ? [
            Plot.ruleX(rows, { x: 'name', y1: 'low', y2: 'high', stroke: 'var(--ours)', strokeWidth: 2.2 }),
            Plot.dot(rows, { x: 'name', y: 'probability', r: 4.5, fill: 'var(--ours)' }),
          ]
        : [
            Plot.areaY(rows, { x: 'value', y1: 'low', y2: 'high', fill: 'var(--ours)', fillOpacity: 0.22 }),
            Plot.line(rows, { x: 'value', y: 'probability', stroke: 'var(--ours)', strokeWidth: 2.2 }),
            ...(feature === 'hour'
              ? []
              : [Plot.dot(rows, { x: 'value', y: 'probability', r: 2.6, fill: 'var(--ours)' })]),
          ],
    },
  })
}

function axisOf({ feature, points }: FeatureEffect): Plot.ScaleOptions {
  const values = points.map(({ value }) => value)
  const [first, last] = [Math.min(...values), Math.max(...values)]
  const logarithmic = (ticks: readonly number[], label: string): Plot.ScaleOptions => ({
    ticks: ticks.map(Math.log1p).filter((tick) => tick >= first && tick <= last),
    tickFormat: (value: number) => String(Math.round(Math.expm1(value))),
    label,
  })
  switch (featureScale(feature)) {
    case 'count':
      return logarithmic(COUNT_TICKS, 'how many (log scale)')
    case 'days':
      return logarithmic(DAY_TICKS, 'days (log scale)')
    case 'ratio':
      return { ticks: 5, tickFormat: ratioOf, label: 'ratio (log scale)' }
    case 'rate':
      return { ticks: 5, label: 'finished (%)' }
    case 'hour':
      return { ticks: [0, 6, 12, 18, 23], label: 'o’clock' }
    case 'deviations':
      return { ticks: 5, label: 'standard deviations from the average' }
    default:
      return {
        ticks: 5,
        tickFormat: (value: number) => String(Number(value.toFixed(3))).replace('-', '−'),
        label: UNITS[feature] ?? 'less to more',
      }
  }
}

/** Rates are drawn as percentages; counts, days and ratios stay logarithms, whose ticks tell the numbers. */
function shown(feature: FeatureEffect['feature'], value: number): number {
  return featureScale(feature) === 'rate' ? 100 / (1 + Math.exp(-value)) : value
}

const lowOf = ({ probability, spread }: EffectPoint) => 100 * (probability - spread)
const highOf = ({ probability, spread }: EffectPoint) => 100 * (probability + spread)
