import { expect, it } from 'vitest'
import { interactions } from '../src/collaborative/interactions.ts'
import { random } from '../src/core/random.ts'
import { sequenceFamily, sequenceModel } from '../src/learn/taste-ranking.ts'

/** Forty users with the items of one of two circles of twenty, each from its own start, ten of them in order. */
const rows = Array.from({ length: 400 }, (_, k) => {
  const [user, step] = [Math.floor(k / 10), k % 10]
  return { user, item: (user % 2) * 20 + ((user + step) % 20), time: step * 60_000 }
})
const timed = interactions(
  {
    user: rows.map(({ user }) => user),
    item: rows.map(({ item }) => item),
    weight: rows.map(() => 1),
    time: rows.map(({ time }) => time),
  },
  40,
  40,
)

it('ranks what users of the same circle had above the rest', async () => {
  const scorer = await sequenceModel({ encoder: 'mean', rounds: 4 }).fit(timed, { random: random(1) })
  const scores = await scorer.score([0, 1])
  const mean = (row: number, circle: number) =>
    scores.subarray(row * 40 + circle * 20, row * 40 + circle * 20 + 20).reduce((a, b) => a + b) / 20
  expect(mean(0, 0)).toBeGreaterThan(mean(0, 1) + 1)
  expect(mean(1, 1)).toBeGreaterThan(mean(1, 0) + 1)
}, 30_000)

it('stands aside where nothing tells the order', () => {
  const { time: _, ...untimed } = timed
  expect(sequenceFamily().aside!(timed)).toBeUndefined()
  expect(sequenceFamily().aside!(untimed)).toMatch(/left out/)
  expect(sequenceFamily().aside!({ ...timed, time: timed.time!.map(() => 5) })).toMatch(/left out/)
})
