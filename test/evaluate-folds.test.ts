import { expect, test } from 'vitest'
import { random } from '../src/core/random.ts'
import { groupsByLabel, randomParts, stratifiedFolds } from '../src/evaluate/folds.ts'
import { paperSizes } from '../src/evaluate/paper-protocol.ts'

const rows = (n: number) => Uint32Array.from({ length: n }, (_, i) => i)

test('folds are disjoint, cover every row, and have equal shares of labels', () => {
  const y = rows(103).map((i) => (i < 31 ? 1 : 0))
  const folds = stratifiedFolds(y, rows(103), rows(103), 10, random(1))
  expect([...folds.flatMap(({ test }) => Array.from(test))].sort((a, b) => a - b)).toEqual(
    Array.from(rows(103)),
  )
  for (const { training, test } of folds) {
    expect(training.length + test.length).toBe(103)
    expect(training.filter((row) => test.includes(row))).toHaveLength(0)
    const positives = test.filter((row) => y[row] === 1).length
    expect(positives).toBeGreaterThanOrEqual(3)
    expect(positives).toBeLessThanOrEqual(4)
    expect(test.length).toBeGreaterThanOrEqual(10)
    expect(test.length).toBeLessThanOrEqual(11)
  }
})

test('a group never crosses a split, also when groups are of very different size', () => {
  const groups = rows(200).map((i) => Math.floor(Math.sqrt(i)))
  const y = rows(200).map((i) => groups[i]! % 2)
  for (const { training, test } of stratifiedFolds(y, groups, rows(200), 5, random(2))) {
    const held = new Set(Array.from(test, (row) => groups[row]))
    expect(Array.from(training).some((row) => held.has(groups[row]))).toBe(false)
    expect(test.length).toBeGreaterThan(25)
    expect(test.length).toBeLessThan(60)
  }
})

test('folds of some rows use only those rows', () => {
  const some = Uint32Array.from([3, 5, 7, 9, 11, 13])
  const folds = stratifiedFolds(
    [...Array(14).keys()].map((i) => (i > 8 ? 1 : 0)),
    rows(14),
    some,
    3,
    random(3),
  )
  for (const { training, test } of folds) {
    expect([...training, ...test].sort((a, b) => a - b)).toEqual(Array.from(some))
  }
})

test('the same seed cuts the same folds, another seed others', () => {
  const y = rows(40).map((i) => i % 2)
  const cut = (seed: number) =>
    stratifiedFolds(y, rows(40), rows(40), 4, random(seed)).map(({ test }) => Array.from(test))
  expect(cut(1)).toEqual(cut(1))
  expect(cut(1)).not.toEqual(cut(2))
})

test("the paper's split of 195 rows is 140, 35 and 20", () => {
  expect(paperSizes(195)).toEqual([140, 35, 20])
  expect(randomParts(rows(195), rows(195), paperSizes(195), random(4)).map((part) => part.length)).toEqual([
    140, 35, 20,
  ])
  expect(paperSizes(2017).reduce((a, b) => a + b)).toBe(2017)
})

test('groups are counted by label', () => {
  expect(groupsByLabel([0, 1, 1, 1, 0], [7, 7, 8, 8, 9])).toEqual([2, 2])
})
