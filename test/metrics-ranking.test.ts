import { expect, test } from 'vitest'
import { coverage, gini, ndcgAtK, novelty, recallAtK, reciprocalRank, topK } from '../src/metrics/ranking.ts'

const ranked = [7, 3, 9, 1, 5]
const relevant = new Set([3, 5, 8, 2])

test('recall divides by the number of relevant items, also where k is smaller', () => {
  expect(recallAtK(ranked, relevant, 2)).toBe(1 / 4)
  expect(recallAtK(ranked, relevant, 5)).toBe(2 / 4)
  expect(recallAtK([3], relevant, 1)).toBe(1 / 4)
})

test('NDCG discounts by the logarithm of the rank, and its best is as long as k allows', () => {
  const log = Math.log2
  expect(ndcgAtK(ranked, relevant, 2)).toBeCloseTo(1 / log(3) / (1 + 1 / log(3)), 12)
  const most = 1 + 1 / log(3) + 1 / log(4) + 1 / log(5)
  expect(ndcgAtK(ranked, relevant, 5)).toBeCloseTo((1 / log(3) + 1 / log(6)) / most, 12)
  expect(ndcgAtK([3, 5, 8, 2, 1], relevant, 5)).toBe(1)
})

test('the reciprocal rank is that of the first relevant item, and 0 without one', () => {
  expect(reciprocalRank(ranked, relevant)).toBe(1 / 2)
  expect(reciprocalRank(ranked, new Set([4]))).toBe(0)
})

test('novelty is the bits that it takes to say who listens', () => {
  // One item everybody has (0 bits), one that a quarter has (2 bits).
  expect(novelty([0, 1], [8, 2], 8)).toBe(1)
})

test('coverage counts what is listed at all, and gini how unequally', () => {
  expect(coverage([3, 0, 1, 0])).toBe(0.5)
  expect(gini([2, 2, 2, 2])).toBe(0)
  // All lists name one of four items: 1 − 1/4.
  expect(gini([0, 0, 8, 0])).toBeCloseTo(0.75, 12)
  // Lorenz curve of 1, 3 by hand: 1/4.
  expect(gini([3, 1])).toBeCloseTo(0.25, 12)
})

test('the best come first, of equal ones the first, and −∞ never', () => {
  expect([...topK([1, 5, 5, Number.NEGATIVE_INFINITY, 3], 3)]).toEqual([1, 2, 4])
  expect([...topK([Number.NEGATIVE_INFINITY, 2], 5)]).toEqual([1])
})
