import type { ListeningLog } from '../library/listening-log.ts'

/** A pause longer than this ends a sitting. */
export const SITTING_GAP_MS = 30 * 60_000
/** The start of a sitting is known this finely: it says when somebody sat down, not how their first play went. */
const COARSE_MS = 15 * 60_000

/** A log cut into sittings. */
export interface Sittings {
  /** Index of the first play of each sitting, ascending, and the log's size at the end: one more than there are sittings. */
  readonly bounds: Int32Array
  /** When each sitting began, ms since the epoch, rounded down to 15 minutes, and never before the play before it ended. */
  readonly startedAt: Float64Array
}

/**
 * Cuts a log where more than 30 minutes pass without music. This is the only place where the start of a play is worked out
 * of its own end and length; features see the sitting's coarse start alone.
 */
export function cutSittings(log: Pick<ListeningLog, 'size' | 'endedAt' | 'msPlayed'>): Sittings {
  const bounds: number[] = []
  const startedAt: number[] = []
  let end = Number.NEGATIVE_INFINITY
  for (let i = 0; i < log.size; i++) {
    const start = log.endedAt[i]! - log.msPlayed[i]!
    if (start - end > SITTING_GAP_MS) {
      bounds.push(i)
      startedAt.push(Math.max(Math.floor(start / COARSE_MS) * COARSE_MS, end))
    }
    end = Math.max(end, log.endedAt[i]!)
  }
  bounds.push(log.size)
  return { bounds: Int32Array.from(bounds), startedAt: Float64Array.from(startedAt) }
}
