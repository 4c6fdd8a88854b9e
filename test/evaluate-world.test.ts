import { describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { evaluateWorld, type WorldReport } from '../src/evaluate/world.ts'
import { renderWorldPage } from '../src/evaluate/world-page.ts'
import { gridVerdict, renderWorld } from '../src/evaluate/world-report.ts'

const one = (mean: number, low = mean - 0.01, high = mean + 0.01) => ({ mean, ci95: [low, high] as const })
const metrics = (satisfaction: number) => ({
  satisfaction: one(satisfaction),
  newListeners: one(satisfaction),
  regret: one(100),
  discoveryShare: one(0.5),
  artistConcentration: one(0.4),
  coverage: one(0.9),
  sittingsToTaste: one(40),
  tasteFound: one(0.8),
})
const point = (low: number, high: number, changed?: { name: 'hidden'; value: number }) => ({
  ...(changed && { changed }),
  satisfaction: { deepcuts: one(0.8), greedy: one(0.7) },
  ratio: one((low + high) / 2, low, high),
  verdict:
    low > 1
      ? ('exploring pays' as const)
      : high < 1
        ? ('exploring costs' as const)
        : ('not distinguishable' as const),
})
const report: WorldReport = {
  task: 'world',
  dataset: {
    listeners: 8,
    newListeners: 2,
    sittings: 3,
    slots: 20,
    conditions: { tracks: 1200, corners: 4, hidden: 0.5, drift: 0, fatigue: 1, satiation: 0.1, own: 0.3 },
    oracle: one(8),
  },
  protocol: { name: 'closed-loop', description: 'Who <hears> what.' },
  seeds: [1, 2],
  models: [
    { name: 'deepcuts', metrics: metrics(0.8), cumulative: [0.5, 0.7, 0.8], settings: { name: 'greedy' } },
    { name: 'greedy', metrics: metrics(0.7), cumulative: [0.5, 0.6, 0.7], settings: { name: 'greedy' } },
  ],
  comparisons: [
    { model: 'deepcuts', against: 'greedy', metric: 'satisfaction', ratio: one(1.14) },
    { model: 'deepcuts', against: 'greedy', metric: 'sittingsToTaste', ratio: one(0.6) },
  ],
  grid: [point(1.05, 1.2), point(0.8, 0.9, { name: 'hidden', value: 0 })],
}

describe('the closed loop as a report', () => {
  it('says where on the grid exploring pays and where it costs', () => {
    expect(gridVerdict(report.grid!)).toBe(
      'Exploring pays at 1 of 2 (as usual); exploring costs at 1 of 2 (hidden 0).',
    )
  })

  it('tells both comparisons in words, with their intervals', () => {
    const text = renderWorld(report)
    expect(text).toContain('Satisfaction of deepcuts: greedy × 1.140 [1.130, 1.150].')
    expect(text).toContain('hidden 0')
  })

  it('is a page without scripts that holds the curves, the grid and the reasons of the world', () => {
    const page = renderWorldPage(report)
    expect(page).not.toContain('<script')
    expect(page).toContain('Who &lt;hears&gt; what.')
    expect(page).toContain('aria-labelledby="satisfaction-title')
    expect(page).toContain('aria-labelledby="grid-title')
    expect(page).toContain('Kapoor')
  })

  it('says which policies there are when one is asked for that there is not', async () => {
    const asked = evaluateWorld({ rounds: 5, users: 4, seeds: 1, policies: ['bold'], grid: false }, silent)
    await expect(asked).rejects.toThrow(/--policies is bold, but it must be one of deepcuts, greedy/)
  })
})
