import { expect, test } from 'vitest'
import { random } from '../src/core/random.ts'
import {
  fitTableEnsemble,
  type TableEnsembleSettings,
  tableEnsembleShare,
} from '../src/model/table-ensemble.ts'

const SETTINGS: TableEnsembleSettings = {
  d: 2,
  heads: 3,
  hidden: 8,
  penalty: 0.1,
  steps: 150,
  learningRate: 0.02,
}

/** Points of a square; those in two opposite quarters are 1: no line tells them apart. */
function quarters(n: number) {
  const rng = random('quarters')
  const X = Float32Array.from({ length: 2 * n }, () => 2 * rng.next() - 1)
  return { X, y: Uint8Array.from({ length: n }, (_, i) => (X[2 * i]! * X[2 * i + 1]! > 0 ? 1 : 0)) }
}

const accuracy = (p: Float64Array, y: Uint8Array) =>
  p.reduce((right, value, i) => right + (value >= 0.5 === (y[i] === 1) ? 1 : 0), 0) / y.length

test('networks learn what no line tells apart, from all rows, from drawn ones and from mixtures', async () => {
  const { X, y } = quarters(120)
  for (const how of [{}, { batch: 32 }, { mixup: 0.4 }]) {
    const model = await fitTableEnsemble(X, y, { ...SETTINGS, ...how }, random(1))
    expect(model.diverged).toBe(false)
    expect(accuracy(tableEnsembleShare(model, X), y)).toBeGreaterThan(0.93)
  }
})

test('the same seed gives the same probabilities bit by bit, another seed gives others', async () => {
  const { X, y } = quarters(40)
  const settings = { ...SETTINGS, steps: 20, batch: 16, mixup: 0.4 }
  const [a, b, c] = await Promise.all(
    [1, 1, 2].map(async (seed) =>
      tableEnsembleShare(await fitTableEnsemble(X, y, settings, random(seed)), X),
    ),
  )
  expect(a).toEqual(b)
  expect(a).not.toEqual(c)
})

test('a penalty draws the networks to the base rate', async () => {
  const { X, y } = quarters(60)
  const rate = y.reduce((sum, label) => sum + label, 0) / 60
  const model = await fitTableEnsemble(X, y, { ...SETTINGS, penalty: 1000, steps: 400 }, random(1))
  for (const p of tableEnsembleShare(model, X)) expect(p).toBeCloseTo(rate, 1)
})

test('labels of one class give finite probabilities on their side of one half', async () => {
  const { X } = quarters(30)
  for (const label of [0, 1]) {
    const model = await fitTableEnsemble(X, new Uint8Array(30).fill(label), SETTINGS, random(1))
    for (const p of tableEnsembleShare(model, X)) {
      expect(p).toBeGreaterThan(label === 1 ? 0.9 : -1e-9)
      expect(p).toBeLessThan(label === 1 ? 1 + 1e-9 : 0.1)
    }
  }
})

test('a training that diverges says so and gives finite probabilities', async () => {
  const { X, y } = quarters(30)
  const model = await fitTableEnsemble(X, y, { ...SETTINGS, learningRate: 1e38 }, random(1))
  expect(model.diverged).toBe(true)
  for (const p of tableEnsembleShare(model, X)) expect(p).toBeGreaterThanOrEqual(0)
})

test('an abort stops the training at once', async () => {
  const { X, y } = quarters(40)
  const stop = new AbortController()
  const running = fitTableEnsemble(X, y, { ...SETTINGS, steps: 1e9 }, random(1), stop.signal)
  setTimeout(() => stop.abort(new Error('stopped by hand')), 50)
  await expect(running).rejects.toThrow('by hand')
})
