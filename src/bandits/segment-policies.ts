import type { Random } from '../core/random.ts'
import { beta } from './beta.ts'
import { type CarouselPolicy, knownSeen, type PolicyContext } from './policy.ts'

/** How often each playlist was seen and clicked, by segment of listeners. */
export interface Tally {
  /** segments × playlists. */
  readonly seen: Float64Array
  readonly clicked: Float64Array
}

/** Draws the places of one visitor of a segment into `into` from `at` on. */
type Draw = (segment: number, random: Random, into: Int32Array, at: number) => void

/** A policy that counts by segment. `prepare` is called once a round and gives how one visitor's carousel is drawn. */
function counting(context: PolicyContext, prepare: (tally: Tally, round: number) => Draw): CarouselPolicy {
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
        const seen = knownSeen(clicks[at]!, shape)
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

function divergence(p: number, q: number): number {
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

/**
 * Thompson sampling by segment: each visitor gets the playlists whose rate, drawn from Beta(1 + clicked, missed + not clicked), is
 * largest. `missed` = 1 is the naive prior, 99 the pessimistic one. Draws of Beta(1, b) are inverted, and those that cannot reach the
 * carousel are passed over in one geometric step, which changes no distribution; other playlists are drawn unless that they reach it is less
 * likely than 10⁻⁹.
 */
export function thompsonSegments(context: PolicyContext, missed: number): CarouselPolicy {
  const { playlists, shape } = context
  const { slots } = shape
  return counting(context, ({ seen, clicked }) => {
    const known = new Map<
      number,
      { tried: number[]; reach: Float64Array; never: Int32Array; b: Float64Array }
    >()
    const rateOf = (cell: number) => (1 + clicked[cell]!) / (1 + missed + seen[cell]!)
    const listsOf = (segment: number) => {
      const row = segment * playlists
      const tried: number[] = []
      const rest: number[] = []
      for (let p = 0; p < playlists; p++) (clicked[row + p]! > 0 ? tried : rest).push(p)
      const never = Int32Array.from(rest).sort((x, y) => seen[row + x]! - seen[row + y]!)
      tried.sort((x, y) => rateOf(row + y) - rateOf(row + x))
      const reach = Float64Array.from(tried, (p) => {
        const hits = clicked[row + p]!
        return -Math.log(1 - hardlyBeyond(1 + hits, missed + seen[row + p]! - hits))
      })
      return { tried, reach, never, b: Float64Array.from(never, (p) => missed + seen[row + p]!) }
    }
    // Rates are held as −log(1 − rate), which keeps their order.
    const held = new Float64Array(slots)
    return (segment, random, into, at) => {
      let lists = known.get(segment)
      if (!lists) {
        lists = listsOf(segment)
        known.set(segment, lists)
      }
      const { tried, reach: farthest, never, b } = lists
      const row = segment * playlists
      let count = 0
      const offer = (p: number, value: number) => {
        let place = count < slots ? count++ : slots - 1
        while (place > 0 && held[place - 1]! < value) {
          held[place] = held[place - 1]!
          into[at + place] = into[at + place - 1]!
          place--
        }
        held[place] = value
        into[at + place] = p
      }
      for (const [i, p] of tried.entries()) {
        if (count === slots && farthest[i]! < held[slots - 1]!) continue
        const hits = clicked[row + p]!
        const rate = beta(1 + hits, missed + seen[row + p]! - hits, random)
        const value = -Math.log(1 - rate)
        if (count < slots || value > held[slots - 1]!) offer(p, value)
      }
      for (let i = 0; i < never.length; i++) {
        const least = count < slots ? 0 : held[slots - 1]!
        const from = b[i]!
        const reach = Math.exp(-from * least)
        if (reach < 1) i += Math.floor(Math.log(1 - random.next()) / Math.log1p(-reach))
        if (!(i < never.length)) break
        if (b[i]! === from || random.next() < Math.exp(-(b[i]! - from) * least))
          offer(never[i]!, least - Math.log(1 - random.next()) / b[i]!)
      }
    }
  })
}

/**
 * A rate that a draw of Beta(a, b) exceeds with a probability under 10⁻⁹: P(Beta(a, b) > x) = P(Bin(a + b − 1, x) < a), which Chernoff's bound
 * holds under exp(−(a + b − 1) KL((a − 1) / (a + b − 1), x)).
 */
export function hardlyBeyond(a: number, b: number): number {
  const trials = a + b - 1
  const rate = (a - 1) / trials
  let [low, high] = [rate, 1]
  for (let step = 0; step < 24; step++) {
    const middle = (low + high) / 2
    if (trials * divergence(rate, middle) > RARE) high = middle
    else low = middle
  }
  return high
}

const RARE = 9 * Math.LN10
