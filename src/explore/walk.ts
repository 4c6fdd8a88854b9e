import type { Familiarity, ScoredCandidate } from '../core/candidate.ts'
import type { DrawRules } from '../core/draw-rules.ts'

/** What can give way, in this order. That a track is drawn once at most never does. */
type Relaxation = 'artist-gap' | 'slot-type'

/** Positions in the pool that may be drawn, and what gave way for them. */
interface Chosen {
  readonly positions: number[]
  readonly relaxed: readonly Relaxation[]
}

/** What may be drawn at one slot given the tracks before it. */
export interface Choice {
  /** Positions in the pool. */
  readonly allowed: readonly number[]
  /** Flow cost of each allowed track after the one before. */
  readonly costs: readonly number[]
  readonly relaxed: readonly Relaxation[]
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
  const taken = new Set<number>()
  const lastSlot = new Map<number, number>()
  let previous: ScoredCandidate | undefined

  /** Slots since the artist was last heard: 1 is the one right before. */
  const distance = (candidate: ScoredCandidate) => taken.size - (lastSlot.get(candidate.artist) ?? -Infinity)

  const choose = (kind: Familiarity): Chosen => {
    const free = pool.flatMap((_, position) => (taken.has(position) ? [] : [position]))
    const ofKind = free.filter((position) => pool[position]!.familiarity === kind)
    const groups: Chosen[] = [
      { positions: ofKind, relaxed: [] },
      { positions: free, relaxed: ['slot-type'] },
    ]
    const spaced = (smallest: number): Chosen | undefined => {
      for (const { positions, relaxed } of groups) {
        const farthest = Math.max(0, ...positions.map((position) => distance(pool[position]!)))
        if (farthest <= smallest) continue
        const gap = Math.min(rules.artistGap, farthest - 1)
        return {
          positions: positions.filter((position) => distance(pool[position]!) > gap),
          relaxed: gap < rules.artistGap ? ['artist-gap', ...relaxed] : relaxed,
        }
      }
      return undefined
    }
    return spaced(Math.min(1, rules.artistGap)) ?? spaced(0) ?? { positions: [], relaxed: [] }
  }

  return {
    choice(kind) {
      const { positions, relaxed } = choose(kind)
      return {
        allowed: positions,
        costs: positions.map((position) => rules.flow(previous, pool[position]!)),
        relaxed,
      }
    },
    take(position) {
      const candidate = pool[position]!
      lastSlot.set(candidate.artist, taken.size)
      taken.add(position)
      previous = candidate
    },
  }
}
