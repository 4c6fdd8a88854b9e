import { type Balance, balanceCosts } from '../core/balance.ts'
import type { Familiarity, ScoredCandidate } from '../core/candidate.ts'
import type { DrawRules } from '../core/draw-rules.ts'

/** What can give way, in this order. That a track is drawn once at most never does. */
type Relaxation = 'artist-gap' | 'slot-type'

/** What may be drawn at one slot given the tracks before it. */
export interface Choice {
  /** Positions in the pool, ascending. */
  readonly allowed: Int32Array
  /** What each allowed track costs after the ones before, in nats. */
  readonly costs: Float64Array
  readonly relaxed: readonly Relaxation[]
}

/** What it costs to hear a track next, in nats off its log-weight, finite and ≥ 0; it may hang on all tracks taken so far and on nothing else. */
interface RunningCost {
  of(position: number): number
  take(position: number): void
}

/** A list that grows slot by slot. What is allowed depends on the tracks taken so far and on nothing else. */
export interface Walk {
  choice(kind: Familiarity): Choice
  take(position: number): void
}

/**
 * Starts an empty list. When nothing is allowed at a slot, constraints give way in this order:
 * 1. the artist gap shrinks by as little as needed, to one track between at least (`artist-gap`);
 * 2. the slot takes the other kind, with as much gap as can be had, one track at least (`slot-type`, with `artist-gap` if it shrank);
 * 3. one artist twice in a row, of the slot's kind if there is one (`artist-gap`), else of the other (both).
 */
export function walk(pool: readonly ScoredCandidate[], rules: DrawRules): Walk {
  const taken = new Uint8Array(pool.length)
  const fresh = Uint8Array.from(pool, ({ familiarity }) => (familiarity === 'new' ? 1 : 0))
  const artist = numbered(pool.map((candidate) => candidate.artist))
  const lastSlot = new Int32Array(pool.length).fill(-1)
  const candidates = new Int32Array(pool.length)
  const distances = new Float64Array(pool.length)
  const cost = costsAlong(pool, rules)
  let slots = 0

  /** The free positions of a kind, or of both, that are further from their artist than `smallest`, as far as the gap can be kept. */
  const spaced = (kind: 0 | 1 | undefined, smallest: number) => {
    let farthest = 0
    let free = 0
    for (let position = 0; position < pool.length; position++) {
      if (taken[position] === 1 || (kind !== undefined && fresh[position] !== kind)) continue
      // Slots since the artist was last heard: 1 is the one right before.
      const last = lastSlot[artist[position]!]!
      const distance = last < 0 ? Number.POSITIVE_INFINITY : slots - last
      if (distance > farthest) farthest = distance
      candidates[free] = position
      distances[free++] = distance
    }
    if (farthest <= smallest) return undefined
    const gap = Math.min(rules.artistGap, farthest - 1)
    const allowed = new Int32Array(free)
    let count = 0
    for (let i = 0; i < free; i++) if (distances[i]! > gap) allowed[count++] = candidates[i]!
    const relaxed: Relaxation[] = []
    if (gap < rules.artistGap) relaxed.push('artist-gap')
    if (kind === undefined) relaxed.push('slot-type')
    return { allowed: allowed.subarray(0, count), relaxed }
  }

  return {
    choice(kind) {
      const own = kind === 'new' ? 1 : 0
      const one = Math.min(1, rules.artistGap)
      const { allowed, relaxed } = spaced(own, one) ??
        spaced(undefined, one) ??
        spaced(own, 0) ??
        spaced(undefined, 0) ?? { allowed: new Int32Array(0), relaxed: [] }
      const costs = new Float64Array(allowed.length)
      for (let i = 0; i < allowed.length; i++) costs[i] = cost.of(allowed[i]!)
      return { allowed, costs, relaxed }
    },
    take(position) {
      lastSlot[artist[position]!] = slots++
      taken[position] = 1
      cost.take(position)
    },
  }
}

/** All that it costs to hear a track next: the flow, and what keeps the list to the shares of corners. */
function costsAlong(pool: readonly ScoredCandidate[], rules: DrawRules): RunningCost {
  const flow = flowAlong(pool, rules)
  if (!rules.balance) return flow
  const more = balanceAlong(pool, rules.balance)
  return {
    of: (position) => flow.of(position) + more.of(position),
    take(position) {
      flow.take(position)
      more.take(position)
    },
  }
}

/** What a track of its corner costs after those drawn of each. */
function balanceAlong(pool: readonly ScoredCandidate[], balance: Balance): RunningCost {
  const counts = new Int32Array(balance.shares.length)
  let costs = balanceCosts(balance, counts)
  return {
    of: (position) => costs[pool[position]!.corner ?? -1] ?? 0,
    take(position) {
      const { corner } = pool[position]!
      if (corner === undefined) return
      counts[corner]!++
      costs = balanceCosts(balance, counts)
    },
  }
}

/** The flow from the track before. */
function flowAlong(pool: readonly ScoredCandidate[], { flow }: DrawRules): RunningCost {
  let previous: ScoredCandidate | undefined
  return {
    of: (position) => flow(previous, pool[position]!),
    take(position) {
      previous = pool[position]!
    },
  }
}

/** Equal values by equal small numbers. */
function numbered(values: readonly number[]): Int32Array {
  const numbers = new Map<number, number>()
  return Int32Array.from(values, (value) => {
    const known = numbers.get(value)
    if (known !== undefined) return known
    numbers.set(value, numbers.size)
    return numbers.size - 1
  })
}
