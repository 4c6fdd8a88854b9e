import { expect, test } from 'vitest'
import { interactions } from '../src/collaborative/interactions.ts'
import type { RankingScorer } from '../src/collaborative/ranking-model.ts'
import type { RankingFamily } from '../src/collaborative/ranking-models.ts'
import { silent } from '../src/core/progress.ts'
import { random } from '../src/core/random.ts'
import { findBlend } from '../src/learn/ranking-blend.ts'
import { eachUser } from '../src/learn/ranking-lists.ts'
import { holdOut } from '../src/learn/ranking-split.ts'
import { tuneRanking } from '../src/learn/ranking-tuning.ts'
import { clusteredWorld, matrixOf } from './suites/ranking-worlds.ts'

/** A scorer of fixed scores, users × items. */
const fixed = (scores: readonly (readonly number[])[]): RankingScorer => ({
  score: async (users) => Float32Array.from(Array.from(users).flatMap((user) => [...scores[user]!])),
})

test('a share of each user is held out by chance, and short rows are kept whole', () => {
  const { matrix } = clusteredWorld(20)
  const { training, held, by } = holdOut(matrix, 0.2, random(1))
  expect(by).toBe('chance')
  for (const [user, items] of held) {
    expect(items.size).toBe(1)
    const kept = training.item.subarray(training.starts[user]!, training.starts[user + 1]!)
    expect([...kept].some((item) => items.has(item))).toBe(false)
  }
  expect(training.item.length + held.size).toBe(matrix.item.length)
  expect(holdOut(matrixOf([[1, 1, 1, 1]]), 0.2, random(1)).held.size).toBe(0)
})

test('a listener of 200,000 items among small ones loses the same share', () => {
  const many = Array.from({ length: 200_000 }, (_, item) => item)
  const rows = {
    user: [...many.map(() => 0), 1, 1, 1, 1, 1],
    item: [...many, 0, 1, 2, 3, 4],
    weight: [...many.map(() => 1), 1, 1, 1, 1, 1],
  }
  const { training, held } = holdOut(interactions(rows, 2, many.length), 0.2, random(1))
  expect([held.get(0)!.size, held.get(1)!.size]).toEqual([40_000, 1])
  expect([...training.starts]).toEqual([0, 160_000, 160_004])
})

test('where there are times the last are held out', () => {
  const rows = {
    user: [0, 0, 0, 0, 0],
    item: [4, 3, 2, 1, 0],
    weight: [1, 1, 1, 1, 1],
    time: [1, 9, 2, 3, 4],
  }
  const { held, by } = holdOut(interactions(rows, 1, 5), 0.4, random(1))
  expect(by).toBe('time')
  expect(held.get(0)).toEqual(new Set([3, 0]))
})

test('equal times tell nothing: what is held out is random then', () => {
  const rows = {
    user: [0, 0, 0, 0, 0],
    item: [4, 3, 2, 1, 0],
    weight: [1, 1, 1, 1, 1],
    time: [7, 7, 7, 7, 7],
  }
  expect(holdOut(interactions(rows, 1, 5), 0.4, random(1)).by).toBe('chance')
})

test('what a user has is never listed, and scores have mean 0 and deviation 1 over the rest', async () => {
  const matrix = matrixOf([[1, 0, 0, 0]])
  await eachUser([fixed([[9, 1, 2, 3]]), fixed([[9, 4, 4, 4]])], matrix, [0], (_, [scores, flat]) => {
    const scale = Math.sqrt(2 / 3)
    expect(scores![0]).toBe(Number.NEGATIVE_INFINITY)
    expect([...scores!.subarray(1)].map((score) => score * scale)).toEqual([
      expect.closeTo(-1, 5),
      expect.closeTo(0, 5),
      expect.closeTo(1, 5),
    ])
    expect([...flat!]).toEqual([Number.NEGATIVE_INFINITY, 0, 0, 0])
  })
})

test('a blend of two models that each know half finds what both know, and a model that knows nothing counts nothing', async () => {
  const rng = random(5)
  const users = 60
  const items = 40
  const held = new Map(
    Array.from({ length: users }, (_, user) => [user, new Set([user % 20, 20 + (user % 20)])]),
  )
  const matrix = interactions({ user: [], item: [], weight: [] }, users, items)
  const knows = (half: number) =>
    fixed(
      Array.from({ length: users }, (_, user) =>
        Array.from({ length: items }, (_, item) =>
          Math.floor(item / 20) === half && held.get(user)!.has(item) ? 2.5 + rng.normal() : rng.normal(),
        ),
      ),
    )
  const noise = fixed(Array.from({ length: users }, () => Array.from({ length: items }, () => rng.normal())))
  const { weights, ndcg, parts } = await findBlend([knows(0), noise, knows(1)], matrix, held)
  expect(ndcg).toBeGreaterThan(Math.max(...parts) + 0.1)
  const [first, useless, second] = weights as [number, number, number]
  expect(useless).toBeLessThan(0.3 * Math.min(first, second))
  expect(Math.min(first, second)).toBeGreaterThan(0.5 * Math.max(first, second))
})

test('a search moves one setting at a time, keeps the best, and stops at its budget', async () => {
  const world = holdOut(clusteredWorld(30).matrix, 0.2, random(1))
  const asked: string[] = []
  const family: RankingFamily = {
    name: 'peak',
    start: { a: 1, b: 1 },
    axes: { a: [1, 2, 3, 4], b: [1, 2, 3] },
    make: ({ a, b }) => ({
      name: 'peak',
      async fit() {
        asked.push(`${a}${b}`)
        // The nearer to a = 3, b = 2, the more users get their item.
        const near = 30 - 10 * (Math.abs(Number(a) - 3) + Math.abs(Number(b) - 2))
        return fixed(
          Array.from({ length: 30 }, (_, user) =>
            Array.from({ length: 60 }, (_, item) => (user < near && world.held.get(user)?.has(item) ? 1 : 0)),
          ),
        )
      },
    }),
  }
  const options = { random: random(1), progress: silent }
  const found = await tuneRanking(family, world, { ...options, budget: 12 })
  expect(found.settings).toEqual({ a: 3, b: 2 })
  expect(new Set(asked).size).toBe(asked.length)
  asked.length = 0
  expect((await tuneRanking(family, world, { ...options, budget: 2 })).trials).toBe(2)
  expect(asked).toEqual(['11', '21'])
})

test('what is too dear to search with is tried last, with the best of the rest, and kept only where it is better', async () => {
  const world = holdOut(clusteredWorld(30).matrix, 0.2, random(1))
  const asked: string[] = []
  const family = (helps: number): RankingFamily => ({
    name: 'dear',
    start: { a: 1, width: 1 },
    axes: { a: [1, 2, 3] },
    finish: { width: 9 },
    make: ({ a, width }) => ({
      name: 'dear',
      async fit() {
        asked.push(`${a}${width}`)
        const near = 10 + 5 * Number(a) + (width === 9 ? helps : 0)
        return fixed(
          Array.from({ length: 30 }, (_, user) =>
            Array.from({ length: 60 }, (_, item) => (user < near && world.held.get(user)?.has(item) ? 1 : 0)),
          ),
        )
      },
    }),
  })
  const options = { random: random(1), progress: silent, budget: 3 }
  const better = await tuneRanking(family(5), world, options)
  expect(better.settings).toEqual({ a: 2, width: 9 })
  expect(better.trials).toBe(3)
  expect(asked).toEqual(['11', '21', '29'])
  expect((await tuneRanking(family(-5), world, options)).settings).toEqual({ a: 2, width: 1 })
})
