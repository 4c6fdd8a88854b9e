import { describe, expect, it } from 'vitest'
import { dayBegan, type Learning, trainingSchedule } from '../src/jobs/schedule.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NOW = Date.UTC(2026, 10, 22, 12)
const rules = { hours: 24, plays: 500 }
const ada = (fresh: number, more: Partial<Learning> = {}): Learning => ({
  id: 1,
  plays: 2000,
  fresh,
  trainedAt: NOW,
  ...more,
})
/** What is due at each of these moments. */
const dues = (schedule: ReturnType<typeof trainingSchedule>, one: Learning, moments: readonly number[]) =>
  moments.map((at) => schedule.due([one], at))

describe('a training is due', () => {
  it('a day after the last one, where something new was heard', () => {
    const schedule = trainingSchedule(rules)
    expect(dues(schedule, ada(60), [NOW, NOW + 23 * HOUR, NOW + 24 * HOUR])).toEqual([
      undefined,
      undefined,
      1,
    ])
    expect(trainingSchedule(rules).due([ada(10, { trainedAt: NOW - 9 * DAY })], NOW)).toBeUndefined()
    expect(trainingSchedule({ hours: 0, plays: 500 }).due([ada(60, { trainedAt: 0 })], NOW)).toBeUndefined()
  })

  it('after enough new plays, once the last one is an hour old', () => {
    const schedule = trainingSchedule(rules)
    expect(dues(schedule, ada(500), [NOW, NOW + HOUR / 2, NOW + HOUR])).toEqual([undefined, undefined, 1])
    expect(
      trainingSchedule({ hours: 24, plays: 0 }).due([ada(9999, { trainedAt: NOW - 2 * HOUR })], NOW),
    ).toBeUndefined()
  })

  it('of a long history only after many more of them', () => {
    const long = (fresh: number) => ada(fresh, { plays: 100_000, trainedAt: NOW - 2 * HOUR })
    expect(trainingSchedule(rules).due([long(1999)], NOW)).toBeUndefined()
    expect(trainingSchedule(rules).due([long(2000)], NOW)).toBe(1)
  })

  it('at once for who has enough and was never trained, and before those who were', () => {
    const { trainedAt: _, ...never } = ada(600)
    expect(trainingSchedule(rules).due([never], NOW)).toBe(1)
    const old = ada(600, { id: 2, trainedAt: NOW - 30 * DAY })
    expect(trainingSchedule(rules).due([old, never], NOW)).toBe(1)
    expect(trainingSchedule(rules).due([ada(600, { id: 3, trainedAt: NOW - 2 * DAY }), old], NOW)).toBe(2)
  })

  it('not again while it runs, nor right after it failed, and later each time', () => {
    const schedule = trainingSchedule(rules)
    const one = ada(900, { trainedAt: NOW - DAY })
    let at = NOW
    const waits: number[] = []
    for (let failures = 0; failures < 4; failures++) {
      expect(schedule.due([one], at)).toBe(1)
      schedule.began(1)
      schedule.ended(1, false)
      const from = at
      while (schedule.due([one], at) === undefined) at += HOUR / 2
      waits.push((at - from) / HOUR)
    }
    expect(waits).toEqual([2, 4, 8, 16])
  })

  it('not right after one that somebody asked for', () => {
    const schedule = trainingSchedule(rules)
    expect(schedule.due([ada(900, { trainedAt: NOW - DAY })], NOW)).toBe(1)
    expect(schedule.due([ada(900, { trainedAt: NOW + 1 })], NOW + 1000)).toBeUndefined()
  })
})

describe('a clock that jumps', () => {
  it('back by days puts no training off', () => {
    const schedule = trainingSchedule(rules)
    const one = ada(60)
    expect(dues(schedule, one, [NOW, NOW + 12 * HOUR])).toEqual([undefined, undefined])
    const back = NOW - 5 * DAY
    expect(dues(schedule, one, [back, back + 11 * HOUR, back + 12 * HOUR])).toEqual([undefined, undefined, 1])
  })

  it('forwards by days starts one training of each, and no more', () => {
    const schedule = trainingSchedule(rules)
    const both = [ada(60), ada(60, { id: 2 })]
    expect(schedule.due(both, NOW)).toBeUndefined()
    const ahead = NOW + 10 * DAY
    const started: (number | undefined)[] = []
    for (let look = 0; look < 6; look++) {
      const due = schedule.due(both, ahead + look * 600_000)
      started.push(due)
      if (due !== undefined) {
        schedule.began(due)
        schedule.ended(due, true)
      }
    }
    expect(started.slice(2)).toEqual([undefined, undefined, undefined, undefined])
    expect(new Set(started)).toEqual(new Set([1, 2, undefined]))
  })

  it('takes a version from the future for new', () => {
    const schedule = trainingSchedule(rules)
    const one = ada(60, { trainedAt: NOW + 365 * DAY })
    expect(dues(schedule, one, [NOW, NOW + 23 * HOUR, NOW + 24 * HOUR])).toEqual([undefined, undefined, 1])
  })

  it('makes a day begin wherever the date is another', () => {
    const dates = new Map<string, string>()
    const zones = ['Pacific/Auckland', 'America/Los_Angeles']
    const began = (at: number) => dayBegan(zones, dates, at)
    const noon = Date.UTC(2026, 10, 22, 10)
    expect(began(noon)).toBe(true)
    expect(began(noon + HOUR / 2)).toBe(false)
    // Midnight in Auckland is at 11:00 UTC, in Los Angeles at 8:00.
    expect([noon + HOUR, noon + 2 * HOUR, noon + 22 * HOUR, noon + 23 * HOUR].map(began)).toEqual([
      true,
      false,
      true,
      false,
    ])
    expect([noon - 3 * DAY, noon - 3 * DAY + HOUR / 2, noon, noon + HOUR / 2].map(began)).toEqual([
      true,
      false,
      true,
      false,
    ])
  })
})
