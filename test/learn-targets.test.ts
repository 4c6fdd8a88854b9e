import { describe, expect, it } from 'vitest'
import { FINISH, type Label, SKIP, UNKNOWN } from '../src/core/labels.ts'
import { targetsOf } from '../src/learn/targets.ts'
import type { ListeningLog } from '../src/library/listening-log.ts'

const DAY = 86_400_000
const START = Date.UTC(2026, 0, 1)
const ALL: readonly Label[] = ['finish', 'skip', 'like', 'repeat']

/** A play of the track in this row, so many days after the start. */
type Played = readonly [row: number, day: number, outcome?: number]

function logOf(plays: readonly Played[]): ListeningLog {
  return {
    size: plays.length,
    row: Int32Array.from(plays, ([row]) => row),
    endedAt: Float64Array.from(plays, ([, day]) => START + day * DAY),
    msPlayed: new Float64Array(plays.length).fill(180_000),
    outcome: Int8Array.from(plays, ([, , outcome = FINISH]) => outcome),
    excluded: new Int32Array(0),
  }
}

const likes = (...rows: readonly number[]) => ({ liked: (row: number) => rows.includes(row) })

/** What every play before `to` teaches of one label. */
function taught(
  label: Label,
  plays: readonly Played[],
  { to = plays.length, liked = likes() } = {},
): number[] {
  const { labels, values } = targetsOf(logOf(plays), to, liked, ALL)
  expect(labels).toEqual(ALL)
  expect(values).toHaveLength(to * ALL.length)
  return Array.from({ length: to }, (_, play) => values[play * ALL.length + ALL.indexOf(label)]!)
}

describe('what plays teach', () => {
  it('of a finish and a skip is how they ended, and nothing where that is not known', () => {
    const plays: Played[] = [FINISH, SKIP, UNKNOWN, SKIP].map((outcome, i) => [i, i, outcome])
    expect(taught('finish', plays)).toEqual([1, 0, -1, 0])
    expect(taught('skip', plays)).toEqual([0, 1, -1, 1])
  })

  it('of a like is whether the listener said so of the track; silence is none', () => {
    const plays: Played[] = [
      [3, 0],
      [5, 1, UNKNOWN],
      [3, 2, SKIP],
    ]
    expect(taught('like', plays, { liked: likes(3) })).toEqual([1, 0, 1])
  })

  it('of a repeat is whether the track came again within 30 days, however it ended', () => {
    const again = (days: number) =>
      taught('repeat', [
        [1, 0],
        [2, 10],
        [1, days, SKIP],
        [9, 90],
      ])[0]
    expect(again(12)).toBe(1)
    expect(again(30)).toBe(1)
    expect(again(30.001)).toBe(0)
    expect(again(50)).toBe(0)
  })

  it('of a repeat is not known while the 30 days are not over, even where it has come again', () => {
    const plays: Played[] = [
      [1, 0],
      [2, 9.9],
      [1, 10],
      [1, 15],
      [3, 40],
    ]
    expect(taught('repeat', plays)).toEqual([1, 0, 1, -1, -1])
    expect(taught('repeat', plays, { to: 4 })).toEqual([-1, -1, -1, -1])
  })

  it('is counted from the next play of the track, not from a later one', () => {
    expect(
      taught('repeat', [
        [1, 0],
        [1, 29],
        [1, 60],
        [2, 120],
      ]),
    ).toEqual([1, 0, 0, -1])
  })

  it('stays what it is whatever is played after', () => {
    const plays: Played[] = Array.from({ length: 60 }, (_, i) => [
      i % 7,
      i * 1.5,
      i % 3 === 0 ? SKIP : FINISH,
    ])
    const to = 40
    const changed = plays.map(([row, day, outcome], i): Played => {
      return i < to ? [row, day, outcome ?? FINISH] : [0, 60 + (i - to) / 100, UNKNOWN]
    })
    const of = (all: readonly Played[]) => targetsOf(logOf(all), to, likes(2), ALL)
    expect(of(changed)).toEqual(of(plays))
    expect(of(plays.slice(0, to))).toEqual(of(plays))
    expect([...of(plays).values].filter((value, at) => at % 4 === 3 && value === 1)).not.toEqual([])
  })

  it('of an empty part is nothing', () => {
    expect(taught('repeat', [[1, 0]], { to: 0 })).toEqual([])
  })
})

describe('the labels that can be learned', () => {
  /** 60 finishes and 60 skips on 120 days, of tracks that never come again but for `repeats` of them. */
  const plays = (repeats: number): Played[] =>
    Array.from({ length: 120 }, (_, i) => [
      i % 2 && i < 2 * repeats ? i - 1 : i,
      Math.floor(i / 2) * 3,
      i % 3 ? FINISH : SKIP,
    ])
  const labelsOf = (repeats: number, liked: readonly number[]) =>
    targetsOf(logOf(plays(repeats)), 120, likes(...liked)).labels

  it('leave out those of which an outcome was seen fewer than 20 times', () => {
    const even = (count: number) => Array.from({ length: count }, (_, i) => 60 + i)
    expect(labelsOf(0, [])).toEqual(['finish', 'skip'])
    expect(labelsOf(0, even(19))).toEqual(['finish', 'skip'])
    expect(labelsOf(0, even(20))).toEqual(['finish', 'skip', 'like'])
    expect(labelsOf(19, [])).toEqual(['finish', 'skip'])
    expect(labelsOf(20, even(20))).toEqual(ALL)
  })

  it('leave no gap in the values', () => {
    const { labels, values } = targetsOf(logOf(plays(20)), 120, likes())
    expect(labels).toEqual(['finish', 'skip', 'repeat'])
    expect(values).toHaveLength(120 * 3)
    expect([...values.slice(0, 6)]).toEqual([0, 1, 1, 1, 0, 0])
  })

  it('are those of the model that is trained further, however rare they have become', () => {
    const { labels, values } = targetsOf(logOf(plays(0)), 120, likes(), ['finish', 'like'])
    expect(labels).toEqual(['finish', 'like'])
    expect([...values.slice(0, 6)]).toEqual([0, 0, 1, 0, 1, 0])
  })
})
