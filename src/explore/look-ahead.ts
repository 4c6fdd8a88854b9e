import type { Familiarity } from '../core/candidate.ts'

/** A list under way, as far as its artists go. Kinds: 0 familiar, 1 new. */
export interface ListSoFar {
  /** Kind of every slot of the list. */
  readonly kinds: ArrayLike<number>
  /** The slot that is filled next. */
  readonly slot: number
  /** Tracks that each artist has left, of either kind. */
  readonly left: readonly [familiar: Int32Array, fresh: Int32Array]
  /** The slot that each artist was heard at last; −1 for never. */
  readonly last: Int32Array
}

/** Tracks as far as spacing goes. */
export type Spaced = readonly { readonly artist: number; readonly familiarity: Familiarity }[]

/** A list that is begun now, of these kinds, and the number that each track's artist has in it. */
export function emptyList(
  pool: Spaced,
  pattern: readonly Familiarity[],
): { readonly list: ListSoFar; readonly artists: Int32Array } {
  const numbers = new Map<number, number>()
  const artists = Int32Array.from(pool, ({ artist }) => {
    const number = numbers.get(artist) ?? numbers.size
    numbers.set(artist, number)
    return number
  })
  const left = [new Int32Array(numbers.size), new Int32Array(numbers.size)] as const
  pool.forEach(({ familiarity }, i) => {
    left[kindOf(familiarity)][artists[i]!]!++
  })
  const last = new Int32Array(numbers.size).fill(-1)
  return { artists, list: { kinds: Uint8Array.from(pattern, kindOf), slot: 0, left, last } }
}

const kindOf = (familiarity: Familiarity) => (familiarity === 'new' ? 1 : 0)

/** The widest gap, at most `asked`, that a list of this pool with these kinds of slots is found to keep; 0 if none. */
export function widestGap(pool: Spaced, pattern: readonly Familiarity[], asked: number): number {
  const { list } = emptyList(pool, pattern)
  for (let gap = Math.min(asked, pattern.length - 1); gap > 0; gap--)
    if (isRoomy(list, gap) || artistsThatFill(list, gap)) return gap
  return 0
}

/**
 * Whether the rest keeps the gap whatever is taken: even if the artists with the fewest tracks of a kind are used up first, more than `gap`
 * artists have one left at its last slot. Once true of a list it stays true.
 */
export function isRoomy({ kinds, slot, left }: ListSoFar, gap: number): boolean {
  return left.every((tracks, kind) => {
    let slots = 0
    for (let k = slot; k < kinds.length; k++) if (kinds[k] === kind) slots++
    if (slots === 0) return true
    const ascending = tracks.filter((count) => count > 0).sort()
    let artists = ascending.length
    let before = slots - 1
    for (const count of ascending) {
      before -= count
      if (before < 0) break
      artists--
    }
    return artists > gap
  })
}

/** How many more states of a list than it has slots left are looked at before its rest counts as one that cannot be filled. */
const DETOURS = 60

/**
 * The artists, as a mask, that can have the next slot so that the rest of the slots can be filled with this gap; undefined if it is not found
 * that they can. Where it is found at a slot, it is found at the next one whichever of them is taken: what is looked at then is a part of it.
 */
export function artistsThatFill(list: ListSoFar, gap: number): Uint8Array | undefined {
  const { kinds, slot, left, last } = list
  const rest = restOf(list, gap)
  if (!rest.fills()) return undefined
  const own = left[kinds[slot] as 0 | 1]
  const mask = new Uint8Array(last.length)
  const known = new Map<number, boolean>()
  for (let artist = 0; artist < last.length; artist++) {
    if (own[artist] === 0 || (last[artist]! >= 0 && slot - last[artist]! <= gap)) continue
    const standing = rest.standing(artist)
    const fills = known.get(standing) ?? rest.fillsAfter(artist)
    known.set(standing, fills)
    if (fills) mask[artist] = 1
  }
  return mask
}

/**
 * Looks for ways to fill a list: slot by slot the artist with the most tracks of the slot's kind first, and back where that leads nowhere. A kind is
 * free where every slot of it can have an artist of its own who has rested and has no track of the other kind: those slots take nothing from the
 * others, stay free, and are passed over.
 */
function restOf(list: ListSoFar, gap: number) {
  const { kinds } = list
  const { counts, crowds } = slotsFrom(kinds, gap)
  const free = [0, 1].map((kind) => restedOf(list, kind as 0 | 1, gap) >= counts[kind as 0 | 1][list.slot]!)
  const tracksOf = (kind: 0 | 1, at: number) => (free[kind] ? 0 : list.left[kind][at]!)
  const some = Int32Array.from(list.last.keys()).filter((at) => tracksOf(0, at) + tracksOf(1, at) > 0)
  const left = [some.map((at) => tracksOf(0, at)), some.map((at) => tracksOf(1, at))] as const
  /** The first slot that each may have. */
  const rested = some.map((at) => (list.last[at]! < 0 ? 0 : list.last[at]! + gap + 1))
  const end = kinds.length
  let slot = list.slot
  /** States that may still be looked at. */
  let states = 0
  let failed = new Set<string>()

  /** What an artist has left of the slot's kind, most first, and of the other, least first, as one number. */
  const standingAt = (at: number) => {
    const own = kinds[slot] as 0 | 1
    return left[own][at]! * 4096 + 4095 - left[(1 - own) as 0 | 1][at]!
  }

  /** Whether the artists have enough tracks, and are enough, each on its own. */
  const canSuffice = () => {
    const open = (free[0] ? 0 : counts[0][slot]!) + (free[1] ? 0 : counts[1][slot]!)
    let [familiar, fresh, all, ofFamiliar, ofFresh] = [0, 0, 0, 0, 0]
    for (let at = 0; at < rested.length; at++) {
      const start = rested[at]! > slot ? rested[at]! : slot
      if (start >= end) continue
      const times = 1 + Math.floor((end - 1 - start) / (gap + 1))
      const [known, unknown] = [left[0][at]!, left[1][at]!]
      if (known > 0) ofFamiliar++
      if (unknown > 0) ofFresh++
      familiar += known < times ? known : times
      fresh += unknown < times ? unknown : times
      all += known + unknown < times ? known + unknown : times
    }
    return (
      all >= open &&
      (free[0] || (familiar >= counts[0][slot]! && ofFamiliar >= crowds[0][slot]!)) &&
      (free[1] || (fresh >= counts[1][slot]! && ofFresh >= crowds[1][slot]!))
    )
  }

  /** Equal where the artists stand equally, whoever they are. */
  const signature = () =>
    `${slot} ${Float64Array.from(
      rested,
      (start, at) => (Math.max(0, start - slot) * 4096 + left[0][at]!) * 4096 + left[1][at]!,
    ).sort()}`

  const fills = (): boolean => {
    const from = slot
    while (slot < end && free[kinds[slot]!]) slot++
    const can = fillsHere()
    slot = from
    return can
  }

  const fillsHere = (): boolean => {
    if (slot === end) return true
    if (!canSuffice() || (failed.size > 0 && failed.has(signature()))) return false
    if (--states < 0) return false
    // Artists that stand equally lead to the same: one of them is enough.
    let before = Number.POSITIVE_INFINITY
    for (;;) {
      let [best, standing] = [-1, -1]
      const own = left[kinds[slot] as 0 | 1]
      for (let at = 0; at < rested.length; at++) {
        if (own[at] === 0 || rested[at]! > slot) continue
        const of = standingAt(at)
        if (of > standing && of < before) [best, standing] = [at, of]
      }
      if (best < 0) break
      if (after(best)) return true
      if (states < 0) return false
      before = standing
    }
    failed.add(signature())
    return false
  }

  /** Whether the rest can be filled once this artist has the slot; −1 for one that only slots of a free kind can have. */
  const after = (at: number): boolean => {
    const own = left[kinds[slot] as 0 | 1]
    const taken = at >= 0 && !free[kinds[slot]!] ? 1 : 0
    const before = rested[at]!
    if (taken) own[at]!--
    slot++
    if (at >= 0) rested[at] = slot + gap
    const can = fills()
    slot--
    if (at >= 0) rested[at] = before
    if (taken) own[at]!++
    return can
  }

  const within = (slots: number, look: () => boolean) => {
    states = slots + DETOURS
    failed = new Set()
    return look()
  }
  return {
    standing: (artist: number) => (some.includes(artist) ? standingAt(some.indexOf(artist)) : -1),
    fills: () => within(end - slot, fills),
    fillsAfter: (artist: number) => within(end - slot - 1, () => after(some.indexOf(artist))),
  }
}

/** How many artists have tracks of this kind alone and may have the next slot. */
function restedOf({ left, last, slot }: ListSoFar, kind: 0 | 1, gap: number): number {
  const other = left[(1 - kind) as 0 | 1]
  let count = 0
  for (let at = 0; at < last.length; at++)
    if (left[kind][at]! > 0 && other[at] === 0 && (last[at]! < 0 || slot - last[at]! > gap)) count++
  return count
}

/** From each slot on: how many slots of each kind there are, and how many of them at most within one gap and a slot. */
function slotsFrom(kinds: ArrayLike<number>, gap: number) {
  const end = kinds.length
  const counts = [new Int32Array(end + 1), new Int32Array(end + 1)] as const
  const crowds = [new Int32Array(end + 1), new Int32Array(end + 1)] as const
  for (let slot = end - 1; slot >= 0; slot--)
    for (const kind of [0, 1] as const) {
      counts[kind][slot] = counts[kind][slot + 1]! + (kinds[slot] === kind ? 1 : 0)
      const within = counts[kind][slot]! - counts[kind][Math.min(end, slot + gap + 1)]!
      crowds[kind][slot] = Math.max(crowds[kind][slot + 1]!, within)
    }
  return { counts, crowds }
}
