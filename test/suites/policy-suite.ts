import { describe, expect, test } from 'vitest'
import type { Familiarity, PolicySettings, ScoredCandidate, Slate } from '../../src/core/candidate.ts'
import type { DrawRules } from '../../src/core/draw-rules.ts'
import { random } from '../../src/core/random.ts'
import { policyOf } from '../../src/explore/policies.ts'
import { cutPool } from '../../src/explore/pool.ts'
import { agreement, type Drawing, orders, patterns, statedLists } from './drawn-lists.ts'

/** A candidate of the tests: `artist` and `kind` matter to the rules, `scores` to the heads. */
export function candidate(
  trackId: number,
  artist: number,
  familiarity: Familiarity,
  ...scores: number[]
): ScoredCandidate {
  return { row: trackId, sources: ['test'], trackId, artist, familiarity, likability: 0.5, scores }
}

/** Rules of the tests: a flow that dislikes a step down in track id, so that order matters. */
export function rules(changes: Partial<DrawRules> = {}): DrawRules {
  return {
    novelty: 0.4,
    artistGap: 1,
    flow: (previous, next) => (previous && next.trackId < previous.trackId ? 0.7 : 0),
    ...changes,
  }
}

/** Five tracks by three artists, two kinds, two heads that disagree. */
export const SMALL: readonly ScoredCandidate[] = [
  candidate(1, 1, 'familiar', 1.2, -0.3),
  candidate(2, 1, 'familiar', 0.4, 0.8),
  candidate(3, 2, 'familiar', -0.5, 0.6),
  candidate(4, 2, 'new', 0.1, -0.9),
  candidate(5, 3, 'new', -0.8, 0.9),
]

/** Forty tracks by ten artists, every third new; two heads. */
export const LARGE: readonly ScoredCandidate[] = Array.from({ length: 40 }, (_, i) =>
  candidate(100 + i, i % 10, i % 3 === 0 ? 'new' : 'familiar', Math.sin(i) * 1.5, Math.cos(2 * i)),
)

const ids = (slate: Slate) => slate.tracks.map((track) => track.candidate.trackId)

/** Small worlds that can be enumerated, each with what is hard about it. */
const ENUMERABLE: readonly (readonly [what: string, drawing: Drawing])[] = [
  ['quota, gap and flow', { candidates: SMALL, rules: rules({ novelty: 0.4, artistGap: 1 }), n: 3 }],
  ['no gap', { candidates: SMALL, rules: rules({ novelty: 0.5, artistGap: 0 }), n: 4 }],
  ['a gap that nothing can keep', { candidates: SMALL, rules: rules({ novelty: 0.3, artistGap: 4 }), n: 5 }],
  ['only familiar tracks', { candidates: SMALL, rules: rules({ novelty: 0 }), n: 2 }],
  ['only new tracks', { candidates: SMALL, rules: rules({ novelty: 1 }), n: 2 }],
  ['fewer new tracks than the quota asks', { candidates: SMALL, rules: rules({ novelty: 0.9 }), n: 4 }],
  [
    'one artist only',
    {
      candidates: [1, 2, 3].map((id) => candidate(id, 7, 'familiar', id)),
      rules: rules({ artistGap: 2 }),
      n: 3,
    },
  ],
  ['one track', { candidates: SMALL.slice(0, 1), rules: rules(), n: 1 }],
  [
    'equal scores',
    { candidates: SMALL.map((one) => ({ ...one, scores: [2, 2] })), rules: rules({ novelty: 0.5 }), n: 3 },
  ],
  [
    'scores as large as they come',
    {
      candidates: SMALL.map((one, i) => ({ ...one, scores: [(i - 2) * 1e300, (2 - i) * 60_000] })),
      rules: rules({ novelty: 0.5 }),
      n: 3,
    },
  ],
  ['no scores', { candidates: SMALL.map((one) => ({ ...one, scores: [] })), rules: rules(), n: 3 }],
]

/** What every policy must keep. */
export function policySuite(settings: PolicySettings): void {
  const policy = policyOf(settings)
  const strays = policy.unweighable === undefined

  describe(`policy ${settings.name}`, () => {
    test.each(ENUMERABLE)('all patterns and ordered lists sum to one: %s', (_, drawing) => {
      let total = 0
      for (const stated of statedLists(policy, drawing).values()) {
        expect(stated).toBeGreaterThanOrEqual(0)
        total += stated
      }
      expect(Math.abs(total - 1)).toBeLessThan(1e-9)
    })

    test('the continuations of every list that can be begun sum to one', () => {
      const { candidates, rules: drawRules } = ENUMERABLE[0]![1]
      const pool = cutPool(candidates, drawRules.novelty)
      for (const pattern of patterns(3)) {
        const sums = new Map<string, number>()
        for (const order of orders(pool.length, 3))
          policy.propensities(pool, drawRules, pattern, order).forEach(({ propensity }, k) => {
            const key = `${order.slice(0, k)}`
            const others = pool.length - k - 1
            const repeats = others === 0 ? 1 : orders(others, 2 - k).length
            sums.set(key, (sums.get(key) ?? 0) + propensity / repeats)
          })
        for (const sum of sums.values()) expect(sum === 0 ? 1 : sum).toBeCloseTo(1, 9)
      }
    })

    test.each([
      ['five tracks with quota, gap and flow', { candidates: SMALL, rules: rules(), n: 3 }, 3],
      ['five tracks, relaxing', { candidates: SMALL, rules: rules({ novelty: 0.5, artistGap: 3 }), n: 4 }, 4],
      ['forty tracks', { candidates: LARGE, rules: rules({ novelty: 0.3, artistGap: 2 }), n: 4 }, 1],
    ])('lists are drawn as often as is stated: %s', (_, drawing, depth) => {
      const { cells, impossible, together, worst } = agreement(policy, drawing, 5_000, random('often'), depth)
      expect(cells).toBeGreaterThan(1)
      expect(impossible).toBe(0)
      expect(together).toBeGreaterThan(1e-4)
      expect(worst).toBeGreaterThan(1e-4 / cells)
    })

    test('what a draw states is what it states of the list when asked again', () => {
      for (let seed = 0; seed < 30; seed++) {
        const drawRules = rules({ artistGap: seed % 12, novelty: (seed % 5) / 4 })
        const { pool, tracks, pattern, policy: used } = policy.draw(LARGE, drawRules, 25, random(seed))
        const order = tracks.map((track) => pool.indexOf(track.candidate))
        expect(used).toEqual(settings)
        expect(policy.propensities(pool, drawRules, pattern, order)).toEqual(
          tracks.map(({ candidate: _, ...slot }) => slot),
        )
      }
    })

    test('a prefix is as likely as its slots multiplied', () => {
      const slate = policy.draw(LARGE, rules(), 12, random('chain'))
      let product = 1
      for (const track of slate.tracks) {
        product *= track.propensity
        expect(track.propensity).toBeGreaterThan(0)
        expect(track.propensity).toBeLessThanOrEqual(1 + 1e-12)
        expect(track.prefixPropensity / product).toBeCloseTo(1, 9)
      }
    })

    test('no track comes twice, and gap and slot type hold unless the slot says what gave way', () => {
      for (let seed = 0; seed < 200; seed++) {
        const drawRules = rules({ artistGap: (seed % 8) + 1, novelty: (seed % 11) / 10 })
        const slate = policy.draw(LARGE, drawRules, 20, random(seed))
        expect(new Set(ids(slate)).size).toBe(slate.tracks.length)
        expect(slate.pattern.length).toBe(slate.tracks.length)
        slate.tracks.forEach((track, k) => {
          const near = slate.tracks.slice(Math.max(0, k - drawRules.artistGap), k)
          const tooNear = near.some((other) => other.candidate.artist === track.candidate.artist)
          const wrongKind = track.candidate.familiarity !== slate.pattern[k]
          expect(track.relaxed).toEqual([
            ...(tooNear ? ['artist-gap'] : []),
            ...(wrongKind ? ['slot-type'] : []),
          ])
        })
      }
    })

    test('a quota that the pool cannot meet is met as far as it goes; tracks by one artist stand together, and say so', () => {
      const one = Array.from({ length: 12 }, (_, i) => candidate(i, 1, i < 9 ? 'familiar' : 'new', i / 10))
      const { tracks } = policy.draw(one, rules({ novelty: 0.9, artistGap: 3 }), 8, random(1))
      expect(tracks.filter(({ candidate: { familiarity } }) => familiarity === 'new')).toHaveLength(3)
      expect(tracks.map(({ relaxed }) => relaxed.includes('artist-gap'))).toEqual([
        false,
        ...new Array(7).fill(true),
      ])
    })

    test('the share of new tracks is the quota on average, and never off by a whole track', () => {
      const source = random('quota')
      let fresh = 0
      for (let i = 0; i < 1_000; i++) {
        const slate = policy.draw(LARGE, rules({ novelty: 0.33, artistGap: 0 }), 10, source)
        const count = slate.tracks.filter((track) => track.candidate.familiarity === 'new').length
        expect([3, 4]).toContain(count)
        fresh += count
      }
      expect(Math.abs(fresh / 10_000 - 0.33)).toBeLessThan(0.006)
    })

    test('the same seed draws the same list, whatever the order of the candidates', () => {
      const drawRules = rules(strays ? {} : { novelty: 0.45 })
      const once = policy.draw(LARGE, drawRules, 10, random('day'))
      const again = policy.draw([...LARGE].reverse(), drawRules, 10, random('day'))
      const other = policy.draw(LARGE, drawRules, 10, random('next day'))
      expect(again).toEqual(once)
      expect(ids(other)).not.toEqual(ids(once))
    })

    test('a list longer than the pool is the whole pool, and an empty pool is an empty list', () => {
      const all = policy.draw(SMALL, rules(), 99, random(1))
      expect([...ids(all)].sort()).toEqual([1, 2, 3, 4, 5])
      const none = policy.draw([], rules(), 10, random(1))
      expect(none).toMatchObject({ tracks: [], pattern: [], patternPropensity: 1, pool: [] })
      const [only] = policy.draw(SMALL.slice(2, 3), rules(), 4, random(1)).tracks
      expect(only).toMatchObject({
        candidate: { trackId: 3 },
        propensity: expect.closeTo(1, 12),
        relaxed: [],
      })
    })

    test('a novelty of 0 or 1 never draws the other kind, even to fill the list', () => {
      const known = policy.draw(SMALL, rules({ novelty: 0 }), 5, random(2))
      const fresh = policy.draw(SMALL, rules({ novelty: 1 }), 5, random(2))
      expect([...ids(known)].sort()).toEqual([1, 2, 3])
      expect([...ids(fresh)].sort()).toEqual([4, 5])
    })

    test('it can be reweighted where, and only where, every list that the rules allow can be drawn', () => {
      const drawing = { candidates: SMALL, rules: rules({ novelty: 0.5, artistGap: 0 }), n: 2 }
      const chances = [...statedLists(policy, drawing)]
      const uniform = statedLists(policyOf({ name: 'uniform' }), drawing)
      const missing = chances.filter(([list, chance]) => chance === 0 && uniform.get(list)! > 0)
      expect(missing.length === 0).toBe(strays)
      if (!strays) expect(policy.unweighable).toMatch(/^[a-z].*[a-z]$/)
    })
  })
}
