import { describe, expect, test } from 'vitest'
import { random } from '../src/core/random.ts'
import { recallMonitor } from '../src/neighbors/recall-monitor.ts'
import { exactIndex } from '../src/neighbors/stored-index.ts'
import { clock, hand } from './suites/vector-worlds.ts'

const exact = exactIndex(clock(), 'cosine')
/** Finds only even hours. */
const half = {
  searchExactly: exact.searchExactly,
  search: (query: Float32Array, k: number) => exact.search(query, k, (id) => id % 2 === 0),
}

describe('the recall monitor', () => {
  test('says 1 of an index that finds all, and the share of one that does not', async () => {
    for (const [index, recall] of [
      [exact, 1],
      [half, 0.5],
    ] as const) {
      const monitor = recallMonitor(index, { k: 2, keep: 10, random: random(1) })
      for (let hour = 1; hour <= 6; hour++) monitor.observe(hand(hour + 0.4))
      expect(await monitor.measure()).toEqual({ k: 2, queries: 6, recall })
    }
  })

  test('starts anew after a measurement', async () => {
    const monitor = recallMonitor(half, { k: 1, keep: 10, random: random(1) })
    monitor.observe(hand(1))
    expect(await monitor.measure()).toEqual({ k: 1, queries: 1, recall: 0 })
    expect(await monitor.measure()).toEqual({ k: 1, queries: 0, recall: 1 })
    monitor.observe(hand(2))
    expect((await monitor.measure()).recall).toBe(1)
  })

  test('keeps every query with the same probability, and a copy of it', async () => {
    const kept = new Map<number, number>()
    const index = {
      ...half,
      searchExactly: async (query: Float32Array) => {
        kept.set(query[0]!, (kept.get(query[0]!) ?? 0) + 1)
        return exact.search(hand(1), 1)
      },
    }
    const draws = random('reservoir')
    for (let round = 0; round < 400; round++) {
      const monitor = recallMonitor(index, { k: 1, keep: 5, random: draws })
      const query = hand(1)
      for (let i = 0; i < 20; i++) {
        query[0] = i
        monitor.observe(query)
      }
      expect((await monitor.measure()).queries).toBe(5)
    }
    // 400 rounds, 5 of 20 kept: 100 expected each, standard deviation 8.7.
    expect(kept.size).toBe(20)
    for (const count of kept.values()) expect(Math.abs(count - 100)).toBeLessThan(40)
  })
})
