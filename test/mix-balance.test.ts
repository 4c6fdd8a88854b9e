import { describe, expect, it } from 'vitest'
import { balanceCosts } from '../src/core/balance.ts'
import type { Familiarity, PolicySettings, ScoredCandidate } from '../src/core/candidate.ts'
import type { DrawRules } from '../src/core/draw-rules.ts'
import { random } from '../src/core/random.ts'
import { exposureBody, readExposureBody } from '../src/explore/exposure.ts'
import { policyOf } from '../src/explore/policies.ts'
import { drawRules } from '../src/mix/draw-rules.ts'
import { findRecipe, RECIPES } from '../src/mix/recipes.ts'
import { inCorners, tasteShares } from '../src/mix/taste-shares.ts'

const DAY = 86_400_000
const MIXTURE: PolicySettings = { name: 'mixture', temperature: 0.5, floor: 0.1 }
const FLOW = { tempo: 0, key: 0, energy: 1 }

function track(trackId: number, corner: number, more: Partial<ScoredCandidate> = {}): ScoredCandidate {
  return {
    ...{ row: trackId, trackId, artist: trackId, sources: [], familiarity: 'new', likability: 0.5 },
    ...{ scores: [0, 0], corner },
    ...more,
  }
}

function rules(balance: DrawRules['balance'], artistGap = 0): DrawRules {
  return { novelty: 1, artistGap, flow: () => 0, ...(balance && { balance }) }
}

/** Every order of so many of the pool. */
function* orders(pool: number, length: number, before: readonly number[] = []): Iterable<readonly number[]> {
  if (before.length === length) yield before
  else for (let i = 0; i < pool; i++) if (!before.includes(i)) yield* orders(pool, length, [...before, i])
}

describe('the costs of balance', () => {
  it('are nothing before the first track, and nothing without strength', () => {
    expect([...balanceCosts({ shares: [0.7, 0.3], strength: 3 }, [0, 0])]).toEqual([0, 0])
    expect([...balanceCosts({ shares: [0.7, 0.3], strength: 0 }, [9, 0])]).toEqual([0, 0])
  })

  it('are what a corner has too much, in logarithms', () => {
    // After two tracks of the first of two equal corners it has 2.5 of 3, the other .5 of 3: five times as much.
    const [first, second] = balanceCosts({ shares: [0.5, 0.5], strength: 2 }, [2, 0])
    expect(first).toBeCloseTo(2 * Math.log(5))
    expect(second).toBe(0)
  })

  it('are nothing again when the list has the shares', () => {
    const costs = balanceCosts({ shares: [0.5, 0.25, 0.25], strength: 3 }, [4, 2, 2])
    for (const cost of costs) expect(cost).toBeCloseTo(0)
  })
})

describe('a balanced drawing', () => {
  const pool = [
    track(1, 0, { artist: 1, scores: [2, 1], energy: 0.1 }),
    track(2, 0, { artist: 1, scores: [1.5, 1.2], energy: 0.9 }),
    track(3, 0, { artist: 2, scores: [1, 1.4], energy: 0.4 }),
    track(4, 1, { artist: 3, scores: [0.2, -0.5], energy: 0.7 }),
    track(5, 2, { artist: 4, scores: [-1, 0.4], energy: 0.2 }),
  ]
  const balance = { shares: [0.5, 0.3, 0.2], strength: 3 }
  const pattern: Familiarity[] = ['new', 'new', 'new']

  it.each<PolicySettings>([MIXTURE, { ...MIXTURE, name: 'softmax' }])(
    'states probabilities that add up to 1 over all lists: $name',
    (settings) => {
      const policy = policyOf(settings)
      const last = [...orders(pool.length, 3)].map(
        (order) => policy.propensities(pool, rules(balance, 1), pattern, order).at(-1)!.prefixPropensity,
      )
      expect(last.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9)
    },
  )

  it('draws what it states', () => {
    const policy = policyOf(MIXTURE)
    const rng = random('balanced')
    const seen = new Map<string, number>()
    const draws = 20_000
    for (let i = 0; i < draws; i++) {
      const key = policy
        .draw(pool, rules(balance), 2, rng)
        .tracks.map(({ candidate }) => candidate.trackId)
        .join()
      seen.set(key, (seen.get(key) ?? 0) + 1)
    }
    for (const order of orders(pool.length, 2)) {
      const p = policy.propensities(pool, rules(balance), pattern.slice(1), order).at(-1)!.prefixPropensity
      const key = order.map((i) => pool[i]!.trackId).join()
      const error = Math.sqrt((p * (1 - p)) / draws)
      expect(Math.abs((seen.get(key) ?? 0) / draws - p), key).toBeLessThan(5 * error)
    }
  })

  it('goes λ/(1 + λ) of the way, in logarithms, from what scores alone would draw to the shares', () => {
    const crowd = Array.from({ length: 220 }, (_, i) => track(i, i < 200 ? 0 : 1))
    const shareOf = (strength: number) => {
      const given = rules({ shares: [0.5, 0.5], strength })
      const lists = Array.from({ length: 60 }, (_, seed) =>
        policyOf({ ...MIXTURE, floor: 0 }).draw(crowd, given, 20, random(seed)),
      )
      return (
        lists.flatMap(({ tracks }) => tracks).filter(({ candidate }) => candidate.corner === 1).length / 1200
      )
    }
    // Odds of 10 to 1 become 10^(1/(1 + λ)) to 1.
    expect(shareOf(0)).toBeCloseTo(1 / 11, 1)
    expect(Math.abs(shareOf(1) - 1 / (1 + Math.sqrt(10)))).toBeLessThan(0.06)
    expect(Math.abs(shareOf(9) - 1 / (1 + 10 ** 0.1))).toBeLessThan(0.06)
  })

  it('leaves a track of which no corner is known where it was, and can do without a corner of the taste', () => {
    const { corner: _, ...nowhere } = track(9, 0)
    const { tracks } = policyOf(MIXTURE).draw([nowhere, track(1, 0)], rules(balance), 5, random(1))
    expect(tracks.map(({ candidate }) => candidate.trackId).sort()).toEqual([1, 9])
    for (const { propensity } of tracks) expect(propensity).toBeGreaterThan(0)
  })

  it('is logged so that its probabilities can be worked out again, digit for digit', () => {
    const [flow, policy] = [
      (a: ScoredCandidate | undefined, b: ScoredCandidate) => Math.abs((a?.energy ?? b.energy!) - b.energy!),
      policyOf(MIXTURE),
    ]
    const slate = policy.draw(pool, { ...rules(balance, 1), flow }, 4, random(3))
    const asked = { n: 4, novelty: 1, artistGap: 1, flowWeights: FLOW, balance }
    const read = readExposureBody(JSON.stringify(exposureBody(slate, asked)))
    expect(read.rules.balance).toEqual(balance)
    const again = policy.propensities(read.pool, read.rules, read.pattern, read.order)
    expect(again.map(({ prefixPropensity }) => prefixPropensity)).toEqual(read.prefixPropensities)
    const { balance: __, ...unbalanced } = read.rules
    const other = policy.propensities(read.pool, unbalanced, read.pattern, read.order)
    expect(other.at(-1)!.prefixPropensity).not.toBeCloseTo(read.prefixPropensities.at(-1)!, 6)
  })
})

describe('the shares of the taste', () => {
  const at = Date.UTC(2026, 0, 1)
  const listener = (days: readonly number[]) => ({
    name: 'ada',
    at,
    asOf: at,
    known: [],
    excluded: [],
    clusters: 2,
    loved: days.map((_, row) => ({ row, weight: 2, cluster: row === 0 ? 0 : 1 })),
    trackHistory: (row: number) => ({
      ...{ plays: 3, finishes: 3, skips: 0, saved: false, liked: false, firstPlayedAt: 0 },
      lastPlayedAt: at - days[row]! * DAY,
    }),
    artistHistory: () => ({ name: '', plays: 0, finishes: 0, skips: 0, tracks: 0 }),
    clusterOf: (row: number) => row % 2,
    refusal: () => undefined,
  })

  it('are of recent love: half for every half year since the last play, and for what was never played', () => {
    expect(tasteShares(listener([0, 180]))[0]).toBeCloseTo(2 / 3)
    expect(tasteShares(listener([0, 360]))[0]).toBeCloseTo(4 / 5)
    expect(tasteShares(listener([0, Number.NaN]))[0]).toBeCloseTo(2 / 3)
    expect(tasteShares(listener([-5, 0]))).toEqual([0.5, 0.5])
  })

  it('leave no corner without any, however long ago it was', () => {
    const [old, recent] = tasteShares(listener([9000, 0]))
    expect(old).toBeCloseTo(0.01 / 1.01)
    expect(old! + recent!).toBeCloseTo(1)
  })

  it('are kept to by the recipes that span all of the taste, and by no other', () => {
    const pool = inCorners([track(4, 0), track(5, 0)], listener([0, 0]))
    expect(pool.map(({ corner }) => corner)).toEqual([0, 1])
    const kept = RECIPES.filter(
      (recipe) => drawRules(recipe, pool, 2, 0, undefined, listener([0, 0])).balance !== undefined,
    )
    expect(kept.map(({ name }) => name)).toEqual(['deep-cuts', 'rediscover', 'on-repeat'])
    const one = { ...listener([0]), clusters: 1 }
    expect(drawRules(findRecipe('deep-cuts'), pool, 2, 0, undefined, one).balance).toBeUndefined()
  })
})
