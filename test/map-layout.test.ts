import { describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { random } from '../src/core/random.ts'
import type { Content } from '../src/map/content.ts'
import { layOut } from '../src/map/layout.ts'
import { cellsOf } from '../src/map/neighborhood.ts'

const WIDTH = 8

/** Groups of tracks around centres far apart; track i is of group i mod `groups`. */
function grouped(groups: number, n: number, seed = 1): Content {
  const rng = random(seed)
  const centres = Array.from({ length: groups * WIDTH }, () => 4 * rng.normal())
  const points = Float32Array.from({ length: n * WIDTH }, (_, at) => {
    const i = Math.floor(at / WIDTH)
    return centres[(i % groups) * WIDTH + (at % WIDTH)]! + rng.normal()
  })
  return { width: WIDTH, points, artist: Int32Array.from({ length: n }, (_, i) => i + 1) }
}

const draw = (content: Content, seed = 1, most?: number) =>
  layOut(content, random(seed), silent, undefined, most)

/** The share of tracks whose nearest other track in the plane is of their group. */
function together(layout: Float32Array, groups: number): number {
  const n = layout.length / 2
  let good = 0
  for (let i = 0; i < n; i++) {
    let [best, least] = [-1, Number.POSITIVE_INFINITY]
    for (let j = 0; j < n; j++) {
      const distance = Math.hypot(layout[2 * i]! - layout[2 * j]!, layout[2 * i + 1]! - layout[2 * j + 1]!)
      if (j !== i && distance < least) [best, least] = [j, distance]
    }
    if (best % groups === i % groups) good++
  }
  return good / n
}

describe('a layout', () => {
  it('keeps what is alike together', async () => {
    const layout = await draw(grouped(6, 300))
    expect(layout.every(Number.isFinite)).toBe(true)
    expect(together(layout, 6)).toBeGreaterThan(0.97)
  })

  it('puts tracks beyond the landmarks among those they are like', async () => {
    const layout = await draw(grouped(6, 600), 1, 240)
    expect(together(layout, 6)).toBeGreaterThan(0.95)
  })

  it('is the same for the same tracks and seed, and another for another seed', async () => {
    const content = grouped(3, 90)
    const [first, again, other] = [await draw(content), await draw(content), await draw(content, 2)]
    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
  })

  it('draws one track, two, and tracks that are all the same', async () => {
    for (const n of [1, 2, 3]) expect(await draw(grouped(1, n))).toHaveLength(2 * n)
    const same: Content = {
      width: WIDTH,
      points: new Float32Array(50 * WIDTH),
      artist: new Int32Array(50),
    }
    const layout = await draw(same)
    expect(layout.every(Number.isFinite)).toBe(true)
    expect(new Set(layout).size).toBeGreaterThan(50)
  })

  it('stops when it is told to', async () => {
    const stopped = AbortSignal.abort(new Error('enough'))
    await expect(layOut(grouped(2, 40), random(1), silent, stopped)).rejects.toThrow('enough')
  })
})

describe('cells of points', () => {
  it('find the very nearest, as looking at every point would', () => {
    const content = grouped(12, 2000)
    const cells = cellsOf(content, 2000, random(3))
    const [ids, distances] = [new Int32Array(5), new Float32Array(5)]
    let right = 0
    for (let q = 0; q < 200; q++) {
      const query = content.points.subarray(q * WIDTH, (q + 1) * WIDTH)
      cells.closest(query, 5, ids, distances)
      expect(ids[0]).toBe(q)
      const all = Array.from({ length: 2000 }, (_, i) => {
        let sum = 0
        for (let k = 0; k < WIDTH; k++) sum += (query[k]! - content.points[i * WIDTH + k]!) ** 2
        return { i, sum }
      }).sort((a, b) => a.sum - b.sum)
      right += all.slice(0, 5).filter(({ i }) => ids.includes(i)).length
    }
    expect(right / 1000).toBeGreaterThan(0.97)
  })

  it('tell how many there are where there are fewer than asked for', () => {
    const cells = cellsOf(grouped(1, 3), 3, random(1))
    const ids = new Int32Array(5)
    cells.closest(new Float32Array(WIDTH), 5, ids, new Float32Array(5))
    expect([...ids].filter((id) => id >= 0).sort()).toEqual([0, 1, 2])
  })
})
