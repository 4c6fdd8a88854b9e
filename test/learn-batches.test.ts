import { describe, expect, it } from 'vitest'
import { random } from '../src/core/random.ts'
import { batches, bootstrapWeights, type TrainingSet } from '../src/learn/batches.ts'

/** Plays whose inputs are their number, + 0.5 in the second view; weight of head h: number + h / 10. */
function numbered(plays: number, heads = 2): TrainingSet {
  const view = (shift: number) => Float32Array.from({ length: plays * 2 }, (_, at) => (at >> 1) + shift)
  return {
    plays,
    width: 2,
    views: [view(0), view(0.5)],
    targets: Int8Array.from({ length: plays * 3 }, (_, at) => [at % 2, 0, -1][at % 3]!),
    labelWeights: [1, 0.3, 0.5],
    heads,
    weights: Float32Array.from(
      { length: plays * heads },
      (_, at) => Math.floor(at / heads) + (at % heads) / 10,
    ),
  }
}

const roundOf = (plays: number, round: number, size: number, seed = `round ${round}`) => [
  ...batches(numbered(plays), round, size, random(seed)),
]
/** The first input of every row. */
const rowsOf = (found: ReturnType<typeof roundOf>) =>
  found.flatMap(({ x }) => Array.from(x!).filter((_, at) => at % 2 === 0))
const sizes = (found: ReturnType<typeof roundOf>) => found.map(({ x }) => x!.length / 2)

describe('a round of batches', () => {
  it('has every play once, in one of its views, and in the other in the next round', () => {
    const [first, second, third] = [0, 1, 2].map((round) =>
      rowsOf(roundOf(40, round, 10)).sort((a, b) => a - b),
    )
    const plays = Array.from({ length: 40 }, (_, i) => i)
    expect(first!.map(Math.floor)).toEqual(plays)
    expect(first).toEqual(plays.map((i) => (i % 2 ? i + 0.5 : i)))
    expect(second).toEqual(plays.map((i) => (i % 2 ? i : i + 0.5)))
    expect(third).toEqual(first)
  })

  it('is in an order of its own that the seed decides', () => {
    const [a, again, b] = ['one', 'one', 'another'].map((seed) => rowsOf(roundOf(40, 0, 10, seed)))
    expect(again).toEqual(a)
    expect(b).not.toEqual(a)
    expect(a).not.toEqual([...a!].sort((x, y) => x - y))
  })

  it('ends with a shorter batch of at least half the size; a smaller rest is left out', () => {
    expect(sizes(roundOf(45, 0, 10))).toEqual([10, 10, 10, 10, 5])
    expect(sizes(roundOf(44, 0, 10))).toEqual([10, 10, 10, 10])
    expect(sizes(roundOf(10, 0, 10))).toEqual([10])
    expect(sizes(roundOf(3, 0, 10))).toEqual([3])
  })

  it('leaves out other plays in every round', () => {
    const left = (round: number) => {
      const seen = new Set(rowsOf(roundOf(44, round, 10)).map(Math.floor))
      return Array.from({ length: 44 }, (_, i) => i).filter((i) => !seen.has(i))
    }
    expect(left(0)).toHaveLength(4)
    expect(left(1)).not.toEqual(left(0))
  })

  it('keeps the targets, the masks with the weights of the labels, and the weights of the heads beside their play', () => {
    for (const { x, targets, known, weights } of roundOf(25, 0, 10)) {
      const n = x!.length / 2
      expect(weights).toHaveLength(2 * n)
      for (let i = 0; i < n; i++) {
        const play = Math.floor(x![2 * i]!)
        expect([...targets!.slice(3 * i, 3 * i + 3)]).toEqual([(play * 3) % 2, 0, 0])
        expect([...known!.slice(3 * i, 3 * i + 3)]).toEqual([1, Math.fround(0.3), 0])
        expect(weights![i]).toBe(play)
        expect(weights![n + i]).toBeCloseTo(play + 0.1, 5)
      }
    }
  })
})

describe('bootstrap weights', () => {
  it('are exponential with mean 1 for every head, and independent between heads', () => {
    const [plays, heads] = [4000, 4]
    const weights = bootstrapWeights(
      Int32Array.from({ length: plays }, (_, i) => i),
      heads,
      1,
    )
    const ofHead = (h: number) => Float64Array.from({ length: plays }, (_, i) => weights[i * heads + h]!)
    const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length
    for (let h = 0; h < heads; h++) {
      const own = ofHead(h)
      expect(mean(own)).toBeCloseTo(1, 1)
      expect(mean(own.map((w) => (w - 1) ** 2))).toBeGreaterThan(0.85)
      expect(mean(own.map((w) => (w - 1) ** 2))).toBeLessThan(1.15)
      for (const [at, share] of [
        [0.1, 0.095],
        [1, 0.632],
        [3, 0.95],
      ] as const)
        expect(Math.abs(mean(own.map((w) => (w < at ? 1 : 0))) - share), `${h} ${at}`).toBeLessThan(0.02)
      const next = ofHead((h + 1) % heads)
      expect(Math.abs(mean(own.map((w, i) => (w - 1) * (next[i]! - 1))))).toBeLessThan(0.06)
      const shifted = own.map((w, i) => (w - 1) * (own[(i + 1) % plays]! - 1))
      expect(Math.abs(mean(shifted))).toBeLessThan(0.06)
    }
  })

  it('stay with a play in every training of one seed, whatever plays are beside it', () => {
    const all = bootstrapWeights(Int32Array.of(4, 7, 9), 3, 1)
    expect(bootstrapWeights(Int32Array.of(7), 3, 1)).toEqual(all.slice(3, 6))
    expect(bootstrapWeights(Int32Array.of(7), 3, 2)).not.toEqual(all.slice(3, 6))
  })
})
