import { expect, it } from 'vitest'
import { random } from '../src/core/random.ts'
import { closenessIn } from '../src/taste/closeness.ts'

const [rows, width] = [50, 6]
const rng = random('closeness')
const vectors = Float32Array.from({ length: rows * width }, () => 3 + rng.normal())
const listener = Float32Array.from({ length: width }, () => rng.normal())
const all = Array.from({ length: rows }, (_, row) => row)

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const deviation = (values: readonly number[]) =>
  Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)))

it('is the z-score of the inner product over all rows', () => {
  const close = closenessIn(vectors, width)(listener)
  const dots = all.map((row) =>
    mean(Array.from(listener, (value, i) => value * vectors[row * width + i]! * width)),
  )
  for (const row of all) expect(close(row)).toBeCloseTo((dots[row]! - mean(dots)) / deviation(dots), 4)
})

it('leaves out rows without a vector, and says 0 of them', () => {
  const some = vectors.map((value, at) => (Math.floor(at / width) % 2 ? 1e6 : value))
  const close = closenessIn(some, width, (row) => row % 2 === 0)(listener)
  const known = all.filter((row) => row % 2 === 0).map(close)
  expect(mean(known)).toBeCloseTo(0, 4)
  expect(deviation(known)).toBeCloseTo(1, 4)
  expect(close(1)).toBe(0)
})

it('says nothing where all rows are alike to the listener', () => {
  expect(closenessIn(new Float32Array(12).fill(2), 3)(Float32Array.of(1, 2, 3))(1)).toBe(0)
  expect(closenessIn(vectors, width)(new Float32Array(width))(3)).toBe(0)
  expect(closenessIn(new Float32Array(0), 3)(Float32Array.of(1, 2, 3))(0)).toBe(0)
})
