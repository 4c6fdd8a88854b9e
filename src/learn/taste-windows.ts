import type { Random } from '../core/random.ts'
import type { Sequences } from '../taste/sequences.ts'

/** A part of a sequence to learn from: the events from…to − 1 are read, and each of from + 1…to is foreseen from those before it. */
export interface TasteWindow {
  readonly sequence: number
  readonly from: number
  readonly to: number
}

/** Windows of one listener in a round: who plays all day counts like eight others, and no more. */
const MOST = 8
/** The share of windows that begin late, so that short histories are learned at the end of a row too. */
const CROPPED = 0.3

/** The windows of a round, in random order: of each sequence the tiles of a random shift, at most eight of them. */
export function windowsOf(
  { offsets }: Sequences,
  listeners: Iterable<number>,
  length: number,
  random: Random,
): TasteWindow[] {
  const windows: TasteWindow[] = []
  for (const sequence of listeners) {
    const [first, last] = [offsets[sequence]!, offsets[sequence + 1]! - 1]
    if (last < first) continue
    const tiles: TasteWindow[] = []
    const shift = last - first > length ? random.int(length) : 0
    for (let to = last - shift; to >= first; to -= length)
      tiles.push({ sequence, from: Math.max(first, to - length), to })
    for (const tile of random.shuffle(tiles).slice(0, MOST)) windows.push(cropped(tile, random))
  }
  return random.shuffle(windows)
}

/** Steps of a training, about: beyond a million events a round is long, and few of them do. */
const STEPS = 1000
const ROUNDS = { least: 3, most: 20 } as const
/** Steps of a round, so that the fewest rounds are about as many steps, however many listeners there are. */
export const LONGEST_ROUND = Math.ceil(STEPS / ROUNDS.least)

/** How many rounds make about a thousand steps of `together` windows, from three to twenty. */
export function roundsFor({ offsets }: Sequences, length: number, together: number): number {
  let windows = 0
  for (let s = 0; s + 1 < offsets.length; s++)
    windows += Math.min(MOST, Math.ceil((offsets[s + 1]! - offsets[s]!) / length))
  const rounds = Math.ceil((STEPS * together) / Math.max(windows, 1))
  return Math.min(Math.max(rounds, ROUNDS.least), ROUNDS.most)
}

/** Now and then a window without its beginning, short ones as often as long ones. */
function cropped(window: TasteWindow, random: Random): TasteWindow {
  const length = window.to - window.from
  if (length < 2 || random.next() >= CROPPED) return window
  return { ...window, from: window.to - Math.floor(length ** random.next()) }
}

/** Event → 1 where the sequence has its track for the first time: only these are to be foreseen. */
export function firstTimes({ offsets, item }: Sequences): Uint8Array {
  const first = new Uint8Array(item.length)
  for (let s = 0; s + 1 < offsets.length; s++) {
    const seen = new Set<number>()
    for (let event = offsets[s]!; event < offsets[s + 1]!; event++) {
      if (!seen.has(item[event]!)) first[event] = 1
      seen.add(item[event]!)
    }
  }
  return first
}
