import { describe, expect, it } from 'vitest'
import { FEATURE_COUNT, FEATURE_INDEX } from '../src/features/feature-names.ts'
import type { Moment } from '../src/features/history.ts'
import type { LikabilityModel } from '../src/model/likability.ts'
import { likabilityScorer } from '../src/rank/scorer.ts'

/** Two heads: the log-odds are the track's rate, and one less. */
const model: LikabilityModel = {
  heads: 2,
  logits: async (raw) => ({
    finish: Float64Array.from({ length: (2 * raw.length) / FEATURE_COUNT }, (_, i) => {
      return raw[Math.floor(i / 2) * FEATURE_COUNT + FEATURE_INDEX.trackRate]! - (i % 2)
    }),
  }),
}
const audio = new Float32Array(4 * 13).fill(Number.NaN)
audio[13 + 10] = 120
audio[13 + 1] = 0.7
const tracks = { trackId: Int32Array.of(10, 11, 12, 13), artist: Int32Array.of(0, 5, 0, 5), audio }

const asked: Moment[] = []
const listener = {
  at: 2_000_000,
  asOf: 1_000_000,
  inSitting: true,
  history: {
    endedAt: 900_000,
    describe(row: number, moment: Moment, out: Float32Array, offset: number) {
      asked.push(moment)
      out[offset + FEATURE_INDEX.trackRate] = row
    },
  },
}
const scored = await likabilityScorer(model, tracks).score(
  listener,
  [3, 0, 2, 1].map((row) => ({ row, sources: ['familiar'] })),
  (row) => row > 1,
)

describe('the scorer', () => {
  it('keeps every candidate in its place, with one score a head and their mean probability', () => {
    expect(scored.map(({ row }) => row)).toEqual([3, 0, 2, 1])
    expect(scored.map(({ trackId }) => trackId)).toEqual([13, 10, 12, 11])
    expect(scored[0]!.scores).toEqual([3, 2])
    const mean = (1 / (1 + Math.exp(-3)) + 1 / (1 + Math.exp(-2))) / 2
    expect(scored[0]!.likability).toBeCloseTo(mean, 12)
    expect(scored.map(({ familiarity }) => familiarity)).toEqual(['familiar', 'new', 'familiar', 'new'])
  })

  it('counts days from where the history ends, and takes the hour from when the mix is asked for', () => {
    expect(asked).toHaveLength(4)
    for (const moment of asked) expect(moment).toEqual({ at: 1_000_000, clock: 2_000_000, inSitting: true })
  })

  it('never takes two tracks without an artist for tracks of one artist', () => {
    const [known, nobody, nobodyElse, sameArtist] = scored.map(({ artist }) => artist)
    expect(known).toBe(5)
    expect(sameArtist).toBe(5)
    expect(nobody).toBeLessThan(0)
    expect(nobodyElse).toBeLessThan(0)
    expect(nobody).not.toBe(nobodyElse)
  })

  it('tells the sound that is known and leaves out what is not', () => {
    expect(scored[3]).toMatchObject({ tempo: 120, energy: expect.closeTo(0.7, 6) })
    expect(scored[3]).not.toHaveProperty('key')
    expect(scored[0]).not.toHaveProperty('tempo')
  })
})
