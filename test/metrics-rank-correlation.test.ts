import { expect, test } from 'vitest'
import { random } from '../src/core/random.ts'
import { sampledSpearman, spearman } from '../src/metrics/rank-correlation.ts'

test('without ties it is 1 − 6 Σ d² / n (n² − 1)', () => {
  // ranks 1 2 3 4 5 against 2 1 4 3 5: d² = 1 + 1 + 1 + 1 + 0
  expect(spearman([10, 20, 30, 40, 50], [2, 1, 400, 3, 5000])).toBeCloseTo(1 - (6 * 4) / (5 * 24), 12)
})

test('only the order counts: any rising curve gives 1, any falling one −1', () => {
  const x = [0.3, 2, 0.1, 7, 5]
  expect(spearman(x, x.map(Math.exp))).toBeCloseTo(1, 12)
  expect(
    spearman(
      x,
      x.map((value) => -(value ** 3)),
    ),
  ).toBeCloseTo(-1, 12)
})

test('ties share the mean of their ranks', () => {
  // ranks 1, 2½, 2½, 4 against 1, 2, 3, 4: around 2½ the products are 2.25 + 0 + 0 + 2.25, the squares 4.5 and 5
  expect(spearman([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12)
  // ranks 1½, 1½, 3½, 3½ against 1½, 3½, 1½, 3½ cross each other
  expect(spearman([0, 0, 1, 1], [0, 1, 0, 1])).toBeCloseTo(0, 12)
})

test('it does not exist where a column has one value, nor under two rows', () => {
  expect(spearman([1, 1, 1], [1, 2, 3])).toBeNaN()
  expect(spearman([1, 2, 3], [4, 4, 4])).toBeNaN()
  expect(spearman([1], [1])).toBeNaN()
  expect(spearman([], [])).toBeNaN()
})

test('of a sample told by counts it is that of its rows written out', () => {
  const rng = random('ranks')
  const a = Array.from({ length: 80 }, () => rng.int(15))
  const b = a.map((value) => (rng.next() < 0.5 ? value : rng.normal()))
  const on = sampledSpearman(a, b)
  for (let draw = 0; draw < 30; draw++) {
    const times = Uint32Array.from(a, () => Math.max(0, rng.int(5) - 1))
    const rows = Array.from(times).flatMap((n, row) => Array<number>(n).fill(row))
    const written = spearman(
      rows.map((row) => a[row]!),
      rows.map((row) => b[row]!),
    )
    expect(on(times)).toBeCloseTo(written, 10)
  }
})

test('a sample that holds one row alone has none', () => {
  const on = sampledSpearman([1, 2, 3], [3, 1, 2])
  expect(on(Uint32Array.from([0, 5, 0]))).toBeNaN()
})
