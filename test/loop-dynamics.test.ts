import { describe, expect, it } from 'vitest'
import { random } from '../src/core/random.ts'
import { conditionsOf, HABIT } from '../src/loop/conditions.ts'
import { drawLoopListener, drifted, loopCatalog } from '../src/loop/listeners.ts'
import { remember } from '../src/loop/memory.ts'
import { emptyFill, fillWith, momentOf, sated } from '../src/loop/moment.ts'
import { oracleSlate } from '../src/loop/oracle.ts'
import { listenTo, playValue, slateTruth, slateValue } from '../src/loop/sitting.ts'

const conditions = conditionsOf({ tracks: 60 })
const catalog = loopCatalog(random(1), 60, 2026)
const listener = drawLoopListener(random(2), catalog, conditions, false)
const ordinary = () => remember(60, [HABIT.fatigueDays.value])
const at = (memory = ordinary(), day = 0, changed = {}) =>
  momentOf(listener, listener.strengths, memory, day, { ...conditions, ...changed })

describe('a listener of the closed loop', () => {
  it('likes a track less right after it was played, and as before when days have passed', () => {
    const memory = ordinary()
    for (let i = 0; i < 3; i++) memory.add(7, 10)
    const [soon, later, rested] = [10, 14, 60].map((day) => at(memory, day)[7]!)
    expect(soon! + 1).toBeLessThan(later!)
    expect(later!).toBeLessThan(rested!)
    expect(rested!).toBeCloseTo(at(memory, 1000)[7]!, 4)
    expect(at(memory, 10)[8]).toBe(at()[8])
  })

  it('does not tire where the world has no fatigue: what is known is then only liked more', () => {
    const memory = ordinary()
    memory.add(7, 10)
    memory.add(7, 10)
    expect(at(memory, 10, { fatigue: 0 })[7]).toBeGreaterThan(at(memory, 10)[7]!)
    expect(at(memory, 10, { fatigue: 0 })[7]).toBe(at(memory, 90, { fatigue: 0 })[7])
  })

  it('has enough of a genre and of an artist within a sitting, of others not', () => {
    const fill = emptyFill(catalog)
    fillWith(catalog, fill, 3)
    const same = catalog.tracks.findIndex((_, row) => row !== 3 && catalog.artist[row] === catalog.artist[3])
    const other = catalog.tracks.findIndex((_, row) => catalog.genre[row] !== catalog.genre[3])
    expect(sated(catalog, fill, same, conditions)).toBeCloseTo(
      conditions.satiation + HABIT.artistSatiation.value,
    )
    expect(sated(catalog, fill, other, conditions)).toBe(0)
    fillWith(catalog, fill, 3, -1)
    expect(sated(catalog, fill, same, conditions)).toBe(0)
  })

  it('drifts: the strengths of the corners turn, their norm stays, and no drift changes nothing', () => {
    let strengths = listener.strengths
    const norm = Math.hypot(...strengths)
    const turn = random(3)
    for (let s = 0; s < 50; s++) strengths = drifted(strengths, 0.1, turn)
    expect(Math.hypot(...strengths)).toBeCloseTo(norm, 10)
    expect(Math.hypot(...strengths.map((x, c) => x - listener.strengths[c]!))).toBeGreaterThan(0.1)
    expect([...drifted(listener.strengths, 0, turn)]).toEqual(
      [...listener.strengths].map((x) => expect.closeTo(x, 12)),
    )
  })

  it('hides as many corners as the world says: none at 0, and a new listener all of them', () => {
    const shown = (hidden: number, isNew = false) =>
      drawLoopListener(random(5), catalog, { ...conditions, hidden }, isNew).shown.filter(Boolean).length
    expect(shown(0)).toBe(4)
    expect(shown(0.5)).toBe(2)
    expect(shown(0.5, true)).toBe(0)
  })
})

describe('a sitting', () => {
  it('reaches later slots less often, and much less after tracks that are skipped', () => {
    const rows = [0, 1, 2, 3]
    const loved = slateTruth(catalog, new Float64Array(60).fill(4), rows, conditions)
    const loathed = slateTruth(catalog, new Float64Array(60).fill(-4), rows, conditions)
    for (let k = 1; k < 4; k++) expect(loved.reached[k]).toBeLessThan(loved.reached[k - 1]!)
    expect(loathed.reached[3]).toBeLessThan(loved.reached[3]! - 0.15)
    expect(loved.value).toBeGreaterThan(loathed.value)
  })

  it('is worth what is published: a finish more than a skip, a skip less than nothing', () => {
    expect(playValue(0)).toBeLessThan(0)
    expect(playValue(1)).toBeGreaterThan(0.75)
  })

  it('comes out on average as the exact value says', () => {
    const draw = random(8)
    const slate = [0, 9, 20, 33, 41]
    const truth = slateTruth(catalog, at(), slate, conditions)
    const reached = new Float64Array(5)
    const finished = new Float64Array(5)
    const times = 20_000
    for (let t = 0; t < times; t++)
      listenTo(
        catalog,
        slate,
        truth,
        Float64Array.from({ length: 10 }, () => draw.next()),
      ).forEach((heard, k) => {
        reached[k]!++
        if (heard.finished) finished[k]!++
      })
    for (let k = 0; k < 5; k++) {
      expect(reached[k]! / times).toBeCloseTo(truth.reached[k]!, 1)
      expect(finished[k]! / reached[k]!).toBeCloseTo(truth.finish[k]!, 1)
    }
  })
})

describe('the oracle', () => {
  it('has a slate that no other slate of a small catalog beats, found by trying all of them', () => {
    for (let seed = 0; seed < 25; seed++) {
      const draw = random(`small ${seed}`)
      const small = loopCatalog(draw, 8, 2026)
      const moment = Float64Array.from({ length: 8 }, () => 1.5 * draw.normal())
      const harsh = conditionsOf({ satiation: 0.5 })
      const worth = slateValue(small, moment, harsh)
      let best = -Infinity
      for (const slate of arrangements(8, 4)) best = Math.max(best, worth(slate))
      expect(worth(oracleSlate(small, moment, harsh, 4))).toBeGreaterThan(best - 1e-4)
    }
  })
})

function* arrangements(tracks: number, length: number, before: number[] = []): Generator<number[]> {
  if (before.length === length) {
    yield before
    return
  }
  for (let row = 0; row < tracks; row++)
    if (!before.includes(row)) yield* arrangements(tracks, length, [...before, row])
}
