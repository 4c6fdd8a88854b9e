import { describe, expect, it } from 'vitest'
import { random } from '../src/core/random.ts'
import { searchWeights, steadyWeights } from '../src/learn/blend-weights.ts'

const ITEMS = 20

/** Cases of a world: every part sees which item is wanted with its own clarity, through noise; the value is 1 over the item's place. */
const world = (cases: number, clarity: readonly number[], seed: string) => {
  const rng = random(seed)
  const scores = Array.from({ length: cases }, () =>
    clarity.map((clear) =>
      Array.from({ length: ITEMS }, (_, item) => (item === 0 ? clear : 0) + rng.normal()),
    ),
  )
  return (weights: readonly number[], some: readonly number[]) =>
    Float64Array.from(some, (at) => {
      const sums = Array.from({ length: ITEMS }, (_, item) =>
        scores[at]!.reduce((sum, part, k) => sum + weights[k]! * part[item]!, 0),
      )
      return 1 / sums.filter((sum) => sum >= sums[0]!).length
    })
}

const alike = [1, 1, 1, 1, 1, 1]

describe('weights of a blend', () => {
  it('stay alike where parts are alike and cases too few to tell, though a search finds others for those', () => {
    const values = world(12, [1, 1, 1, 1, 1, 1], 'few')
    const all = Array.from({ length: 12 }, (_, at) => at)
    const found = searchWeights(6, (weights) => values(weights, all).reduce((sum, one) => sum + one, 0))
    expect(found.weights).not.toEqual(alike)
    expect(steadyWeights(6, 12, values).weights).toEqual(alike)
  })

  it('are those of a search where many cases tell parts that know from parts that know nothing', () => {
    const { weights, ndcg, parts } = steadyWeights(6, 200, world(200, [1.5, 1.5, 0, 0, 0, 0], 'many'))
    expect(Math.min(weights[0]!, weights[1]!)).toBeGreaterThan(3 * Math.max(...weights.slice(2)))
    expect(ndcg).toBeGreaterThan(Math.max(...parts) + 0.05)
  })

  it('are alike with fewer cases than folds', () => {
    expect(steadyWeights(2, 2, world(2, [3, 0], 'two')).weights).toEqual([1, 1])
  })
})
