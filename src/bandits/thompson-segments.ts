import type { Random } from '../core/random.ts'
import { gamma } from './beta.ts'
import type { CarouselPolicy, PolicyContext } from './policy.ts'
import { counting, divergence, type Tally } from './segment-policies.ts'

/**
 * Thompson sampling by segment: each visitor gets the playlists whose rate, drawn from Beta(1 + clicked, missed + not clicked), is
 * largest. `missed` = 1 is the naive prior, 99 the pessimistic one. Draws of Beta(1, b) are inverted, and those that cannot reach the
 * carousel are passed over in one geometric step, which changes no distribution; other playlists are drawn unless that they reach it is less
 * likely than 10⁻⁹.
 */
export function thompsonSegments(context: PolicyContext, missed: number): CarouselPolicy {
  const { playlists, shape } = context
  return counting(context, (tally) => {
    const known = new Map<number, Posterior>()
    const best = holder(shape.slots)
    return (segment, random, into, at) => {
      let posterior = known.get(segment)
      if (!posterior) {
        posterior = posteriorOf(tally, segment * playlists, playlists, missed)
        known.set(segment, posterior)
      }
      best.clear()
      drawClicked(posterior, best, random)
      drawNeverClicked(posterior, best, random)
      best.write(into, at)
    }
  })
}

/** What is known of a segment's playlists: the likeliest first where some were clicked, the least seen first where none was. */
interface Posterior {
  readonly clicked: Int32Array
  /** Beta(a, b) of each of them. */
  readonly a: Float64Array
  readonly b: Float64Array
  /** Odds that are hardly ever exceeded, and what a draw of Gamma(b) hardly ever falls below. */
  readonly reach: Float64Array
  readonly floor: Float64Array
  readonly never: Int32Array
  /** Beta(1, b) of each of those. */
  readonly neverB: Float64Array
}

function posteriorOf({ seen, clicked }: Tally, row: number, playlists: number, missed: number): Posterior {
  const some: number[] = []
  const none: number[] = []
  for (let p = 0; p < playlists; p++) (clicked[row + p]! > 0 ? some : none).push(p)
  const rate = (p: number) => (1 + clicked[row + p]!) / (1 + missed + seen[row + p]!)
  some.sort((x, y) => rate(y) - rate(x))
  none.sort((x, y) => seen[row + x]! - seen[row + y]!)
  const a = Float64Array.from(some, (p) => 1 + clicked[row + p]!)
  const b = Float64Array.from(some, (p) => missed + seen[row + p]! - clicked[row + p]!)
  return {
    clicked: Int32Array.from(some),
    a,
    b,
    reach: a.map((hits, i) => {
      const beyond = hardlyBeyond(hits, b[i]!)
      return beyond / (1 - beyond)
    }),
    // Of a gamma distribution, P(X < b − z √b) < exp(−z² / 2).
    floor: b.map((rest) => Math.max(0, rest - Math.sqrt(2 * RARE * rest))),
    never: Int32Array.from(none),
    neverB: Float64Array.from(none, (p) => missed + seen[row + p]!),
  }
}

/** The playlists of the largest rates so far. A rate is held as −log(1 − rate), which keeps the order. */
interface Holder {
  clear(): void
  /** What has to be exceeded, 0 while there is room; and as odds. */
  readonly least: number
  readonly leastOdds: number
  offer(playlist: number, value: number): void
  write(into: Int32Array, at: number): void
}

function holder(slots: number): Holder {
  const values = new Float64Array(slots)
  const playlists = new Int32Array(slots)
  let count = 0
  const self = {
    least: 0,
    leastOdds: 0,
    clear() {
      count = 0
      self.least = 0
      self.leastOdds = 0
    },
    offer(playlist: number, value: number) {
      let place = count < slots ? count++ : slots - 1
      while (place > 0 && values[place - 1]! < value) {
        values[place] = values[place - 1]!
        playlists[place] = playlists[place - 1]!
        place--
      }
      values[place] = value
      playlists[place] = playlist
      if (count < slots) return
      self.least = values[slots - 1]!
      self.leastOdds = Math.expm1(self.least)
    },
    write: (into: Int32Array, at: number) => into.set(playlists, at),
  }
  return self
}

function drawClicked({ clicked, a, b, reach, floor }: Posterior, best: Holder, random: Random): void {
  for (let i = 0; i < clicked.length; i++) {
    if (reach[i]! < best.leastOdds) continue
    // A draw of Beta(a, b) is x / (x + y): where even the least y is too large for x, y need not be drawn.
    const x = gamma(a[i]!, random)
    if (x <= best.leastOdds * floor[i]!) continue
    const y = gamma(b[i]!, random)
    if (x > best.leastOdds * y) best.offer(clicked[i]!, Math.log1p(x / y))
  }
}

function drawNeverClicked({ never, neverB }: Posterior, best: Holder, random: Random): void {
  for (let i = 0; i < never.length; i++) {
    const { least } = best
    const from = neverB[i]!
    const reach = Math.exp(-from * least)
    if (reach < 1) i += Math.floor(Math.log(1 - random.next()) / Math.log1p(-reach))
    if (!(i < never.length)) return
    const b = neverB[i]!
    if (b === from || random.next() < Math.exp(-(b - from) * least))
      best.offer(never[i]!, least - Math.log(1 - random.next()) / b)
  }
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
