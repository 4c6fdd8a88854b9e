import type { Random } from '../core/random.ts'
import { type CarouselPolicy, countedSeen, type PolicyContext } from './policy.ts'

/** How often each playlist was seen and clicked, by segment of listeners. */
export interface Tally {
  /** segments × playlists. */
  readonly seen: Float64Array
  readonly clicked: Float64Array
}

/** Draws the places of one visitor of a segment into `into` from `at` on. */
type Draw = (segment: number, random: Random, into: Int32Array, at: number) => void

/** A policy that counts by segment. `prepare` is called once a round and gives how one visitor's carousel is drawn. */
export function counting(
  context: PolicyContext,
  prepare: (tally: Tally, round: number) => Draw,
): CarouselPolicy {
  const { listeners, playlists, shape } = context
  const { segment, segments } = listeners
  const tally = {
    seen: new Float64Array(segments * playlists),
    clicked: new Float64Array(segments * playlists),
  }
  let round = 0
  return {
    async choose(visitors, random) {
      const draw = prepare(tally, ++round)
      const slates = new Int32Array(visitors.length * shape.slots)
      for (const [at, visitor] of visitors.entries())
        draw(segment[visitor]!, random, slates, at * shape.slots)
      return slates
    },
    async learn({ visitors, slates, clicks }) {
      for (const [at, visitor] of visitors.entries()) {
        const row = segment[visitor]! * playlists
        const seen = countedSeen(clicks[at]!, shape)
        for (let slot = 0; slot < seen; slot++) {
          const cell = row + slates[at * shape.slots + slot]!
          tally.seen[cell]!++
          if (slot === clicks[at]) tally.clicked[cell]!++
        }
      }
    },
  }
}

/** Any playlists, all equally likely. */
export function randomPolicy({ playlists, shape: { slots } }: PolicyContext): CarouselPolicy {
  const all = Int32Array.from({ length: playlists }, (_, i) => i)
  return {
    async choose(visitors, random) {
      const slates = new Int32Array(visitors.length * slots)
      for (let at = 0; at < visitors.length; at++)
        drawFrom(all, 0, playlists, slots, random, slates, at * slots)
      return slates
    },
    async learn() {},
  }
}

/**
 * With probability ε any playlists, else those clicked the oftenest of the times they were seen in the segment; what was never seen comes
 * first, as in the published code, which starts every rate at 1. Ties by chance.
 */
export function epsilonGreedy(context: PolicyContext, epsilon: number): CarouselPolicy {
  return counting(context, (tally) => {
    const draw = ranked(context, (cell) => (tally.seen[cell] ? tally.clicked[cell]! / tally.seen[cell]! : 1))
    const all = Int32Array.from({ length: context.playlists }, (_, i) => i)
    return (segment, random, into, at) =>
      random.next() < epsilon
        ? drawFrom(all, 0, all.length, context.shape.slots, random, into, at)
        : draw(segment, random, into, at)
  })
}

/** Shows what was seen the least in the segment until each playlist was seen `enough` times, from then on what was clicked the oftenest. */
export function exploreThenCommit(context: PolicyContext, enough: number): CarouselPolicy {
  return counting(context, ({ seen, clicked }) =>
    ranked(context, (cell) => {
      const rate = seen[cell] ? clicked[cell]! / seen[cell]! : 0
      return 2 * Math.max(0, enough - seen[cell]!) + rate
    }),
  )
}

/** The upper confidence bound of Garivier & Cappé 2011 for rates, by segment; KL(rate, bound) = log t / seen after t rounds. */
export function klUcb(context: PolicyContext): CarouselPolicy {
  return counting(context, ({ seen, clicked }, round) =>
    ranked(context, (cell) => klBound(clicked[cell]!, seen[cell]!, Math.log(round))),
  )
}

function klBound(clicked: number, seen: number, log: number): number {
  if (seen === 0) return 1
  const rate = clicked / seen
  let [low, high] = [rate, 1]
  while (high - low > 1e-6) {
    const middle = (low + high) / 2
    if (divergence(rate, middle) > log / seen) high = middle
    else low = middle
  }
  return (low + high) / 2
}

/** The Kullback–Leibler divergence of Bernoulli(q) from Bernoulli(p). */
export function divergence(p: number, q: number): number {
  const held = (x: number) => Math.min(Math.max(x, 1e-15), 1 - 1e-15)
  const [a, b] = [held(p), held(q)]
  return a * Math.log(a / b) + (1 - a) * Math.log((1 - a) / (1 - b))
}

/** The playlists of each segment by descending score, ties in an order of their own for every visitor. */
function ranked({ playlists, shape: { slots } }: PolicyContext, score: (cell: number) => number): Draw {
  const orders = new Map<number, { order: Int32Array; scores: Float64Array }>()
  const orderOf = (segment: number) => {
    const scores = Float64Array.from({ length: playlists }, (_, p) => score(segment * playlists + p))
    const order = Int32Array.from({ length: playlists }, (_, p) => p).sort((a, b) => scores[b]! - scores[a]!)
    return { order, scores }
  }
  return (segment, random, into, at) => {
    let known = orders.get(segment)
    if (!known) {
      known = orderOf(segment)
      orders.set(segment, known)
    }
    const { order, scores } = known
    for (let slot = 0; slot < slots; ) {
      let end = slot + 1
      while (end < playlists && scores[order[end]!] === scores[order[slot]!]) end++
      const wanted = Math.min(end, slots) - slot
      drawFrom(order, slot, end, wanted, random, into, at + slot)
      slot += wanted
    }
  }
}

/** Draws `n` different entries of items[from…to) into `into`; the entries change places. */
function drawFrom(
  items: Int32Array,
  from: number,
  to: number,
  n: number,
  random: Random,
  into: Int32Array,
  at: number,
): void {
  for (let i = 0; i < n; i++) {
    const other = from + i + random.int(to - from - i)
    const kept = items[from + i]!
    items[from + i] = items[other]!
    items[other] = kept
    into[at + i] = items[from + i]!
  }
}
