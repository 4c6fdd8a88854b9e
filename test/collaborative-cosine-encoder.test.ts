import { describe, expect, it } from 'vitest'
import {
  type CosineEncoderSettings,
  cosineEncoder,
  learnEncoder,
} from '../src/collaborative/cosine-encoder.ts'
import { popularity } from '../src/collaborative/popularity.ts'
import { openUnitSoftmax, unitRows } from '../src/collaborative/unit-softmax.ts'
import { random } from '../src/core/random.ts'
import { recallAtK, topK } from '../src/metrics/ranking.ts'
import { clusteredWorld, matrixOf, scoresOf } from './suites/ranking-worlds.ts'

const settings: CosineEncoderSettings = {
  width: 16,
  temperature: 0.2,
  dropout: 0.4,
  popularity: 0.3,
  epochs: 40,
  learningRate: 0.05,
  weighting: 'log',
  members: 2,
}

describe('the softmax between unit vectors', () => {
  const wanted = matrixOf([
    [2, 1, 0, 0],
    [0, 1, 0, 3],
    [0, 0, 0, 0],
  ])
  const [users, items, width, temperature] = [3, 4, 2, 0.3]
  const bias = Float32Array.from([0.5, 0, -0.4, 0.2])

  /** The loss written out, of vectors of any length. */
  const lossOf = (vectors: Float32Array) => {
    const unit = (row: number) => {
      const [x, y] = [vectors[2 * row]!, vectors[2 * row + 1]!]
      return [x / Math.hypot(x, y), y / Math.hypot(x, y)]
    }
    let sum = 0
    for (const [user, shares] of [
      [0, [2 / 3, 1 / 3, 0, 0]],
      [1, [0, 1 / 4, 0, 3 / 4]],
    ] as const) {
      const [x, y] = unit(user)
      const logits = Array.from({ length: items }, (_, item) => {
        const [a, b] = unit(users + item)
        return (x! * a! + y! * b!) / temperature + bias[item]!
      })
      const total = Math.log(logits.reduce((all, one) => all + Math.exp(one), 0))
      sum -= shares.reduce((all, share, item) => all + share * (logits[item]! - total), 0)
    }
    return sum / 2
  }

  it('has the slope that differences of the loss have', async () => {
    const rng = random('slope')
    const vectors = Float32Array.from({ length: (users + items) * width }, () => rng.normal())
    const units = vectors.slice()
    const lengths = unitRows(units, width)
    const loss = await openUnitSoftmax(wanted, width, temperature, bias)
    const slope = await loss.slope(units, lengths)
    await loss.close()
    for (let k = 0; k < vectors.length; k++) {
      const moved = (by: number) => lossOf(vectors.map((value, at) => (at === k ? value + by : value)))
      expect(slope[k]).toBeCloseTo((moved(1e-2) - moved(-1e-2)) / 2e-2, 3)
    }
  })

  it('leaves a row without a length where it is', async () => {
    const units = Float32Array.from([0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1])
    const loss = await openUnitSoftmax(wanted, width, temperature)
    const slope = await loss.slope(units, unitRows(units, width))
    await loss.close()
    expect([...slope.subarray(0, 2)]).toEqual([0, 0])
    expect(slope.every(Number.isFinite)).toBe(true)
  })
})

describe('the encoder', () => {
  it('finds what is held out of a world of four clusters', async () => {
    const { matrix, held } = clusteredWorld(60)
    const recall = async (rows: number[][]) =>
      rows.reduce((sum, scores, user) => {
        for (let at = matrix.starts[user]!; at < matrix.starts[user + 1]!; at++)
          scores[matrix.item[at]!] = Number.NEGATIVE_INFINITY
        return sum + recallAtK(topK(Float32Array.from(scores), 10), held.get(user)!, 10)
      }, 0) / rows.length
    const popular = await recall(await scoresOf(popularity({ halfLifeDays: 'none' }), matrix))
    const ours = await recall(await scoresOf(cosineEncoder(settings), matrix))
    expect(popular).toBeLessThan(0.4)
    expect(ours).toBeGreaterThan(0.9)
  })

  it('ranks an item of one user below every other, and for who has nothing by how many have an item', async () => {
    const matrix = matrixOf([
      [1, 1, 1, 0],
      [1, 1, 0, 0],
      [1, 0, 0, 1],
      [1, 0, 0, 1],
      [0, 1, 0, 0],
    ])
    const learned = await learnEncoder(matrix, settings, { random: random('fit') })
    const nothing = await learned.fold(matrixOf([[0, 0, 0, 0]])).score([0])
    expect([...topK(nothing, 4)]).toEqual([0, 1, 3, 2])
    for (const scores of await scoresOf(cosineEncoder(settings), matrix))
      expect(Math.min(...scores)).toBe(scores[2])
  })

  it('learns nothing, and says so of all alike, where no two users share an item', async () => {
    const scores = await scoresOf(
      cosineEncoder(settings),
      matrixOf([
        [1, 0],
        [0, 1],
      ]),
    )
    expect(new Set(scores.flat()).size).toBe(1)
  })
})
