import { describe, expect, it } from 'vitest'
import { LABELS } from '../src/core/labels.ts'
import { trackValues, VALUE } from '../src/core/value.ts'

const of = (...values: number[]) => Float64Array.from(values)

describe('the value of a track', () => {
  it('weighs every label, a skip against it, on the scale of log-odds', () => {
    expect(Object.keys(VALUE).sort()).toEqual([...LABELS].sort())
    expect(LABELS.filter((label) => VALUE[label] < 0)).toEqual(['skip'])
    expect(Object.values(VALUE).reduce((sum, weight) => sum + Math.abs(weight), 0)).toBeCloseTo(1, 12)
    const alike = { finish: of(2, -1), skip: of(-2, 1), like: of(2, -1), repeat: of(2, -1) }
    expect(Array.from(trackValues(alike))).toEqual([expect.closeTo(2, 12), expect.closeTo(-1, 12)])
  })

  it('is the log-odds of a finish where nothing else could be learned', () => {
    expect(Array.from(trackValues({ finish: of(0.5, -3) }))).toEqual([0.5, -3])
  })

  it('ranks what is come back to above what is as likely to be finished', () => {
    const [once, again] = trackValues({ finish: of(1, 1), skip: of(-1, -1), repeat: of(-2, 2) })
    expect(again).toBeGreaterThan(once!)
  })

  it('never lets likes outweigh a finish', () => {
    const [finished, liked] = trackValues({ finish: of(1, 0), like: of(0, 1) })
    expect(finished).toBeGreaterThan(liked!)
  })
})
