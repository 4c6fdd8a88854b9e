import { describe, expect, test } from 'vitest'
import { inverse, openProducts } from '../src/collaborative/dense.ts'
import { ease } from '../src/collaborative/ease.ts'
import { graphFilter } from '../src/collaborative/graph-filter.ts'
import { implicitAls } from '../src/collaborative/implicit-als.ts'
import { interactions, transposed, weighed } from '../src/collaborative/interactions.ts'
import { itemKnn } from '../src/collaborative/item-knn.ts'
import { itemNeighbors } from '../src/collaborative/item-neighbors.ts'
import { lightGraph } from '../src/collaborative/light-graph.ts'
import { popularity } from '../src/collaborative/popularity.ts'
import { randomWalk } from '../src/collaborative/random-walk.ts'
import { rankingFamilies } from '../src/collaborative/ranking-models.ts'
import { random } from '../src/core/random.ts'
import { eachUser } from '../src/learn/ranking-lists.ts'
import { recallAtK, topK } from '../src/metrics/ranking.ts'
import { clusteredWorld, matrixOf, scoresOf } from './suites/ranking-worlds.ts'

const rows = [
  [1, 1, 0, 0],
  [1, 1, 1, 0],
  [0, 0, 1, 1],
]
const X = matrixOf(rows)

describe('the sparse matrix', () => {
  test('sums the weights of a pair that comes twice, and keeps its later time', () => {
    const m = interactions({ user: [1, 0, 1], item: [2, 1, 2], weight: [2, 1, 3], time: [5, 1, 9] }, 2, 3)
    expect([...m.starts]).toEqual([0, 1, 2])
    expect([...m.item]).toEqual([1, 2])
    expect([...m.weight]).toEqual([1, 5])
    expect([...m.time!]).toEqual([1, 9])
  })

  test('turned round twice is itself', () => {
    expect(transposed(transposed(X))).toEqual(X)
    expect([...transposed(X).item]).toEqual([0, 1, 0, 1, 1, 2, 2])
  })

  test('by logarithm each user weighs as many as they have items, however much they play', () => {
    const { weight } = weighed(
      matrixOf([
        [1, 3, 0],
        [1000, 0, 5000],
      ]),
      'log',
    )
    expect(weight[0]! + weight[1]!).toBeCloseTo(2, 6)
    expect(weight[2]! + weight[3]!).toBeCloseTo(2, 6)
    expect(weight[1]! / weight[0]!).toBeCloseTo(2, 6)
  })
})

test('the inverse by halves times the matrix is the identity', async () => {
  const n = 230
  const rng = random(3)
  const products = openProducts()
  const half = Float64Array.from({ length: n * n }, () => rng.normal())
  const A = await products.multiply(half, half, n, true)
  for (let i = 0; i < n; i++) A[i * n + i]! += 10
  const product = await products.multiply(await inverse(A, n, products), A, n)
  await products.close()
  const worst = product.reduce(
    (most, value, k) => Math.max(most, Math.abs(value - (k % (n + 1) === 0 ? 1 : 0))),
    0,
  )
  expect(worst).toBeLessThan(1e-9)
})

describe('popularity', () => {
  test('counts users, not plays', async () => {
    expect(
      (
        await scoresOf(
          popularity({ halfLifeDays: 'none' }),
          matrixOf([
            [9, 1],
            [0, 1],
          ]),
        )
      )[0],
    ).toEqual([1, 2])
  })

  test('counts a play half after its half-life', async () => {
    const day = 86_400_000
    const m = interactions({ user: [0, 1], item: [0, 1], weight: [1, 1], time: [0, 7 * day] }, 2, 2)
    expect((await scoresOf(popularity({ halfLifeDays: 7 }), m))[0]).toEqual([0.5, 1])
  })
})

test('item-kNN is the sum of shrunken cosines to what a user has, from the k nearest alone', async () => {
  // Columns: a and b have users {0, 1}, c {1, 2}, d {2}. cos(c, a) = 1 / 2, with shrinkage 1: 1 / (2 + 1).
  const [first] = await scoresOf(itemKnn({ k: 9, shrink: 1, weighting: 'presence' }), X)
  expect(first![2]).toBeCloseTo(1 / 3 + 1 / 3, 6)
  expect(first![3]).toBe(0)
  // With one neighbour each, a and b keep one another.
  const [alone] = await scoresOf(itemKnn({ k: 1, shrink: 0, weighting: 'presence' }), X)
  expect(alone).toEqual([1, 1, 0, 0])
})

describe('EASE', () => {
  test('is the closed form of Steck with the explicit inverse', async () => {
    // One pair of items: XᵀX + I = [3 1; 1 2] for columns [1 1 0] and [1 0 0]; P = [2 −1; −1 3] / 5; B₀₁ = −P₀₁ / P₁₁ = 1/3, B₁₀ = 1/2.
    const small = matrixOf([
      [1, 1],
      [1, 0],
      [0, 0],
    ])
    const expected = [
      [1 / 2, 1 / 3],
      [0, 1 / 3],
      [0, 0],
    ]
    for (const form of ['primal', 'dual'] as const)
      for (const [user, row] of (
        await scoresOf(ease({ lambda: 1, weighting: 'presence' }, form), small)
      ).entries())
        for (const [item, score] of row.entries()) expect(score).toBeCloseTo(expected[user]![item]!, 6)
  })

  test('says the same in its dual form', async () => {
    const { matrix } = clusteredWorld(40)
    const [primal, dual] = [
      await scoresOf(ease({ lambda: 3, weighting: 'log' }, 'primal'), matrix),
      await scoresOf(ease({ lambda: 3, weighting: 'log' }, 'dual'), matrix),
    ]
    const flat = dual.flat()
    const apart = primal.flat().map((score, k) => Math.abs(score - flat[k]!))
    expect(Math.max(...apart)).toBeLessThan(1e-5)
  })
})

test('iALS ends where the normal equations of every user hold', async () => {
  const [background, lambda, frequency] = [0.2, 0.1, 0.5]
  const settings = { width: 1, epochs: 300, background, lambda, frequency, weighting: 'presence' } as const
  // With one factor the score of user u for item i is w_u · h_i, and the least-squares answer a quotient.
  const scores = await scoresOf(implicitAls(settings), X)
  const strongest = scores[1]!
  // Items up to a common factor: the scores of user 1 are w₁ h. Any user's are then t · those, t from the equations.
  const t = scores.map((row) => row[0]! / strongest[0]!)
  for (const [user, row] of scores.entries())
    for (const [item, score] of row.entries()) expect(score).toBeCloseTo(t[user]! * strongest[item]!, 6)
  // At the optimum ‖w‖ and ‖h‖ are balanced by their ridges: Σ ridge_u w_u² = Σ ridge_i h_i².
  const ridge = (count: number, others: number) => lambda * (count + background * others) ** frequency
  const ofUser = rows.map((row) => ridge(row.filter(Boolean).length, 4))
  const ofItem = [0, 1, 2, 3].map((item) => ridge(rows.filter((row) => row[item]).length, 3))
  const w2 = ofUser.reduce((sum, r, user) => sum + r * t[user]! ** 2, 0)
  const h2 = ofItem.reduce((sum, r, item) => sum + r * strongest[item]! ** 2, 0)
  // w_u = a t_u and h_i = s_i / a, so a⁴ = h2 / w2.
  const a = (h2 / w2) ** 0.25
  const h = strongest.map((score) => score / a)
  const gram = h.reduce((sum, one) => sum + one * one, 0)
  for (const [user, row] of rows.entries()) {
    const seen = h.filter((_, item) => row[item])
    const left = ofUser[user]! + background * gram + seen.reduce((sum, one) => sum + one * one, 0)
    const right = seen.reduce((sum, one) => sum + one, 0)
    expect(a * t[user]!).toBeCloseTo(right / left, 5)
  }
})

test('RP3β is the chance of the walk over the popularity, by hand', async () => {
  const settings = { k: 9, alpha: 1, beta: 1, weighting: 'presence' } as const
  const [first] = await scoresOf(
    randomWalk(settings),
    matrixOf([
      [1, 1, 0],
      [0, 1, 1],
      [0, 0, 1],
    ]),
  )
  // From user 0 to item 1 (1/2), to user 1 (1/2), to item 2 (1/2); item 2 has two users.
  expect(first![2]).toBeCloseTo((0.5 * 0.5 * 0.5) / 2, 6)
  // To item 0 by way of item 1 and user 0 again (1/2 · 1/2 · 1/2); one user. Back from item 0 to itself is left out.
  expect(first![0]).toBeCloseTo(0.125, 6)
})

test('the graph filter is R · f(P) with P from the normalised matrix, by hand', async () => {
  const settings = { alpha: 0.5, power: 1, filter: 'linear', weighting: 'presence' } as const
  const two = matrixOf([
    [1, 1],
    [0, 1],
  ])
  // R̃ = [1/√2 1/2; 0 1/√2], P = R̃ᵀR̃ = [1/2 1/√8; 1/√8 3/4].
  const P = [
    [1 / 2, 1 / Math.sqrt(8)],
    [1 / Math.sqrt(8), 3 / 4],
  ]
  const linear = await scoresOf(graphFilter(settings), two)
  expect(linear[1]![0]).toBeCloseTo(P[1]![0]!, 6)
  expect(linear[0]![1]).toBeCloseTo(P[0]![1]! + P[1]![1]!, 6)
  const square = await scoresOf(graphFilter({ ...settings, filter: 'square' }), two)
  const squared = P[1]![0]! * P[0]![0]! + P[1]![1]! * P[1]![0]!
  expect(square[1]![0]).toBeCloseTo(2 * P[1]![0]! - squared, 6)
})

test.each(rankingFamilies({ timed: false }).filter(({ name }) => name !== 'popularity'))(
  '$name finds the cluster of a listener, three times as well as popularity',
  async (family) => {
    const { matrix, held } = clusteredWorld(200)
    const recall = async (settings: typeof family) => {
      const scorer = await settings.make(settings.start).fit(matrix, { random: random(1) })
      let sum = 0
      await eachUser([scorer], matrix, [...held.keys()], (user, [scores]) => {
        sum += recallAtK(topK(scores!, 8), held.get(user)!, 8)
      })
      return sum / held.size
    }
    const [own, popular] = [await recall(family), await recall(rankingFamilies({ timed: false })[0]!)]
    expect(own).toBeGreaterThan(0.85)
    expect(own).toBeGreaterThan(3 * popular)
  },
)

describe('the light graph', () => {
  const { matrix } = clusteredWorld(40)
  const scores = async (change: { readonly members?: number; readonly length?: number }) => {
    const settings = {
      width: 8,
      layers: 1,
      temperature: 0.2,
      epochs: 3,
      learningRate: 0.04,
      weighting: 'log',
      edges: 'presence',
      members: 1,
      length: 0,
      ...change,
    } as const
    return (await scoresOf(lightGraph(settings), matrix)).flat()
  }

  test('has members that start apart, and whose scores are added', async () => {
    const [one, two] = [await scores({}), await scores({ members: 2 })]
    const second = two.map((score, k) => score - one[k]!)
    expect(Math.max(...second.map(Math.abs))).toBeLessThanOrEqual(1 + 1e-5)
    expect(Math.max(...second.map((score, k) => Math.abs(score - one[k]!)))).toBeGreaterThan(0.3)
  })

  test('scores by the cosine times a power of the length of the item', async () => {
    const [cosine, square, whole] = [
      await scores({}),
      await scores({ length: 2 }),
      await scores({ length: 1 }),
    ]
    for (const [k, score] of whole.entries()) {
      const length = score / cosine[k]!
      expect(length).toBeCloseTo(whole[k % matrix.items]! / cosine[k % matrix.items]!, 3)
      expect(square[k]! / cosine[k]!).toBeCloseTo(length ** 2, 3)
    }
  })
})

test('of a listener with thousands of items the thousand of largest weight say what is near', async () => {
  const items = 1500
  const rows = Array.from({ length: items }, (_, item) => item)
  const m = interactions(
    { user: rows.map(() => 0), item: rows, weight: rows.map((item) => (item < 500 ? 1 : 2)) },
    1,
    items,
  )
  const near = await itemNeighbors(m, m, 2000, (common) => common)
  expect(near.starts[500]).toBe(0)
  expect(near.starts[501]! - near.starts[500]!).toBe(999)
})

test('models that would need too much memory or time say why they stand aside', () => {
  const said = (users: number, items: number) => {
    const starts = new Uint32Array(users + 1)
    const none = { users, items, starts, item: new Uint32Array(), weight: new Float32Array() }
    return rankingFamilies({ timed: false }).flatMap((family) => family.aside?.(none) ?? [])
  }
  expect(said(2000, 200_000)).toEqual([])
  expect(said(30_000, 12_000)).toEqual([expect.stringMatching(/^ease is left out: .* 12000 rows/)])
  expect(said(100_000, 30_000)).toEqual([
    expect.stringMatching(/^ease is left out/),
    expect.stringMatching(/^light-graph is left out/),
    expect.stringMatching(/^encoder is left out/),
  ])
})
