import { describe, expect, test } from 'vitest'
import type { DeepcutsError } from '../../src/core/errors.ts'
import { random } from '../../src/core/random.ts'
import type { VectorIndex, VectorTable } from '../../src/neighbors/vector-index.ts'
import { clock, clusters, hand, rowOf, share, table, truth } from './vector-worlds.ts'

/**
 * What every index keeps, for the metric cosine. `open` makes one of a table; half-precision ones score to about three digits.
 * @param recall at least this share of true neighbours among clustered vectors; 1 for an exact one
 */
export function vectorIndexSuite(
  name: string,
  open: (table: VectorTable) => Promise<VectorIndex>,
  recall = 1,
): void {
  const idsOf = (index: VectorIndex, ...query: Parameters<VectorIndex['search']>) => [
    ...index.search(...query).ids,
  ]
  const codeOf = (work: () => unknown) => {
    try {
      work()
    } catch (error) {
      return (error as DeepcutsError).code
    }
    return 'nothing thrown'
  }
  const world = clusters(1000, 16)
  const queries = Array.from({ length: 30 }, (_, i) => {
    const draws = random(`query ${i}`)
    return rowOf(world, draws.int(1000)).map((value) => value + 0.05 * draws.normal())
  })

  describe(`${name}: a search`, () => {
    test('gives the nearest first, with their cosine, whatever the lengths', async () => {
      const index = await open(clock())
      const { ids, scores } = index.search(hand(2.8, 4, 50), 4)
      expect([...ids]).toEqual([3, 2, 4, 1])
      const away = [0.2, 0.8, 1.2, 1.8]
      away.forEach((hours, i) => {
        expect(scores[i]).toBeCloseTo(Math.cos((hours / 6) * Math.PI), 2)
      })
      expect([index.size, index.dimension, index.metric, index.changed]).toEqual([12, 4, 'cosine', 0])
    })

    test('gives all, once each, when k is larger than their number, and none when k is 0', async () => {
      const index = await open(clock())
      expect(idsOf(index, hand(2.8), 100)).toEqual([3, 2, 4, 1, 5, 12, 6, 11, 7, 10, 8, 9])
      expect(idsOf(index, hand(2.8), 0)).toEqual([])
    })

    test('finds in an empty index nothing, and then what was put', async () => {
      const index = await open(table([], [], 4))
      expect(idsOf(index, hand(1), 5)).toEqual([])
      index.put(clock())
      expect(idsOf(index, hand(1), 1)).toEqual([1])
    })

    test('gives equal vectors in order of their ids', async () => {
      const index = await open(
        table(
          [70, 5, 900, 31, 8],
          [3, 3, 9, 3, 3].map((hour) => hand(hour)),
        ),
      )
      expect(idsOf(index, hand(3.2), 3)).toEqual([5, 8, 31])
      expect(idsOf(index, hand(3.2), 9)).toEqual([5, 8, 31, 70, 900])
    })

    test('still finds all others when a thousand vectors are the same', async () => {
      const same = Array.from({ length: 1000 }, () => hand(6))
      const hours = Array.from({ length: 12 }, (_, i) => hand(i + 1))
      const index = await open(
        table(
          Int32Array.from({ length: 1012 }, (_, i) => i),
          [...same, ...hours],
        ),
      )
      expect(idsOf(index, hand(12.1), 3)).toEqual([1011, 1000, 1010])
      expect(idsOf(index, hand(6.1), 1002)).toEqual([...Array(1000).keys(), 1005, 1006])
    })

    test('finds true neighbours among many', async () => {
      const index = await open(world)
      const shares = queries.map((query) => share(idsOf(index, query, 50), truth(world, query, 50)))
      expect(shares.reduce((a, b) => a + b) / shares.length).toBeGreaterThanOrEqual(recall)
      for (const query of queries) {
        const { ids, scores } = index.search(query, 50)
        for (let i = 1; i < 50; i++) {
          const inOrder =
            scores[i - 1]! > scores[i]! || (scores[i - 1] === scores[i] && ids[i - 1]! < ids[i]!)
          expect(inOrder).toBe(true)
        }
      }
    })

    test('looks at everything when asked to', async () => {
      const index = await open(world)
      for (const query of queries.slice(0, 5)) {
        const { ids } = await index.searchExactly(query, 50)
        // Half precision changes the order of those that are all but equally near.
        expect(share(ids, truth(world, query, 50))).toBeGreaterThanOrEqual(recall === 1 ? 1 : 0.96)
      }
    })

    test('gives the same for the same vectors, in whatever order they came', async () => {
      const order = random('order').shuffle([...world.ids])
      const shuffled = table(
        order,
        order.map((id) => rowOf(world, id)),
      )
      const [a, b, c] = [await open(world), await open(world), await open(shuffled)]
      for (const query of queries) {
        expect(b.search(query, 20)).toEqual(a.search(query, 20))
        expect(c.search(query, 20)).toEqual(a.search(query, 20))
      }
    })
  })

  describe(`${name}: zeros`, () => {
    test('are as near to everything as to nothing: their cosine is 0', async () => {
      const index = await open(
        table([1, 2, 3, 4], [hand(12), new Float32Array(4), hand(6), new Float32Array(4)]),
      )
      const { ids, scores } = index.search(hand(12), 4)
      expect([...ids]).toEqual([1, 2, 4, 3])
      expect(scores[1]).toBeCloseTo(0, 6)
    })

    test('as a query find the smallest ids', async () => {
      const index = await open(clock())
      index.remove([2])
      const { ids, scores } = index.search(new Float32Array(4), 3, (id) => id !== 3)
      expect([...ids]).toEqual([1, 4, 5])
      expect([...scores]).toEqual([0, 0, 0])
      expect(idsOf(await open(world), new Float32Array(16), 4)).toEqual([0, 1, 2, 3])
    })
  })

  describe(`${name}: a filter`, () => {
    test('leaves k results where there are k, however far away', async () => {
      const index = await open(world)
      for (const query of queries.slice(0, 10)) {
        const far = truth(world, query, 1000).slice(-5)
        expect(idsOf(index, query, 3, (id) => far.includes(id)).length).toBe(3)
        expect(idsOf(index, query, 9, (id) => far.includes(id)).sort()).toEqual([...far].sort())
        const half = (id: number) => id % 2 === 0
        const found = idsOf(index, query, 40, half)
        expect(found.every(half)).toBe(true)
        expect(found.length).toBe(40)
        expect(share(found, truth(world, query, 40, half))).toBeGreaterThanOrEqual(recall === 1 ? 1 : 0.9)
      }
    })

    test('that allows nothing gives nothing', async () => {
      const index = await open(clock())
      expect(idsOf(index, hand(1), 5, () => false)).toEqual([])
    })
  })

  describe(`${name}: changes`, () => {
    test('are found at once: added, moved, removed, and put back', async () => {
      const index = await open(clock())
      index.put(table([99, 3], [hand(2.9), hand(9.3)]))
      expect([index.size, index.changed]).toEqual([13, 2])
      expect(idsOf(index, hand(3), 2)).toEqual([99, 2])
      expect(idsOf(index, hand(9.3), 1)).toEqual([3])
      index.remove([99, 9, 12, 12, 12345, -1, 0.5])
      expect(index.size).toBe(10)
      expect(idsOf(index, hand(3), 2)).toEqual([2, 4])
      expect(idsOf(index, hand(9), 2)).toEqual([3, 8])
      index.put(table([9], [hand(9)]))
      expect(index.size).toBe(11)
      expect(idsOf(index, hand(9), 1)).toEqual([9])
      expect(idsOf(index, hand(9), 99).length).toBe(11)
    })

    test('are filtered, and are beside equal vectors of the snapshot', async () => {
      const index = await open(clock())
      index.put(table([50, 0], [hand(4), hand(4)]))
      expect(idsOf(index, hand(4.001), 3, (id) => id < 50)).not.toContain(50)
      expect(idsOf(index, hand(4.001), 3).sort((a, b) => a - b)).toEqual([0, 4, 50])
    })

    test('that are the same vector come in order of their ids, not of their coming', async () => {
      const index = await open(clock())
      for (const id of [50, 70, 0, 60]) index.put(table([id], [hand(3.5)]))
      expect(idsOf(index, hand(3.5), 1)).toEqual([0])
      expect(idsOf(index, hand(3.5), 3)).toEqual([0, 50, 60])
    })

    test('leave k results when most of the snapshot is gone', async () => {
      const index = await open(world)
      index.remove(world.ids.filter((id) => id % 50 !== 0))
      const left = (id: number) => id % 50 === 0
      expect(index.size).toBe(20)
      for (const query of queries.slice(0, 10)) {
        const found = idsOf(index, query, 10)
        expect(share(found, truth(world, query, 10, left))).toBeGreaterThanOrEqual(recall === 1 ? 1 : 0.9)
        const exactly = await index.searchExactly(query, 99)
        expect([...exactly.ids].sort((a, b) => a - b)).toEqual([...world.ids].filter(left))
      }
    })

    test('made during an exact search are not half in it', async () => {
      const index = await open(clock())
      const searching = index.searchExactly(hand(3), 12)
      index.remove([1, 2])
      index.put(table([3, 77], [hand(9), hand(3)]))
      expect([...(await searching).ids].sort((a, b) => a - b)).toEqual([...clock().ids])
    })
  })

  describe(`${name}: what it is given`, () => {
    test('is refused whole when a part of it is wrong', async () => {
      const index = await open(clock())
      const before = index.search(hand(3), 12)
      const wrong: VectorTable[] = [
        table([20, 21], [hand(3), Float32Array.of(Number.NaN, 0, 0, 0)]),
        table([20, 21], [hand(3), Float32Array.of(0, Number.POSITIVE_INFINITY, 0, 0)]),
        table([20, 20], [hand(3), hand(4)]),
        table([20, -1], [hand(3), hand(4)]),
        table([20], [hand(3, 5)]),
        { ids: Int32Array.of(20, 21), vectors: hand(3), dimension: 4 },
      ]
      for (const each of wrong) expect(codeOf(() => index.put(each))).toBe('VECTOR_UNUSABLE')
      expect(index.search(hand(3), 12)).toEqual(before)
      expect([index.size, index.changed]).toEqual([12, 0])
    })

    test('as a query must have the dimension and be finite', async () => {
      const index = await open(clock())
      for (const query of [hand(3, 5), hand(3, 3), Float32Array.of(0, Number.NaN, 0, 0), new Float32Array(0)])
        expect(codeOf(() => index.search(query, 3))).toBe('VECTOR_UNUSABLE')
      await expect(index.searchExactly(hand(3, 5), 3)).rejects.toMatchObject({ code: 'VECTOR_UNUSABLE' })
      for (const k of [-1, 1.5, Number.NaN]) expect(() => index.search(hand(3), k)).toThrow(RangeError)
    })

    test('is neither changed nor kept', async () => {
      const given = clock()
      const more = table([40], [hand(2.5, 4, 3)])
      const query = hand(2.5, 4, 7)
      const index = await open(given)
      index.put(more)
      const before = index.search(query, 3)
      expect([given, more, query]).toEqual([clock(), table([40], [hand(2.5, 4, 3)]), hand(2.5, 4, 7)])
      given.vectors.fill(1)
      more.vectors.fill(1)
      expect(index.search(hand(2.5), 3)).toEqual(before)
    })

    test('may lie in the middle of other memory', async () => {
      const { ids, vectors, dimension } = clock()
      const memory = new Float32Array(vectors.length + 7).fill(5)
      memory.set(vectors, 3)
      const index = await open({ ids, vectors: memory.subarray(3, 3 + vectors.length), dimension })
      const around = Float32Array.of(9, 9, ...hand(7.1), 9)
      expect(idsOf(index, around.subarray(2, 6), 2)).toEqual([7, 8])
    })
  })
}
