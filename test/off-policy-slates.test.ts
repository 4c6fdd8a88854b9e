import { describe, expect, it } from 'vitest'
import { random } from '../src/core/random.ts'
import { ridge } from '../src/off-policy/ridge.ts'
import { foreseeSlates, type ModelledSlot } from '../src/off-policy/slate-model.ts'
import {
  cascadeDoublyRobust,
  independentIps,
  type LoggedSlate,
  onPolicy,
  rewardInteractionIps,
  slateWeight,
  standardIps,
} from '../src/off-policy/slates.ts'
import { drawSlates, slateWorld } from '../src/off-policy/synthetic-slates.ts'

/** Lists of two of three tracks, drawn slot by slot in proportion to these, without repetition. */
const LOGGED = [1, 2, 3]
const TARGET = [4, 1, 2]

type Rewards = (order: readonly [number, number], k: 0 | 1) => number

const independent: Rewards = (order, k) => [0.2, 0.9, 0.5][order[k]]!
const cascade: Rewards = (order, k) => independent(order, k) * (k === 1 && order[0] === 0 ? 0.1 : 1)
/** What stands after a track changes its reward. */
const both: Rewards = (order, k) => independent(order, k) * (order[(1 - k) as 0 | 1] === 0 ? 0.1 : 1)

const ORDERS: readonly (readonly [number, number])[] = [
  [0, 1],
  [0, 2],
  [1, 0],
  [1, 2],
  [2, 0],
  [2, 1],
]

function chances(pulls: readonly number[], [first, second]: readonly [number, number]) {
  const total = pulls.reduce((sum, pull) => sum + pull, 0)
  const one = pulls[first]! / total
  return [one, (one * pulls[second]!) / (total - pulls[first]!)] as const
}

function marginal(pulls: readonly number[], track: number, k: 0 | 1): number {
  return ORDERS.filter((order) => order[k] === track).reduce(
    (sum, order) => sum + chances(pulls, order)[1],
    0,
  )
}

/** An arbitrary model of what is to come, by what was shown. */
const SAID = (k: number, prefix: readonly number[]) => 0.3 * k + 0.7 * prefix[0]! - 0.2 * (prefix[1] ?? 1.5)

/** The slate that the log tells of an order when `seen` slots of it were seen. */
function slateOf(order: readonly [number, number], rewards: readonly number[], seen = 2): LoggedSlate {
  const [logged, target] = [chances(LOGGED, order), chances(TARGET, order)]
  const slots = [0, 1].slice(0, seen) as (0 | 1)[]
  const expectedAt = (k: 0 | 1) =>
    [0, 1, 2]
      .filter((track) => k === 0 || track !== order[0])
      .reduce((sum, track) => {
        const free = TARGET.reduce((all, pull, at) => all + (k === 1 && at === order[0] ? 0 : pull), 0)
        const prefix = k === 0 ? [track] : [order[0], track]
        return sum + (TARGET[track]! / free) * SAID(k, prefix)
      }, 0)
  return {
    group: 0,
    rewards: slots.map((k) => rewards[k]!),
    prefixWeights: slots.map((k) => target[k]! / logged[k]!),
    slotWeights: slots.map((k) => marginal(TARGET, order[k], k) / marginal(LOGGED, order[k], k)),
    foreseen: {
      shown: slots.map((k) => SAID(k, order.slice(0, k + 1))),
      expected: slots.map(expectedAt),
    },
  }
}

/** The mean of an estimator over every order, with the rewards at their means: all estimators are linear in them. */
function expected(of: (slate: LoggedSlate) => number, rewards: Rewards): number {
  return ORDERS.reduce(
    (sum, order) =>
      sum + chances(LOGGED, order)[1] * of(slateOf(order, [rewards(order, 0), rewards(order, 1)])),
    0,
  )
}

function truth(rewards: Rewards): number {
  return ORDERS.reduce(
    (sum, order) => sum + chances(TARGET, order)[1] * (rewards(order, 0) + rewards(order, 1)),
    0,
  )
}

const only = (estimate: typeof standardIps) => (slate: LoggedSlate) => estimate([slate]).value

describe('estimates of what lists are worth, over every list there can be', () => {
  it('standard IPS is right whatever the slots do to each other', () => {
    for (const rewards of [independent, cascade, both])
      expect(expected(only(standardIps), rewards)).toBeCloseTo(truth(rewards), 12)
  })

  it('reward interaction IPS and cascade-DR are right where nothing after a slot changes it, and only there', () => {
    for (const estimate of [rewardInteractionIps, cascadeDoublyRobust]) {
      expect(expected(only(estimate), independent)).toBeCloseTo(truth(independent), 12)
      expect(expected(only(estimate), cascade)).toBeCloseTo(truth(cascade), 12)
      expect(Math.abs(expected(only(estimate), both) - truth(both))).toBeGreaterThan(0.01)
    }
  })

  it('independent IPS is right where a slot is worth what its own track is, and only there', () => {
    expect(expected(only(independentIps), independent)).toBeCloseTo(truth(independent), 12)
    expect(Math.abs(expected(only(independentIps), cascade) - truth(cascade))).toBeGreaterThan(0.01)
  })

  it('the weights of lists average 1', () => {
    expect(expected(slateWeight, independent)).toBeCloseTo(1, 12)
  })

  it('a listener who stops after a bad first track leaves all but independent IPS right: what was not seen counts nothing', () => {
    // Track 0 first is heard alone. Its own list of two is never seen whole.
    const stops = (order: readonly [number, number]) => (order[0] === 0 ? 1 : 2)
    const worth = (order: readonly [number, number], slots: number) =>
      independent(order, 0) + (slots > 1 ? independent(order, 1) : 0)
    const value = ORDERS.reduce(
      (sum, order) => sum + chances(TARGET, order)[1] * worth(order, stops(order)),
      0,
    )
    for (const estimate of [standardIps, rewardInteractionIps, cascadeDoublyRobust]) {
      const mean = ORDERS.reduce((sum, order) => {
        const slate = slateOf(order, [independent(order, 0), independent(order, 1)], stops(order))
        return sum + chances(LOGGED, order)[1] * estimate([slate]).value
      }, 0)
      expect(mean).toBeCloseTo(value, 12)
    }
    const weights = ORDERS.reduce(
      (sum, order) => sum + chances(LOGGED, order)[1] * slateWeight(slateOf(order, [0, 0], stops(order))),
      0,
    )
    expect(weights).toBeCloseTo(1, 12)
  })

  it('on a log of its own a policy is worth what was seen', () => {
    const slate = slateOf([1, 2], [1, 0.5])
    const own = {
      ...slate,
      prefixWeights: [1, 1],
      slotWeights: [1, 1],
      foreseen: { shown: [3, 4], expected: [3, 4] },
    }
    for (const estimate of [onPolicy, independentIps, standardIps, rewardInteractionIps, cascadeDoublyRobust])
      expect(estimate([own]).value).toBeCloseTo(1.5, 12)
  })

  it('cascade-DR says so when nothing was foreseen', () => {
    const { foreseen: _, ...blind } = slateOf([1, 2], [1, 0])
    expect(() => cascadeDoublyRobust([blind])).toThrow(RangeError)
  })
})

describe('ridge regression', () => {
  it('solves a case worked out by hand', () => {
    // Minimises (1 − w)² + (3 − w)² + 2 w²: w = 4/4.
    const rows = [1, 3].map(() => ({ columns: [0], values: [1] }))
    expect([...ridge(rows, [1, 3], 1, 2)]).toEqual([1])
  })

  it('finds the weights that made the data, and leaves columns that are never there at 0', () => {
    const rng = random('ridge')
    const rows = Array.from({ length: 200 }, () => ({
      columns: [0, 1, 3],
      values: [1, rng.normal(), rng.normal()],
    }))
    const y = rows.map(({ values }) => 2 - values[1]! + 0.5 * values[2]!)
    const weights = ridge(rows, y, 4, 1e-9)
    expect([...weights]).toEqual([2, -1, 0, 0.5].map((weight) => expect.closeTo(weight, 6)))
  })
})

describe('what is foreseen of slates', () => {
  const option = (column: number) => ({ columns: [column], values: [1] })
  const slots = (rewards: readonly number[], at: number): ModelledSlot[] =>
    rewards.map((reward, k) => ({
      reward,
      shown: option((at + k) % 2),
      options: [0, 1].map((column) => ({ chance: column === 0 ? 0.25 : 0.75, described: option(column) })),
    }))
  // Column 0 is worth 1, column 1 is worth 3; a slate has two slots.
  const slates = Array.from({ length: 90 }, (_, i) => slots(i % 2 ? [3, 1] : [1, 3], i % 2))
  const settings = { columns: 2, penalty: 1e-9, random: random('folds') }

  it('is the reward to come under the target', () => {
    const [{ shown, expected }] = foreseeSlates(slates, settings) as [
      { shown: Float64Array; expected: Float64Array },
    ]
    const mean = 0.25 * 1 + 0.75 * 3
    expect([...shown]).toEqual([expect.closeTo(1 + mean, 6), expect.closeTo(3, 6)])
    expect([...expected]).toEqual([expect.closeTo(2 * mean, 6), expect.closeTo(mean, 6)])
  })

  it('a slate is never foreseen by its own rewards, and one that ended early is no longer', () => {
    const folds = () => ({ ...settings, random: random('folds') })
    const before = foreseeSlates(slates, folds())
    const changed = slates.map((slate, i) =>
      i === 4 ? slots([50, 60], 0) : i === 5 ? slate.slice(0, 1) : slate,
    )
    const after = foreseeSlates(changed, folds())
    expect(after[4]).toEqual(before[4])
    expect(after).not.toEqual(before)
    expect(after[5]!.shown).toHaveLength(1)
  })
})

describe('the invented cascade', () => {
  it('has cascade-DR ahead of what only weighs', () => {
    const errors = { sips: 0, rips: 0, 'cascade-dr': 0 }
    for (let world = 0; world < 5; world++) {
      const rng = random(`cascade/${world}`)
      const { slates, truth: value } = drawSlates(slateWorld(rng), 1000, rng)
      const add = (name: keyof typeof errors, said: number) => {
        errors[name] += (said - value) ** 2
      }
      add('sips', standardIps(slates).value)
      add('rips', rewardInteractionIps(slates).value)
      add('cascade-dr', cascadeDoublyRobust(slates).value)
    }
    expect(errors['cascade-dr']).toBeLessThan(0.6 * Math.min(errors.rips, errors.sips))
  })
})
