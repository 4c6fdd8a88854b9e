import type { ListeningLog } from '../library/listening-log.ts'
import { rollForward } from './describe-listener.ts'
import type { History } from './history.ts'

/** A history of no more plays than this is rolled anew where the log goes on: two milliseconds, instead of a second history that is kept. */
const SMALL = 5000

/** One listener's history at the end of their log. */
export interface RolledHistory {
  /**
   * In the sitting of the last play, or after it. The same object for the same log. A log that goes on where the last one ended costs its
   * new plays and a copy; what was given before stays as it was.
   */
  at(log: ListeningLog, inSitting: boolean): History
}

/** @param start an empty history */
export function rolledHistory(start: () => History): RolledHistory {
  let last:
    | { readonly log: ListeningLog; whole: History | undefined; readonly given: Map<boolean, History> }
    | undefined
  return {
    at(log, inSitting) {
      if (last?.log !== log) {
        const whole = (last && goesOn(last.log, log) ? last.whole : undefined) ?? start()
        rollForward(log, whole)
        last = { log, whole, given: new Map() }
      }
      const known = last.given.get(inSitting)
      if (known) return known
      const whole = last.whole ?? start()
      rollForward(log, whole)
      const isSmall = log.size <= SMALL
      const history = isSmall ? whole : whole.copy()
      if (isSmall) last.whole = undefined
      if (!inSitting && history.sittingOpen) history.beginSitting()
      last.given.set(inSitting, history)
      return history
    },
  }
}

/** Whether a log begins with all of another. */
function goesOn(before: ListeningLog, log: ListeningLog): boolean {
  if (before.size > log.size) return false
  for (let i = 0; i < before.size; i++)
    if (
      before.row[i] !== log.row[i] ||
      before.endedAt[i] !== log.endedAt[i] ||
      before.msPlayed[i] !== log.msPlayed[i] ||
      before.outcome[i] !== log.outcome[i]
    )
      return false
  return true
}
