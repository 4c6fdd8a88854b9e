import { describe, expect, test } from 'vitest'
import type { ScoredCandidate } from '../src/core/candidate.ts'
import type { TrackHistory } from '../src/core/listener.ts'
import { artistGap, drawRules } from '../src/mix/draw-rules.ts'
import { eligible, familiarityOf, noveltyOf } from '../src/mix/recipe.ts'
import { findRecipe, RECIPES } from '../src/mix/recipes.ts'

const DAY = 86_400_000
const NOW = Date.UTC(2024, 5, 1)

function history(changes: Partial<TrackHistory> & { daysAgo?: number } = {}): TrackHistory {
  const { daysAgo = 10, ...rest } = changes
  const lastPlayedAt = NOW - daysAgo * DAY
  return {
    plays: 6,
    finishes: 5,
    skips: 1,
    firstPlayedAt: 0,
    lastPlayedAt,
    saved: false,
    liked: false,
    ...rest,
  }
}
const unheard = history({ plays: 0, finishes: 0, skips: 0, daysAgo: Number.NaN })

const mixesOf = (track: TrackHistory) =>
  ['daily-1', 'deep-cuts', 'rediscover', 'on-repeat'].filter((name) => eligible(findRecipe(name), track, NOW))

describe('who may be in which mix', () => {
  test.each<[string, TrackHistory, string[]]>([
    ['a track never heard', unheard, ['daily-1', 'deep-cuts']],
    ['a track finished lately and often', history(), ['daily-1', 'on-repeat']],
    ['one loved and left for a year', history({ daysAgo: 365 }), ['daily-1', 'rediscover']],
    ['one loved and left for two months', history({ daysAgo: 60 }), ['daily-1']],
    ['one mostly skipped', history({ finishes: 1, skips: 5 }), []],
    ['one mostly skipped, but saved', history({ finishes: 1, skips: 5, saved: true }), ['daily-1']],
    ['one played once', history({ plays: 1, finishes: 1, skips: 0 }), ['daily-1'].slice(1)],
    ['one whose ends are all unknown', history({ finishes: 0, skips: 0 }), []],
    [
      'one half of whose ends are unknown',
      history({ plays: 8, finishes: 3, skips: 1 }),
      ['daily-1', 'on-repeat'],
    ],
    ['one liked and never played', { ...unheard, liked: true }, ['daily-1', 'rediscover']],
  ])('%s', (_, track, mixes) => {
    expect(mixesOf(track)).toEqual(mixes)
  })

  test('a track saved but never played is not new to the listener', () => {
    expect(familiarityOf({ ...unheard, saved: true })).toBe('familiar')
    expect(familiarityOf(unheard)).toBe('new')
  })

  test('the limits of days count the day itself', () => {
    expect(mixesOf(history({ daysAgo: 30 }))).toContain('on-repeat')
    expect(mixesOf(history({ daysAgo: 31 }))).not.toContain('on-repeat')
    expect(mixesOf(history({ daysAgo: 120 }))).toContain('rediscover')
    expect(mixesOf(history({ daysAgo: 119 }))).not.toContain('rediscover')
  })
})

describe('the recipes', () => {
  test('are the six daily mixes, deep cuts, rediscover, on repeat, the two that start from something, and the first, each named once', () => {
    expect(RECIPES.map((recipe) => recipe.name)).toEqual([
      ...[1, 2, 3, 4, 5, 6].map((number) => `daily-${number}`),
      'deep-cuts',
      'rediscover',
      'on-repeat',
      'radio',
      'continue',
      'first',
    ])
    expect(RECIPES.slice(0, 6).map((recipe) => recipe.cluster)).toEqual([0, 1, 2, 3, 4, 5])
  })

  test('agree in quota, kinds and sources', () => {
    for (const recipe of RECIPES) {
      expect(recipe.newTracks).toBe(recipe.novelty > 0)
      expect(recipe.familiar !== undefined).toBe(recipe.novelty < 1)
      expect(recipe.sources.includes('familiar')).toBe(recipe.familiar !== undefined)
      const knowsTaste = recipe.newTracks && recipe.name !== 'first'
      expect(recipe.sources.includes('nearest')).toBe(knowsTaste)
    }
  })

  test('an unknown name is answered with the names there are', () => {
    expect(() => findRecipe('weekly')).toThrow(
      /no recipe weekly\. The recipes are daily-1, .*deep-cuts, rediscover, on-repeat/,
    )
  })

  test('novelty is what was asked, the quota of the recipe, or the one kind that the recipe has', () => {
    const asked = RECIPES.map((recipe) => [noveltyOf(recipe), noveltyOf(recipe, 0.6)])
    expect(asked[0]).toEqual([0.3, 0.6])
    expect(asked.slice(6)).toEqual([
      [1, 1],
      [0, 0],
      [0, 0],
      [0.6, 0.6],
      [0.5, 0.6],
      [1, 1],
    ])
  })
})

describe('the artist gap', () => {
  const pool = (...tracksPerArtist: number[]): ScoredCandidate[] =>
    tracksPerArtist.flatMap((count, artist) =>
      Array.from({ length: count }, (_, i) => ({
        row: i,
        sources: [],
        trackId: artist * 1000 + i,
        artist,
        familiarity: 'familiar' as const,
        likability: 0.5,
        scores: [0],
      })),
    )

  test.each<[string, number[], number, number]>([
    ['many artists', Array(40).fill(5), 30, 8],
    ['three artists in turn', [20, 20, 20], 30, 2],
    ['ten artists, three times each', Array(10).fill(9), 30, 8],
    ['six artists, five times each', Array(6).fill(9), 30, 5],
    ['one artist', [50], 30, 0],
    ['one artist with nearly everything', [50, 1, 1], 30, 0],
    ['fewer tracks than asked, each by its own artist', [1, 1, 1, 1], 30, 8],
    ['nothing', [], 30, 8],
  ])('%s', (_, artists, n, gap) => {
    expect(artistGap(pool(...artists), n, 0)).toBe(gap)
  })

  test('is what the slots of either kind can keep: few artists of known songs are not spread out by many of new ones', () => {
    const known = pool(20, 20, 20)
    const fresh = pool(...Array(40).fill(5)).map((one) => ({
      ...one,
      ...{ trackId: one.trackId + 1e6, artist: one.artist + 100, familiarity: 'new' as const },
    }))
    expect(artistGap([...known, ...fresh], 30, 1)).toBe(8)
    expect(artistGap([...known, ...fresh], 30, 0)).toBe(2)
    // Fifteen slots of three artists, five times each among thirty.
    expect(artistGap([...known, ...fresh], 30, 0.5)).toBe(5)
    expect(artistGap([...known.slice(0, 2), ...fresh], 30, 0.5)).toBe(8)
  })

  test('and quota and flow are what the policy is given', () => {
    const rules = drawRules(findRecipe('daily-2'), pool(20, 20, 20), 30, 0.5)
    expect(rules).toMatchObject({ novelty: 0.5, artistGap: 2 })
    const [a, b] = pool(1, 1).map((one, i) => ({ ...one, energy: i }))
    expect(rules.flow(a, b!)).toBeCloseTo(findRecipe('daily-2').flow.energy)
  })
})
