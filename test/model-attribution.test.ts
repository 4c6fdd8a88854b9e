import { describe, expect, it } from 'vitest'
import { random } from '../src/core/random.ts'
import {
  FEATURE_COUNT,
  FEATURE_INDEX,
  FEATURE_NAMES,
  FEATURES,
  type FeatureName,
} from '../src/features/feature-names.ts'
import { type Attribution, attribute } from '../src/model/attribution.ts'
import type { LikabilityModel } from '../src/model/likability.ts'

type Read = (name: FeatureName) => number

/** A model of one function a head; it keeps count of the rows it was asked for. */
function modelOf(...heads: readonly ((read: Read, row: number) => number)[]) {
  const asked: number[] = []
  const model: LikabilityModel = {
    heads: heads.length,
    async logits(raw) {
      const n = raw.length / FEATURE_COUNT
      asked.push(n)
      const at = (row: number): Read => {
        return (name) => raw[row * FEATURE_COUNT + FEATURE_INDEX[name]]!
      }
      const finish = Float64Array.from({ length: n * heads.length }, (_, i) => {
        const row = Math.floor(i / heads.length)
        return heads[i % heads.length]!(at(row), row)
      })
      return { finish }
    },
  }
  return { model, asked }
}

/** A row of raw features, 0 where not told. */
function rowOf(values: Partial<Record<FeatureName, number>>): Float32Array {
  return Float32Array.from(FEATURE_NAMES, (name) => values[name] ?? 0)
}

const ZEROS = rowOf({})
const rowsOf = (...rows: readonly Float32Array[]) => Float32Array.from(rows.flatMap((row) => Array.from(row)))
const noise = (n: number, seed: number): Float32Array => {
  const rng = random(seed)
  return Float32Array.from({ length: n * FEATURE_COUNT }, () => rng.normal())
}
const sumOf = ({ byFeature }: Attribution) =>
  Object.values(byFeature).reduce((sum, { logOdds }) => sum + logOdds, 0)
const sigmoid = (z: number) => 1 / (1 + Math.exp(-z))
const logOdds = (p: number) => Math.log(p / (1 - p))

describe('the attribution of a model whose right answer is known', () => {
  it('gives each feature of a sum its weight times its distance from the background mean', async () => {
    const { model } = modelOf(
      (read) => 0.5 + 2 * read('trackPlays') - 3 * read('energy') + read('lastOutcome'),
    )
    const background = rowsOf(rowOf({ trackPlays: 1, energy: 0.5 }), rowOf({ trackPlays: 3, lastOutcome: 1 }))
    const raw = rowOf({ trackPlays: 4, energy: 1, lastOutcome: -1 })
    const { base, byFeature, byGroup } = await attribute(model, raw, background, random(1))
    expect(base).toBeCloseTo(0.5 + 2 * 2 - 3 * 0.25 + 0.5, 9)
    expect(byFeature.trackPlays.logOdds).toBeCloseTo(2 * (4 - 2), 9)
    expect(byFeature.energy.logOdds).toBeCloseTo(-3 * (1 - 0.25), 9)
    expect(byFeature.lastOutcome.logOdds).toBeCloseTo(-1.5, 9)
    expect(byGroup.sound.logOdds).toBeCloseTo(-2.25, 9)
  })

  it('halves what two features do together, within a group and across groups', async () => {
    const within = modelOf((read) => read('trackPlays') * read('trackRate'))
    const inside = await attribute(
      within.model,
      rowOf({ trackPlays: 2, trackRate: 3 }),
      rowsOf(ZEROS),
      random(1),
    )
    expect(inside.byFeature.trackPlays.logOdds).toBeCloseTo(3, 9)
    expect(inside.byFeature.trackRate.logOdds).toBeCloseTo(3, 9)
    expect(inside.byGroup.track.logOdds).toBeCloseTo(6, 9)
    const across = modelOf((read) => read('trackPlays') * read('tempo'))
    const between = await attribute(
      across.model,
      rowOf({ trackPlays: 2, tempo: 3 }),
      rowsOf(ZEROS),
      random(1),
    )
    expect(between.byGroup.track.logOdds).toBeCloseTo(3, 9)
    expect(between.byGroup.sound.logOdds).toBeCloseTo(3, 9)
  })

  it('shares between groups first, then within them: the artist gets a half, not a third', async () => {
    const { model } = modelOf((read) => read('trackPlays') * read('trackRate') * read('artistRate'))
    const raw = rowOf({ trackPlays: 1, trackRate: 1, artistRate: 1 })
    const { byFeature, byGroup } = await attribute(model, raw, rowsOf(ZEROS), random(1))
    expect(byGroup.artist.logOdds).toBeCloseTo(0.5, 9)
    expect(byGroup.track.logOdds).toBeCloseTo(0.5, 9)
    expect(byFeature.trackPlays.logOdds).toBeGreaterThan(0.15)
    expect(byFeature.trackRate.logOdds).toBeGreaterThan(0.15)
  })

  it('lets groups come in every order: a third of what three groups do together goes to each', async () => {
    const { model } = modelOf((read) => read('trackPlays') * read('tempo') * read('artistRate'))
    const raw = rowOf({ trackPlays: 1, tempo: 1, artistRate: 1 })
    const { byGroup } = await attribute(model, raw, rowsOf(ZEROS), random(1))
    for (const group of ['track', 'sound', 'artist'] as const)
      expect(Math.abs(byGroup[group].logOdds - 1 / 3)).toBeLessThan(0.1)
  })

  it('treats features alike that do alike', async () => {
    const { model } = modelOf((read) => Math.max(read('energy'), read('valence')))
    const { byFeature } = await attribute(model, rowOf({ energy: 1, valence: 1 }), rowsOf(ZEROS), random(5))
    expect(byFeature.energy.logOdds).toBeCloseTo(0.5, 9)
    expect(byFeature.valence.logOdds).toBeCloseTo(0.5, 9)
  })

  it('gives exactly 0 to what the model does not read, also where its arithmetic rounds', async () => {
    const rounded = modelOf(
      (read, row) => Math.sin(3 * read('tempo')) * read('trackRate') + 1e-7 * ((row * 7919) % 13),
    )
    const attribution = await attribute(rounded.model, noise(1, 1), noise(40, 2), random(1))
    const { byFeature, byGroup, base } = attribution
    const read = new Set<string>(['tempo', 'trackRate'])
    for (const name of FEATURE_NAMES.filter((name) => !read.has(name)))
      expect(byFeature[name], name).toEqual({ logOdds: 0, spread: 0 })
    for (const group of ['artist', 'time', 'sitting', 'listener'] as const)
      expect(byGroup[group]).toEqual({ logOdds: 0, spread: 0 })
    expect(Math.abs(byFeature.tempo.logOdds)).toBeGreaterThan(0)
    const { finish } = await rounded.model.logits(noise(1, 1))
    expect(base + sumOf(attribution)).toBeCloseTo(finish[0]!, 9)
  })

  it('gives 0 to what is no different from the background, missing values too', async () => {
    const known = (value: number) => (Number.isNaN(value) ? -1 : value)
    const { model } = modelOf((read) => 2 * known(read('tempo')) + known(read('year')))
    const raw = rowOf({ tempo: 3, year: Number.NaN })
    const background = rowsOf(rowOf({ tempo: Number.NaN, year: Number.NaN }))
    const { byFeature, base } = await attribute(model, raw, background, random(1))
    expect(base).toBeCloseTo(-3, 9)
    expect(byFeature.tempo.logOdds).toBeCloseTo(8, 9)
    expect(byFeature.year.logOdds).toBe(0)
    const same = await attribute(model, raw, raw, random(1))
    expect(same.base).toBeCloseTo(5, 9)
    expect(sumOf(same)).toBe(0)
  })
})

describe('the attribution of several heads', () => {
  it('tells how far they disagree, even where their disagreement cancels', async () => {
    const { model } = modelOf(
      (read) => 2 * read('tempo'),
      (read) => -2 * read('tempo'),
    )
    const { byFeature, base } = await attribute(model, rowOf({ tempo: 1.5 }), rowsOf(ZEROS), random(1))
    expect(base).toBeCloseTo(0, 9)
    expect(byFeature.tempo.logOdds).toBeCloseTo(0, 9)
    expect(byFeature.tempo.spread).toBeCloseTo(3, 9)
  })

  it('sums a group within each head: features on which the heads disagree in opposite ways leave no spread', async () => {
    const { model } = modelOf(
      (read) => read('energy') - read('valence') + read('trackRate'),
      (read) => read('valence') - read('energy') + read('trackRate'),
    )
    const raw = rowOf({ energy: 1, valence: 1, trackRate: 2 })
    const { byFeature, byGroup } = await attribute(model, raw, rowsOf(ZEROS), random(1))
    expect(byFeature.energy.spread).toBeCloseTo(1, 9)
    expect(byFeature.valence.spread).toBeCloseTo(1, 9)
    expect(byGroup.sound.spread).toBeCloseTo(0, 9)
    expect(byGroup.track).toEqual({ logOdds: expect.closeTo(2, 9), spread: expect.closeTo(0, 9) })
  })

  it('adds up to the log-odds of their mean probability, from the mean of the background, whatever the model', async () => {
    const wild = (k: number) => (read: Read) =>
      Math.sin(k * read('tempo') * read('trackRate')) +
      (read('artistRate') > 0.3 * k ? read('lastOutcome') : 2 * read('weekend')) +
      0.1 * k
    const { model } = modelOf(wild(1), wild(2), wild(3))
    const background = noise(30, 3)
    for (const seed of [1, 2, 3]) {
      const raw = noise(1, 10 + seed)
      const attribution = await attribute(model, raw, background, random(seed))
      const meanOf = async (rows: Float32Array) => {
        const { finish } = await model.logits(rows)
        return Array.from({ length: finish.length / 3 }, (_, i) =>
          logOdds(
            finish
              .subarray(3 * i, 3 * i + 3)
              .map(sigmoid)
              .reduce((a, b) => a + b) / 3,
          ),
        )
      }
      const starts = await meanOf(background)
      expect(attribution.base).toBeCloseTo(starts.reduce((a, b) => a + b) / starts.length, 9)
      expect(attribution.base + sumOf(attribution)).toBeCloseTo((await meanOf(raw))[0]!, 9)
      for (const group of Object.keys(attribution.byGroup) as (keyof Attribution['byGroup'])[]) {
        const own = FEATURE_NAMES.filter((name) => FEATURES[name].group === group)
        const sum = own.reduce((total, name) => total + attribution.byFeature[name].logOdds, 0)
        expect(attribution.byGroup[group].logOdds).toBeCloseTo(sum, 9)
      }
    }
  })

  it('stays finite where a probability rounds to 1', async () => {
    const { model } = modelOf(
      (read) => 60 * read('tempo'),
      (read) => 50 * read('tempo'),
    )
    const { byFeature } = await attribute(model, rowOf({ tempo: 1 }), rowsOf(ZEROS), random(1))
    // The mean of the two chances not to finish is half that of the less sure head.
    expect(byFeature.tempo.logOdds).toBeCloseTo(50 + Math.log(2), 3)
  })
})

describe('the cost of an attribution', () => {
  it('is one call of at most 5,601 rows, whatever the background', async () => {
    for (const n of [1, 7, 60, 100, 1000]) {
      const { model, asked } = modelOf((read) => read('tempo'))
      await attribute(model, noise(1, 1), noise(n, 2), random(1))
      expect(asked).toHaveLength(1)
      expect(asked[0]).toBeLessThanOrEqual(1 + 100 * FEATURE_COUNT)
    }
  })

  it('takes evenly spaced rows of a large background', async () => {
    const { model } = modelOf((read) => read('tempo'))
    const background = rowsOf(...Array.from({ length: 1000 }, (_, i) => rowOf({ tempo: i / 100 })))
    const { base } = await attribute(model, ZEROS, background, random(1))
    // of 0, .1, … 9.9
    expect(base).toBeCloseTo(4.95, 6)
  })

  it('is repaid by the same answer for the same seed, and nearly the same for another', async () => {
    const { model } = modelOf(
      (read) => Math.tanh(read('tempo') * read('trackRate')) + read('artistRate') ** 2,
    )
    const [raw, background] = [noise(1, 4), noise(50, 5)]
    const [first, again, other] = await Promise.all(
      [1, 1, 2].map((seed) => attribute(model, raw, background, random(seed))),
    )
    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
    expect(Math.abs(other!.byGroup.sound.logOdds - first!.byGroup.sound.logOdds)).toBeLessThan(0.05)
  })
})
