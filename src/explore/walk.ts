import { type Balance, balanceCosts } from '../core/balance.ts'
import type { Familiarity, ScoredCandidate } from '../core/candidate.ts'
import type { DrawRules } from '../core/draw-rules.ts'
import { artistsThatFill, emptyList, isRoomy, type ListSoFar } from './look-ahead.ts'

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

/** A list that grows slot by slot. What is allowed depends on the pattern and the tracks taken so far, and on nothing else. */
export interface Walk {
  /** What may be drawn at the next slot. */
  choice(): Choice
  take(position: number): void
}

/**
 * Starts an empty list. A track is allowed if the slots after it can then be filled, each with its kind, without an artist coming back within the gap.
 * Where that cannot be had, the same holds with the widest gap that can, down to one track between, and of those who keep it who keeps the asked one comes
 * first. Where not even one track between can be had, constraints give way slot by slot, in this order:
 * 1. the artist gap shrinks by as little as needed, to one track between at least (`artist-gap`);
 * 2. the slot takes the other kind, with as much gap as can be had, one track at least (`slot-type`, with `artist-gap` if it shrank);
 * 3. one artist twice in a row, of the slot's kind if there is one (`artist-gap`), else of the other (both).
 */
export function walk(
  pool: readonly ScoredCandidate[],
  rules: DrawRules,
  pattern: readonly Familiarity[],
): Walk {
  const taken = new Uint8Array(pool.length)
  const fresh = Uint8Array.from(pool, ({ familiarity }) => (familiarity === 'new' ? 1 : 0))
  const { list, artists } = emptyList(pool, pattern)
  const candidates = new Int32Array(pool.length)
  const distances = new Float64Array(pool.length)
  const cost = costsAlong(pool, rules)
  const ahead = artistsAhead(list, rules.artistGap)
  let slots = 0

  /** The free positions of a kind, or of both, by these artists or any, that are further from their artist than `smallest`, as far as the gap can be kept. */
  const spaced = (kind: 0 | 1 | undefined, smallest: number, mask?: Uint8Array) => {
    let farthest = 0
    let free = 0
    for (let position = 0; position < pool.length; position++) {
      if (taken[position] === 1 || (kind !== undefined && fresh[position] !== kind)) continue
      if (mask?.[artists[position]!] === 0) continue
      // Slots since the artist was last heard: 1 is the one right before.
      const last = list.last[artists[position]!]!
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
    choice() {
      const own = pattern[slots] === 'new' ? 1 : 0
      const one = Math.min(1, rules.artistGap)
      const { allowed, relaxed } = spaced(own, one, ahead.choice()) ??
        spaced(undefined, one) ??
        spaced(own, 0) ??
        spaced(undefined, 0) ?? { allowed: new Int32Array(0), relaxed: [] }
      const costs = new Float64Array(allowed.length)
      for (let i = 0; i < allowed.length; i++) costs[i] = cost.of(allowed[i]!)
      return { allowed, costs, relaxed }
    },
    take(position) {
      ahead.take(artists[position]!, fresh[position]!)
      taken[position] = 1
      slots++
      cost.take(position)
    },
  }
}

/** A list as far as its artists go. */
interface ArtistsAhead {
  /** The artists, as a mask, that leave the rest of the slots the widest gap; undefined where it hangs on nobody. */
  choice(): Uint8Array | undefined
  take(artist: number, kind: number): void
}

function artistsAhead(begun: ListSoFar, asked: number): ArtistsAhead {
  const { kinds, left, last } = begun
  let gap = Math.max(0, Math.min(asked, kinds.length - 1))
  let slot = 0
  let roomy = false
  return {
    choice() {
      const list = { ...begun, slot }
      for (; gap > 0; gap--) {
        roomy ||= isRoomy(list, gap)
        const mask = roomy ? undefined : artistsThatFill(list, gap)
        if (roomy || mask) return mask
      }
      return undefined
    },
    take(artist, kind) {
      left[kind as 0 | 1][artist]!--
      last[artist] = slot++
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
