import { describe, expect, test } from 'vitest'
import { AUTO_NOVELTY, calibratedNovelty, type Outcomes } from '../src/explore/dial.ts'
import { policySettings } from '../src/mix/policy-settings.ts'

const none: Outcomes = { finishes: 0, skips: 0 }
const heard = (finishes: number, skips: number): Outcomes => ({ finishes, skips })

describe('novelty by how new tracks were received', () => {
  test('is the recipe’s own while nothing was heard', () => {
    expect(calibratedNovelty(0.3, { new: none, familiar: none })).toBeCloseTo(0.3, 12)
  })

  test('agrees with one worked out by hand', () => {
    // New: (20·0.45 + 16)/(20 + 20) = 0.625; familiar: (20·0.65 + 17)/(20 + 20) = 0.75; welcome 5/6, between 9/13 and 1.
    const welcome = 0.625 / 0.75
    const turned = (welcome - 9 / 13) / (1 - 9 / 13)
    const received = { new: heard(16, 4), familiar: heard(17, 3) }
    expect(calibratedNovelty(0.3, received)).toBeCloseTo(0.3 + 0.25 * turned, 12)
  })

  test('grows with every new track that is finished, and falls with every one that is skipped', () => {
    const familiar = heard(30, 10)
    const liked = [0, 5, 10, 20].map((n) => calibratedNovelty(0.3, { new: heard(n, 0), familiar }))
    const refused = [0, 5, 10, 20].map((n) => calibratedNovelty(0.3, { new: heard(0, n), familiar }))
    expect(liked).toEqual([...liked].sort((a, b) => a - b))
    expect(refused).toEqual([...refused].sort((a, b) => b - a))
    expect(new Set([...liked, ...refused]).size).toBeGreaterThan(5)
  })

  test('believes many plays more than few', () => {
    const familiar = heard(30, 10)
    const [few, many] = [3, 60].map((n) => calibratedNovelty(0.3, { new: heard(n, 0), familiar }))
    expect(many).toBeGreaterThan(few! + 0.05)
  })

  test('counts beside what is finished of the known: somebody who skips everything is not kept from what is new', () => {
    const skips = { new: heard(10, 50), familiar: heard(10, 50) }
    expect(calibratedNovelty(0.3, skips)).toBeGreaterThan(0.3)
  })

  test('turns by a quarter at most, and stays within its bounds', () => {
    for (const own of [0.3, 0.5, 0.6, 0.7]) {
      const most = calibratedNovelty(own, { new: heard(1_000, 0), familiar: heard(0, 1_000) })
      const least = calibratedNovelty(own, { new: heard(0, 1_000), familiar: heard(1_000, 0) })
      expect(most).toBeCloseTo(Math.min(AUTO_NOVELTY.most, own + 0.25), 12)
      expect(least).toBeCloseTo(Math.max(AUTO_NOVELTY.least, own - 0.25), 12)
    }
    expect(calibratedNovelty(0.2, { new: heard(0, 1_000), familiar: heard(1_000, 0) })).toBe(0.05)
  })
})

describe('how a recipe is drawn for a dial', () => {
  const recipe = { temperature: 0.4, floor: 0.05 }

  test('is the recipe’s own where nothing was turned', () => {
    expect(policySettings(recipe, {})).toEqual({ name: 'mixture', temperature: 0.4, floor: 0.05 })
  })

  test('boldness is a factor of the temperature, the floor takes the place of the recipe’s', () => {
    expect(policySettings(recipe, { boldness: 1.5, floor: 0 }, 'softmax')).toEqual({
      name: 'softmax',
      temperature: expect.closeTo(0.6, 12),
      floor: 0,
    })
  })

  test('policies have the settings that they use, and no others', () => {
    expect(policySettings(recipe, { boldness: 2 }, 'greedy')).toEqual({ name: 'greedy' })
    expect(policySettings(recipe, {}, 'uniform')).toEqual({ name: 'uniform' })
    expect(policySettings(recipe, {}, 'epsilon-greedy')).toEqual({ name: 'epsilon-greedy', epsilon: 0.1 })
    expect(policySettings(recipe, {}, 'linear-thompson')).toMatchObject({ samples: 32, temperature: 0.4 })
  })
})
