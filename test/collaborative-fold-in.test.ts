import { describe, expect, it } from 'vitest'
import { cosineEncoder } from '../src/collaborative/cosine-encoder.ts'
import { ease } from '../src/collaborative/ease.ts'
import {
  easeFoldIn,
  encoderFoldIn,
  type FoldInModel,
  implicitAlsFoldIn,
  itemKnnFoldIn,
  popularityFoldIn,
  rowsOf,
} from '../src/collaborative/fold-in.ts'
import { implicitAls } from '../src/collaborative/implicit-als.ts'
import { interactions } from '../src/collaborative/interactions.ts'
import { itemKnn } from '../src/collaborative/item-knn.ts'
import type { RankingModel } from '../src/collaborative/ranking-model.ts'
import { random } from '../src/core/random.ts'
import { ndcgAtK, topK } from '../src/metrics/ranking.ts'
import { clusteredWorld, scoresOf } from './suites/ranking-worlds.ts'

const als = {
  width: 8,
  epochs: 30,
  background: 0.1,
  lambda: 0.03,
  frequency: 0.75,
  weighting: 'log',
} as const
const encoder = {
  width: 16,
  temperature: 0.2,
  dropout: 0.4,
  popularity: 0.3,
  epochs: 40,
  learningRate: 0.05,
  weighting: 'log',
  members: 1,
} as const
const { matrix, held } = clusteredWorld(100)
const everyone = Array.from({ length: matrix.users }, (_, user) => user)

const folded = async (model: FoldInModel, from = matrix, users = everyone) => {
  const learned = await model.fit(from, { random: random('fit') })
  const scores = [...(await learned.fold(matrix).score(users))]
  return users.map((_, row) => scores.slice(row * matrix.items, (row + 1) * matrix.items))
}

describe('somebody folded in who has what a known user has', () => {
  it.each<[string, FoldInModel, RankingModel]>([
    ['item-knn', itemKnnFoldIn({ k: 20, shrink: 3 }), itemKnn({ k: 20, shrink: 3, weighting: 'log' })],
    ['ease, more users than items', easeFoldIn({ lambda: 20 }), ease({ lambda: 20, weighting: 'log' })],
    ['ials', implicitAlsFoldIn(als), implicitAls(als)],
    ['encoder', encoderFoldIn(encoder), cosineEncoder(encoder)],
  ])('is scored as that user: %s', async (name, model, same) => {
    const [ours, theirs] = [await folded(model), await scoresOf(same, matrix)]
    for (const [user, row] of ours.entries())
      for (const [item, score] of row.entries())
        expect(score).toBeCloseTo(theirs[user]![item]!, name === 'ials' ? 1 : 4)
  })

  it('is scored as that user: ease, fewer users than items', async () => {
    const few = rowsOf(matrix, everyone.slice(0, 40))
    const scores = await folded(easeFoldIn({ lambda: 20 }), few, everyone.slice(0, 40))
    const theirs = await scoresOf(ease({ lambda: 20, weighting: 'log' }), few)
    for (const [user, row] of scores.entries())
      for (const [item, score] of row.entries()) expect(score).toBeCloseTo(theirs[user]![item]!, 4)
  })
})

it.each([
  ['more users than items', 7],
  ['fewer users than items', 3],
])('EASE with dropout is the ridge regression with a ridge an item: %s', async (_, users) => {
  const rng = random('few')
  const had = Array.from({ length: users }, () =>
    Array.from({ length: 5 }, (): number => (rng.next() < 0.5 ? 1 : 0)),
  )
  const rows = had.flatMap((row, user) => row.flatMap((one, item) => (one ? [{ user, item }] : [])))
  const small = interactions(
    { user: rows.map(({ user }) => user), item: rows.map(({ item }) => item), weight: rows.map(() => 1) },
    users,
    5,
  )
  // (XᵀX + diag)⁻¹ by Gauss and Jordan.
  const gram = had[0]!.map((_, i) =>
    had[0]!.map((_, j) => had.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
  )
  const [lambda, dropout] = [2, 0.6]
  const P = gram.map((row, i) => [
    ...row.map((one, j) => one + (i === j ? lambda + (dropout / (1 - dropout)) * one : 0)),
    ...row.map((_, j) => (i === j ? 1 : 0)),
  ])
  for (let i = 0; i < 5; i++) {
    P[i] = P[i]!.map((one) => one / P[i]![i]!)
    for (let k = 0; k < 5; k++) if (k !== i) P[k] = P[k]!.map((one, j) => one - P[k]![i]! * P[i]![j]!)
  }
  const learned = await easeFoldIn({ lambda, dropout }).fit(small, { random: rng })
  const scores = await learned.fold(small).score([0, 1, 2])
  for (const [user, own] of had.slice(0, 3).entries())
    for (let j = 0; j < 5; j++) {
      const score = own.reduce(
        (sum, one, i) => sum + (i === j ? 0 : (-one * P[i]![5 + j]!) / P[j]![5 + j]!),
        0,
      )
      expect(scores[user * 5 + j]).toBeCloseTo(score, 4)
    }
})

describe('a new user', () => {
  const known = rowsOf(matrix, everyone.slice(20))
  const ndcg = async (model: FoldInModel) => {
    const scores = await folded(model, known, everyone.slice(0, 20))
    const each = scores.map((row, user) => {
      for (let at = matrix.starts[user]!; at < matrix.starts[user + 1]!; at++)
        row[matrix.item[at]!] = Number.NEGATIVE_INFINITY
      return ndcgAtK(topK(row, 10), held.get(user)!, 10)
    })
    return each.reduce((sum, value) => sum + value, 0) / each.length
  }

  it('whom no model learned from gets better lists than what is popular', async () => {
    const popular = await ndcg(popularityFoldIn())
    for (const model of [
      itemKnnFoldIn({ k: 20, shrink: 3 }),
      easeFoldIn({ lambda: 20 }),
      implicitAlsFoldIn(als),
      encoderFoldIn(encoder),
    ])
      expect(await ndcg(model)).toBeGreaterThan(popular + 0.2)
  })
})
