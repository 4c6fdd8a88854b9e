import { beforeAll, describe, expect, it } from 'vitest'
import { conditionsOf } from '../src/loop/conditions.ts'
import { CONTENDERS, contenderOf } from '../src/loop/contenders.ts'
import { cumulativeShares, judgeCourses, sittingsToTaste } from '../src/loop/measures.ts'
import { runLoop } from '../src/loop/run.ts'
import { makeSetting, type Setting } from '../src/loop/setting.ts'

const SIZE = { listeners: 4, sittings: 6 }
const made = () => makeSetting(7, conditionsOf({ tracks: 120 }), SIZE, 80)
let setting: Setting

beforeAll(() => {
  setting = made()
})

describe('a closed loop', () => {
  it('runs the same for the same seed, whatever ran before, and otherwise for another', () => {
    const first = runLoop(setting, contenderOf('deepcuts'), 7)
    runLoop(setting, contenderOf('greedy'), 7)
    const again = runLoop(made(), contenderOf('deepcuts'), 7)
    expect(again.map(({ value }) => [...value])).toEqual(first.map(({ value }) => [...value]))
    const other = runLoop(setting, contenderOf('deepcuts'), 8)
    expect(other.map(({ value }) => [...value])).not.toEqual(first.map(({ value }) => [...value]))
  })

  it('gives two policies that show the same the same: listeners, days, moods and chances are shared', () => {
    const greedy = contenderOf('greedy')
    const twin = { ...greedy, name: 'twin' }
    const [one, two] = [runLoop(setting, greedy, 7), runLoop(setting, twin, 7)]
    expect(two.map(({ value }) => [...value])).toEqual(one.map(({ value }) => [...value]))
  })

  it('has no policy that brings more at the first sitting than the oracle, and none that brings nothing', () => {
    const oracle = runLoop(setting, 'oracle', 7)
    for (const contender of CONTENDERS) {
      const courses = runLoop(setting, contender, 7)
      courses.forEach(({ value }, i) => {
        expect(value[0]).toBeLessThanOrEqual(oracle[i]!.value[0]! * 1.02)
      })
      const { satisfaction } = judgeCourses(setting, courses, oracle)
      expect(satisfaction).toBeGreaterThan(0.05)
      expect(satisfaction).toBeLessThan(1)
    }
  })

  it('is better for listeners when the model learns from what it showed than when chance shows', () => {
    const oracle = runLoop(setting, 'oracle', 7)
    const of = (name: string) => judgeCourses(setting, runLoop(setting, contenderOf(name), 7), oracle)
    expect(of('greedy').satisfaction).toBeGreaterThan(1.3 * of('uniform').satisfaction)
    expect(of('deepcuts').satisfaction).toBeGreaterThan(1.3 * of('uniform').satisfaction)
    expect(of('uniform').coverage).toBeGreaterThan(of('greedy').coverage)
    expect(of('uniform').artistConcentration).toBeLessThan(of('greedy').artistConcentration)
  })
})

describe('the measures', () => {
  it('find the sitting by which the last five brought four fifths', () => {
    const oracle = new Float64Array(10).fill(10)
    expect(sittingsToTaste(Float64Array.of(0, 0, 0, 8, 8, 8, 8, 8, 8, 8), oracle)).toBe(8)
    expect(sittingsToTaste(new Float64Array(10).fill(9), oracle)).toBe(5)
    expect(sittingsToTaste(new Float64Array(10).fill(7), oracle)).toBeUndefined()
  })

  it('add up over sittings and listeners', () => {
    const course = (...value: number[]) => ({
      value: Float64Array.from(value),
      discovered: new Float64Array(2),
      plays: new Uint16Array(120),
    })
    const oracle = [course(10, 10), course(10, 10)]
    expect(cumulativeShares([course(5, 10), course(5, 0)], oracle)).toEqual([0.5, 0.5])
    const judged = judgeCourses(setting, [course(5, 10), course(5, 0)], oracle)
    expect(judged.satisfaction).toBe(0.5)
    expect(judged.regret).toBe(10)
  })
})
