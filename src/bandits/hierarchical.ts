import { choleskyInPlace, solveUpper } from '../core/cholesky.ts'
import type { Random } from '../core/random.ts'
import { top } from './carousel.ts'
import { type Evidence, noEvidence, type Prior, settle, takeIn } from './evidence.ts'
import { inverseFrom, inverseOfFactor } from './inverse.ts'
import { gather } from './newton.ts'
import { normal } from './normal.ts'
import type { CarouselPolicy, PolicyContext } from './policy.ts'
import { openProducts, type Products } from './products.ts'
import { randomPolicy } from './segment-policies.ts'
import { lookingOn, sightings } from './sightings.ts'

export interface HierarchicalSettings {
  /** Draws of all playlists' vectors in a round; each visitor meets one of them. */
  readonly heads: number
  /** What a draw's distance from the mean is multiplied by: 1 is Thompson sampling, 0 shows what is likeliest. */
  readonly boldness: number
  /** Mean and standard deviation of the log-odds of a click that are assumed before anything is known. */
  readonly level: number
  readonly levelSd: number
  /** Standard deviation of the log-odds that listeners' vectors are assumed to explain. */
  readonly tasteSd: number
}

export const HIERARCHICAL: HierarchicalSettings = {
  heads: 8,
  boldness: 0.5,
  level: -5,
  levelSd: 1,
  tasteSd: 0.7,
}

/** What is assumed weighs as much as so many playlists when the prior is learned. */
const ASSUMED = 30
/** After which rounds the prior is learned anew, and how many times. */
const PRIOR_STEPS: ReadonlyMap<number, number> = new Map([
  [1, 3],
  [2, 2],
  [3, 2],
  [4, 1],
  [6, 1],
  [9, 1],
  [14, 1],
  [25, 1],
  [50, 1],
])

/**
 * Ours: one logistic model a playlist on the listener's vector, whose vectors come from a common normal distribution that is learned from all
 * playlists together (empirical Bayes by expectation–maximisation; Laplace approximation). So a playlist that few have seen is believed to
 * be as rarely clicked, and to depend on taste in the directions, as the others. Each round draws `heads` sets of vectors from the
 * posterior, and each visitor meets one of them: a finite mixture, like the product's policies. How far listeners look
 * beyond the visible places is learned from the first round, whose carousels are drawn at random.
 */
export async function hierarchical(
  context: PolicyContext,
  settings: HierarchicalSettings = HIERARCHICAL,
): Promise<CarouselPolicy> {
  const { listeners, playlists, shape } = context
  const { width, vectors } = listeners
  const { slots, visible } = shape
  const products = await openProducts(width)
  const first = randomPolicy(context)
  const assumed = assumedCovariance(context, settings)
  let prior = priorOf(meanOf(width, settings.level), assumed)
  const known = Array.from({ length: playlists }, () => noEvidence(width))
  for (const evidence of known) settle(evidence, prior)
  let rounds = 0
  let looking = 1

  return {
    async choose(visitors, random) {
      if (rounds === 0) return first.choose(visitors, random)
      const slates = new Int32Array(visitors.length * slots)
      const heads = drawHeads(known, width, settings, random)
      for (let head = 0; head < settings.heads; head++) {
        const mine: number[] = []
        for (let at = head; at < visitors.length; at += settings.heads) mine.push(at)
        if (mine.length === 0) break
        const rows = gather(
          vectors,
          width,
          mine.map((at) => visitors[at]!),
        )
        const scores = await products.scores(rows, heads[head]!)
        for (const [i, at] of mine.entries()) top(scores, slots, slates, at * slots, i * playlists, playlists)
      }
      return slates
    },
    async learn(round) {
      rounds++
      if (rounds === 1) looking = lookingOn(round, shape)
      const found = sightings(round, playlists, shape, (at) => {
        if (looking === 1) return 1
        let none = 1
        for (let slot = visible; slot < slots; slot++)
          none *=
            1 - chance(vectors, round.visitors[at]! * width, known[round.slates[at * slots + slot]!]!.mean)
        return (looking * none) / (1 - looking + looking * none)
      })
      for (const [p, evidence] of known.entries()) {
        evidence.pending.add(found, p)
        if (evidence.pending.due) await takeIn(evidence, prior, vectors, products)
      }
      const steps = PRIOR_STEPS.get(rounds) ?? 0
      for (let step = 0; step < steps; step++) {
        prior = await learnedPrior(known, assumed, products)
        for (const evidence of known) settle(evidence, prior)
      }
    },
    close: () => products.close(),
  }
}

function meanOf(width: number, level: number): Float64Array {
  const mean = new Float64Array(width)
  mean[width - 1] = level
  return mean
}

/** Independent directions, each as wide as makes a listener's taste vary the log-odds by `tasteSd`. */
function assumedCovariance(
  { listeners: { n, width, vectors } }: PolicyContext,
  { tasteSd, levelSd }: HierarchicalSettings,
): Float64Array {
  let squares = 0
  for (let i = 0; i < vectors.length; i++) squares += vectors[i]! ** 2
  const length = squares / n - 1
  const covariance = new Float64Array(width * width)
  for (let d = 0; d < width; d++) covariance[d * width + d] = tasteSd ** 2 / Math.max(length, 1e-9)
  covariance[width * width - 1] = levelSd ** 2
  return covariance
}

function priorOf(mean: Float64Array, covariance: Float64Array): Prior {
  const width = mean.length
  const factor = Float64Array.from(covariance)
  choleskyInPlace(factor, width)
  const precision = inverseFrom(factor, width)
  const pulled = new Float64Array(width)
  for (let i = 0; i < width; i++)
    for (let j = 0; j < width; j++) pulled[i]! += precision[i * width + j]! * mean[j]!
  return { precision, pulled }
}

/** Playlists whose covariances are summed at once. */
const BLOCK = 64

/** One step of expectation–maximisation: the mean and covariance of the playlists' vectors, as far as they are known. */
async function learnedPrior(
  known: readonly Evidence[],
  assumed: Float64Array,
  products: Products,
): Promise<Prior> {
  const width = known[0]!.mean.length
  const mean = new Float64Array(width)
  for (const one of known) for (let d = 0; d < width; d++) mean[d]! += one.mean[d]! / known.length
  const sum = assumed.map((value) => ASSUMED * value)
  // Rows whose gram matrix is Σ covariance + (mean − common mean)(…)ᵀ: the inverse factors, and the differences.
  const each = (width + 1) * width
  for (let from = 0; from < known.length; from += BLOCK) {
    const some = known.slice(from, from + BLOCK)
    const rows = new Float32Array(some.length * each)
    for (const [i, one] of some.entries()) {
      inverseOfFactor(one.factor, width, rows, i * each)
      for (let d = 0; d < width; d++) rows[(i + 1) * each - width + d] = one.mean[d]! - mean[d]!
    }
    const gram = await products.gram(rows)
    for (let k = 0; k < sum.length; k++) sum[k]! += gram[k]!
  }
  return priorOf(
    mean,
    sum.map((value) => value / (known.length + ASSUMED)),
  )
}

/** Draws of every playlist's vector, their distance from the mean multiplied by `boldness`. */
function drawHeads(
  known: readonly Evidence[],
  width: number,
  { heads, boldness }: HierarchicalSettings,
  random: Random,
): readonly Float32Array[] {
  const drawn = Array.from({ length: heads }, () => new Float32Array(known.length * width))
  const away = new Float64Array(width)
  // Each factor is read from memory once, and used for all heads.
  for (const [p, { mean, factor }] of known.entries())
    for (const head of drawn) {
      if (boldness > 0) {
        for (let d = 0; d < width; d++) away[d] = normal(random)
        solveUpper(factor, width, away)
      }
      for (let d = 0; d < width; d++) head[p * width + d] = mean[d]! + boldness * away[d]!
    }
  return drawn
}

function chance(vectors: Float32Array, at: number, weights: Float64Array): number {
  let score = 0
  for (let d = 0; d < weights.length; d++) score += vectors[at + d]! * weights[d]!
  return 1 / (1 + Math.exp(-score))
}
