import { expect, test } from 'vitest'
import { encodeRows, fitEncoder } from '../src/features/encoder.ts'
import { fitTableEncoding, type TableEncodingSettings } from '../src/features/table-encoding.ts'

const rows = (...numbers: number[]) => Uint32Array.from(numbers)
const column = (...values: number[]) => ({ values: Float64Array.from(values), d: 1 })
const STANDARD: TableEncodingSettings = { bins: 0, products: false }

test('values are standardised by the training rows alone', () => {
  const encoding = fitTableEncoding(column(1, 3, 1000), rows(0, 1), STANDARD)
  expect(Array.from(encoding.encode(rows(0, 1)))).toEqual([-1, 1])
  expect(encoding.width).toBe(1)
})

test('a broken cell far out is held near', () => {
  const encoding = fitTableEncoding(column(1, 3, 1e9), rows(0, 1), STANDARD)
  expect(Array.from(encoding.encode(rows(2)))).toEqual([4])
})

test('a missing value becomes the mean, and raises a flag where training had gaps', () => {
  const encoding = fitTableEncoding(column(1, 3, Number.NaN, Number.NaN), rows(0, 1, 2), STANDARD)
  expect(Array.from(encoding.encode(rows(0, 3)))).toEqual([-1, 0, 0, 1])
  const without = fitTableEncoding(column(1, 3, Number.NaN), rows(0, 1), STANDARD)
  expect(Array.from(without.encode(rows(2)))).toEqual([0])
})

test('a column that is constant or empty in training takes no part', () => {
  const table = {
    values: Float64Array.from([0.1, Number.NaN, 1, 0.1, Number.NaN, 3, 0.1, Number.NaN, 1, 9, 4, 3]),
    d: 3,
  }
  for (const settings of [STANDARD, { bins: 2, products: true }]) {
    const encoding = fitTableEncoding(table, rows(0, 1, 2), settings)
    expect(encoding.encode(rows(3))).toEqual(encoding.encode(rows(1)))
  }
})

test('a training part without any spread still gives a row a number', () => {
  const encoding = fitTableEncoding(column(5, 5, 7), rows(0, 1), STANDARD)
  expect(Array.from(encoding.encode(rows(0, 2)))).toEqual([0, 0])
})

test('the piecewise-linear encoding stands beside the standardised value', () => {
  const encoding = fitTableEncoding(column(0, 1, 2), rows(0, 1, 2), { bins: 2, products: false })
  expect(Array.from(encoding.encode(rows(1, 2))).map((value) => Number(value.toFixed(3)))).toEqual([
    0, 1, 0, 1.225, 1, 1,
  ])
})

test('without products it is the encoding that the stored models use', () => {
  const values = Float64Array.from([1, Number.NaN, 2, 7, 4, 8, 8, 1, 16, 3])
  const encoding = fitTableEncoding({ values, d: 2 }, rows(0, 1, 2, 3), { bins: 3, products: false })
  const raw = Float32Array.from(values)
  const encoder = fitEncoder(raw.subarray(0, 8), [3, 3])
  expect(encoding.encode(rows(0, 1, 2, 3, 4))).toEqual(encodeRows(encoder, raw))
})

test('bins can be cut on a reference instead, but not on an empty one', () => {
  const table = column(0, 1, 2)
  const cut = (reference: Float64Array) =>
    Array.from(
      fitTableEncoding(table, rows(0, 1, 2), { bins: 2, products: false, reference: [reference] }).encode(
        rows(2),
      ),
    ).slice(1)
  expect(cut(Float64Array.from([0, 4, 8]))).toEqual([0.5, 0])
  expect(cut(new Float64Array(0))).toEqual([1, 1])
})

test('products pair the quantile positions, and a missing value takes no part', () => {
  const table = { values: Float64Array.from([0, 0, 1, 1, 0, 1, Number.NaN, 1]), d: 2 }
  const encoding = fitTableEncoding(table, rows(0, 1, 2), { bins: 1, products: true })
  const products = [0, 1, 2, 3].map((row) => encoding.encode(rows(row)).at(-1))
  expect(products).toEqual([1.5, 1.5, -1.5, 0])
})

test('many columns have no products', () => {
  const table = { values: new Float64Array(2 * 41).map((_, i) => i), d: 41 }
  expect(fitTableEncoding(table, rows(0, 1), { bins: 2, products: true }).width).toBe(41 * 3)
})
