import { describe, expect, test } from 'vitest'
import type { Familiarity, ScoredCandidate, Slate } from '../../src/core/candidate.ts'
import type { DrawRules } from '../../src/core/draw-rules.ts'
import { random } from '../../src/core/random.ts'
import type { Policy } from '../../src/explore/policy.ts'

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

/** What every policy must keep. The policy is expected to give no track of these small pools a vanishing probability. */
export function policySuite(name: string, policy: Policy): void {
  describe(`policy ${name}`, () => {
    test.each([
      ['a mixed quota and an artist gap', SMALL, rules(), 3],
      ['a quota of which no slot is certain', SMALL, rules({ novelty: 0.5, artistGap: 0 }), 3],
      ['a gap that only relaxing can fill', SMALL.slice(0, 4), rules({ novelty: 0.25, artistGap: 3 }), 4],
      ['only familiar tracks', SMALL, rules({ novelty: 0 }), 2],
      ['only new tracks', SMALL, rules({ novelty: 1 }), 2],
    ])('the stated probabilities of all lists drawn sum to one: %s', (_, pool, drawRules, n) => {
      const stated = new Map<string, number>()
      const source = random('all lists')
      for (let i = 0; i < 10_000; i++) {
        const slate = policy.draw(pool, drawRules, n, source)
        const last = slate.tracks.at(-1)!
        stated.set(`${slate.pattern} ${ids(slate)}`, slate.patternPropensity * last.prefixPropensity)
      }
      const total = [...stated.values()].reduce((a, b) => a + b, 0)
      expect(stated.size).toBeGreaterThan(1)
      expect(total).toBeLessThanOrEqual(1 + 1e-9)
      expect(total).toBeGreaterThan(0.995)
    })

    test.each([
      ['five tracks', SMALL, rules({ artistGap: 0 }), 3, 30],
      ['five tracks, relaxing', SMALL, rules({ novelty: 0.5, artistGap: 3 }), 4, 30],
      ['forty tracks', LARGE, rules({ novelty: 0.3, artistGap: 2 }), 4, 100],
    ])('every prefix is drawn as often as its propensity says: %s', (_, pool, drawRules, n, prefixes) => {
      const draws = 12_000
      const source = random('frequencies')
      const seen = new Map<string, { count: number; probability: number }>()
      for (let i = 0; i < draws; i++) {
        const slate = policy.draw(pool, drawRules, n, source)
        for (let length = 1; length <= 3; length++) {
          const key = `${slate.pattern} ${ids(slate).slice(0, length)}`
          const probability = slate.patternPropensity * slate.tracks[length - 1]!.prefixPropensity
          const entry = seen.get(key) ?? { count: 0, probability }
          expect(entry.probability).toBeCloseTo(probability, 12)
          seen.set(key, { count: entry.count + 1, probability })
        }
      }
      const common = [...seen.values()].filter(({ probability }) => probability * draws >= 30)
      expect(common.length).toBeGreaterThan(prefixes)
      let squares = 0
      for (const { count, probability } of common) {
        const z = (count - draws * probability) / Math.sqrt(draws * probability * (1 - probability))
        expect(Math.abs(z)).toBeLessThan(4.5)
        squares += z * z
      }
      expect(squares / common.length).toBeLessThan(1.5)
    })

    test('a prefix is as likely as its slots multiplied', () => {
      const slate = policy.draw(LARGE, rules(), 12, random('chain'))
      let product = 1
      for (const track of slate.tracks) {
        product *= track.propensity
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

    test('the share of new tracks is the quota on average, and never off by a whole track', () => {
      const source = random('quota')
      let fresh = 0
      for (let i = 0; i < 2_000; i++) {
        const slate = policy.draw(LARGE, rules({ novelty: 0.33, artistGap: 0 }), 10, source)
        const count = slate.tracks.filter((track) => track.candidate.familiarity === 'new').length
        expect([3, 4]).toContain(count)
        fresh += count
      }
      expect(fresh / 20_000).toBeCloseTo(0.33, 2)
    })

    test('the same seed draws the same list, whatever the order of the candidates', () => {
      const once = policy.draw(LARGE, rules(), 10, random('day'))
      const again = policy.draw([...LARGE].reverse(), rules(), 10, random('day'))
      const other = policy.draw(LARGE, rules(), 10, random('next day'))
      expect(again).toEqual(once)
      expect(ids(other)).not.toEqual(ids(once))
    })

    test('a list longer than the pool is the whole pool, and an empty pool is an empty list', () => {
      const all = policy.draw(SMALL, rules(), 99, random(1))
      expect([...ids(all)].sort()).toEqual([1, 2, 3, 4, 5])
      const none = policy.draw([], rules(), 10, random(1))
      expect(none).toMatchObject({ tracks: [], pattern: [], patternPropensity: 1, pool: [] })
    })

    test('a novelty of 0 or 1 never draws the other kind, even to fill the list', () => {
      const known = policy.draw(SMALL, rules({ novelty: 0 }), 5, random(2))
      const fresh = policy.draw(SMALL, rules({ novelty: 1 }), 5, random(2))
      expect([...ids(known)].sort()).toEqual([1, 2, 3])
      expect([...ids(fresh)].sort()).toEqual([4, 5])
    })
  })
}
