import { describe, expect, test } from 'vitest'
import type { PolicySettings } from '../src/core/candidate.ts'
import { flowRule } from '../src/core/flow.ts'
import { random } from '../src/core/random.ts'
import { policyOf } from '../src/explore/policies.ts'
import { agreement, type Drawing } from './suites/drawn-lists.ts'
import { LARGE, rules, SMALL } from './suites/policy-suite.ts'

const flowing = LARGE.map((one, i) => ({
  ...one,
  tempo: 80 + 3 * i,
  key: i % 12,
  mode: i % 2,
  energy: (i % 9) / 9,
}))
const SMALL_ONE: Drawing = { candidates: SMALL, rules: rules({ novelty: 0.4, artistGap: 1 }), n: 3 }
const LARGE_ONE: Drawing = {
  candidates: flowing,
  rules: { novelty: 0.3, artistGap: 2, flow: flowRule({ tempo: 1, key: 0.5, energy: 1.5 }) },
  n: 3,
}
const MIXTURE: PolicySettings = { name: 'mixture', temperature: 0.8, floor: 0.1 }

describe('a million draws, with gap, quota and flow, pass a chi-square test at 1e-4', () => {
  test.each<[what: string, settings: PolicySettings, drawing: Drawing, depth: number]>([
    ['mixture, five tracks, whole lists', MIXTURE, SMALL_ONE, 3],
    [
      'mixture, five tracks that relax',
      MIXTURE,
      { ...SMALL_ONE, rules: rules({ novelty: 0.5, artistGap: 3 }), n: 4 },
      4,
    ],
    ['mixture, forty tracks, the first two of each list', MIXTURE, LARGE_ONE, 2],
    ['softmax', { name: 'softmax', temperature: 0.7, floor: 0.05 }, SMALL_ONE, 3],
    ['linear-thompson', { name: 'linear-thompson', temperature: 0.4, floor: 0.05, samples: 2 }, SMALL_ONE, 3],
    ['epsilon-greedy', { name: 'epsilon-greedy', epsilon: 0.3 }, SMALL_ONE, 3],
    ['greedy', { name: 'greedy' }, SMALL_ONE, 3],
    ['uniform', { name: 'uniform' }, SMALL_ONE, 3],
  ])(
    '%s',
    (_, settings, drawing, depth) => {
      const { cells, impossible, together, worst } = agreement(
        policyOf(settings),
        drawing,
        1_000_000,
        random('a million'),
        depth,
      )
      expect(cells).toBeGreaterThan(1)
      expect(impossible).toBe(0)
      expect(together).toBeGreaterThan(1e-4)
      expect(worst).toBeGreaterThan(1e-4 / cells)
    },
    900_000,
  )
})
