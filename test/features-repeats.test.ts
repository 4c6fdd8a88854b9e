import { describe, expect, it } from 'vitest'
import { FINISH, SKIP, UNKNOWN } from '../src/core/labels.ts'
import { repeats } from '../src/features/repeats.ts'
import { sittingLift } from '../src/features/sitting-lift.ts'

const DAY = 86_400_000

describe('repeats', () => {
  it('counts the plays within days', () => {
    const heard = repeats(2)
    for (const day of [0, 25, 29, 29.5]) heard.observe(0, day * DAY)
    expect([1, 7, 30, 10].map((days) => heard.within(0, 30 * DAY, days))).toEqual([2, 3, 4, 3])
    expect(heard.within(1, 30 * DAY, 30)).toBe(0)
    expect([heard.firstPlayedAt[0], heard.lastPlayedAt[0]]).toEqual([0, 29.5 * DAY])
    expect(heard.firstPlayedAt[1]).toBeNaN()
  })

  it('keeps the times of thirty plays', () => {
    const heard = repeats(1)
    for (let i = 0; i < 40; i++) heard.observe(0, i * 60_000)
    expect(heard.within(0, DAY, 1)).toBe(30)
    expect(heard.firstPlayedAt[0]).toBe(0)
  })

  it('counts the sittings of a track, and those since', () => {
    const heard = repeats(2)
    expect(heard.sittingsSince(0)).toBeNaN()
    heard.observe(0, 0)
    heard.observe(0, 1)
    expect([heard.sittings(0), heard.sittingsSince(0)]).toEqual([1, 0])
    heard.endSitting()
    expect(heard.sittingsSince(0)).toBe(1)
    heard.endSitting()
    heard.observe(0, DAY)
    expect([heard.sittings(0), heard.sittingsSince(0), heard.sittings(1)]).toEqual([2, 0, 0])
  })
})

describe('the lift over a sitting', () => {
  it('is of a track that is finished where the rest is skipped', () => {
    const lift = sittingLift(4, 2)
    for (const [row, outcome] of [FINISH, SKIP, SKIP, UNKNOWN].entries()) lift.observe(row, row % 2, outcome)
    expect(lift.track(0)).toBe(0)
    lift.endSitting(0.5)
    // The other two were skipped, and the listener's half counts twice: 1 of 4.
    expect(lift.track(0)).toBeCloseTo((1 - 1 / 4) / (1 + 2), 6)
    expect(lift.track(1)).toBeCloseTo((0 - 2 / 4) / (1 + 2), 6)
    expect(lift.track(3)).toBe(0)
    expect(lift.artist(0)).toBeCloseTo((0.75 * 0.97 - 0.5) / (1.97 + 4), 6)
  })

  it('counts a sitting once, the latest most', () => {
    const lift = sittingLift(1, 1)
    lift.observe(0, 0, FINISH)
    lift.endSitting(0.5)
    const once = lift.track(0)
    lift.endSitting(0.5)
    expect(lift.track(0)).toBe(once)
    lift.observe(0, 0, SKIP)
    lift.endSitting(0.5)
    expect(lift.track(0)).toBeLessThan(0)
  })
})
