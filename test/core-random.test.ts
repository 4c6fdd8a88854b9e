import { describe, expect, test } from 'vitest'
import { random, secretSeed } from '../src/core/random.ts'

const N = 20_000
const many = <T>(draw: () => T, n = N) => Array.from({ length: n }, draw)

describe('a seeded generator', () => {
  test('gives the same numbers for the same seed, on every machine', () => {
    const first = many(random('tide').next, 5)
    expect(many(random('tide').next, 5)).toEqual(first)
    expect(many(random('tidf').next, 5)).not.toEqual(first)
    expect(many(random(1).next, 3)).toEqual([0.29092460856894276, 0.5815754419457838, 0.6171235983479861])
  })

  test('is uniform in [0, 1): twenty equal bins, by chi-square', () => {
    const bins = new Array<number>(20).fill(0)
    for (const value of many(random('uniform').next)) bins[Math.floor(value * 20)]!++
    const expected = N / 20
    // 99.9 % of fair generators stay under 43.8 with 19 degrees of freedom.
    expect(bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)).toBeLessThan(43.8)
  })

  test('has no memory: neighbouring numbers do not go together', () => {
    const values = many(random('lag').next)
    const lagged = values.slice(1).map((value, i) => (value - 0.5) * (values[i]! - 0.5))
    // The mean of such products has a standard error of 1 / (12 √n).
    expect(Math.abs(lagged.reduce((sum, x) => sum + x, 0) / lagged.length)).toBeLessThan(
      4 / (12 * Math.sqrt(N)),
    )
  })

  test('draws whole numbers below n, each as often', () => {
    const draw = random('int')
    const counts = [0, 0, 0, 0, 0, 0, 0]
    for (const i of many(() => draw.int(7), 7000)) counts[i]!++
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120)
  })

  test('draws normal numbers of mean 0 and variance 1', () => {
    const values = many(random('normal').normal)
    const mean = values.reduce((sum, x) => sum + x, 0) / N
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(N))
    expect(values.reduce((sum, x) => sum + x * x, 0) / N).toBeCloseTo(1, 1)
    expect(values.filter((x) => Math.abs(x) < 1.96).length / N).toBeCloseTo(0.95, 2)
  })

  test('picks in proportion to the weights, and never a zero', () => {
    const draw = random('pick')
    const weights = Float64Array.of(0, 1, 3, 0, 6, 0)
    const counts = [0, 0, 0, 0, 0, 0]
    for (const i of many(() => draw.pick(weights))) counts[i]!++
    expect([counts[0], counts[3], counts[5]]).toEqual([0, 0, 0])
    for (const i of [1, 2, 4]) {
      const p = weights[i]! / 10
      expect(Math.abs(counts[i]! - N * p)).toBeLessThan(4 * Math.sqrt(N * p * (1 - p)))
    }
    expect(many(() => draw.pick([0, 0, 1e-300]), 10)).toEqual(many(() => 2, 10))
  })

  test('shuffles every order as often, in place', () => {
    const draw = random('shuffle')
    const counts = new Map<string, number>()
    for (let i = 0; i < 6000; i++) {
      const items = [1, 2, 3]
      expect(draw.shuffle(items)).toBe(items)
      counts.set(items.join(), (counts.get(items.join()) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120)
  })
})

describe('a fork', () => {
  test('is the same whatever was drawn before, and drawing from it changes nothing', () => {
    const [fresh, used] = [random('seed'), random('seed')]
    many(used.next, 100)
    const fork = used.fork('a')
    expect(many(fork.next, 5)).toEqual(many(fresh.fork('a').next, 5))
    const [one, other] = [random('seed'), random('seed')]
    many(one.fork('a').next, 100)
    expect(one.next()).toBe(other.next())
  })

  test('goes its own way: neither its parent nor its siblings go with it', () => {
    const parent = random('seed')
    const streams = [parent, parent.fork('a'), parent.fork('b'), parent.fork('a').fork('b')].map((r) =>
      many(r.next),
    )
    for (const [i, a] of streams.entries())
      for (const b of streams.slice(i + 1)) {
        const product = a.reduce((sum, value, at) => sum + (value - 0.5) * (b[at]! - 0.5), 0) / N
        expect(Math.abs(product)).toBeLessThan(4 / (12 * Math.sqrt(N)))
      }
  })
})

test('a secret seed depends on the secret and on every part, and where parts begin', () => {
  const seeds = [
    secretSeed('s', 'ada', 'daily-1', '2026-01-15'),
    secretSeed('t', 'ada', 'daily-1', '2026-01-15'),
    secretSeed('s', 'ada', 'daily-1', '2026-01-16'),
    secretSeed('s', 'adad', 'aily-1', '2026-01-15'),
  ]
  expect(new Set(seeds).size).toBe(4)
  expect(seeds[0]).toMatch(/^[0-9a-f]{32}$/)
  expect(secretSeed('s', 'ada', 'daily-1', '2026-01-15')).toBe(seeds[0])
})
