import { describe, expect, it } from 'vitest'
import { random } from '../src/core/random.ts'
import {
  type BanditLog,
  directMethod,
  doublyRobust,
  ipw,
  optimisticShrinkage,
  selfNormalisedIpw,
  shrink,
  weightsOf,
} from '../src/off-policy/bandit.ts'
import { clusteredError, meanEstimate, ratioEstimate } from '../src/off-policy/estimate.ts'
import { crossFittedRewards } from '../src/off-policy/reward-model.ts'
import { banditWorld, drawBandit, populationValue, trueValue } from '../src/off-policy/synthetic-bandit.ts'

/** Two contexts, three actions: probability of a reward, of the logging policy and of the target. */
const REWARD = [
  [0.9, 0.2, 0.4],
  [0.1, 0.7, 0.5],
]
const LOGGED = [
  [0.2, 0.5, 0.3],
  [0.6, 0.3, 0.1],
]
const TARGET = [
  [0.7, 0.1, 0.2],
  [0, 0.25, 0.75],
]
const TRUTH = (0.7 * 0.9 + 0.1 * 0.2 + 0.2 * 0.4 + 0.25 * 0.7 + 0.75 * 0.5) / 2

/** Every log of one round in each context, with its probability. */
function* everyLog(): Generator<{ chance: number; log: BanditLog }> {
  const moments = (x: number) =>
    [0, 1, 2].flatMap((action) =>
      [0, 1].map((reward) => {
        const rewarded = REWARD[x]![action]!
        return { action, reward, chance: LOGGED[x]![action]! * (reward ? rewarded : 1 - rewarded) }
      }),
    )
  for (const first of moments(0))
    for (const second of moments(1))
      yield {
        chance: first.chance * second.chance,
        log: {
          actions: 3,
          action: [first.action, second.action],
          reward: [first.reward, second.reward],
          propensity: [LOGGED[0]![first.action]!, LOGGED[1]![second.action]!],
          target: TARGET.flat(),
          groups: [0, 1],
        },
      }
}

function expected(of: (log: BanditLog) => number): number {
  let sum = 0
  for (const { chance, log } of everyLog()) sum += chance * of(log)
  return sum
}

const WRONG = [0.3, 0.8, -0.4, 0.6, 0.1, 0.9]

describe('estimates of what a policy is worth, over every log there can be', () => {
  it('inverse propensity weighting is right on average', () => {
    expect(expected((log) => ipw(log).value)).toBeCloseTo(TRUTH, 12)
  })

  it('doubly robust is right on average though its model is wrong, and the direct method is what the model says', () => {
    expect(expected((log) => doublyRobust(log, WRONG).value)).toBeCloseTo(TRUTH, 12)
    const said = (0.7 * 0.3 + 0.1 * 0.8 - 0.2 * 0.4 + 0.25 * 0.1 + 0.75 * 0.9) / 2
    expect(expected((log) => directMethod(log, WRONG).value)).toBeCloseTo(said, 12)
  })

  it('doubly robust varies less than inverse propensity weighting when its model is right', () => {
    const spread = (of: (log: BanditLog) => number) => expected((log) => (of(log) - TRUTH) ** 2)
    const right = REWARD.flat()
    expect(spread((log) => doublyRobust(log, right).value)).toBeLessThan(
      0.6 * spread((log) => ipw(log).value),
    )
  })

  it('the weights average 1, and are 0 for what the target never does', () => {
    expect(expected((log) => (weightsOf(log)[0]! + weightsOf(log)[1]!) / 2)).toBeCloseTo(1, 12)
    for (const { log } of everyLog()) expect(weightsOf(log)[1] === 0).toBe(log.action[1] === 0)
  })
})

describe('estimates on a log worked out by hand', () => {
  const log: BanditLog = {
    actions: 2,
    action: [0, 1, 1],
    reward: [1, 0, 1],
    propensity: [0.5, 0.25, 0.5],
    target: [1, 0, 0, 1, 0.5, 0.5],
    groups: [0, 1, 2],
  }

  it('weights are 2, 4 and 1', () => {
    expect([...weightsOf(log)]).toEqual([2, 4, 1])
    expect(ipw(log).value).toBeCloseTo(1, 12)
    expect(selfNormalisedIpw(log).value).toBeCloseTo(3 / 7, 12)
  })

  it('the self-normalised interval is that of a ratio', () => {
    const influence = [2 * (1 - 3 / 7), 4 * (0 - 3 / 7), 1 * (1 - 3 / 7)].map((value) => value / (7 / 3))
    const squares = influence.reduce((sum, value) => sum + value * value, 0)
    expect(selfNormalisedIpw(log).standardError).toBeCloseTo(Math.sqrt((3 / 2) * squares) / 3, 12)
  })

  it('optimistic shrinkage draws large weights in most, and is doubly robust where nothing is to be shrunk', () => {
    expect([...shrink(Float64Array.of(0, 1, 100), 10)]).toEqual([0, 10 / 11, 1000 / 10_010])
    expect([...shrink(Float64Array.of(0, 1, 100), Number.POSITIVE_INFINITY)]).toEqual([0, 1, 100])
    const even: BanditLog = { ...log, propensity: [1, 1, 0.5], target: [1, 0, 0, 1, 0.5, 0.5] }
    const q = [0.2, 0.4, 0.2, 0.4, 0.2, 0.4]
    // All weights are 1: the bound is least where no bias is added.
    expect(optimisticShrinkage(even, q).value).toBeCloseTo(doublyRobust(even, q).value, 12)
  })

  it('large weights are shrunk where that costs no bias: when what they weigh is noise about the model', () => {
    const n = 400
    const noisy: BanditLog = {
      actions: 2,
      action: Array.from({ length: n }, (_, i) => (i < 4 ? 1 : 0)),
      reward: Array.from({ length: n }, (_, i) => i % 2),
      propensity: Array.from({ length: n }, (_, i) => (i < 4 ? 0.01 : 0.99)),
      target: Array.from({ length: 2 * n }, () => 0.5),
      groups: Array.from({ length: n }, (_, i) => i),
    }
    const q = Array.from({ length: 2 * n }, () => 0.5)
    const [shrunk, whole] = [optimisticShrinkage(noisy, q), doublyRobust(noisy, q)]
    expect(shrunk.value).toBeCloseTo(whole.value, 12)
    expect(shrunk.standardError).toBeLessThan(0.2 * whole.standardError)
  })

  it('the direct method has no interval, because its error is its model', () => {
    expect(directMethod(log, [0, 0, 0, 0, 0, 0]).ci95).toEqual([Number.NaN, Number.NaN])
  })
})

describe('intervals by group', () => {
  it('rows told twice by one listener count once', () => {
    const once = meanEstimate('x', [1, 2, 6], [0, 1, 2])
    const twice = meanEstimate('x', [1, 1, 2, 2, 6, 6], [0, 0, 1, 1, 2, 2])
    expect(twice.standardError).toBeCloseTo(once.standardError, 12)
    expect(twice.ci95).toEqual(once.ci95.map((end) => expect.closeTo(end, 12)))
    expect(once.standardError).toBeCloseTo(Math.sqrt(7 / 3), 12)
    // Student's t with two degrees of freedom.
    expect(once.ci95[1] - once.value).toBeCloseTo(4.3027 * Math.sqrt(7 / 3), 3)
  })

  it('one listener alone has no interval between listeners', () => {
    expect(meanEstimate('x', [1, 2, 6], [4, 4, 4]).standardError).toBeNaN()
    expect(clusteredError([1, -1], [0, 0])).toBeNaN()
  })

  it('a ratio of a column to itself is 1 without doubt', () => {
    const { value, standardError } = ratioEstimate('x', [1, 5, 3], [1, 5, 3], [0, 1, 2])
    expect([value, standardError]).toEqual([1, 0])
  })
})

describe('the invented bandit', () => {
  it('draws what it states: the logged shares and rewards are those of the truth', () => {
    const world = banditWorld(4, 2, random('shares'))
    const log = drawBandit(world, { rounds: 20_000, beta: -3, random: random('log') })
    let [observed, stated, rewards, truth] = [0, 0, 0, 0]
    for (let i = 0; i < 20_000; i++) {
      observed += 1 / log.propensity[i]!
      stated += 4
      rewards += log.reward[i]!
      truth += log.truth[i * 4 + log.action[i]!]!
    }
    expect(observed / stated).toBeCloseTo(1, 1)
    expect(rewards / 20_000).toBeCloseTo(truth / 20_000, 1.5)
    expect(trueValue(log)).toBeCloseTo(populationValue(world, 50_000, random('contexts')), 1.5)
  })

  it('the log-odds are standardised over contexts and actions', () => {
    const { logits } = banditWorld(30, 5, random('odds'))
    const at = (a: number, j: number) => logits[a * 6 + j]!
    const every = Array.from({ length: 30 }, (_, a) => a)
    const centre = every.reduce((sum, a) => sum + at(a, 0), 0) / 30
    const variance = every.reduce(
      (sum, a) => sum + [0, 1, 2, 3, 4, 5].reduce((squares, j) => squares + at(a, j) ** 2, 0) / 30,
      0,
    )
    expect(centre).toBeCloseTo(0, 12)
    expect(variance).toBeCloseTo(1, 12)
  })

  it('rounds of one listener share a context', () => {
    const log = drawBandit(banditWorld(3, 2, random(1)), {
      rounds: 6,
      beta: 0,
      perGroup: 3,
      random: random(2),
    })
    expect([...(log.groups as Int32Array)]).toEqual([0, 0, 0, 1, 1, 1])
    expect([...log.context.slice(0, 2)]).toEqual([...log.context.slice(4, 6)])
    expect([...log.context.slice(0, 2)]).not.toEqual([...log.context.slice(6, 8)])
  })
})

describe('the reward model', () => {
  const world = banditWorld(5, 2, random('model'))
  const log = drawBandit(world, { rounds: 3000, beta: -1, random: random('rounds') })
  const settings = { context: log.context, d: 2, penalty: 0.01 }
  const q = crossFittedRewards(log, { ...settings, random: random('folds') })

  it('foresees better than the mean reward does', () => {
    const base = ipw({ ...log, target: new Float64Array(15_000).fill(0.2) }).value
    const error = (of: (at: number) => number) =>
      log.truth.reduce((sum, truth, at) => sum + (truth - of(at)) ** 2, 0)
    expect(error((at) => q[at]!)).toBeLessThan(0.6 * error(() => base))
  })

  it("never foresees a round by that round's own reward", () => {
    const flipped = Float64Array.from(log.reward, (r, i) => (i === 7 ? 1 - r : r))
    const other = crossFittedRewards({ ...log, reward: flipped }, { ...settings, random: random('folds') })
    expect(other.slice(35, 40)).toEqual(q.slice(35, 40))
    expect(other).not.toEqual(q)
  })

  it('refuses rewards that are no yes or no', () => {
    const half = Float64Array.from(log.reward, () => 0.5)
    expect(() => crossFittedRewards({ ...log, reward: half }, { ...settings, random: random(1) })).toThrow(
      RangeError,
    )
  })
})

describe('95 % intervals', () => {
  it('cover the truth 93 to 97 times in 100, when listeners come with several rounds each; taken round by round they do not', () => {
    const world = banditWorld(6, 3, random('coverage'))
    const truth = populationValue(world, 200_000, random('truth'))
    const covered: Record<string, number> = {}
    const count = (name: string, [low, high]: readonly [number, number]) => {
      covered[name] = (covered[name] ?? 0) + Number(low <= truth && truth <= high)
    }
    const runs = 400
    for (let run = 0; run < runs; run++) {
      const rng = random(`coverage/${run}`)
      const log = drawBandit(world, { rounds: 1200, beta: -3, perGroup: 12, random: rng })
      const q = crossFittedRewards(log, { context: log.context, d: 3, penalty: 1, folds: 2, random: rng })
      count('ipw', ipw(log).ci95)
      count('snipw', selfNormalisedIpw(log).ci95)
      count('dr', doublyRobust(log, q).ci95)
      count('by round', ipw({ ...log, groups: Int32Array.from({ length: 1200 }, (_, i) => i) }).ci95)
    }
    for (const name of ['ipw', 'snipw', 'dr']) {
      expect(covered[name]! / runs, name).toBeGreaterThan(0.925)
      expect(covered[name]! / runs, name).toBeLessThan(0.975)
    }
    expect(covered['by round']! / runs).toBeLessThan(0.9)
  })
})
