import { FINISH, SKIP } from '../core/labels.ts'
import type { Sequences } from './sequences.ts'

/** What an event is to the encoder: how a play ended, that a track was put on a playlist, or that nothing came before. */
export const EVENT_KINDS = { skip: 0, finish: 1, unknown: 2, added: 3, start: 4 } as const
export const KINDS = 5
/** Buckets of the time since the event before; 0 is not known. */
export const GAPS = 18
/** Hours of the day in UTC, from 1; 0 is not known. */
export const HOURS = 25

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** A gap is floored: what is shorter would tell how the play before ended. */
const SHORTEST = MINUTE

/** Some histories as the encoder reads them, batch × length, each at the end of its row: the last place is now. */
export interface EventInputs {
  readonly length: number
  /** −1 where no track is. */
  readonly item: Int32Array
  readonly kind: Float32Array
  readonly gap: Float32Array
  readonly hour: Float32Array
  /** 1 where an event is, 0 before. */
  readonly present: Float32Array
}

/** Room for `batch` histories of at most `length` events. */
export function eventInputs(batch: number, length: number): EventInputs {
  const zeros = () => new Float32Array(batch * length)
  return {
    length,
    item: new Int32Array(batch * length).fill(-1),
    kind: zeros(),
    gap: zeros(),
    hour: zeros(),
    present: zeros(),
  }
}

/**
 * Writes the events from…to − 1 of sequence s into a row; of more than fit the last. Where there is room a mark before the first says that
 * no more is known. Nothing of an event that follows is read.
 */
export function putEvents(
  into: EventInputs,
  row: number,
  sequences: Sequences,
  s: number,
  from: number,
  to: number,
): void {
  const { length } = into
  const first = Math.max(from, to - length)
  const start = (row + 1) * length - (to - first)
  for (let event = first, at = start; event < to; event++, at++) {
    into.item[at] = sequences.item[event]!
    into.kind[at] = kindOf(sequences, s, event)
    into.gap[at] = event > from ? gapBucket(sequences.at[event]! - sequences.at[event - 1]!) : 0
    into.hour[at] = hourOf(sequences.at[event]!)
    into.present[at] = 1
  }
  if (to - first < length) {
    into.kind[start - 1] = EVENT_KINDS.start
    into.present[start - 1] = 1
  }
}

/** Whether an event says that the listener wants the track: a finished play, or a place on a playlist. */
export function isPositive({ outcome, playlist }: Sequences, s: number, event: number): boolean {
  return playlist[s] === 1 || outcome[event] === FINISH
}

function kindOf({ outcome, playlist }: Sequences, s: number, event: number): number {
  if (playlist[s] === 1) return EVENT_KINDS.added
  if (outcome[event] === FINISH) return EVENT_KINDS.finish
  return outcome[event] === SKIP ? EVENT_KINDS.skip : EVENT_KINDS.unknown
}

/** 1 up to a minute, then one more each time it doubles, up to 46 days. */
function gapBucket(ms: number): number {
  if (Number.isNaN(ms)) return 0
  return Math.min(1 + Math.floor(Math.log2(Math.max(ms, SHORTEST) / MINUTE)), GAPS - 1)
}

function hourOf(at: number): number {
  if (Number.isNaN(at)) return 0
  return 1 + (((Math.floor(at / HOUR) % 24) + 24) % 24 || 0)
}
