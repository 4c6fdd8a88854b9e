import { expect, test } from 'vitest'
import { piecewiseEncoder, standardEncoder } from '../src/features/table-encoding.ts'

const rows = (...numbers: number[]) => Uint32Array.from(numbers)
const column = (...values: number[]) => ({ values: Float64Array.from(values), d: 1 })

test('values are standardised by the training rows alone', () => {
  const encoder = standardEncoder(column(1, 3, 1000), rows(0, 1))
  expect(Array.from(encoder.encode(rows(0, 1)))).toEqual([-1, 1])
  expect(encoder.width).toBe(1)
})

test('a broken cell far out is held near', () => {
  const encoder = standardEncoder(column(1, 3, 1e9), rows(0, 1))
  expect(Array.from(encoder.encode(rows(2)))).toEqual([8])
})

test('a missing value becomes the mean, and raises a flag where training had gaps', () => {
  const encoder = standardEncoder(column(1, 3, Number.NaN, Number.NaN), rows(0, 1, 2))
  expect(Array.from(encoder.encode(rows(0, 3)))).toEqual([-1, 0, 0, 1])
  const without = standardEncoder(column(1, 3, Number.NaN), rows(0, 1))
  expect(Array.from(without.encode(rows(2)))).toEqual([0])
})

test('a column that is constant or empty in training becomes zeros', () => {
  const table = { values: Float64Array.from([5, Number.NaN, 5, Number.NaN, 9, 4]), d: 2 }
  const encoder = standardEncoder(table, rows(0, 1))
  expect(Array.from(encoder.encode(rows(2)))).toEqual([0, 0, 0])
})

test('the piecewise-linear encoding stands beside the standardised value', () => {
  const encoder = piecewiseEncoder(column(0, 1, 2), rows(0, 1, 2), { bins: 2, products: false })
  expect(Array.from(encoder.encode(rows(1, 2))).map((value) => Number(value.toFixed(3)))).toEqual([
    0, 1, 0, 1.225, 1, 1,
  ])
})

test('bins can be cut on a reference instead, but not on an empty one', () => {
  const table = column(0, 1, 2)
  const cut = (reference: Float64Array) =>
    Array.from(
      piecewiseEncoder(table, rows(0, 1, 2), { bins: 2, products: false, reference: [reference] }).encode(
        rows(2),
      ),
    ).slice(1)
  expect(cut(Float64Array.from([0, 4, 8]))).toEqual([0.5, 0])
  expect(cut(new Float64Array(0))).toEqual([1, 1])
})

test('products pair the quantile positions, and a missing value takes no part', () => {
  const table = { values: Float64Array.from([0, 0, 1, 1, 0, 1, Number.NaN, 1]), d: 2 }
  const encoder = piecewiseEncoder(table, rows(0, 1, 2), { bins: 1, products: true })
  const products = [0, 1, 2, 3].map((row) => encoder.encode(rows(row)).at(-1))
  expect(products).toEqual([1.5, 1.5, -1.5, 0])
})

test('many columns have no products', () => {
  const table = { values: new Float64Array(2 * 41).map((_, i) => i), d: 41 }
  expect(piecewiseEncoder(table, rows(0, 1), { bins: 2, products: true }).width).toBe(41 * 3)
})
