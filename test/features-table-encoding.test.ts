import { expect, test } from 'vitest'
import { encodeRows, fitEncoder } from '../src/features/encoder.ts'
import { fitTableEncoding, type Rows, type TablePart } from '../src/features/table-encoding.ts'

const rows = (...numbers: number[]) => Uint32Array.from(numbers)
const column = (...values: number[]): Rows => ({ values: Float64Array.from(values), d: 1 })
const standard = (rows: Rows): TablePart[] => [{ rows, as: 'values' }]
const everything = (rows: Rows): TablePart[] => [
  { rows, as: 'values' },
  { rows, as: 'bins', bins: 2 },
  { rows, as: 'products', bins: 2 },
]

test('values are standardised by the training rows alone', () => {
  const encoding = fitTableEncoding(standard(column(1, 3, 1000)), rows(0, 1))
  expect(Array.from(encoding.encode(rows(0, 1)))).toEqual([-1, 1])
  expect(encoding.width).toBe(1)
})

test('a broken cell far out is held near', () => {
  const encoding = fitTableEncoding(standard(column(1, 3, 1e9)), rows(0, 1))
  expect(Array.from(encoding.encode(rows(2)))).toEqual([4])
})

test('a missing value becomes the mean, and raises a flag where training had gaps', () => {
  const encoding = fitTableEncoding(standard(column(1, 3, Number.NaN, Number.NaN)), rows(0, 1, 2))
  expect(Array.from(encoding.encode(rows(0, 3)))).toEqual([-1, 0, 0, 1])
  const without = fitTableEncoding(standard(column(1, 3, Number.NaN)), rows(0, 1))
  expect(Array.from(without.encode(rows(2)))).toEqual([0])
})

test('a column that is constant or empty in training takes no part, though it varies later', () => {
  const table = {
    values: Float64Array.from([0.1, Number.NaN, 1, 0.1, Number.NaN, 3, 0.1, Number.NaN, 1, 9, 4, 3]),
    d: 3,
  }
  for (const parts of [standard(table), everything(table)]) {
    const encoding = fitTableEncoding(parts, rows(0, 1, 2))
    expect(encoding.encode(rows(3))).toEqual(encoding.encode(rows(1)))
  }
})

test('a training part without any spread still gives a row a number', () => {
  const encoding = fitTableEncoding(everything(column(5, 5, 7)), rows(0, 1))
  expect(Array.from(encoding.encode(rows(0, 2)))).toEqual([0, 0])
})

test('bins stand beside the standardised value, around 0; a missing value is in none', () => {
  const parts = everything(column(0, 1, 2, Number.NaN)).slice(0, 2)
  const encoding = fitTableEncoding(parts, rows(0, 1, 2))
  expect(Array.from(encoding.encode(rows(1, 2, 3))).map((value) => Number(value.toFixed(3)))).toEqual([
    0, 0.5, -0.5, 1.225, 0.5, 0.5, 0, 0, 0,
  ])
})

test('values alone are the encoding that the stored models use', () => {
  const values = Float64Array.from([1, Number.NaN, 2, 7, 4, 8, 8, 1, 16, 3])
  const encoding = fitTableEncoding(standard({ values, d: 2 }), rows(0, 1, 2, 3))
  const raw = Float32Array.from(values)
  const encoder = fitEncoder(raw.subarray(0, 8), [0, 0])
  expect(encoding.encode(rows(0, 1, 2, 3, 4))).toEqual(encodeRows(encoder, raw))
})

test('products pair the quantile positions, and a missing value takes no part', () => {
  const table = { values: Float64Array.from([0, 0, 1, 1, 0, 1, Number.NaN, 1]), d: 2 }
  const encoding = fitTableEncoding([{ rows: table, as: 'products', bins: 1 }], rows(0, 1, 2))
  expect(Array.from(encoding.encode(rows(0, 1, 2, 3)))).toEqual([1.5, 1.5, -1.5, 0])
})

test('many columns have no products', () => {
  const table = { values: new Float64Array(2 * 41).map((_, i) => i), d: 41 }
  expect(fitTableEncoding(everything(table), rows(0, 1)).width).toBe(41 * 3)
})
