import { expect, test } from 'vitest'
import { random } from '../src/core/random.ts'
import {
  bootstrapInterval,
  bootstrapNormalInterval,
  notNegative,
  repeatedCvInterval,
} from '../src/metrics/interval.ts'
import { sampledMean } from '../src/metrics/sample.ts'
import { studentCdf, studentQuantile } from '../src/metrics/student-t.ts'

test("Student's t quantiles agree with the printed tables", () => {
  const table: readonly [number, number][] = [
    [1, 12.706],
    [2, 4.303],
    [3, 3.182],
    [4, 2.776],
    [9, 2.262],
    [10, 2.228],
    [99, 1.984],
  ]
  for (const [degrees, t] of table) expect(studentQuantile(0.975, degrees)).toBeCloseTo(t, 3)
  expect(studentCdf(0, 5)).toBeCloseTo(0.5, 12)
  expect(studentCdf(-2.015, 5)).toBeCloseTo(0.05, 4)
  expect(studentQuantile(0.975, 0)).toBeNaN()
})

test('the interval of repeated cross-validation widens the variance by test over training share', () => {
  const scores = [0.7, 0.8, 0.9, 0.8]
  const { mean, ci95 } = repeatedCvInterval(scores, 1 / 3)
  const s2 = (0.01 + 0 + 0.01 + 0) / 3
  const half = 3.1824463 * Math.sqrt((1 / 4 + 1 / 3) * s2)
  expect(mean).toBeCloseTo(0.8, 12)
  expect(ci95[0]).toBeCloseTo(0.8 - half, 6)
  expect(ci95[1]).toBeCloseTo(0.8 + half, 6)
})

test('folds without a score are left out', () => {
  expect(repeatedCvInterval([0.5, Number.NaN, 0.7, 0.6], 0.1)).toEqual(
    repeatedCvInterval([0.5, 0.7, 0.6], 0.1),
  )
})

test('the bootstrap interval of a mean is as wide as theory says', () => {
  const rng = random(1)
  const values = Array.from({ length: 400 }, () => rng.normal())
  const statistic = sampledMean(Float64Array.from(values))
  const groups = values.map((_, i) => i)
  const { mean, ci95 } = bootstrapInterval({ groups, statistic, next: rng.next, draws: 2000 })
  expect(mean).toBeCloseTo(values.reduce((a, b) => a + b) / 400, 12)
  expect((ci95[1] - ci95[0]) / (2 * 1.96 * 0.05)).toBeGreaterThan(0.85)
  expect((ci95[1] - ci95[0]) / (2 * 1.96 * 0.05)).toBeLessThan(1.15)
})

test('rows of one listener are drawn together: copies of a row do not narrow the interval', () => {
  const rng = random(2)
  const base = Array.from({ length: 50 }, () => rng.normal())
  const copies = base.flatMap((value) => Array<number>(10).fill(value))
  const width = (values: readonly number[], groups: ArrayLike<number>) => {
    const statistic = sampledMean(Float64Array.from(values))
    const { ci95 } = bootstrapInterval({ groups, statistic, next: rng.next })
    return ci95[1] - ci95[0]
  }
  const blocks = (n: number, size: number) => Uint32Array.from({ length: n }, (_, i) => Math.floor(i / size))
  const right = width(copies, blocks(500, 10))
  const alone = width(base, blocks(50, 1))
  const naive = width(copies, blocks(500, 1))
  expect(right / alone).toBeGreaterThan(0.85)
  expect(naive / alone).toBeLessThan(0.5)
})

test('the normal bootstrap interval is centred on the estimate', () => {
  const rng = random(3)
  const values = [1, 2, 3, 4, 10]
  const { mean, ci95 } = bootstrapNormalInterval({
    groups: [0, 1, 2, 3, 4],
    statistic: (times) => Math.max(...values.filter((_, row) => times[row]! > 0)),
    next: rng.next,
  })
  expect(mean).toBe(10)
  expect((ci95[0] + ci95[1]) / 2).toBeCloseTo(10, 9)
})

test('draws on which the quantity does not exist are left out', () => {
  const rng = random(4)
  const { ci95 } = bootstrapInterval({
    groups: [0, 1, 2],
    statistic: (times) => (times[0]! > 0 ? 1 : Number.NaN),
    next: rng.next,
  })
  expect(ci95).toEqual([1, 1])
})

test('rows of one group are drawn equally often, as many groups as there are', () => {
  const rng = random(5)
  const seen: number[][] = []
  bootstrapInterval({
    groups: [7, 3, 7, 9, 3],
    statistic: (times) => seen.push(Array.from(times)),
    next: rng.next,
    draws: 50,
  })
  expect(seen).toHaveLength(51)
  for (const [a, b, c, d, e] of seen) {
    expect([c, e]).toEqual([a, b])
    expect(a! + b! + d!).toBe(3)
  }
  expect(new Set(seen.map(String)).size).toBeGreaterThan(5)
})

test('the interval of what cannot be negative ends at zero', () => {
  expect(notNegative({ mean: 0.01, ci95: [-0.02, 0.04] })).toEqual({ mean: 0.01, ci95: [0, 0.04] })
  expect(notNegative({ mean: 0.03, ci95: [0.02, 0.04] })).toEqual({ mean: 0.03, ci95: [0.02, 0.04] })
})
