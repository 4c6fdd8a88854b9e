import { PRECISION } from './event.ts'

/** What can be said of a play, and is predicted of one: how it ended, whether the track is liked, and whether it is played again within 30 days. */
export const LABELS = ['finish', 'skip', 'like', 'repeat'] as const
export type Label = (typeof LABELS)[number]

/** The outcome of a play, as typed arrays hold it. UNKNOWN is masked everywhere: it is never a negative. */
export const FINISH = 1
export const SKIP = 0
export const UNKNOWN = -1
export type OutcomeCode = typeof FINISH | typeof SKIP | typeof UNKNOWN

const SKIP_REASONS = new Set(['fwdbtn', 'backbtn', 'endplay'])

/**
 * What an importer writes as `reason_end` where a source with exact times never states reasons: there the milliseconds must speak.
 * '' on the other hand is a reason that a source with reasons left out.
 */
export const NO_REASONS = '(no reasons)'

/** Whether a play's source states reasons: one with times to the second (`exact` as PRECISION has it) does, unless it says that it never does. */
export function statesReasons(reasonEnd: string, exact: number): boolean {
  return exact !== PRECISION.minute && reasonEnd !== NO_REASONS
}

/** A play shorter than this with no other evidence is a skip. */
const SKIP_UNDER_MS = 30_000
const FINISH_SHARE = 0.9
const SKIP_SHARE = 0.5

/** What a source says about how a play ended. Lengths in milliseconds; `NaN` when unknown. */
export interface Evidence {
  readonly reasonEnd: string
  /** `undefined` when the source does not say. */
  readonly skipped: boolean | undefined
  readonly msPlayed: number
  /** The track's length from the catalog, else the mode of the *earlier* plays; NaN when neither exists. */
  readonly lengthMs: number
  /** Whether the source ever states reasons. Account data does not: there the milliseconds must speak. */
  readonly hasReasons: boolean
}

/**
 * Says what a play's end means: the one definition of finish and skip.
 *
 * With reasons: finish = `trackdone`, skip = `skipped === true` or fwdbtn, backbtn, endplay; everything else
 * (logout, remote, errors, "", null) says nothing. With milliseconds only: finish ≥ 90 % of the length,
 * skip < 30 s or < 50 %, between is unknown; without a length all is unknown, because a label that only skips
 * could ever get would tell the outcome (docs/decisions/labels.md).
 */
export function outcome(e: Evidence): OutcomeCode {
  if (e.hasReasons) {
    if (e.reasonEnd === 'trackdone') return FINISH
    return e.skipped === true || SKIP_REASONS.has(e.reasonEnd) ? SKIP : UNKNOWN
  }
  if (!(e.lengthMs > 0)) return UNKNOWN
  const share = e.msPlayed / e.lengthMs
  if (share >= FINISH_SHARE) return FINISH
  return share < SKIP_SHARE || e.msPlayed < SKIP_UNDER_MS ? SKIP : UNKNOWN
}
