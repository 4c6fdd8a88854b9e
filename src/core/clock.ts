/** The time, passed in. Milliseconds since the epoch. */
export type Clock = () => number

/** A calendar moment as a listener experiences it. */
export interface LocalTime {
  /** 0…23. */
  readonly hour: number
  /** 0 = Sunday … 6. */
  readonly weekday: number
  /** YYYY-MM-DD. */
  readonly date: string
}

const DAY = 86_400_000

const zones = new Map<string, (at: number) => LocalTime>()

/**
 * A function from epoch milliseconds to local time in an IANA zone, the same one each time: it takes long to make. Offsets are kept per
 * day, so it is cheap in a loop; only on the days when the clocks change is the zone asked again.
 * @throws RangeError for an unknown zone
 */
export function localTimeIn(timeZone: string): (at: number) => LocalTime {
  const local = zones.get(timeZone) ?? inZone(timeZone)
  zones.set(timeZone, local)
  return local
}

function inZone(timeZone: string): (at: number) => LocalTime {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  const offsetAt = (at: number): number => {
    const name = format.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value
    const match = /^GMT([+-])(\d{2}):(\d{2})$/.exec(name ?? '')
    if (!match) return 0
    return (match[1] === '-' ? -60_000 : 60_000) * (Number(match[2]) * 60 + Number(match[3]))
  }
  const byDay = new Map<number, number>()
  const dayOffset = (day: number): number => {
    const known = byDay.get(day)
    if (known !== undefined) return known
    const offset = offsetAt(day * DAY)
    byDay.set(day, offset)
    return offset
  }
  return (at) => {
    const day = Math.floor(at / DAY)
    const offset = dayOffset(day) === dayOffset(day + 1) ? dayOffset(day) : offsetAt(at)
    const local = new Date(at + offset)
    return {
      hour: local.getUTCHours(),
      weekday: local.getUTCDay(),
      get date() {
        return local.toISOString().slice(0, 10)
      },
    }
  }
}

/** As far as a date can go. */
export const FOREVER = 8.64e15
const HALF_DAYS = 36 * 3_600_000

/** The first millisecond of a local date (YYYY-MM-DD), by bisection: the local date never runs backwards. NaN for what is no date. */
export function startOfDay(date: string, timeZone: string): number {
  const utc = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(utc) || new Date(utc).toISOString().slice(0, 10) !== date) return Number.NaN
  const local = localTimeIn(timeZone)
  let [before, after] = [utc - HALF_DAYS, utc + HALF_DAYS]
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (local(middle).date >= date) after = middle
    else before = middle
  }
  return after
}

/** The first millisecond after a local date. NaN for what is no date. */
export function endOfDay(date: string, timeZone: string): number {
  const utc = Date.parse(`${date}T00:00:00Z`)
  if (Number.isNaN(utc) || Number.isNaN(startOfDay(date, timeZone))) return Number.NaN
  return startOfDay(new Date(utc + DAY).toISOString().slice(0, 10), timeZone)
}
