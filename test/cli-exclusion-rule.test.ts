import { describe, expect, it } from 'vitest'
import { parseRule, ruleText } from '../src/cli/exclusion-rule.ts'

const BERLIN = 'Europe/Berlin'
const HOUR = 3_600_000

describe('an exclusion on the command line', () => {
  it('names an artist or a device, whatever characters are in the name', () => {
    expect(parseRule('artist:AC: The DC', BERLIN)).toEqual({ kind: 'artist', artist: 'AC: The DC' })
    expect(parseRule('device:kitchen', BERLIN)).toEqual({ kind: 'device', device: 'kitchen' })
  })

  it('gives hours from the first up to the second, over midnight too, and 24 is midnight', () => {
    expect(parseRule('hours:18-20', BERLIN)).toEqual({ kind: 'hours', from: 18, to: 20 })
    expect(parseRule('hours:22-6', BERLIN)).toEqual({ kind: 'hours', from: 22, to: 6 })
    expect(parseRule('hours:22-24', BERLIN)).toEqual({ kind: 'hours', from: 22, to: 0 })
  })

  it('gives whole local days, both dates included: in Berlin December begins an hour before it does in UTC', () => {
    expect(parseRule('dates:2024-12-01..2024-12-26', BERLIN)).toEqual({
      kind: 'time',
      from: Date.UTC(2024, 11, 1) - HOUR,
      to: Date.UTC(2024, 11, 27) - HOUR,
    })
  })

  it('knows the day on which the clocks change: 31 March 2024 has 23 hours in Berlin', () => {
    const rule = parseRule('dates:2024-03-31..2024-03-31', BERLIN)
    expect(rule.kind === 'time' && rule.to - rule.from).toBe(23 * HOUR)
  })

  it('may leave one end open', () => {
    const rule = parseRule('dates:..2020-01-01', 'UTC')
    expect(rule).toEqual({ kind: 'time', from: 0, to: Date.UTC(2020, 0, 2) })
    expect(ruleText(rule, 'UTC')).toBe('plays up to and with 2020-01-01')
    expect(ruleText(parseRule('dates:2020-01-01..', BERLIN), BERLIN)).toBe('plays from 2020-01-01')
  })

  it.each([
    'kitchen',
    'artist:',
    'hours:9',
    'hours:25-3',
    'hours:7-7',
    'dates:2024-02-30..',
    'dates:2024-12-26..2024-12-01',
    'dates:yesterday..today',
  ])('refuses %s with a sentence', (text) => {
    expect(() => parseRule(text, BERLIN)).toThrow(/^--\S+ is .*, but it must be /)
  })
})
