import { describe, expect, it } from 'vitest'
import {
  gapViolations,
  gradedNdcg,
  intraListDistance,
  meanKnown,
  miscalibration,
  overlap,
  selfInformation,
} from '../src/metrics/lists.ts'

describe('the distance within a list', () => {
  it('is the mean over its pairs, of what both of a pair have', () => {
    expect(
      intraListDistance([
        [0, 0],
        [3, 3],
        [0, 0],
      ]),
    ).toBeCloseTo(2)
    expect(
      intraListDistance([
        [0, Number.NaN],
        [4, 9],
      ]),
    ).toBe(4)
  })

  it('does not exist where no two tracks can be compared', () => {
    expect(intraListDistance([[1]])).toBeNaN()
    expect(intraListDistance([[Number.NaN], [1]])).toBeNaN()
  })
})

describe('the self-information of a list', () => {
  it('is 0 bits for what everybody knows and log2 101 for what nobody does', () => {
    expect(selfInformation([100])).toBeCloseTo(0)
    expect(selfInformation([0])).toBeCloseTo(Math.log2(101))
    expect(selfInformation([100, 0, Number.NaN])).toBeCloseTo(Math.log2(101) / 2)
    expect(selfInformation([Number.NaN])).toBeNaN()
  })
})

it('a mean leaves out what is not known', () => {
  expect(meanKnown([1, Number.NaN, 3])).toBe(2)
  expect(meanKnown([])).toBeNaN()
})

it('a gap is violated by every track that comes too soon after the last of its artist', () => {
  expect(gapViolations([1, 2, 3, 1], 2)).toBe(0)
  expect(gapViolations([1, 2, 1, 1], 2)).toBe(2)
  expect(gapViolations([1, 1, 1], 0)).toBe(0)
})

describe('miscalibration', () => {
  it('is 0 when the shares of the list are those of the taste', () => {
    expect(miscalibration([0.5, 0.5], [0, 1, 1, 0])).toBeCloseTo(0)
    expect(miscalibration([0.75, 0.25], [0, 0, 0, 1])).toBeCloseTo(0)
  })

  it('is as Steck works it out for a list that leaves a part out', () => {
    // 0.7 ln(0.7 / (0.99 + 0.007)) + 0.3 ln(0.3 / 0.003), by hand
    expect(miscalibration([0.7, 0.3], [0, 0, 0])).toBeCloseTo(-0.24756 + 1.38155, 4)
  })

  it('does not exist for an empty list', () => {
    expect(miscalibration([1], [])).toBeNaN()
  })
})

it('lists overlap by what they share of all that either has', () => {
  expect(overlap([1, 2, 3], [2, 3, 4])).toBe(0.5)
  expect(overlap([1, 2], [2, 1])).toBe(1)
  expect(overlap([], [1])).toBe(0)
  expect(overlap([], [])).toBeNaN()
})

it('the graded NDCG is 1 for the best of the pool in their order, and less for anything else', () => {
  const pool = [0.2, 0.9, 0.5, 0.1]
  expect(gradedNdcg([0.9, 0.5], pool)).toBe(1)
  expect(gradedNdcg([0.5, 0.9], pool)).toBeCloseTo((0.5 + 0.9 / Math.log2(3)) / (0.9 + 0.5 / Math.log2(3)))
  expect(gradedNdcg([], pool)).toBeNaN()
})
