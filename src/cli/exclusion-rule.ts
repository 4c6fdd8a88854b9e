import { endOfDay, FOREVER, localTimeIn, startOfDay } from '../core/clock.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { ExclusionRule } from '../index.ts'
import { printable } from './text.ts'

/** The rule of `artist:NAME`, `device:TEXT`, `source:FORMAT`, `hours:18-20` or `dates:2024-12-01..2024-12-26`. @throws DeepcutsError BAD_VALUE */
export function parseRule(text: string, timeZone: string): ExclusionRule {
  const [, kind = '', value = ''] = /^(\w+):(.+)$/s.exec(text) ?? []
  if (kind === 'artist') return { kind, artist: value.trim() }
  if (kind === 'device') return { kind, device: value.trim() }
  if (kind === 'source') return { kind, source: value.trim() }
  if (kind === 'hours') return hoursRule(value)
  const dates = kind === 'dates' ? value.split('..') : []
  if (dates.length === 2) return datesRule(dates[0], dates[1], timeZone)
  throw new DeepcutsError('BAD_VALUE', {
    option: '--exclude',
    value: text,
    expected: 'artist:NAME, device:TEXT, source:FORMAT, hours:18-20 or dates:2024-12-01..2024-12-26',
  })
}

/** The rule of `18-20`: from 18:00 up to 20:00, over midnight when the second is smaller. @throws DeepcutsError BAD_VALUE */
export function hoursRule(text: string): ExclusionRule {
  const [, from = '', to = ''] = /^(\d{1,2})\s*[-–]\s*(\d{1,2})$/.exec(text.trim()) ?? []
  const [first, last] = [Number(from), Number(to) % 24]
  if (from === '' || first > 23 || Number(to) > 24 || first === last)
    throw new DeepcutsError('BAD_VALUE', {
      option: '--hours',
      value: text,
      expected: 'two hours of the day, such as 18-20 or 22-6',
    })
  return { kind: 'hours', from: first, to: last }
}

/** The rule of two dates, both included, in the listener's time zone; one of them may be missing. @throws DeepcutsError BAD_VALUE */
export function datesRule(from: string | undefined, to: string | undefined, timeZone: string): ExclusionRule {
  const start = from ? dated(startOfDay(from, timeZone), '--from', from) : 0
  const end = to ? dated(endOfDay(to, timeZone), '--to', to) : FOREVER
  if (end <= start)
    throw new DeepcutsError('BAD_VALUE', {
      option: '--to',
      value: to ?? '',
      expected: `a date after ${from}`,
    })
  return { kind: 'time', from: start, to: end }
}

/** A rule in words. @param trackName what a track is called */
export function ruleText(
  rule: ExclusionRule,
  timeZone: string,
  trackName: (track: number) => string = (track) => `track ${track}`,
): string {
  if (rule.kind === 'track') return `every play of ${printable(trackName(rule.track))}`
  if (rule.kind === 'import') return `what import ${rule.import} told`
  if (rule.kind === 'source') return `what imports of the format ${printable(rule.source)} told`
  if (rule.kind === 'artist') return `everything by ${printable(rule.artist)}`
  if (rule.kind === 'device') return `plays on devices named like "${printable(rule.device)}"`
  if (rule.kind === 'hours') return `plays between ${rule.from}:00 and ${rule.to}:00`
  const local = localTimeIn(timeZone)
  const from = rule.from > 0 ? ` from ${local(rule.from).date}` : ''
  const to = rule.to < FOREVER ? ` up to and with ${local(rule.to - 1).date}` : ''
  return `plays${from}${to}`
}

/** @throws DeepcutsError BAD_VALUE */
function dated(at: number, option: string, date: string): number {
  if (!Number.isNaN(at)) return at
  throw new DeepcutsError('BAD_VALUE', { option, value: date, expected: 'a date such as 2024-12-24' })
}
