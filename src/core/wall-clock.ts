const HOUR = 3_600_000

/**
 * From what a clock on a wall in an IANA zone shows, written as if it were UTC (ms), to the moment that it was. Of an hour that comes twice the
 * second is meant; of one that never comes, the one after.
 * @throws RangeError for an unknown zone
 */
export function momentOnWall(timeZone: string): (wall: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  const byHour = new Map<number, number>()
  const offsetAt = (at: number): number => {
    const hour = Math.floor(at / HOUR)
    const known = byHour.get(hour)
    if (known !== undefined) return known
    const name = format.formatToParts(hour * HOUR).find(({ type }) => type === 'timeZoneName')?.value
    const [, sign, hours, minutes] = /^GMT([+-])(\d{2}):(\d{2})$/.exec(name ?? '') ?? []
    const offset = (sign === '-' ? -60_000 : 60_000) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0))
    byHour.set(hour, offset)
    return offset
  }
  return (wall) => wall - offsetAt(wall - offsetAt(wall))
}
