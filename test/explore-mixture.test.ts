import { describe, expect, test } from 'vitest'
import type { Familiarity, PolicySettings, ScoredCandidate } from '../src/core/candidate.ts'
import type { DrawRules } from '../src/core/draw-rules.ts'
import { random } from '../src/core/random.ts'
import { patternPropensity } from '../src/explore/pattern.ts'
import { policyOf } from '../src/explore/policies.ts'
import { cutPool } from '../src/explore/pool.ts'
import { patterns } from './suites/drawn-lists.ts'
import { candidate, LARGE, rules } from './suites/policy-suite.ts'

const SETTINGS: PolicySettings = { name: 'mixture', temperature: 0.8, floor: 0.2 }
const mixturePolicy = ({ temperature, floor }: { temperature: number; floor: number }) =>
  policyOf({ name: 'mixture', temperature, floor })
const propensities = (
  pool: readonly ScoredCandidate[],
  drawRules: DrawRules,
  settings: PolicySettings,
  pattern: readonly Familiarity[],
  order: readonly number[],
) => policyOf(settings).propensities(pool, drawRules, pattern, order)

describe('patterns', () => {
  test('the patterns of a quota sum to one, each slot is new with the chance of the quota', () => {
    for (const novelty of [0, 0.07, 0.3, 0.5, 0.77, 1]) {
      const quota = { slots: 7, novelty, familiar: 50, fresh: 50 }
      let total = 0
      const perSlot = new Array<number>(7).fill(0)
      for (const pattern of patterns(7)) {
        const chance = patternPropensity(pattern, quota)
        total += chance
        pattern.forEach((kind, k) => {
          if (kind === 'new') perSlot[k]! += chance
        })
      }
      expect(total).toBeCloseTo(1, 12)
      for (const share of perSlot) expect(share).toBeCloseTo(novelty, 12)
    }
  })
})

describe('the mixture', () => {
  test('agrees with a list worked out by hand: sums of products, not products of averages', () => {
    // Each head has a mean of 1/3 and a standard deviation of √2/3: at this temperature a score of 1 weighs twice one of 0.
    // Weights under the heads: 2, 1, 1 and 1, 1, 2; uniform: 1, 1, 1. Component weights .4, .4, .2.
    const temperature = 3 / Math.SQRT2 / Math.log(2)
    const pool = [
      candidate(1, 1, 'familiar', 1, 0),
      candidate(2, 2, 'familiar', 0, 0),
      candidate(3, 3, 'familiar', 0, 1),
    ]
    const free = { novelty: 0, artistGap: 0, flow: () => 0 }
    const settings: PolicySettings = { name: 'mixture', temperature, floor: 0.2 }
    const stated = propensities(pool, free, settings, ['familiar', 'familiar'], [0, 2])
    const first = 0.4 * (2 / 4) + 0.4 * (1 / 4) + 0.2 * (1 / 3)
    const both = 0.4 * (2 / 4) * (1 / 2) + 0.4 * (1 / 4) * (2 / 3) + 0.2 * (1 / 3) * (1 / 2)
    expect(stated[0]!.propensity).toBeCloseTo(first, 12)
    expect(stated[1]!.prefixPropensity).toBeCloseTo(both, 12)
    expect(stated[1]!.propensity).toBeCloseTo(both / first, 12)
  })

  test('flow takes its nats off the log-weight of the model and leaves the uniform component alone', () => {
    const pool = [
      candidate(1, 1, 'familiar', 0),
      candidate(2, 2, 'familiar', 0),
      candidate(3, 3, 'familiar', 0),
    ]
    const dear = {
      novelty: 0,
      artistGap: 0,
      flow: (p?: ScoredCandidate, c?: ScoredCandidate) => (p && c!.trackId === 3 ? Math.log(3) : 0),
    }
    const stated = propensities(
      pool,
      dear,
      { name: 'mixture', temperature: 0.1, floor: 0.5 },
      ['familiar', 'familiar'],
      [0, 2],
    )
    expect(stated[0]!.propensity).toBeCloseTo(1 / 3, 12)
    expect(stated[1]!.propensity).toBeCloseTo(0.5 * (1 / 4) + 0.5 * (1 / 2), 12)
  })

  test('recomputing the propensities of a drawn list gives what the drawing stated', () => {
    const policy = policyOf(SETTINGS)
    for (let seed = 0; seed < 50; seed++) {
      const drawRules = rules({ artistGap: seed % 12, novelty: (seed % 5) / 4 })
      const { pool, tracks, pattern, policy: settings } = policy.draw(LARGE, drawRules, 25, random(seed))
      const order = tracks.map((track) => pool.indexOf(track.candidate))
      const again = propensities(pool, drawRules, settings, pattern, order)
      expect(again).toEqual(tracks.map(({ candidate: _, ...slot }) => slot))
    }
  })

  test('fifty slots among huge scores keep sensible propensities', () => {
    const pool = Array.from({ length: 256 }, (_, i) =>
      candidate(i, i, 'familiar', (i % 7) * 400, -(i % 5) * 400),
    )
    const slate = mixturePolicy({ temperature: 0.1, floor: 0.05 }).draw(
      pool,
      rules({ novelty: 0 }),
      50,
      random(3),
    )
    let logs = 0
    for (const track of slate.tracks) {
      expect(track.propensity).toBeGreaterThan(0)
      expect(track.propensity).toBeLessThanOrEqual(1)
      logs += Math.log(track.propensity)
    }
    expect(Math.log(slate.tracks.at(-1)!.prefixPropensity)).toBeCloseTo(logs, 6)
  })

  test('the whole pool of 256 can be drawn: prefixes underflow to 0, slots stay true', () => {
    const pool = Array.from({ length: 256 }, (_, i) => candidate(i, i, 'familiar', 0))
    const slate = policyOf(SETTINGS).draw(pool, { novelty: 0, artistGap: 0, flow: () => 0 }, 300, random(3))
    slate.tracks.forEach((track, k) => {
      expect(track.propensity).toBeCloseTo(1 / (256 - k), 9)
    })
    expect(slate.tracks.at(-1)!.prefixPropensity).toBe(0)
  })

  test('a new track is an exploration when chance would draw it twice as often as the model', () => {
    const pool = [candidate(1, 1, 'new', 3), candidate(2, 2, 'new', 0), candidate(3, 3, 'new', 0)]
    const free = { novelty: 1, artistGap: 0, flow: () => 0 }
    const one: Familiarity[] = ['new', 'new', 'new']
    const flags = (floor: number, order: number[]) =>
      propensities(pool, free, { name: 'mixture', temperature: 1, floor }, one, order).map(
        (slot) => slot.explored,
      )
    expect(flags(0.1, [0, 1, 2])).toEqual([false, false, false])
    expect(flags(0.1, [1, 0, 2])).toEqual([true, false, false])
    expect(flags(0, [1, 0, 2])).toEqual([false, false, false])
  })

  test('what gives way is named, in the fixed order', () => {
    const relaxedOf = (pool: ScoredCandidate[], artistGap: number, pattern: Familiarity[], order: number[]) =>
      propensities(pool, { novelty: 0.5, artistGap, flow: () => 0 }, SETTINGS, pattern, order)
    const pool = [
      candidate(1, 1, 'familiar', 0),
      candidate(2, 2, 'familiar', 0),
      candidate(3, 1, 'familiar', 0),
      candidate(4, 1, 'new', 0),
      candidate(5, 3, 'new', 0),
    ]
    const f = 'familiar'
    // the gap shrinks from 3 to 1 before the type is touched
    const shrunk = relaxedOf(pool, 3, [f, f, f], [0, 1, 2])
    expect(shrunk.map((slot) => slot.relaxed)).toEqual([[], [], ['artist-gap']])
    expect(shrunk[2]!.propensity).toBe(1)
    // two in a row by artist 1 would be next of this kind: the type gives way instead
    const typed = relaxedOf([pool[0]!, pool[2]!, pool[4]!], 3, [f, f, 'new'], [0, 2, 1])
    expect(typed.map((slot) => slot.relaxed)).toEqual([[], ['slot-type'], ['artist-gap', 'slot-type']])
    // nothing but the same artist is left
    const same = relaxedOf([pool[0]!, pool[2]!], 3, [f, f], [0, 1])
    expect(same.map((slot) => slot.relaxed)).toEqual([[], ['artist-gap']])
  })

  test('settings that make no distribution are refused', () => {
    expect(() => mixturePolicy({ temperature: 0, floor: 0.1 })).toThrow(RangeError)
    expect(() => mixturePolicy({ temperature: 1, floor: 1.1 })).toThrow(RangeError)
  })
})

describe('the pool', () => {
  const many = (count: number, kind: Familiarity, score: number, artist = (i: number) => i) =>
    Array.from({ length: count }, (_, i) =>
      candidate((kind === 'new' ? 10_000 : 0) + i, artist(i), kind, score - i / 1_000),
    )
  const count = (pool: ScoredCandidate[], kind: Familiarity) =>
    pool.filter((c) => c.familiarity === kind).length

  test('shares its 256 places as the quota does, so that weak new tracks are not crowded out', () => {
    const pool = cutPool([...many(500, 'familiar', 9), ...many(500, 'new', 0)], 0.3)
    expect([count(pool, 'familiar'), count(pool, 'new')]).toEqual([179, 77])
    expect(pool.map((c) => c.scores[0])).toEqual(pool.map((c) => c.scores[0]!).sort((a, b) => b - a))
  })

  test('gives the places that one kind cannot fill to the other, and is the same when cut again', () => {
    const pool = cutPool([...many(20, 'familiar', 9), ...many(500, 'new', 0)], 0.3)
    expect([count(pool, 'familiar'), count(pool, 'new')]).toEqual([20, 236])
    expect(cutPool(pool, 0.3)).toEqual(pool)
  })

  test('keeps other artists when one artist has all the best tracks', () => {
    const others = many(100, 'familiar', 0, (i) => 2 + (i % 50)).map((c) => ({
      ...c,
      trackId: c.trackId + 5_000,
    }))
    const pool = cutPool([...many(400, 'familiar', 9, () => 1), ...others], 0)
    expect(pool.filter((c) => c.artist !== 1).length).toBe(100)
  })

  test('keeps a track that two rows name once', () => {
    expect(
      cutPool([candidate(1, 1, 'new', 0), candidate(1, 1, 'new', 2)], 0.5).map((c) => c.scores[0]),
    ).toEqual([2])
  })
})
