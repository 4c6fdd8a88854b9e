import { describe, expect, it } from 'vitest'
import { random } from '../src/core/random.ts'
import { artistAffinity } from '../src/loop/affinity.ts'
import { leadingRows, trackKernel } from '../src/loop/kernel.ts'
import { loopCatalog } from '../src/loop/listeners.ts'

describe('how alike tracks are', () => {
  const catalog = loopCatalog(random(1), 60, 2026)
  const kernel = trackKernel(catalog)
  const pairs = (which: (i: number, j: number) => boolean) => {
    const of: number[] = []
    for (let i = 0; i < 60; i++) for (let j = 0; j < i; j++) if (which(i, j)) of.push(kernel[i * 60 + j]!)
    return of.reduce((a, b) => a + b, 0) / of.length
  }

  it('is 1 for a track and itself, less for a genre, least across genres, and the same both ways', () => {
    expect(kernel[7 * 60 + 7]).toBe(1)
    expect(kernel[7 * 60 + 9]).toBe(kernel[9 * 60 + 7])
    const { artist, genre } = catalog
    expect(pairs((i, j) => artist[i] === artist[j])).toBeGreaterThan(
      pairs((i, j) => genre[i] === genre[j] && artist[i] !== artist[j]),
    )
    expect(pairs((i, j) => genre[i] === genre[j])).toBeGreaterThan(2 * pairs((i, j) => genre[i] !== genre[j]))
  })

  it('is held by coordinates: their inner products are a matrix of their rank, and the nearest to one of more', () => {
    const rows = leadingRows(kernel, 60, 60, random(2))
    const dot = (of: Float64Array, rank: number, i: number, j: number) => {
      let sum = 0
      for (let c = 0; c < rank; c++) sum += of[i * rank + c]! * of[j * rank + c]!
      return sum
    }
    expect(dot(rows, 60, 3, 4)).toBeCloseTo(kernel[3 * 60 + 4]!, 1)
    expect(dot(rows, 60, 5, 5)).toBeCloseTo(1, 1)
    const few = leadingRows(kernel, 60, 12, random(2))
    let [missed, all] = [0, 0]
    for (let i = 0; i < 60; i++)
      for (let j = 0; j < 60; j++) {
        missed += (kernel[i * 60 + j]! - dot(few, 12, i, j)) ** 2
        all += kernel[i * 60 + j]! ** 2
      }
    expect(missed).toBeLessThan(0.1 * all)
  })
})

describe('how alike artists are', () => {
  it('is found out from who finishes both: two kinds in one genre that no catalog tells', () => {
    const artists = Array.from({ length: 8 }, (_, a) => ({
      name: `${a}`,
      genre: 0,
      firstTrack: 2 * a,
      tracks: 2,
    }))
    const artist = Int32Array.from({ length: 16 }, (_, track) => track >> 1)
    const rows = new Float64Array(32)
    for (let track = 0; track < 16; track++) rows[2 * track] = 1
    const draw = random(3)
    const logs = Array.from({ length: 120 }, (_, u) =>
      Array.from({ length: 40 }, (_, i) => {
        const track = draw.int(16)
        const loved = artist[track]! % 2 === u % 2
        return { track, day: i, finished: draw.next() < (loved ? 0.8 : 0.2), genreBefore: 0, artistBefore: 0 }
      }),
    )
    const affinity = artistAffinity({ size: 2, rows }, { artist, artists }, logs)
    for (let a = 0; a < 8; a++)
      for (let b = 0; b < 8; b++) {
        if (a === b) expect(affinity[a * 8 + b]).toBe(0)
        else if (a % 2 === b % 2) expect(affinity[a * 8 + b]).toBeGreaterThan(0.05)
        else expect(affinity[a * 8 + b]).toBeLessThan(-0.05)
      }
  })
})
