import { expect, it } from 'vitest'
import { adamRows, plainRows } from '../src/graph/adam-kernel.ts'
import { adamW, embeddingTable, GraphError } from '../src/graph/index.ts'

const optimizer = adamW({ learningRate: 0.1 })

it('three steps on rows with duplicates end where PyTorch SparseAdam ends', () => {
  const table = embeddingTable(4, 2)
  table.values.set(Array.from({ length: 8 }, (_, i) => Math.sin(1.3 * i + 1)))
  for (const ids of [
    [0, 2, 2],
    [2, 3, 0],
    [1, 1, 1],
  ]) {
    // The loss Σ (i · row)² with factors 1 … 6.
    const gradient = table.gather(ids).map((value, i) => 2 * (i + 1) ** 2 * value)
    table.update(ids, gradient, optimizer)
  }
  // torch.nn.Embedding(4, 2, sparse=True), torch.optim.SparseAdam(lr=.1), PyTorch 2.15, float64.
  // biome-ignore format: numbers
  const expected = [0.664096736, 0.563372124, -0.378639084, -0.918571253, 0.083469559, 0.766047588, 0.510503513, -0.550656968]
  for (const [i, value] of expected.entries()) expect(table.values[i]).toBeCloseTo(value, 6)
})

it('a row that occurs twice moves as if its gradients had come as one sum', () => {
  const [twice, once] = [embeddingTable(3, 2, { seed: 1 }), embeddingTable(3, 2, { seed: 1 })]
  twice.update([1, 0, 1], Float32Array.of(1, 2, 3, 4, 5, 6), optimizer)
  once.update([1, 0], Float32Array.of(6, 8, 3, 4), optimizer)
  expect(twice.values).toEqual(once.values)
})

it('rows outside the batch stay as they are', () => {
  const table = embeddingTable(3, 2, { seed: 1 })
  const before = table.values.slice()
  table.update([1], Float32Array.of(1, 1), optimizer)
  expect(table.values.slice(0, 2)).toEqual(before.slice(0, 2))
  expect(table.values.slice(4)).toEqual(before.slice(4))
  expect(table.values[2]).toBeCloseTo(before[2]! - 0.1, 6)
})

it('the same seed gives the same table, another seed another', () => {
  const values = (seed: number) => embeddingTable(5, 3, { seed }).values
  expect(values(1)).toEqual(values(1))
  expect(values(1)).not.toEqual(values(2))
})

it('refuses what is no row and gradients of another size', () => {
  const table = embeddingTable(3, 2)
  for (const id of [3, -1, 0.5, Number.NaN])
    expect(() => table.gather([0, id])).toThrow(
      new GraphError(`embedding: ${id} is not one of the rows 0 to 2.`),
    )
  expect(() => table.update([0], Float32Array.of(1), optimizer)).toThrow(
    'embedding: 1 rows of 2 need 2 gradients, not 1.',
  )
})

it('the WebAssembly loop and the loop in JavaScript give the same rows', () => {
  const both = [adamRows(3000, 8), plainRows(3000, 8)]
  const rows = Int32Array.from({ length: 2500 }, (_, i) => (i * 7) % 3000)
  for (let t = 1; t <= 3; t++) {
    const gradients = Float32Array.from({ length: 2500 * 8 }, (_, i) => Math.sin(i * t))
    for (const table of both)
      table.step(rows, gradients, { rate: 0.1, epsilon: 1e-8, beta1: 0.9, beta2: 0.999 })
  }
  const [fast, plain] = both.map(({ values }) => values) as [Float32Array, Float32Array]
  expect(fast.buffer.byteLength).toBeGreaterThan(plain.buffer.byteLength)
  let worst = 0
  for (let i = 0; i < plain.length; i++) worst = Math.max(worst, Math.abs(fast[i]! - plain[i]!))
  expect(worst).toBeLessThan(1e-6)
  expect(plain.some((value) => value !== 0)).toBe(true)
})
