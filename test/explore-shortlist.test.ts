import { describe, expect, test } from 'vitest'
import type { Familiarity } from '../src/core/candidate.ts'
import { shortlist } from '../src/explore/shortlist.ts'
import { FEATURE_COUNT, FEATURE_INDEX } from '../src/features/feature-names.ts'
import type { Moment } from '../src/features/history.ts'
import type { LikabilityModel } from '../src/model/likability.ts'
import { standingBy } from '../src/rank/standing.ts'

/** Two heads: the log-odds are the track's rate, and one less. Counts the rows that it is asked about. */
function counting(): LikabilityModel & { asked: number } {
  const model = {
    asked: 0,
    heads: 2,
    async logits(raw: Float32Array) {
      const rows = raw.length / FEATURE_COUNT
      model.asked += rows
      const rate = (i: number) => raw[Math.floor(i / 2) * FEATURE_COUNT + FEATURE_INDEX.trackRate]!
      return { finish: Float64Array.from({ length: 2 * rows }, (_, i) => rate(i) - (i % 2)) }
    },
  }
  return model
}

/** Row n is worth the more the larger n % 1000 is; each moment that was asked about is noted. */
function someone() {
  const moments: Moment[] = []
  const history = {
    endedAt: 5_000_000,
    describe(row: number, moment: Moment, out: Float32Array, offset: number) {
      moments.push(moment)
      out[offset + FEATURE_INDEX.trackRate] = (row % 1000) / 100
    },
  }
  return { moments, at: 9e9, asOf: 8e9, inSitting: true, history }
}

const SIZE = 2000
const tracks = {
  trackId: Int32Array.from({ length: SIZE }, (_, row) => row + 1),
  artist: Int32Array.from({ length: SIZE }, (_, row) => 1 + (row % 97)),
}
const candidates = (rows: Iterable<number>) => Array.from(rows, (row) => ({ row, sources: ['familiar'] }))
/** The first thousand rows are familiar. */
const familiarity = (row: number): Familiarity => (row < 1000 ? 'familiar' : 'new')

const facts = (model: LikabilityModel, novelty: number) => {
  const standing = standingBy(model)
  const listener = someone()
  return { tracks, novelty, familiarity, standing: (rows: readonly number[]) => standing(listener, rows) }
}

describe('the shortlist', () => {
  test('is everybody where they are few, and then nothing is worked out', async () => {
    const model = counting()
    const few = candidates(Array.from({ length: 384 }, (_, i) => 3 * i))
    expect(await shortlist(few, facts(model, 0.3))).toBe(few)
    expect(model.asked).toBe(0)
  })

  test('is those of the highest standing of each kind, as the quota shares them, in the order they came', async () => {
    const all = candidates(Array.from({ length: SIZE }, (_, i) => (i * 7) % SIZE))
    const rows = (await shortlist(all, facts(counting(), 0.25))).map(({ row }) => row)
    expect(rows.length).toBe(384)
    expect([...rows].sort((a, b) => a - b)).toEqual([
      ...Array.from({ length: 288 }, (_, i) => 712 + i),
      ...Array.from({ length: 96 }, (_, i) => 1904 + i),
    ])
    const places = rows.map((row) => all.findIndex((candidate) => candidate.row === row))
    expect(places).toEqual([...places].sort((a, b) => a - b))
  })

  test('is the same for one history whoever asked before', async () => {
    const standing = standingBy(counting())
    const all = candidates(Array(SIZE).keys())
    const listener = someone()
    const ask = (novelty: number) =>
      shortlist(all, { ...facts(counting(), novelty), standing: (rows) => standing(listener, rows) })
    const first = await ask(0.5)
    await ask(1)
    expect(await ask(0.5)).toEqual(first)
    expect(await shortlist(all, facts(counting(), 0.5))).toEqual(first)
  })

  test('is everybody where scoring itself is quick', async () => {
    const all = candidates(Array(SIZE).keys())
    expect(await shortlist(all, { tracks, novelty: 0.5, familiarity })).toBe(all)
  })
})

describe('the standing of a row', () => {
  test('is the mean over the heads just after the last play, outside of any sitting', async () => {
    const listener = someone()
    const standing = standingBy(counting())
    expect([...(await standing(listener, [250, 1900]))]).toEqual([2, 8.5])
    expect(listener.moments).toEqual(Array(2).fill({ at: 5_060_000, inSitting: false }))
  })

  test('is worked out once for a history and a row, and anew after another play', async () => {
    const model = counting()
    const standing = standingBy(model)
    const listener = someone()
    await standing(listener, [1, 2, 3])
    await standing(listener, [3, 4, 2])
    expect(model.asked).toBe(4)
    expect([...(await standing(someone(), [2]))]).toEqual([...(await standing(listener, [2]))])
    expect(model.asked).toBe(5)
  })
})
