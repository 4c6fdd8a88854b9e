import { expect, it } from 'vitest'
import type { ScoredCandidate } from '../src/core/candidate.ts'
import { blendedScorer } from '../src/rank/blended-scorer.ts'
import type { Scorer } from '../src/rank/scorer.ts'

const inner: Scorer<string> = {
  score: async (_, candidates) =>
    candidates.map(
      ({ row, sources }): ScoredCandidate => ({
        ...{ row, sources, trackId: row, artist: row, familiarity: 'new', likability: 0.5 },
        scores: [row, row + 1],
      }),
    ),
  standing: async (_, rows) => Float64Array.from(rows),
}
const candidates = [3, 5].map((row) => ({ row, sources: ['nearest'] }))
const byTen = async () => (row: number) => 10 * row

it('adds the same to every head of a track, and to what it is worth at no particular moment; the likability stays', async () => {
  const scorer = blendedScorer(inner, byTen)
  const scored = await scorer.score('ada', candidates, () => false)
  expect(scored.map(({ scores }) => scores)).toEqual([
    [33, 34],
    [55, 56],
  ])
  expect(scored.map(({ likability }) => likability)).toEqual([0.5, 0.5])
  expect(Array.from(await scorer.standing!('ada', [1, 2]))).toEqual([11, 22])
})

it('is the scorer itself where nothing is to be added, and has no standing where that has none', async () => {
  const scorer = blendedScorer(inner, async () => undefined)
  expect(await scorer.score('ada', candidates, () => false)).toEqual(
    await inner.score('ada', candidates, () => false),
  )
  expect(Array.from(await scorer.standing!('ada', [1, 2]))).toEqual([1, 2])
  expect(blendedScorer({ score: inner.score }, byTen).standing).toBeUndefined()
})
