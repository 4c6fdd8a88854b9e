import type { Random } from '../core/random.ts'
import { beta } from './beta.ts'
import { type Carousel, type Listeners, type Playlists, SHAPE, top } from './carousel.ts'
import { scoreBlocks } from './products.ts'
import { kMeans } from './segments.ts'

/** What invented listeners are like. */
export interface SurrogateSettings {
  readonly n: number
  /** How many groups of like taste there are. */
  readonly groups: number
  /** Groups that k-means finds, for the policies. */
  readonly segments: number
  /** Share of a listener's taste that is their own and not the group's, 0…1. */
  readonly own: number
  /** Standard deviation, in every direction, of what in a listener's vector is no taste for any playlist. */
  readonly noise: number
  /** Mean probability of a click over listeners and playlists. */
  readonly meanClick: number
  /** Mean probability of a click on a listener's best carousel. */
  readonly meanBest: number
}

/** Segments and levels as published; what is a listener's own and the noise such that segments explain as much as there (docs/decisions/carousel.md). */
export const SURROGATES: SurrogateSettings = {
  n: 20_000,
  groups: 150,
  segments: 100,
  own: 0.05,
  noise: 0.6,
  meanClick: 0.007,
  meanBest: 0.73,
}

/** How the levels of a population came out. */
export interface Levels {
  readonly meanClick: number
  readonly meanBest: number
}

const CALIBRATED_ON = 500
/** How alike listeners are in what their best carousel is worth: the sum of the parameters of a beta distribution. */
const ALIKE = 6

/**
 * Listeners for whom these playlists could have been made: each leans towards a few of them, mostly those of their group, as strongly as
 * their best carousel needs to be worth what was drawn for them; a shift common to all keeps clicks as rare as the settings say (found by
 * bisection, on a sample). The same `random` gives the same listeners.
 */
export async function surrogateListeners(
  playlists: Playlists,
  settings: SurrogateSettings,
  random: Random,
): Promise<Listeners> {
  const { n, segments, meanClick, meanBest } = settings
  const { width, weights } = playlists
  const people = tastes(playlists, settings, random)
  const luck = random.fork('best')
  const worth = Float64Array.from({ length: n }, () => beta(ALIKE * meanBest, ALIKE * (1 - meanBest), luck))
  const lean = leaner(playlists, people.shift)
  const sample = Math.min(n, CALIBRATED_ON)
  const head = people.rows.slice(0, 2 * sample * width)
  const products = new Float32Array(2 * sample * playlists.n)
  await scoreBlocks(head, weights, width, (row, scores, from) =>
    products.set(scores.subarray(from, from + playlists.n), row * playlists.n),
  )
  const level = bisected(
    -40,
    20,
    (tried) => {
      let sum = 0
      for (let one = 0; one < sample; one++)
        sum += lean(products, 2 * one * playlists.n, tried, worth[one]!).meanClick()
      return sum / sample > meanClick
    },
    12,
  )
  const vectors = new Float32Array(n * width)
  await scoreBlocks(people.rows, weights, width, (row, scores, from) => {
    if (row % 2 === 1) return
    const listener = row / 2
    const { strength } = lean(scores, from, level, worth[listener]!)
    const [at, taste, noise] = [listener * width, row * width, (row + 1) * width]
    for (let d = 0; d < width; d++)
      vectors[at + d] =
        strength * people.rows[taste + d]! + people.rows[noise + d]! + level * people.shift[d]!
  })
  return { n, width, vectors, ...kMeans(vectors, width, width - 1, segments, random.fork('segments')) }
}

/** The mean probability of a click over all pairs (of at most 1,000 listeners), and over listeners on their best carousel. */
export function levelsOf({ listeners, playlists, best, probability }: Carousel): Levels {
  const step = Math.max(1, Math.floor(listeners.n / 1000))
  let [sum, count] = [0, 0]
  for (let listener = 0; listener < listeners.n; listener += step)
    for (let playlist = 0; playlist < playlists.n; playlist++, count++) sum += probability(listener, playlist)
  return { meanClick: sum / count, meanBest: best.reduce((total, one) => total + one, 0) / best.length }
}

interface Tastes {
  /** 2 n rows: of each listener which way their taste points, of length 1 and without the constant, and the rest of their vector. */
  readonly rows: Float32Array
  /** The direction, of length 1 and without the constant, that changes the level of all playlists. */
  readonly shift: Float64Array
}

function tastes(
  playlists: Playlists,
  { n, groups, own, noise: sd }: SurrogateSettings,
  random: Random,
): Tastes {
  const { width, weights } = playlists
  const dims = width - 1
  const shift = new Float64Array(width)
  for (let p = 0; p < playlists.n; p++) for (let d = 0; d < dims; d++) shift[d]! += weights[p * width + d]!
  const length = Math.hypot(...shift) || 1
  for (let d = 0; d < dims; d++) shift[d]! /= length

  const directions = new Float64Array(playlists.n * dims)
  const reach = new Float64Array(playlists.n)
  for (let p = 0; p < playlists.n; p++) {
    let along = 0
    for (let d = 0; d < dims; d++) along += weights[p * width + d]! * shift[d]!
    for (let d = 0; d < dims; d++) {
      const rest = weights[p * width + d]! - along * shift[d]!
      directions[p * dims + d] = rest
      reach[p]! += rest * rest
    }
  }
  if (!reach.some((r) => r > 0)) reach.fill(1)
  /** Towards one to three playlists; those that depend most on taste are chosen oftenest. */
  const leaning = (rng: Random): Float64Array => {
    const towards = new Float64Array(dims)
    const liked = 1 + rng.int(3)
    for (let one = 0; one < liked; one++) {
      const p = rng.pick(reach)
      const weight = (0.5 + rng.next()) / (Math.sqrt(reach[p]!) || 1)
      for (let d = 0; d < dims; d++) towards[d]! += weight * directions[p * dims + d]!
    }
    return towards
  }
  const rng = random.fork('groups')
  const centres = Array.from({ length: groups }, () => leaning(rng))
  const sizes = Float64Array.from({ length: groups }, () => 0.2 - Math.log(1 - rng.next()))
  const each = random.fork('listeners')
  const rows = new Float32Array(2 * n * width)
  for (let listener = 0; listener < n; listener++) {
    const centre = centres[each.pick(sizes)]!
    const self = leaning(each)
    const mixed = centre.map((towards, d) => (1 - own) * towards + own * self[d]!)
    const norm = Math.hypot(...mixed) || 1
    const [taste, rest] = [2 * listener * width, (2 * listener + 1) * width]
    for (let d = 0; d < dims; d++) {
      rows[taste + d] = mixed[d]! / norm
      rows[rest + d] = sd * each.normal()
    }
    rows[rest + dims] = 1
  }
  return { rows, shift }
}

interface Leaning {
  readonly strength: number
  /** Their mean probability of a click then. */
  meanClick(): number
}

/**
 * How strongly a listener must lean for their best carousel to be worth `worth` at a level. `products` holds from `at` on the dot products of their
 * taste with every playlist, then those of the rest of their vector.
 */
function leaner(
  { n, width, weights }: Playlists,
  shift: Float64Array,
): (products: Float32Array, at: number, level: number, worth: number) => Leaning {
  const slots = Math.min(SHAPE.slots, n)
  const perLevel = new Float64Array(n)
  for (let p = 0; p < n; p++)
    for (let d = 0; d < width; d++) perLevel[p]! += shift[d]! * weights[p * width + d]!
  const scores = new Float64Array(n)
  const chosen = new Int32Array(slots)
  return (products, at, level, worth) => {
    const worthAt = (strength: number) => {
      for (let p = 0; p < n; p++)
        scores[p] = strength * products[at + p]! + products[at + n + p]! + level * perLevel[p]!
      top(scores, slots, chosen, 0)
      return 1 - chosen.reduce((none, p) => none * (1 - sigmoid(scores[p]!)), 1)
    }
    const strength = bisected(0, 40, (tried) => worthAt(tried) > worth, 10)
    worthAt(strength)
    return { strength, meanClick: () => scores.reduce((sum, score) => sum + sigmoid(score), 0) / n }
  }
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x))
}

/** Where `tooMuch`, false at `low` and true at `high`, turns. */
function bisected(low: number, high: number, tooMuch: (x: number) => boolean, steps: number): number {
  let [from, to] = [low, high]
  for (let step = 0; step < steps; step++) {
    const middle = (from + to) / 2
    if (tooMuch(middle)) to = middle
    else from = middle
  }
  return (from + to) / 2
}
