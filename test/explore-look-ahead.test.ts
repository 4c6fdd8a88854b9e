import { describe, expect, test } from 'vitest'
import type { Familiarity, PolicySettings, ScoredCandidate } from '../src/core/candidate.ts'
import { type Random, random } from '../src/core/random.ts'
import { artistsThatFill, emptyList, isRoomy, type ListSoFar, widestGap } from '../src/explore/look-ahead.ts'
import { policyOf } from '../src/explore/policies.ts'
import { gapViolations } from '../src/metrics/lists.ts'
import { statedLists } from './suites/drawn-lists.ts'
import { candidate } from './suites/policy-suite.ts'

const MIXTURE: PolicySettings = { name: 'mixture', temperature: 0.5, floor: 0.2 }
const UNIFORM: PolicySettings = { name: 'uniform' }

/** So many tracks by few artists, each of either kind by chance. */
function tightPool(rng: Random, size: number, artists: number): ScoredCandidate[] {
  return Array.from({ length: size }, (_, i) =>
    candidate(
      i,
      Math.min(rng.int(artists), rng.int(artists)),
      rng.next() < 0.4 ? 'new' : 'familiar',
      rng.normal(),
      rng.normal(),
    ),
  )
}

/** Whether any list of these kinds keeps the gap, by trying them all. */
function existsBy(pool: readonly ScoredCandidate[], pattern: readonly Familiarity[], gap: number): boolean {
  const used = new Set<ScoredCandidate>()
  const heard: number[] = []
  const fill = (slot: number): boolean => {
    if (slot === pattern.length) return true
    const near = heard.slice(Math.max(0, slot - gap))
    const tried = new Set<number>()
    for (const one of pool) {
      const { artist, familiarity } = one
      if (used.has(one) || familiarity !== pattern[slot] || near.includes(artist) || tried.has(artist))
        continue
      tried.add(artist)
      used.add(one)
      heard.push(artist)
      const can = fill(slot + 1)
      heard.pop()
      used.delete(one)
      if (can) return true
    }
    return false
  }
  return fill(0)
}

const flat = (novelty: number, artistGap: number) => ({ novelty, artistGap, flow: () => 0 })

describe('a list that looks ahead', () => {
  test('never breaks a gap that some list of its kinds keeps, and keeps the widest that one does', () => {
    let tight = 0
    let unavoidable = 0
    for (let seed = 0; seed < 1_500; seed++) {
      const rng = random(`tight ${seed}`)
      const pool = tightPool(rng, 6 + rng.int(6), 2 + rng.int(4))
      const gap = 1 + rng.int(3)
      const { tracks, pattern } = policyOf(UNIFORM).draw(pool, flat(0.4, gap), 4 + rng.int(5), rng)
      const artists = tracks.map((track) => track.candidate.artist)
      const widest = [3, 2, 1].find((at) => at <= gap && existsBy(pool, pattern, at)) ?? 0
      if (!isRoomy(emptyList(pool, pattern).list, gap)) tight++
      if (widest < gap) unavoidable++
      expect(gapViolations(artists, widest)).toBe(0)
      expect(widestGap(pool, pattern, gap)).toBe(Math.min(widest, pattern.length - 1))
      if (widest === gap) expect(tracks.flatMap(({ relaxed }) => relaxed)).toEqual([])
      if (widest > 0) expect(tracks.map((track) => track.candidate.familiarity)).toEqual(pattern)
    }
    expect(tight - unavoidable).toBeGreaterThan(300)
    expect(unavoidable).toBeGreaterThan(100)
  })

  test('thirty slots of four artists with nearly all of the known songs are filled without a breach', () => {
    const known = [40, 30, 8, 6].flatMap((count, artist) => Array<number>(count).fill(artist))
    const pool = [
      ...known.map((artist, i) => candidate(i, artist, 'familiar', -artist)),
      ...Array.from({ length: 60 }, (_, i) => candidate(1_000 + i, 100 + (i % 40), 'new', i / 60)),
    ]
    for (let seed = 0; seed < 40; seed++) {
      const { tracks } = policyOf(MIXTURE).draw(pool, flat(0.3, 3), 30, random(seed))
      expect(tracks.flatMap(({ relaxed }) => relaxed)).toEqual([])
    }
  })

  test.each<PolicySettings>([MIXTURE, { name: 'epsilon-greedy', epsilon: 0.3 }, UNIFORM])(
    'sums to one over all patterns and lists of tight pools, and states what it draws: $name',
    (settings) => {
      const policy = policyOf(settings)
      for (let seed = 0; seed < 6; seed++) {
        const rng = random(`sums ${seed}`)
        const pool = tightPool(rng, 6, 3)
        const rules = flat(0.4, 1 + (seed % 2))
        let total = 0
        for (const stated of statedLists(policy, { candidates: pool, rules, n: 5 }).values()) total += stated
        expect(Math.abs(total - 1)).toBeLessThan(1e-9)
        const slate = policy.draw(pool, rules, 5, rng)
        const order = slate.tracks.map((track) => slate.pool.indexOf(track.candidate))
        expect(policy.propensities(slate.pool, rules, slate.pattern, order)).toEqual(
          slate.tracks.map(({ candidate: _, ...slot }) => slot),
        )
        expect(policy.propensities(slate.pool, rules, slate.pattern, order.slice(0, 2))).toEqual(
          slate.tracks.slice(0, 2).map(({ candidate: _, ...slot }) => slot),
        )
      }
    },
  )
})

describe('a list that has room', () => {
  test('needs no look ahead: all rested artists can have every slot, whoever is taken', () => {
    let roomy = 0
    for (let seed = 0; seed < 300; seed++) {
      const rng = random(`room ${seed}`)
      const pool = tightPool(rng, 40, 4 + rng.int(14))
      const gap = 1 + rng.int(4)
      const n = 5 + rng.int(10)
      const pattern = Array.from({ length: n }, (): Familiarity => (rng.next() < 0.3 ? 'new' : 'familiar'))
      const { list } = emptyList(pool, pattern)
      let before = false
      for (let slot = 0; slot < n; slot++) {
        const now: ListSoFar = { ...list, slot }
        const own = list.left[pattern[slot] === 'new' ? 1 : 0]
        const rested = Array.from(list.last, (last, artist) =>
          own[artist]! > 0 && (last < 0 || slot - last > gap) ? artist : -1,
        ).filter((artist) => artist >= 0)
        const room = isRoomy(now, gap)
        if (before) expect(room).toBe(true)
        before = room
        if (room) {
          const mask = artistsThatFill(now, gap)!
          expect(rested.every((artist) => mask[artist] === 1)).toBe(true)
          roomy++
        }
        if (rested.length === 0) break
        const taken = rested[rng.int(rested.length)]!
        own[taken]!--
        list.last[taken] = slot
      }
    }
    expect(roomy).toBeGreaterThan(500)
  })
})
