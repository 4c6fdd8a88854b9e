import { describe, expect, it } from 'vitest'
import type { Candidate } from '../src/core/candidate.ts'
import { random } from '../src/core/random.ts'
import { eligibleFilter, type Filter, filter, refusedFilter, sameSongFilter } from '../src/rank/filter.ts'

const candidates = (rows: readonly number[]): Candidate[] => rows.map((row) => ({ row, sources: ['test'] }))
const rowsOf = (list: readonly { row: number }[]) => list.map(({ row }) => row)

describe('filters', () => {
  it('keep and remove parts that together are what came in, each once and in its order', () => {
    const rng = random('filters')
    for (let round = 0; round < 50; round++) {
      const given = candidates(rng.shuffle(Array.from({ length: rng.int(40) }, (_, row) => row)))
      const filters: Filter[] = Array.from({ length: rng.int(4) }, (_, f) => {
        const taken = new Set(given.filter(() => rng.next() < 0.3))
        return { name: `filter ${f}`, removes: (candidate) => taken.has(candidate) }
      })
      const { kept, removed } = filter(given, filters)
      const gone = new Set(rowsOf(removed))
      expect(rowsOf(kept)).toEqual(rowsOf(given).filter((row) => !gone.has(row)))
      expect(rowsOf(removed)).toEqual(rowsOf(given).filter((row) => gone.has(row)))
      expect(kept.length + removed.length).toBe(given.length)
    }
  })

  it('say which filter took a track out: the first that wanted to', () => {
    const odd: Filter = { name: 'odd', removes: ({ row }) => row % 2 === 1 }
    const large: Filter = { name: 'large', removes: ({ row }) => row > 2 }
    expect(filter(candidates([1, 2, 3, 4]), [odd, large]).removed).toEqual([
      { row: 1, by: 'odd' },
      { row: 3, by: 'odd' },
      { row: 4, by: 'large' },
    ])
  })

  it('take out what is refused and what the recipe does not want', () => {
    const refused = refusedFilter((row) => (row === 2 ? 'disliked' : undefined))
    const eligible = eligibleFilter((row) => row !== 3)
    expect(rowsOf(filter(candidates([1, 2, 3]), [refused, eligible]).kept)).toEqual([1])
  })
})

describe('one version of a song', () => {
  const song = (row: number) => `song ${Math.floor(row / 10)}`

  it('is the one proposed first when none is known', () => {
    const proposed = candidates([12, 11, 23, 13])
    const same = sameSongFilter(song, () => 0, [], proposed)
    expect(rowsOf(filter(proposed, [same]).kept)).toEqual([12, 23])
  })

  it('is the known one that was played most', () => {
    const plays: Record<number, number> = { 11: 2, 12: 7 }
    const proposed = candidates([10, 11, 12, 20])
    const same = sameSongFilter(song, (row) => plays[row] ?? 0, [11, 12], proposed)
    expect(rowsOf(filter(proposed, [same]).kept)).toEqual([12, 20])
  })
})
