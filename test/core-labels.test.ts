import { describe, expect, test } from 'vitest'
import { type Evidence, FINISH, outcome, SKIP, UNKNOWN } from '../src/core/labels.ts'

const stated = (reasonEnd: string, skipped?: boolean): Evidence => ({
  reasonEnd,
  skipped,
  msPlayed: 200_000,
  lengthMs: 200_000,
  hasReasons: true,
})
const heard = (msPlayed: number, lengthMs: number): Evidence => ({
  reasonEnd: '',
  skipped: undefined,
  msPlayed,
  lengthMs,
  hasReasons: false,
})

describe('a play whose end is stated', () => {
  test.each([
    ['trackdone', undefined, FINISH],
    ['trackdone', true, FINISH],
    ['fwdbtn', undefined, SKIP],
    ['backbtn', false, SKIP],
    ['endplay', undefined, SKIP],
    ['logout', true, SKIP],
    ['logout', false, UNKNOWN],
    ['remote', undefined, UNKNOWN],
    ['unexpected-exit', undefined, UNKNOWN],
    ['trackerror', undefined, UNKNOWN],
    ['a reason of next year', undefined, UNKNOWN],
    ['', undefined, UNKNOWN],
  ])('with %j, skipped %s, is %i, however long it was heard', (reason, skipped, expected) => {
    for (const msPlayed of [0, 100_000, 200_000])
      expect(outcome({ ...stated(reason, skipped), msPlayed })).toBe(expected)
  })
})

describe('a play of which only milliseconds are known', () => {
  test.each([
    [180_000, 200_000, FINISH],
    [179_999, 200_000, UNKNOWN],
    [100_000, 200_000, UNKNOWN],
    [99_999, 200_000, SKIP],
    [0, 200_000, SKIP],
    [250_000, 200_000, FINISH],
    [29_999, 50_000, SKIP],
    [30_000, 50_000, UNKNOWN],
    [27_000, 30_000, FINISH],
  ])('%i ms of %i is %i', (msPlayed, length, expected) => {
    expect(outcome(heard(msPlayed, length))).toBe(expected)
  })

  test('says nothing when the length is not known', () => {
    for (const ms of [0, 10_000, 400_000]) expect(outcome(heard(ms, Number.NaN))).toBe(UNKNOWN)
    expect(outcome(heard(10_000, 0))).toBe(UNKNOWN)
  })
})
