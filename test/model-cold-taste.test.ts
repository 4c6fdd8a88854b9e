import { describe, expect, it } from 'vitest'
import { type ColdTracks, coldTaste, type Observation, popularityLogOdds } from '../src/model/cold-taste.ts'
import { coldScorer } from '../src/rank/cold-scorer.ts'

/**
 * Rows 0–3: loud songs of artist 1. 4: loud, artist 2. 5: quiet, artist 2. 6: no audio, artist 1. 7: no audio, artist 3, no tags.
 * 8: quiet, artist 4. 9: loud, nobody.
 */
const LOUD = [0.5, 1.5, 1.5, 0, -1, 0, 0, 1, 0.5]
const QUIET = [-0.5, -1.5, -1.5, 0, 1.5, 0, 0, -1, -0.5]
const SOUND_AT = [0, 1, 3, 5, 6, 7, 8, 9, 10]
const ROWS = 10
const artist = Int32Array.of(1, 1, 1, 1, 2, 2, 1, 3, 4, 0)
const audio = new Float32Array(ROWS * 13).fill(Number.NaN)
for (const [row, point] of [
  ...[0, 1, 2, 3, 4, 9].map((row) => [row, LOUD] as const),
  ...[5, 8].map((row) => [row, QUIET] as const),
])
  SOUND_AT.forEach((f, k) => {
    audio[row * 13 + f] = point[k]! + 0.05 * row
  })
const tracks: ColdTracks = {
  audio,
  artist,
  popularity: () => Number.NaN,
  tags: (row) => (row === 7 ? [] : [{ tag: row === 5 || row === 8 ? 1 : 0, weight: 1 }]),
}
const like = (row: number): Observation => ({ row, logOdds: 1.6, variance: 1.2 })
const dislike = (row: number): Observation => ({ row, logOdds: -1.6, variance: 1.2 })
const ALL = Array.from({ length: ROWS }, (_, row) => row)

const moments = (values: Float64Array, heads: number, row: number) => {
  const of = Array.from(values.subarray(row * heads, (row + 1) * heads))
  const mean = of.reduce((sum, value) => sum + value, 0) / heads
  return { mean, sd: Math.sqrt(of.reduce((sum, value) => sum + (value - mean) ** 2, 0) / heads) }
}

describe('a taste of a few observations', () => {
  it('has heads whose mean is the mean in closed form', () => {
    const taste = coldTaste(tracks, [like(0), dislike(5)], 32, 'few')
    const drawn = taste.heads(ALL)
    for (const row of ALL) expect(moments(drawn, 32, row).mean).toBeCloseTo(taste.mean(row), 10)
    // One observation: k/(k + variance) of what was said, k the four parts together.
    expect(coldTaste(tracks, [like(0)], 2, 'x').mean(0)).toBeCloseTo((1.6 * 2.9) / (2.9 + 1.2), 10)
  })

  it('has heads as far apart as the variance in closed form', () => {
    const heads = 4000
    const drawn = coldTaste(tracks, [like(0)], heads, 'wide').heads(ALL)
    expect(moments(drawn, heads, 0).sd).toBeCloseTo(Math.sqrt(2.9 - 2.9 ** 2 / 4.1), 1)
    expect(moments(drawn, heads, 7).sd).toBeCloseTo(Math.sqrt(2.9), 1)
  })

  it('is surest of what it saw, then of what is like it, and unsure of the rest', () => {
    const heads = 2000
    const drawn = coldTaste(tracks, [like(0)], heads, 'sure').heads(ALL)
    const sd = (row: number) => moments(drawn, heads, row).sd
    expect(sd(0)).toBeLessThan(sd(1))
    expect(sd(1)).toBeLessThan(sd(4))
    expect(sd(4)).toBeLessThan(sd(8))
    expect(sd(8)).toBeCloseTo(Math.sqrt(2.9), 0)
  })

  it('rises for the same artist, a like sound and the same tags, and falls where a no was said', () => {
    const { mean } = coldTaste(tracks, [like(0)], 2, 'x')
    expect(mean(0)).toBeGreaterThan(mean(1))
    expect(mean(1)).toBeGreaterThan(mean(4))
    expect(mean(4)).toBeGreaterThan(mean(8) + 0.3)
    expect(coldTaste(tracks, [dislike(0)], 2, 'x').mean(1)).toBeLessThan(-0.5)
  })

  it('does not hold missing audio against a track: unlike one that sounds wrong, it stands at what artist and tags say', () => {
    const heads = 2000
    const taste = coldTaste(tracks, [like(0), dislike(8)], heads, 'missing')
    // The same artist and tags as row 0, without audio: below its likes in sound, well above the quiet ones.
    expect(taste.mean(6)).toBeGreaterThan(0.5)
    // Nothing at all is known: the mean is the listener's usual, and the doubt is whole.
    expect(taste.mean(7)).toBe(0)
    const drawn = taste.heads(ALL)
    expect(moments(drawn, heads, 6).sd).toBeGreaterThan(moments(drawn, heads, 1).sd)
  })

  it('never takes tracks without an artist for tracks of one artist', () => {
    const nobody = { ...tracks, artist: new Int32Array(ROWS), tags: () => [] }
    expect(coldTaste(nobody, [like(7)], 2, 'x').mean(6)).toBe(0)
  })

  it('is the same for the same seed and another for another', () => {
    const draw = (seed: string) => coldTaste(tracks, [like(0)], 4, seed).heads(ALL)
    expect(draw('a')).toEqual(draw('a'))
    expect(draw('a')).not.toEqual(draw('b'))
  })

  it('knows popularity as a nudge, and a missing one as none', () => {
    expect(popularityLogOdds(1)).toBeGreaterThan(popularityLogOdds(0))
    expect(popularityLogOdds(Number.NaN)).toBe(0)
    expect(popularityLogOdds(50)).toBe(popularityLogOdds(2))
  })
})

describe('the cold scorer', () => {
  const none = {
    ...{ plays: 0, finishes: 0, skips: 0, saved: false, liked: false },
    ...{ firstPlayedAt: Number.NaN, lastPlayedAt: Number.NaN },
  }
  const listener = (name: string, liked: readonly number[], disliked: readonly number[] = []) => ({
    ...{ name, known: liked, loved: [], recent: liked, disliked },
    trackHistory: (row: number) => ({ ...none, liked: liked.includes(row) }),
  })
  const scorer = coldScorer(tracks, { audio, artist, trackId: Int32Array.from(ALL) })
  const score = (who: ReturnType<typeof listener>) =>
    scorer.score(
      who,
      ALL.map((row) => ({ row, sources: ['test'] })),
      () => false,
    )

  it('gives an unknown listener about the stated prior, whoever they are', async () => {
    let sum = 0
    for (let i = 0; i < 50; i++)
      for (const { likability } of await score(listener(`listener ${i}`, []))) sum += likability / 50 / ROWS
    expect(sum).toBeGreaterThan(0.47)
    expect(sum).toBeLessThan(0.53)
  })

  it('lifts what is like a like and lowers what is like a dislike, at once', async () => {
    const [before, liked, refused] = [
      await score(listener('me', [])),
      await score(listener('me', [0])),
      await score(listener('me', [], [0])),
    ]
    expect(liked[1]!.likability).toBeGreaterThan(before[1]!.likability + 0.1)
    expect(refused[1]!.likability).toBeLessThan(before[1]!.likability - 0.1)
    expect(liked[1]!.scores).toHaveLength(32)
    for (const { likability } of liked) expect(likability).toBeLessThan(0.95)
  })

  it('knows at once, without a draw, what the mean of its heads is for every row: who is worth scoring stays the same', async () => {
    const who = listener('me', [0], [5])
    const scored = await score(who)
    const standing = await scorer.standing!(who, ALL)
    const means = scored.map(({ scores }) => scores.reduce((sum, one) => sum + one, 0) / scores.length)
    for (const row of ALL) expect(standing[row]! - standing[0]!).toBeCloseTo(means[row]! - means[0]!, 10)
    expect(standing[1]!).toBeGreaterThan(standing[8]!)
  })

  it('goes by the rate at which somebody finishes where they played but nothing was trained', async () => {
    const skipper = { ...listener('me', []), known: [8] }
    const history = { ...none, plays: 60, skips: 55, finishes: 5 }
    const usual = (await score(listener('me', [])))[7]!.likability
    const scored = await score({ ...skipper, trackHistory: () => history })
    expect(scored[7]!.likability).toBeLessThan(usual - 0.15)
  })
})
