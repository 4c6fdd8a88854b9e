import { describe, expect, it } from 'vitest'
import { describeWeights, refusal } from '../src/off-policy/weights.ts'

const UNIT = { one: 'sitting', many: 'sittings' }
const alone = (weights: readonly number[]) => describeWeights(Float64Array.from(weights))

describe('weights', () => {
  it('are as many samples as there are when all are alike, and one when one outweighs all', () => {
    expect(alone([2, 2, 2, 2]).effectiveSampleSize).toBeCloseTo(4, 12)
    expect(alone([1e9, 1, 1, 1]).effectiveSampleSize).toBeCloseTo(1, 6)
    expect(alone([1, 3]).effectiveSampleSize).toBeCloseTo(16 / 10, 12)
  })

  it('are described by their mean with its error, their largest, their quantiles and the share of zeros', () => {
    const weights = [0, 0, ...Array.from({ length: 98 }, (_, i) => i + 1)]
    const told = alone(weights)
    expect(told).toMatchObject({ n: 100, maxWeight: 98, zeroShare: 0.02, quantiles: [49, 89, 98] })
    expect(told.meanWeight).toBeCloseTo(48.51, 10)
    const variance = weights.reduce((sum, w) => sum + (w - 48.51) ** 2, 0) / 99
    expect(told.meanWeightError).toBeCloseTo(Math.sqrt(variance / 100), 10)
  })
})

describe('a log that cannot say', () => {
  /** `n` weights of 1 ± `spread`, whose mean is 1. */
  const even = (n: number, spread = 0.5) =>
    Array.from({ length: n }, (_, i) => 1 + (i % 2 ? spread : -spread))

  it('is not refused when it can', () => {
    expect(refusal(alone(even(400)), 0, UNIT)).toBeNull()
    expect(refusal(alone(even(400, 0)), 0, UNIT)).toBeNull()
  })

  it('is refused under 200 effective samples, with how many more would be enough', () => {
    // 160 sittings with weights 0.5 and 1.5 are 128 effective ones: it takes 250 in all.
    expect(refusal(alone(even(160)), 0, UNIT)).toBe(
      "Reweighted, 160 sittings say as much as 128 of this policy's own, and it takes 200: about 90 sittings more like these would be enough.",
    )
    expect(refusal(alone(even(250)), 0, UNIT)).toBeNull()
  })

  it('is refused when the weights do not average 1: then the propensities are not its own', () => {
    const off = even(10_000).map((weight) => weight * 1.1)
    expect(refusal(alone(off), 0, UNIT)).toContain(
      'The weights average 1.100 ± 0.006 (standard error) and should average 1',
    )
    expect(refusal(alone(even(10_000).map((weight) => weight * 1.005)), 0, UNIT)).toBeNull()
  })

  it('is not refused for propensities that were written with few digits', () => {
    expect(refusal(alone(even(400, 0).map((weight) => weight * 1.0004)), 0, UNIT)).toBeNull()
    expect(refusal(alone(even(400, 0).map((weight) => weight * 1.004)), 0, UNIT)).not.toBeNull()
  })

  it('is refused when the target draws what the log never did, whatever the weights', () => {
    expect(refusal(alone(even(400)), 0.2, UNIT)).toContain(
      '20 % of what this policy draws is never drawn in the log',
    )
    expect(refusal(alone(even(400)), 0.004, UNIT)).toBeNull()
  })

  it('is refused when a propensity is so small that a weight, or its square, is no number', () => {
    for (const weight of [Number.POSITIVE_INFINITY, 1e300])
      expect(refusal(alone([...even(400), weight]), 0, UNIT)).toContain('larger than any number can be')
  })

  it('is refused when nothing that was logged is what the target does, and when nothing was logged', () => {
    expect(refusal(alone([0, 0, 0]), 0, UNIT)).toContain('never did what this policy does in 3 sittings')
    expect(refusal(alone([]), 0, UNIT)).toContain('no sittings that count')
  })
})
