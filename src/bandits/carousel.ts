import type { Random } from '../core/random.ts'
import { scoreBlocks } from './products.ts'

/** The listeners who may visit, as a policy may know them. */
export interface Listeners {
  readonly n: number
  /** Numbers a listener, the constant 1 that comes last included. */
  readonly width: number
  /** n × width, row by row. */
  readonly vectors: Float32Array
  /** Which group each listener is in, 0 … segments − 1. */
  readonly segment: Int32Array
  readonly segments: number
}

/** What is true of the playlists; no policy sees it. */
export interface Playlists {
  readonly n: number
  readonly width: number
  /** n × width, row by row: of a listener x and a playlist θ, the probability of a click is σ(x·θ). */
  readonly weights: Float32Array
}

export interface CarouselShape {
  /** Places of a carousel. */
  readonly slots: number
  /** How many of them are on the screen at once, in no order; the others come one after the other. */
  readonly visible: number
}

export const SHAPE: CarouselShape = { slots: 12, visible: 3 }

/** What one round was and what came of it. Policies learn from nothing else. */
export interface Round {
  /** Rows of the listeners who came, some more than once. */
  readonly visitors: Int32Array
  /** visitors × slots playlists, in the order shown. */
  readonly slates: Int32Array
  /** The place that was clicked, −1 for none. A click ends the visit; without one it is not told how far the listener looked. */
  readonly clicks: Int8Array
}

export interface Answer {
  /** A place a visitor, −1 for none. */
  readonly clicks: Int8Array
  readonly rewards: Float64Array
}

export interface Carousel {
  readonly listeners: Listeners
  readonly playlists: Playlists
  readonly shape: CarouselShape
  /** The probability that a listener clicks a playlist that they look at. */
  probability(listener: number, playlist: number): number
  /** Of each listener, the probability of a click on the best carousel there is. */
  readonly best: Float64Array
  /** The probability of a click on what visitor `at` is shown. */
  reward(listener: number, slates: Int32Array, at: number): number
  /** What the visitors click, and how likely each was to click at all. The same `random` gives the same luck to every policy. */
  answer(visitors: Int32Array, slates: Int32Array, random: Random): Answer
}

/**
 * The carousel of Bendada, Salha and Bontempelli (RecSys 2020, section 3.2): a listener looks from left to right and clicks at most one
 * playlist, each with probability σ(x·θ); so a carousel is worth 1 − Π(1 − p), in whichever order.
 * @param patience probability of looking beyond the visible places; 1 in the published environment
 */
export async function carousel(
  listeners: Listeners,
  playlists: Playlists,
  shape: CarouselShape = SHAPE,
  patience = 1,
): Promise<Carousel> {
  const { width, vectors } = listeners
  const { weights } = playlists
  const { slots, visible } = shape
  const probability = (listener: number, playlist: number) => {
    let score = 0
    for (let d = 0, x = listener * width, w = playlist * width; d < width; d++)
      score += vectors[x + d]! * weights[w + d]!
    return 1 / (1 + Math.exp(-score))
  }
  const without = (listener: number, slates: Int32Array, from: number, to: number) => {
    let none = 1
    for (let at = from; at < to; at++) none *= 1 - probability(listener, slates[at]!)
    return none
  }
  const self = {
    listeners,
    playlists,
    shape,
    probability,
    reward(listener: number, slates: Int32Array, at: number) {
      const [start, fold, end] = [at * slots, at * slots + visible, (at + 1) * slots]
      const seen = without(listener, slates, start, fold)
      const later = patience === 0 ? 1 : without(listener, slates, fold, end)
      return 1 - seen * (1 - patience + patience * later)
    },
    answer(visitors: Int32Array, slates: Int32Array, random: Random) {
      const clicks = new Int8Array(visitors.length).fill(-1)
      const rewards = new Float64Array(visitors.length)
      for (const [at, visitor] of visitors.entries()) {
        const reach = random.next() < patience ? slots : visible
        let [seen, later] = [1, 1]
        for (let slot = 0; slot < slots; slot++) {
          const chance = probability(visitor, slates[at * slots + slot]!)
          if (random.next() < chance && slot < reach && clicks[at]! < 0) clicks[at] = slot
          if (slot < visible) seen *= 1 - chance
          else later *= 1 - chance
        }
        rewards[at] = 1 - seen * (1 - patience + patience * later)
      }
      return { clicks, rewards }
    },
  }
  return { ...self, best: await bestRewards(self) }
}

/** The value of every listener's best carousel: the `slots` playlists with the largest probabilities. */
async function bestRewards({
  listeners: { n, width, vectors },
  playlists,
  shape: { slots },
  reward,
}: Pick<Carousel, 'listeners' | 'playlists' | 'shape' | 'reward'>): Promise<Float64Array> {
  const best = new Float64Array(n)
  const chosen = new Int32Array(slots)
  await scoreBlocks(vectors, playlists.weights, width, (listener, scores, from) => {
    top(scores, slots, chosen, 0, from, playlists.n)
    best[listener] = reward(listener, chosen, 0)
  })
  return best
}

/** Writes the positions of the `n` largest of `scores`, largest first, into `into` from `at` on. Ties go to the first. */
export function top(
  scores: Float32Array | Float64Array,
  n: number,
  into: Int32Array,
  at: number,
  from = 0,
  count = scores.length,
): void {
  const last = at + n - 1
  let held = 0
  let least = Number.NEGATIVE_INFINITY
  for (let i = 0; i < count; i++) {
    const score = scores[from + i]!
    if (held === n && score <= least) continue
    let place = held < n ? at + held++ : last
    while (place > at && scores[from + into[place - 1]!]! < score) {
      into[place] = into[place - 1]!
      place--
    }
    into[place] = i
    if (held === n) least = scores[from + into[last]!]!
  }
}
