/** A row as a parsed JSON object. */
export type Row = Readonly<Record<string, unknown>>

/** Whether a value is a JSON object, not a list or null. */
export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A trimmed text, '' for anything else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : ''
}

/** Music streaming is younger than this; earlier times are damage. */
const EARLIEST = Date.UTC(2002, 0, 1)
const DAY = 86_400_000

/** A moment in milliseconds when something can have been heard; NaN otherwise, as `instant`. */
export function listeningTime(at: number, now: number): number {
  return at >= EARLIEST && at <= now + 2 * DAY ? at : Number.NaN
}

const TIME = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(?: ?UTC|Z)?$/

/**
 * Milliseconds since the epoch of `YYYY-MM-DD[T ]HH:MM[:SS][Z| UTC]`; NaN for another shape, a date that does not
 * exist, a time before 2002 or more than two days after `now` (clocks differ).
 */
export function instant(value: unknown, now: number): number {
  const m = typeof value === 'string' ? TIME.exec(value) : null
  if (!m) return Number.NaN
  const [year, month, day, hour, minute, second] = m.slice(1).map((part) => Number(part ?? 0))
  const at = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!)
  const real = new Date(at)
  if (real.getUTCDate() !== day || real.getUTCHours() !== hour || real.getUTCMinutes() !== minute)
    return Number.NaN
  return listeningTime(at, now)
}

/** Milliseconds since the epoch of `YYYY-MM-DD` (midnight, UTC) or of what `instant` reads; NaN otherwise. */
export function dayOrInstant(value: unknown, now: number): number {
  const text = textOf(value)
  return instant(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text, now)
}
