import { expect, test } from 'vitest'
import { random } from '../src/core/random.ts'
import { fitLogistic, logit, predict, sigmoid } from '../src/model/logistic.ts'
import { applyPlatt, fitPlatt } from '../src/model/platt.ts'

function world(n: number, truth: readonly number[], bias: number, seed = 1) {
  const rng = random(seed)
  const d = truth.length
  const X = new Float32Array(n * d)
  const y = new Uint8Array(n)
  for (let i = 0; i < n; i++) {
    let z = bias
    for (let j = 0; j < d; j++) {
      X[i * d + j] = rng.normal()
      z += truth[j]! * X[i * d + j]!
    }
    y[i] = rng.next() < sigmoid(z) ? 1 : 0
  }
  return { X, y, d }
}

test('logistic regression finds the weights that made the labels', () => {
  const { X, y, d } = world(20_000, [1.5, -0.7, 0, 0.3], -0.4)
  const model = fitLogistic(X, y, { d, l2: 0 })
  for (const [j, truth] of [1.5, -0.7, 0, 0.3].entries()) expect(model.weights[j]).toBeCloseTo(truth, 1)
  expect(model.bias).toBeCloseTo(-0.4, 1)
})

test('the fit is the optimum of the documented objective: every part of its gradient is zero', () => {
  const { X, y, d } = world(500, [1, -2, 0.5], 0.2)
  const weights = Float64Array.from({ length: 500 }, (_, i) => 1 + (i % 3))
  const l2 = 0.05
  const model = fitLogistic(X, y, { d, l2, weights, tolerance: 1e-8 })
  const total = weights.reduce((a, b) => a + b, 0)
  const p = predict(model, X)
  for (let j = 0; j <= d; j++) {
    let gradient = j < d ? l2 * model.weights[j]! : 0
    for (let i = 0; i < 500; i++)
      gradient += ((weights[i]! * (p[i]! - y[i]!)) / total) * (j < d ? X[i * d + j]! : 1)
    expect(Math.abs(gradient)).toBeLessThan(1e-7)
  }
})

test('a table without columns leaves the base rate', () => {
  const model = fitLogistic(new Float32Array(0), [1, 0, 0, 0], { d: 0, l2: 0.1 })
  expect(sigmoid(logit(model, new Float32Array(0), 0))).toBeCloseTo(0.25, 9)
})

test('one class only gives a finite model that says that class', () => {
  const model = fitLogistic(Float32Array.from([0, 1, 2]), [1, 1, 1], { d: 1, l2: 0.1 })
  expect(predict(model, Float32Array.from([1]))[0]).toBeGreaterThan(0.99)
})

test('separable labels without a penalty end in finite weights', () => {
  const model = fitLogistic(Float32Array.from([-2, -1, 1, 2]), [0, 0, 1, 1], { d: 1, l2: 0 })
  expect(Number.isFinite(model.weights[0])).toBe(true)
  expect(predict(model, Float32Array.from([2]))[0]).toBeGreaterThan(0.99)
})

test('row weights count like repeated rows', () => {
  const once = fitLogistic(Float32Array.from([0, 1, 2, 3, 3]), [0, 1, 0, 1, 1], {
    d: 1,
    l2: 0.1,
    tolerance: 1e-9,
  })
  const weighted = fitLogistic(Float32Array.from([0, 1, 2, 3]), [0, 1, 0, 1], {
    d: 1,
    l2: 0.1,
    weights: [1, 1, 1, 2],
    tolerance: 1e-9,
  })
  expect(weighted.weights[0]).toBeCloseTo(once.weights[0]!, 6)
  expect(weighted.bias).toBeCloseTo(once.bias, 6)
})

test('sixty thousand rows of two hundred columns take a few seconds', () => {
  const { X, y, d } = world(
    60_000,
    Array.from({ length: 200 }, (_, j) => Math.sin(j) / 5),
    0,
  )
  const started = performance.now()
  fitLogistic(X, y, { d, l2: 1e-4 })
  expect(performance.now() - started).toBeLessThan(8000)
})

test('Platt scaling undoes a stretch and a shift of the log-odds', () => {
  const { X, y } = world(20_000, [1], 0)
  const stretched = Array.from(X, (x) => 3 * x + 1)
  const { a, b } = fitPlatt(stretched, y)
  expect(a).toBeCloseTo(1 / 3, 1)
  expect(b).toBeCloseTo(-1 / 3, 1)
})

test('Platt scaling of separable scores stays short of certainty: its targets are smoothed', () => {
  const platt = fitPlatt([-5, -4, 4, 5], [0, 0, 1, 1])
  expect(applyPlatt(platt, 4.5)).toBeCloseTo(0.75, 1)
  expect(applyPlatt(platt, -4.5)).toBeCloseTo(0.25, 1)
})

test('Platt scaling of scores that say nothing gives the smoothed base rate', () => {
  expect(applyPlatt(fitPlatt([0, 0, 0, 0], [1, 1, 1, 0]), 0)).toBeCloseTo((3 * 0.8 + 1 / 3) / 4, 6)
})
