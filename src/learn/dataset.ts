import { FINISH, UNKNOWN } from '../core/labels.ts'
import { FEATURE_COUNT } from '../features/feature-names.ts'
import type { History } from '../features/history.ts'
import { cutSittings, type Sittings } from '../features/sittings.ts'
import type { ListeningLog } from '../library/listening-log.ts'

/** What may be known of the sitting when a play is described. */
export type View =
  /** The state rolls forward: every earlier play has been seen. */
  | 'rolling'
  /** The state is that of the start of the sitting: what a mix drawn beforehand knows. */
  | 'frozen'

/** Where a row's outcome counts are: of a thing, its finishes so far, then its skips. */
export const COUNTS = { track: 0, artist: 2, stride: 4 } as const

/** Described plays with a known outcome. */
export interface Examples {
  readonly size: number
  /** size × FEATURE_COUNT raw features. */
  readonly raw: Float32Array
  /** 1 = finish, 0 = skip. */
  readonly label: Uint8Array
  /** Index of the play in the log. */
  readonly play: Int32Array
  /** Index of the sitting that the play is in. */
  readonly sitting: Int32Array
  /** 1 where the listener had never heard the track. */
  readonly firstPlay: Uint8Array
  /** size × COUNTS.stride: finishes and skips so far of the track and of the artist, for the baselines. */
  readonly counts: Int32Array
}

/**
 * Rolls a history over the plays `0 … to` and describes those from `from` on, each before its outcome is seen.
 * In the frozen view a whole sitting is described before any of it is seen.
 */
export function describeLog(
  log: ListeningLog,
  history: History,
  view: View,
  {
    from = 0,
    to = log.size,
    sittings = cutSittings(log),
  }: { from?: number; to?: number; sittings?: Sittings } = {},
): Examples {
  const known: number[] = []
  for (let i = from; i < to; i++) if (log.outcome[i] !== UNKNOWN) known.push(i)
  const raw = new Float32Array(known.length * FEATURE_COUNT)
  const firstPlay = new Uint8Array(known.length)
  const counts = new Int32Array(known.length * COUNTS.stride)
  const sitting = new Int32Array(known.length)
  let next = 0
  const describe = (i: number, s: number, at: number, inSitting: boolean) => {
    if (known[next] !== i) return
    const row = log.row[i]!
    history.describe(row, { at, inSitting }, raw, next * FEATURE_COUNT)
    firstPlay[next] = history.tracks.plays(row) === 0 ? 1 : 0
    counts.set(history.outcomeCounts(row), next * COUNTS.stride)
    sitting[next] = s
    next++
  }

  for (let s = 0; s + 1 < sittings.bounds.length && sittings.bounds[s]! < to; s++) {
    const first = sittings.bounds[s]!
    const end = Math.min(sittings.bounds[s + 1]!, to)
    const startedAt = sittings.startedAt[s]!
    history.beginSitting()
    if (view === 'frozen') for (let i = first; i < end; i++) describe(i, s, startedAt, false)
    for (let i = first; i < end; i++) {
      if (view === 'rolling') describe(i, s, i === first ? startedAt : log.endedAt[i - 1]!, true)
      history.observe(log.row[i]!, log.endedAt[i]!, log.outcome[i]!)
    }
  }
  return {
    size: known.length,
    raw,
    label: Uint8Array.from(known, (i) => (log.outcome[i] === FINISH ? 1 : 0)),
    play: Int32Array.from(known),
    sitting,
    firstPlay,
    counts,
  }
}
