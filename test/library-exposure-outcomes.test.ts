import { describe, expect, it } from 'vitest'
import { FINISH, SKIP, UNKNOWN } from '../src/core/labels.ts'
import { playReward } from '../src/core/value.ts'
import { ANSWER_WINDOW_MS, attributeOutcomes, type HeardPlays } from '../src/library/exposure-outcomes.ts'

const MINUTE = 60_000
const NOON = 1_700_000_000_000

/** Plays of a track (row) that begin so many minutes after noon and last three. */
function heard(...plays: readonly (readonly [row: number, minute: number, outcome?: number])[]): HeardPlays {
  return {
    row: plays.map(([row]) => row),
    endedAt: plays.map(([, minute]) => NOON + (minute + 3) * MINUTE),
    msPlayed: plays.map(() => 3 * MINUTE),
    outcome: plays.map(([, , outcome = FINISH]) => outcome),
  }
}

const shown = (minute: number, ...rows: readonly number[]) => ({ at: NOON + minute * MINUTE, rows })

describe('what came of a slate that was shown', () => {
  it('each play answers its slot; slots before the last are seen, those after it are not', () => {
    const [slate] = attributeOutcomes([shown(0, 7, 8, 9, 10)], heard([7, 1], [9, 5, SKIP]), [])
    expect(slate!.seen).toBe(3)
    expect(slate!.slots.map((slot) => slot?.outcome)).toEqual([FINISH, undefined, SKIP, undefined])
    expect(slate!.slots[0]!.playedAt).toBe(NOON + MINUTE)
  })

  it('a slate of which nothing is played was not answered, and is no negative', () => {
    expect(attributeOutcomes([shown(0, 7, 8)], heard([5, 1]), [])[0]).toEqual({
      slots: [undefined, undefined],
      seen: 0,
    })
  })

  it('a play answers within 48 hours, and up to a minute before because of rounded times', () => {
    const hours = ANSWER_WINDOW_MS / MINUTE
    const answered = (minute: number) => attributeOutcomes([shown(0, 7)], heard([7, minute]), [])[0]!.seen
    expect([-2, -1, 0, hours - 1, hours].map(answered)).toEqual([0, 1, 1, 1, 0])
  })

  it('of two open slates with the same track the one shown later has the play, whatever the order of the log', () => {
    const plays = heard([7, 30])
    const [first, second] = [shown(0, 7, 8), shown(10, 9, 7)]
    expect(attributeOutcomes([first, second], plays, []).map(({ seen }) => seen)).toEqual([0, 2])
    // The clock went back between the two: times decide.
    expect(attributeOutcomes([second, first], plays, []).map(({ seen }) => seen)).toEqual([2, 0])
  })

  it('a play before the later slate was shown is the earlier one’s', () => {
    expect(
      attributeOutcomes([shown(0, 7), shown(10, 7)], heard([7, 5], [7, 20]), []).map(({ seen }) => seen),
    ).toEqual([1, 1])
    expect(
      attributeOutcomes([shown(0, 7), shown(10, 7)], heard([7, 9.5]), []).map(({ seen }) => seen),
    ).toEqual([1, 0])
  })

  it('a second play of a slot is a repeat: it neither changes the outcome nor answers an older slate', () => {
    const [older, newer] = attributeOutcomes(
      [shown(0, 7), shown(10, 7)],
      heard([7, 20, SKIP], [7, 30, FINISH]),
      [],
    )
    expect(older!.seen).toBe(0)
    expect(newer!.slots[0]!.outcome).toBe(SKIP)
  })

  it('plays that were stored out of order answer in the order in which they began', () => {
    const [slate] = attributeOutcomes([shown(0, 7)], heard([7, 30, FINISH], [7, 20, SKIP]), [])
    expect(slate!.slots[0]!.outcome).toBe(SKIP)
  })

  it('the last like or dislike within the time is added to a slot that was played, and to no other', () => {
    const said = (row: number, minute: number, value: 1 | -1) => ({
      rows: [row],
      at: NOON + minute * MINUTE,
      said: value,
    })
    const [slate] = attributeOutcomes([shown(0, 7, 8, 9)], heard([7, 1], [9, 5, UNKNOWN]), [
      said(7, 10, -1),
      said(7, 6, 1),
      said(8, 7, 1),
      said(9, -30, 1),
    ])
    expect(slate!.slots.map((slot) => slot?.said)).toEqual([-1, undefined, 0])
  })

  it('a like is added to the slot that was played, though its track was shown again since', () => {
    const said = [{ rows: [7], at: NOON + 30 * MINUTE, said: 1 as const }]
    const [played, passed] = attributeOutcomes([shown(0, 7), shown(20, 8, 7)], heard([7, 1], [8, 21]), said)
    expect(played!.slots.map((slot) => slot?.said)).toEqual([1])
    expect(passed!.slots.map((slot) => slot?.said)).toEqual([0, undefined])
  })

  it('a like counts once, though its track is several by now', () => {
    const said = [{ rows: [7, 8], at: NOON + 30 * MINUTE, said: 1 as const }]
    const [slate] = attributeOutcomes([shown(0, 8, 7)], heard([8, 1], [7, 5]), said)
    expect(slate!.slots.map((slot) => slot?.said)).toEqual([0, 1])
  })

  it('a track that no import claims any more cannot be answered', () => {
    expect(attributeOutcomes([shown(0, -1, 8)], heard([8, 1]), [])[0]!.slots[0]).toBeUndefined()
  })
})

describe('the reward of a play', () => {
  it('weighs a finish, a skip and a like as published, of their sum', () => {
    expect(playReward(FINISH, 0)).toBeCloseTo(0.75, 12)
    expect(playReward(FINISH, 1)).toBeCloseTo(0.875, 12)
    expect(playReward(SKIP, 0)).toBeCloseTo(-0.125, 12)
    expect(playReward(SKIP, -1)).toBeCloseTo(-0.25, 12)
    expect(playReward(UNKNOWN, 0)).toBe(0)
  })
})
