import type { OutcomeCode } from '../core/labels.ts'
import type { Said } from '../core/value.ts'

/** A slate that was shown. */
export interface ShownSlate {
  /** Ms since the epoch. */
  readonly at: number
  /** Catalog rows in the order shown; −1 for a track that is not known any more. */
  readonly rows: readonly number[]
}

/** Plays that count, as columns. */
export interface HeardPlays {
  readonly row: ArrayLike<number>
  readonly endedAt: ArrayLike<number>
  readonly msPlayed: ArrayLike<number>
  readonly outcome: ArrayLike<number>
}

/** A like (1) or a dislike (−1) of a track. */
export interface DatedSaying {
  /** The track's row; several where it came apart since. */
  readonly rows: readonly number[]
  readonly at: number
  readonly said: Said
}

/** What came of one slot: its track was played. */
export interface SlotOutcome {
  /** When that play began. */
  readonly playedAt: number
  readonly outcome: OutcomeCode
  readonly said: Said
}

/** What came of a slate. */
export interface SlateOutcome {
  /** A slot a track; undefined where it was not played. */
  readonly slots: readonly (SlotOutcome | undefined)[]
  /** Slots up to and with the last one played: what comes after was not seen, and 0 is a slate that nobody answered. */
  readonly seen: number
}

/** A play that begins later than this after a slate was shown is not an answer to it. */
export const ANSWER_WINDOW_MS = 48 * 3_600_000
/** Sources that round to the minute may have a play begin before the slate that it answers. */
const SLACK_MS = 60_000

/**
 * Says which plays and sayings answer which slots. A play answers a slot with its track when it begins within 48 hours of when the slate was shown
 * (or up to a minute before, if no slate was there yet: some sources tell minutes). Where several slates do, it is the one shown last; where that slot was answered already,
 * the play is a repeat and answers nothing. A like or a dislike within the same time is added to one slot, of those of its track that were answered the
 * one shown last; the last one said counts. The order in which slates were logged says nothing: a clock that went back leaves them where their times put them.
 * @returns one outcome a slate, in their order
 */
export function attributeOutcomes(
  slates: readonly ShownSlate[],
  plays: HeardPlays,
  sayings: readonly DatedSaying[],
): SlateOutcome[] {
  const shown = shownByRow(slates)
  const slots = slates.map(({ rows }) => rows.map((): SlotOutcome | undefined => undefined))
  /** Where the row is shown that can be answered at that time, the best place first. */
  const places = (row: number, at: number) => {
    const open = (shown.get(row) ?? []).filter(
      ({ from }) => from - SLACK_MS <= at && at < from + ANSWER_WINDOW_MS,
    )
    return [...open.filter(({ from }) => from <= at), ...open.filter(({ from }) => from > at)]
  }

  const begins = (i: number) => plays.endedAt[i]! - Math.max(0, plays.msPlayed[i]!)
  const order = Array.from({ length: plays.row.length }, (_, i) => i).sort((a, b) => begins(a) - begins(b))
  for (const i of order) {
    const playedAt = begins(i)
    const [found] = places(plays.row[i]!, playedAt)
    if (!found || slots[found.slate]![found.slot]) continue
    slots[found.slate]![found.slot] = { playedAt, outcome: plays.outcome[i]! as OutcomeCode, said: 0 }
  }
  for (const { rows, at, said } of [...sayings].sort((a, b) => a.at - b.at)) {
    const found = rows.flatMap((row) => places(row, at)).find(({ slate, slot }) => slots[slate]![slot])
    if (found) slots[found.slate]![found.slot] = { ...slots[found.slate]![found.slot]!, said }
  }
  return slots.map((of) => ({ slots: of, seen: of.findLastIndex((slot) => slot !== undefined) + 1 }))
}

interface Place {
  readonly slate: number
  readonly slot: number
  readonly from: number
}

/** Where each track was shown, the last shown first; of slates of one moment the one that was logged last. */
function shownByRow(slates: readonly ShownSlate[]): ReadonlyMap<number, readonly Place[]> {
  const places = new Map<number, Place[]>()
  const order = slates.map((_, i) => i).sort((a, b) => slates[b]!.at - slates[a]!.at || b - a)
  for (const slate of order)
    slates[slate]!.rows.forEach((row, slot) => {
      if (row < 0) return
      const known = places.get(row)
      const own = { slate, slot, from: slates[slate]!.at }
      if (known) known.push(own)
      else places.set(row, [own])
    })
  return places
}
