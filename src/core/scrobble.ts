import { type Play, PRECISION } from './event.ts'
import { NO_REASONS } from './labels.ts'

/** What a scrobbler says of one play. Times and lengths in milliseconds. */
export interface Scrobble {
  readonly startedAt: number
  /** Time heard, where it was measured. */
  readonly heardMs?: number
  /** Length of the track. */
  readonly lengthMs?: number
  /** What a player that logs skips too says of the play. */
  readonly rating?: 'listened' | 'skipped'
}

/** A scrobbler tells a play when half of the track was heard, or so much of it. */
const LONGEST_HALF_MS = 240_000

/**
 * The play that a scrobble tells. Its beginning is exact, `endedAt − msPlayed`. It was heard as long as was measured, else as long as a scrobble
 * proves: half of its track or 240 s; 0 where no length is told. How it ended is unknown unless it was measured or rated, because a play
 * that was cut short before its half is not told at all (docs/decisions/scrobbles.md).
 */
export function playOfScrobble({ startedAt, heardMs, lengthMs, rating }: Scrobble): Play {
  const proven = lengthMs === undefined ? 0 : Math.min(Math.round(lengthMs / 2), LONGEST_HALF_MS)
  const msPlayed = heardMs ?? (rating === 'skipped' ? 0 : rating === 'listened' ? (lengthMs ?? 0) : proven)
  return {
    endedAt: startedAt + msPlayed,
    msPlayed,
    reasonStart: '',
    reasonEnd: rating ? ENDS[rating] : heardMs === undefined ? '' : NO_REASONS,
    ...(rating === 'skipped' && { skipped: true }),
    device: '',
    precision: 'start',
  }
}

const ENDS = { listened: 'trackdone', skipped: 'fwdbtn' } as const

/** Whether a play, as the store has it, is a scrobble of which nobody knows how it ended: that half of it was heard is known. */
export function isOpenScrobble({
  exact,
  reasonEnd,
}: {
  readonly exact: number
  readonly reasonEnd: string
}): boolean {
  return exact === PRECISION.start && reasonEnd === ''
}
