import { describe, expect, it } from 'vitest'
import type { ScoredCandidate } from '../src/core/candidate.ts'
import type { Kinship } from '../src/core/kinship.ts'
import { affinity, towardSeeds } from '../src/rank/affinity.ts'

const STRANGER: Kinship = {
  ...{ seed: 0, sound: 4, artist: 0, like: 0, tags: 0, together: 0, artistTogether: 0, years: 60 },
  ...{ publicPlaylists: 0, ownPlaylists: 0 },
}

describe('the closeness to seeds', () => {
  it('is next to nothing for a stranger, and grows with each thing that is shared', () => {
    expect(affinity(STRANGER)).toBeLessThan(0.02)
    const shared: Partial<Kinship>[] = [
      ...[{ sound: 0.2 }, { artist: 0.6 }, { like: 0.6 }, { tags: 0.5 }],
      ...[{ together: 0.1 }, { artistTogether: 0.1 }, { years: 2 }],
    ]
    for (const more of shared)
      expect(affinity({ ...STRANGER, ...more })).toBeGreaterThan(affinity(STRANGER) + 0.2)
  })

  it('takes what is not known for something between far and near', () => {
    for (const kind of ['sound', 'tags', 'years'] as const) {
      const { [kind]: _, ...unknown } = STRANGER
      const near = { ...STRANGER, [kind]: kind === 'tags' ? 1 : 0 }
      expect(affinity(unknown)).toBeGreaterThan(affinity(STRANGER))
      expect(affinity(unknown)).toBeLessThan(affinity(near))
    }
  })
})

describe('candidates around seeds', () => {
  const candidate = (row: number, scores: number[]): ScoredCandidate => ({
    ...{ row, trackId: row, artist: row, sources: [], likability: 0.5, familiarity: 'new', scores },
  })
  const nearer = (row: number): Kinship => ({ ...STRANGER, artist: row / 10 })

  it('are the closest, each head moved by the same closeness, the likability untouched', () => {
    const scored = [candidate(1, [1, 2]), candidate(5, [0, -1]), candidate(3, [0, 0])]
    const moved = towardSeeds(scored, (row) => affinity(nearer(row)), 2)
    expect(moved.map(({ row }) => row)).toEqual([5, 3])
    const added = affinity(nearer(5))
    expect(moved[0]).toEqual({ ...scored[1], scores: [added, added - 1] })
  })

  it('in a tie are those of the smaller ids, so that a draw can be repeated', () => {
    const scored = [9, 2, 7].map((row) => candidate(row, [0]))
    expect(towardSeeds(scored, () => affinity(STRANGER), 2).map(({ row }) => row)).toEqual([2, 7])
  })
})
