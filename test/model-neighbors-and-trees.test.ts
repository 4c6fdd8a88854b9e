import { expect, test } from 'vitest'
import { random } from '../src/core/random.ts'
import { auc } from '../src/metrics/binary.ts'
import { extraTreesShare, fitExtraTrees } from '../src/model/extra-trees.ts'
import { nearestShare } from '../src/model/nearest.ts'

/** Two columns; the label is whether they have the same sign: nothing a line can tell. */
function checkerboard(n: number, seed: number) {
  const rng = random(seed)
  const X = new Float32Array(2 * n).map(() => rng.normal())
  const y = Uint8Array.from({ length: n }, (_, i) => (X[2 * i]! * X[2 * i + 1]! > 0 ? 1 : 0))
  return { X, y, d: 2 }
}

test('the nearest rows vote, with one vote more for the base rate', () => {
  const model = { X: Float32Array.from([0, 1, 2, 10]), y: [1, 1, 0, 0], d: 1 }
  const [near, far] = nearestShare(model, Float32Array.from([0, 9]), { k: 3, votes: 'equal' })
  expect(near).toBeCloseTo((2 + 0.5) / 4, 12)
  expect(far).toBeCloseTo((1 + 0.5) / 4, 12)
})

test('votes by distance let the nearest row speak loudest', () => {
  const model = { X: Float32Array.from([0, 3, -3]), y: [1, 0, 0], d: 1 }
  const [equal] = nearestShare(model, Float32Array.from([0.1]), { k: 3, votes: 'equal' })
  const [weighted] = nearestShare(model, Float32Array.from([0.1]), { k: 3, votes: 'by-distance' })
  expect(equal).toBeCloseTo(1 / 3, 9)
  expect(weighted).toBeGreaterThan(0.6)
})

test('more neighbours than rows are all rows', () => {
  const model = { X: Float32Array.from([0, 1]), y: [1, 0], d: 1 }
  expect(nearestShare(model, Float32Array.from([5]), { k: 99, votes: 'equal' })[0]).toBeCloseTo(0.5, 12)
})

test('neighbours and extra trees learn a checkerboard', () => {
  const train = checkerboard(800, 1)
  const held = checkerboard(400, 2)
  const trees = fitExtraTrees(train.X, train.y, { d: 2, trees: 50, tries: 2, minSplit: 5 }, random(3))
  expect(auc(extraTreesShare(trees, held.X), held.y)).toBeGreaterThan(0.95)
  expect(auc(nearestShare(train, held.X, { k: 9, votes: 'equal' }), held.y)).toBeGreaterThan(0.95)
})

test('fully grown extra trees remember distinct training rows', () => {
  const { X, y } = checkerboard(200, 4)
  const trees = fitExtraTrees(X, y, { d: 2, trees: 10, tries: 1, minSplit: 2 }, random(5))
  expect(Array.from(extraTreesShare(trees, X))).toEqual(Array.from(y))
})

test('rows that no column tells apart share a leaf', () => {
  const trees = fitExtraTrees(
    Float32Array.from([1, 1, 1, 1]),
    [1, 0, 0, 0],
    { d: 1, trees: 3, tries: 1, minSplit: 2 },
    random(6),
  )
  expect(Array.from(extraTreesShare(trees, Float32Array.from([1])))).toEqual([0.25])
})

test('neighbouring floats are still split, and never into an empty side', () => {
  const next = Math.fround(1 + 2 ** -23)
  for (let seed = 0; seed < 50; seed++) {
    const trees = fitExtraTrees(
      Float32Array.from([1, next]),
      [0, 1],
      { d: 1, trees: 1, tries: 1, minSplit: 2 },
      random(seed),
    )
    expect(Array.from(extraTreesShare(trees, Float32Array.from([1, next])))).toEqual([0, 1])
  }
})

test('the same seed grows the same trees, another seed others', () => {
  const { X, y } = checkerboard(100, 7)
  const grow = (seed: number) =>
    Array.from(
      extraTreesShare(fitExtraTrees(X, y, { d: 2, trees: 5, tries: 1, minSplit: 20 }, random(seed)), X),
    )
  expect(grow(1)).toEqual(grow(1))
  expect(grow(1)).not.toEqual(grow(2))
})
