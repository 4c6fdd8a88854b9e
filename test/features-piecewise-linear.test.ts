import { expect, test } from 'vitest'
import { encode, encodedWidth, fitBins } from '../src/features/piecewise-linear.ts'

function encoded(value: number, edges: Float64Array): number[] {
  const out = new Float64Array(encodedWidth(edges))
  encode(value, edges, out, 0)
  return Array.from(out)
}

test('edges are the quantiles of the known values', () => {
  expect(Array.from(fitBins([4, Number.NaN, 0, 1, 3, 2, Number.POSITIVE_INFINITY], 4))).toEqual([
    0, 1, 2, 3, 4,
  ])
})

test('equal quantiles become one edge, and a constant or empty column has none', () => {
  expect(Array.from(fitBins([0, 0, 0, 0, 0, 0, 1, 2, 4], 4))).toEqual([0, 1, 4])
  expect(fitBins([7, 7, 7], 4)).toHaveLength(0)
  expect(fitBins([Number.NaN], 4)).toHaveLength(0)
})

test('a value fills the bins below it, part of its own, and none above', () => {
  const edges = Float64Array.from([0, 10, 20, 40])
  expect(encoded(15, edges)).toEqual([1, 0.5, 0])
  expect(encoded(0, edges)).toEqual([0, 0, 0])
  expect(encoded(40, edges)).toEqual([1, 1, 1])
})

test('beyond the training range the line goes on for one bin and no further', () => {
  const edges = Float64Array.from([0, 10, 20])
  expect(encoded(-5, edges)).toEqual([-0.5, 0])
  expect(encoded(1000, edges)).toEqual([1, 2])
  expect(encoded(-1000, edges)).toEqual([-1, 0])
})

test('a missing value writes zeros', () => {
  expect(encoded(Number.NaN, Float64Array.from([0, 1, 2]))).toEqual([0, 0])
})

test('one bin reaches as far on both sides', () => {
  expect(encoded(50, Float64Array.from([0, 10]))).toEqual([2])
  expect(encoded(-50, Float64Array.from([0, 10]))).toEqual([-1])
})
