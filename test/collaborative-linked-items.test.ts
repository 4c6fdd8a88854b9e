import { expect, test } from 'vitest'
import { lightGraph } from '../src/collaborative/light-graph.ts'
import { linkedItems } from '../src/collaborative/linked-items.ts'
import { matrixOf, scoresOf } from './suites/ranking-worlds.ts'

const X = matrixOf([
  [1, 2, 0, 3],
  [0, 4, 5, 6],
])

test('an item of one user is not linked, and its scores are below all others of its row', () => {
  const linked = linkedItems(X)
  expect(linked.items).toEqual([1, 3])
  const known = linked.among(X)
  expect([known.items, [...known.starts], [...known.item], [...known.weight]]).toEqual([
    2,
    [0, 2, 4],
    [0, 1, 0, 1],
    [2, 3, 4, 6],
  ])
  expect([...linked.widened(Float32Array.from([5, 9, -2, -4]))]).toEqual([4, 5, 4, 9, -5, -2, -5, -4])
})

test('where no item is linked the light graph says the same of all', async () => {
  const settings = {
    width: 4,
    layers: 1,
    temperature: 0.2,
    epochs: 3,
    learningRate: 0.05,
    weighting: 'log',
    edges: 'presence',
    members: 1,
    length: 0,
  } as const
  const alone = matrixOf([
    [1, 0],
    [0, 1],
  ])
  expect(await scoresOf(lightGraph(settings), alone)).toEqual([
    [0, 0],
    [0, 0],
  ])
})
