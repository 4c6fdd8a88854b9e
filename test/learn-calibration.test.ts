import { describe, expect, it } from 'vitest'
import { random } from '../src/core/random.ts'
import { heldOutSlope, turnedAbout } from '../src/learn/calibration.ts'
import { calibrationSlope } from '../src/metrics/calibration.ts'

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z))

/** Plays that end as often as told, foreseen with log-odds that are `factor` times as far out as they should be; a sitting of five. */
function plays(n: number, factor: number, sittingOf = (i: number) => Math.floor(i / 5)) {
  const { normal, next } = random('calibrated plays')
  const truth = Float64Array.from({ length: n }, () => normal() * 1.5)
  const label = Uint8Array.from(truth, (z) => (next() < sigmoid(z) ? 1 : 0))
  const p = truth.map((z) => sigmoid(z * factor))
  return [p, label, Int32Array.from({ length: n }, (_, i) => sittingOf(i))] as const
}

describe('the slope that held-out plays prove', () => {
  it('is exactly 1 where the interval has 1 inside', () => {
    expect(heldOutSlope(...plays(1000, 1))).toBe(1)
    const [p, label] = plays(60, 0.9)
    expect(calibrationSlope(p, label)).not.toBeCloseTo(1, 1)
    expect(heldOutSlope(...plays(60, 0.9))).toBe(1)
  })

  it('is the end of the interval that is nearer to 1 elsewhere: between the slope and 1', () => {
    const [wild, timid] = [plays(1000, 2), plays(1000, 1 / 1.5)]
    const [steep, flat] = [calibrationSlope(timid[0], timid[1]), calibrationSlope(wild[0], wild[1])]
    expect(flat).toBeCloseTo(0.5, 1)
    expect(heldOutSlope(...wild)).toBeGreaterThan(flat + 0.02)
    expect(heldOutSlope(...wild)).toBeLessThan(flat + 0.12)
    expect(heldOutSlope(...timid)).toBeLessThan(steep - 0.05)
    expect(heldOutSlope(...timid)).toBeGreaterThan(steep - 0.35)
  })

  it('is nearer to 1 when fewer sittings speak for it, however many plays they have', () => {
    const [p, label, sitting] = plays(100, 2, (i) => i)
    const ten = <T>(values: ArrayLike<T>) =>
      Array.from(values).flatMap((value) => new Array<T>(10).fill(value))
    const repeated = [ten(p), Uint8Array.from(ten(label))] as const
    const once = heldOutSlope(p, label, sitting)
    expect(heldOutSlope(...repeated, ten(sitting))).toBeCloseTo(once, 6)
    const rows = Array.from({ length: 1000 }, (_, i) => i)
    expect(heldOutSlope(...repeated, rows)).toBeLessThan(once - 0.05)
  })

  it('stays between a quarter and two: the ranking is never turned round', () => {
    expect(heldOutSlope(...plays(1000, -1))).toBe(0.25)
    expect(heldOutSlope(...plays(1000, 20))).toBe(0.25)
    expect(heldOutSlope(...plays(1000, 0.1))).toBe(2)
  })

  it('is 1 where there is none: one outcome alone, one probability alone, outcomes that are told apart', () => {
    const sitting = Int32Array.from({ length: 40 }, (_, i) => i)
    const p = Float64Array.from({ length: 40 }, (_, i) => (i + 1) / 42)
    expect(heldOutSlope(p, new Uint8Array(40).fill(1), sitting)).toBe(1)
    expect(
      heldOutSlope(
        new Float64Array(40).fill(0.3),
        Uint8Array.from(p, (_, i) => i % 2),
        sitting,
      ),
    ).toBe(1)
    expect(
      heldOutSlope(
        p,
        Uint8Array.from(p, (q) => (q > 0.5 ? 1 : 0)),
        sitting,
      ),
    ).toBe(1)
    expect(heldOutSlope([], new Uint8Array(0), [])).toBe(1)
  })

  it('is the same at every call', () => {
    expect(heldOutSlope(...plays(300, 3))).toBe(heldOutSlope(...plays(300, 3)))
  })
})

describe('log-odds turned by a slope', () => {
  it('keep their mean, and lie so much further from it', () => {
    const logits = [-3, 0.5, 1, 4.5]
    const mean = 0.75
    for (const slope of [0.25, 1, 1.7]) {
      const { a, b } = turnedAbout(slope, logits)
      expect(a).toBe(slope)
      for (const z of logits) expect(a * z + b - mean).toBeCloseTo(slope * (z - mean), 12)
    }
  })

  it('are left as they are by the slope 1', () => {
    expect(turnedAbout(1, [-3, 8])).toEqual({ a: 1, b: 0 })
  })
})
