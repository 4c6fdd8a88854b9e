import { describe, expect, it } from 'vitest'
import { random } from '../src/core/random.ts'
import { evaluateSlates } from '../src/evaluate/policy.ts'
import { invent, logOf, MIXTURE, played } from './suites/invented-sittings.ts'

describe('what if we had explored more, asked of 2,000 sittings', () => {
  const people = Array.from({ length: 40 }, (_, i) => invent(14, 14, random(`person/${i}`)))
  const log = logOf(people, 50, MIXTURE, 0.3, 20)

  it('novelty .4 is foreseen from novelty .3: every interval but that of independent IPS holds what playing it gives', () => {
    const { metrics, notes } = evaluateSlates(log, {
      ...{ name: 'a log', sha256: [], seed: 1 },
      target: { name: 'mixture', novelty: 0.4 },
    })
    const truth = played(people, MIXTURE, 0.4, 20, 300)
    expect(metrics.refused).toBeNull()
    expect(notes).toEqual([])
    expect(metrics.n).toBe(2000)
    for (const name of ['rips', 'cascade-dr', 'sips']) {
      const [low, high] = metrics.estimates[name]!.ci95!
      expect(low, name).toBeLessThan(truth)
      expect(high, name).toBeGreaterThan(truth)
    }
    const before = played(people, MIXTURE, 0.3, 20, 300)
    expect(truth).toBeGreaterThan(before)
    const [low, high] = metrics.onPolicyCi95!
    expect(low).toBeLessThan(before)
    expect(high).toBeGreaterThan(before)
    expect(metrics.estimates['cascade-dr']!.standardError).toBeLessThan(
      metrics.estimates.sips!.standardError!,
    )
  })
})
