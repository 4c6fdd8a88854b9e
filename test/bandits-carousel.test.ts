import { describe, expect, it } from 'vitest'
import { beta } from '../src/bandits/beta.ts'
import { carousel, SHAPE, top } from '../src/bandits/carousel.ts'
import { inventedPlaylists } from '../src/bandits/invented-playlists.ts'
import { normal } from '../src/bandits/normal.ts'
import { kMeans } from '../src/bandits/segments.ts'
import { lookingOn, sightings } from '../src/bandits/sightings.ts'
import { levelsOf, SURROGATES, surrogateListeners } from '../src/bandits/surrogates.ts'
import { random } from '../src/core/random.ts'
import { twoTastes } from './suites/carousel-worlds.ts'

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, one) => total + one, 0)

describe('the carousel', () => {
  const { listeners, playlists } = twoTastes()

  it('clicks with probability σ(x·θ), and is worth 1 − Π(1 − p) whatever the order', async () => {
    const world = await carousel(listeners, playlists)
    expect(world.probability(0, 0)).toBeCloseTo(1 / (1 + Math.exp(0.85)), 5)
    expect(world.probability(0, 1)).toBeCloseTo(1 / (1 + Math.exp(4.85)), 5)
    const slate = Int32Array.from({ length: 12 }, (_, slot) => slot)
    const none = slate.reduce((rest, p) => rest * (1 - world.probability(0, p)), 1)
    expect(world.reward(0, slate, 0)).toBeCloseTo(1 - none, 12)
    expect(world.reward(0, slate.slice().reverse(), 0)).toBeCloseTo(1 - none, 12)
    const own = Int32Array.from({ length: 12 }, (_, slot) => 2 * slot)
    expect(world.best[0]).toBeCloseTo(world.reward(0, own, 0), 6)
  })

  it('gets at most one click a visit, as often as it is worth', async () => {
    const world = await carousel(listeners, playlists)
    const visitors = new Int32Array(20_000)
    const slates = Int32Array.from({ length: 240_000 }, (_, at) => at % 12)
    const { clicks, rewards } = world.answer(visitors, slates, random(1))
    const expected = world.reward(0, slates, 0)
    expect(rewards[7]).toBeCloseTo(expected, 12)
    expect(sum(clicks.map((click) => (click >= 0 ? 1 : 0))) / 20_000).toBeCloseTo(expected, 1)
    // The first place is reached by all, so it is clicked with its own probability.
    const firsts = sum(clicks.map((click) => (click === 0 ? 1 : 0))) / 20_000
    expect(Math.abs(firsts - world.probability(0, 0))).toBeLessThan(0.015)
  })

  it('is seen no farther than the visible places by listeners without patience', async () => {
    const world = await carousel(listeners, playlists, SHAPE, 0)
    const visitors = new Int32Array(500)
    const slates = Int32Array.from({ length: 6000 }, (_, at) => at % 12)
    expect(Math.max(...world.answer(visitors, slates, random(1)).clicks)).toBeLessThan(3)
    const seen = [0, 1, 2].reduce((rest, p) => rest * (1 - world.probability(0, p)), 1)
    expect(world.reward(0, slates, 0)).toBeCloseTo(1 - seen, 12)
    expect(world.answer(visitors, slates, random(1)).rewards[3]).toBeCloseTo(1 - seen, 12)
  })
})

describe('what a round tells', () => {
  const slates = Int32Array.from({ length: 24 }, (_, at) => at % 12)
  const round = { visitors: Int32Array.of(5, 6), slates, clicks: Int8Array.of(4, -1) }

  it('is what was seen up to the click, and without one the visible places alone', () => {
    const { start, listener, clicked } = sightings(round, 12, SHAPE)
    expect(start.at(-1)).toBe(5 + 3)
    expect(Array.from(listener.subarray(start[0]!, start[1]!))).toEqual([5, 6])
    expect(Array.from(clicked.subarray(start[4]!, start[5]!))).toEqual([1])
    expect(start[5]).toBe(start[12])
  })

  it('counts places that were perhaps seen as surely as they were', () => {
    const { start, weight } = sightings(round, 12, SHAPE, () => 0.25)
    expect(start.at(-1)).toBe(5 + 12)
    expect(Array.from(weight.subarray(start[2]!, start[3]!))).toEqual([1, 1])
    expect(Array.from(weight.subarray(start[7]!, start[8]!))).toEqual([0.25])
  })

  it.each([
    [1, 0.9, 1],
    [0.3, 0.2, 0.42],
    [0, 0, 0.05],
  ])('tells that listeners look on with probability %f', async (patience, low, high) => {
    const { listeners, playlists } = twoTastes()
    const quiet = { ...playlists, weights: playlists.weights.map((w, i) => (i % 4 === 3 ? -4 : 0 * w)) }
    const world = await carousel(listeners, quiet, SHAPE, patience)
    const rng = random(3)
    const visitors = Int32Array.from({ length: 20_000 }, () => rng.int(400))
    const drawn = Int32Array.from({ length: 240_000 }, () => rng.int(40))
    const found = lookingOn(
      { visitors, slates: drawn, clicks: world.answer(visitors, drawn, rng).clicks },
      SHAPE,
    )
    expect(found).toBeGreaterThanOrEqual(low)
    expect(found).toBeLessThanOrEqual(high)
  })
})

describe('surrogate listeners', () => {
  it('click about as rarely as was published, and as often on their best carousel', async () => {
    const playlists = inventedPlaylists(random('test'))
    const listeners = await surrogateListeners(playlists, { ...SURROGATES, n: 400 }, random(1))
    const levels = levelsOf(await carousel(listeners, playlists))
    expect(levels.meanClick).toBeGreaterThan(0.0063)
    expect(levels.meanClick).toBeLessThan(0.0077)
    expect(levels.meanBest).toBeGreaterThan(0.7)
    expect(levels.meanBest).toBeLessThan(0.76)
    expect(new Set(listeners.segment).size).toBeGreaterThan(80)
    expect(listeners.vectors[listeners.width - 1]).toBe(1)
    const few = await surrogateListeners(playlists, { ...SURROGATES, n: 50 }, random(1))
    const again = await surrogateListeners(playlists, { ...SURROGATES, n: 50 }, random(1))
    expect(again.vectors).toEqual(few.vectors)
    const others = await surrogateListeners(playlists, { ...SURROGATES, n: 50 }, random(2))
    expect(others.vectors).not.toEqual(few.vectors)
  })

  it('are put into the segments they were made in, where these lie apart', () => {
    const { listeners } = twoTastes()
    const { segment } = kMeans(listeners.vectors, 4, 3, 2, random(1))
    for (let u = 2; u < 400; u++) expect(segment[u]).toBe(segment[u % 2])
    expect(segment[0]).not.toBe(segment[1])
  })
})

describe('draws and orders', () => {
  it('draws standard normals: moments, tails, and what lies within one and two deviations', () => {
    const rng = random(8)
    const n = 200_000
    const values = Float64Array.from({ length: n }, () => normal(rng))
    expect(Math.abs(sum(values) / n)).toBeLessThan(0.01)
    expect(Math.abs(sum(values.map((x) => x * x)) / n - 1)).toBeLessThan(0.016)
    expect(Math.abs(sum(values.map((x) => x ** 4)) / n - 3)).toBeLessThan(0.12)
    const within = (far: number) => sum(values.map((x) => (Math.abs(x) < far ? 1 : 0))) / n
    expect(Math.abs(within(1) - 0.6827)).toBeLessThan(0.005)
    expect(Math.abs(within(2) - 0.9545)).toBeLessThan(0.0025)
    expect(Math.abs(1 - within(3.5) - 0.000465)).toBeLessThan(0.00025)
  })

  it.each([
    [1, 99],
    [3, 40],
    [0.5, 2],
  ])('draws Beta(%f, %f) with its mean and variance', (a, b) => {
    const rng = random(7)
    const values = Float64Array.from({ length: 40_000 }, () => beta(a, b, rng))
    const mean = sum(values) / values.length
    const variance = sum(values.map((value) => (value - mean) ** 2)) / values.length
    const truth = (a * b) / ((a + b) ** 2 * (a + b + 1))
    expect(Math.abs(mean - a / (a + b))).toBeLessThan(4 * Math.sqrt(truth / 40_000))
    expect(variance / truth).toBeGreaterThan(0.9)
    expect(variance / truth).toBeLessThan(1.1)
  })

  it('finds the largest, the first of equals first', () => {
    const into = new Int32Array(5)
    top(Float64Array.of(9, 3, 7, 7, 1, 8), 3, into, 1, 1, 5)
    expect(Array.from(into)).toEqual([0, 4, 1, 2, 0])
  })
})
