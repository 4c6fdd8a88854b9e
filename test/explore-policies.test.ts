import { describe, expect, test } from 'vitest'
import { POLICY_NAMES, type PolicySettings, type ScoredCandidate } from '../src/core/candidate.ts'
import { random } from '../src/core/random.ts'
import { policyOf } from '../src/explore/policies.ts'
import { chiSquareTail } from './suites/chi-square.ts'
import { candidate, LARGE, policySuite, rules, SMALL } from './suites/policy-suite.ts'

const ALL: readonly PolicySettings[] = [
  { name: 'mixture', temperature: 1, floor: 0.2 },
  { name: 'softmax', temperature: 0.8, floor: 0 },
  { name: 'linear-thompson', temperature: 0.5, floor: 0.05, samples: 2 },
  { name: 'epsilon-greedy', epsilon: 0.3 },
  { name: 'greedy' },
  { name: 'uniform' },
]

for (const settings of ALL) policySuite(settings)

const free = { novelty: 0, artistGap: 0, flow: () => 0 }
const known = (...scores: number[][]) =>
  scores.map((heads, i) => candidate(i + 1, i + 1, 'familiar', ...heads))
const first = (settings: PolicySettings, pool: readonly ScoredCandidate[]) =>
  pool.map((_, i) => policyOf(settings).propensities(pool, free, ['familiar'], [i])[0]!.propensity)

test('every name is tested', () => {
  expect(ALL.map(({ name }) => name).sort()).toEqual([...POLICY_NAMES].sort())
})

describe('greedy', () => {
  const pool = known([3, -9], [1, 1], [0, 0])

  test('takes the best mean score, whatever single heads say', () => {
    expect(first({ name: 'greedy' }, pool)).toEqual([0, 1, 0])
  })

  test('takes what flows best among equals, and draws the same list for the same pattern', () => {
    const even = known([1], [1], [1])
    const stepwise = { ...free, flow: (_?: ScoredCandidate, next?: ScoredCandidate) => 3 - next!.trackId }
    const lists = [1, 2, 3].map((seed) => policyOf({ name: 'greedy' }).draw(even, stepwise, 3, random(seed)))
    for (const { tracks } of lists)
      expect(tracks.map(({ candidate: { trackId } }) => trackId)).toEqual([3, 2, 1])
  })

  test('keeps to the artist gap', () => {
    const two = [
      candidate(1, 1, 'familiar', 9),
      candidate(2, 1, 'familiar', 8),
      candidate(3, 2, 'familiar', 0),
    ]
    const { tracks } = policyOf({ name: 'greedy' }).draw(
      two,
      rules({ novelty: 0, artistGap: 1 }),
      3,
      random(1),
    )
    expect(tracks.map(({ candidate: { trackId } }) => trackId)).toEqual([1, 3, 2])
  })
})

describe('epsilon-greedy', () => {
  test('leaves a share of the slots to blind chance, slot by slot', () => {
    const pool = known([2], [1], [0])
    expect(first({ name: 'epsilon-greedy', epsilon: 0.3 }, pool)).toEqual(
      [0.8, 0.1, 0.1].map((chance) => expect.closeTo(chance, 12)),
    )
    const { propensities } = policyOf({ name: 'epsilon-greedy', epsilon: 0.3 })
    const [, second] = propensities(pool, free, ['familiar', 'familiar'], [2, 1])
    expect(second!.propensity).toBeCloseTo(0.15, 12)
  })

  test('marks what blind chance takes of what is new as explored', () => {
    const pool = [candidate(1, 1, 'new', 3), candidate(2, 2, 'new', 0)]
    const marks = (epsilon: number, at: number) =>
      policyOf({ name: 'epsilon-greedy', epsilon }).propensities(
        pool,
        { ...free, novelty: 1 },
        ['new'],
        [at],
      )[0]!.explored
    expect([marks(0.1, 0), marks(0.1, 1), marks(0.9, 1)]).toEqual([false, true, true])
  })

  test('without an epsilon is greedy, and as little to be reweighted', () => {
    expect(policyOf({ name: 'epsilon-greedy', epsilon: 0 }).unweighable).toBe(
      policyOf({ name: 'greedy' }).unweighable,
    )
    expect(policyOf({ name: 'epsilon-greedy', epsilon: 0.01 }).unweighable).toBeUndefined()
  })
})

describe('softmax', () => {
  test('goes by the mean of the heads, in spreads of the pool', () => {
    // Means 1, 0, -1: a standard deviation of √(2/3). At this temperature one more is worth twice the chance.
    const temperature = 1 / Math.sqrt(2 / 3) / Math.log(2)
    expect(first({ name: 'softmax', temperature, floor: 0 }, known([2, 0], [5, -5], [-1, -1]))).toEqual(
      [4 / 7, 2 / 7, 1 / 7].map((chance) => expect.closeTo(chance, 12)),
    )
  })
})

describe('the unit of the temperature', () => {
  const mixture: PolicySettings = { name: 'mixture', temperature: 0.5, floor: 0 }

  test('is the spread of the scores: shifting and stretching them changes nothing', () => {
    const scores = [
      [0.25, 1],
      [1.5, -0.5],
      [-2, 0.75],
      [0, 0],
    ]
    const same = scores.map((heads) => heads.map((score) => 8 * score + 4))
    first(mixture, known(...scores)).forEach((chance, i) => {
      expect(first(mixture, known(...same))[i]).toBeCloseTo(chance, 12)
    })
  })

  test('is that of the kind: new tracks that hardly differ are told apart as well as familiar ones that do', () => {
    const scores = [3, 1, -1, -3]
    const pool = [
      ...scores.map((score, i) => candidate(i, i, 'familiar', score)),
      ...scores.map((score, i) => candidate(9 + i, 9 + i, 'new', score / 32)),
    ]
    const both = { ...free, novelty: 0.5 }
    const chance = (kind: 'familiar' | 'new', at: number) =>
      policyOf(mixture).propensities(pool, both, [kind], [at])[0]!.propensity
    for (let i = 0; i < 4; i++) expect(chance('new', 4 + i)).toBeCloseTo(chance('familiar', i), 9)
    expect(chance('new', 4)).toBeGreaterThan(2 * chance('new', 5))
  })

  test('does not blow up what is as good as equal', () => {
    const [best, worst] = first(mixture, known([0.0002], [0], [0], [0]))
    expect(best! / worst!).toBeLessThan(1.05)
    expect(first(mixture, known([1], [1], [1]))).toEqual([1, 1, 1].map((one) => expect.closeTo(one / 3, 12)))
  })

  test.each([Number.MIN_VALUE, 1e-300, 1e-12])('towards 0 (%f) takes the best', (temperature) => {
    const chances = first({ name: 'softmax', temperature, floor: 0 }, known([1], [0.99], [-3]))
    expect(chances).toEqual([1, 0, 0].map((chance) => expect.closeTo(chance, 9)))
    const { tracks } = policyOf({ name: 'mixture', temperature, floor: 0 }).draw(
      LARGE,
      rules(),
      20,
      random(1),
    )
    for (const { propensity } of tracks) expect(propensity).toBeGreaterThan(0)
  })

  test.each([1e6, 1e300, Number.POSITIVE_INFINITY])(
    'very large (%f) leaves blind chance and the flow',
    (temperature) => {
      const pool = known([5], [0], [-5])
      const chances = first({ name: 'mixture', temperature, floor: 0 }, pool)
      for (const chance of chances) expect(chance).toBeCloseTo(1 / 3, 5)
      const [, second] = policyOf({ name: 'mixture', temperature, floor: 0 }).propensities(
        pool,
        { ...free, flow: (p, next) => (p && next.trackId === 3 ? Math.log(2) : 0) },
        ['familiar', 'familiar'],
        [0, 2],
      )
      expect(second!.propensity).toBeCloseTo(1 / 3, 5)
    },
  )
})

test.each<PolicySettings>([
  { name: 'mixture', temperature: 0, floor: 0.1 },
  { name: 'softmax', temperature: Number.NaN, floor: 0.1 },
  { name: 'linear-thompson', temperature: 1, floor: -0.1, samples: 4 },
  { name: 'epsilon-greedy', epsilon: 1.5 },
])('settings that make no distribution are refused: %o', (settings) => {
  expect(() => policyOf(settings)).toThrow(RangeError)
})

test('an order that the rules forbid has no chance, from the slot on where it breaks them', () => {
  const stated = policyOf(ALL[0]!).propensities(
    SMALL,
    rules({ novelty: 0 }),
    ['familiar', 'familiar'],
    [0, 1],
  )
  expect(stated.map(({ propensity }) => propensity > 0)).toEqual([true, false])
})

test('the chi-square tail is that of the tables', () => {
  expect(chiSquareTail(3.841459, 1)).toBeCloseTo(0.05, 6)
  expect(chiSquareTail(18.307038, 10)).toBeCloseTo(0.05, 6)
  expect(chiSquareTail(15.136705, 1)).toBeCloseTo(1e-4, 8)
  expect(chiSquareTail(1118.948, 1000)).toBeCloseTo(0.005, 4)
})
