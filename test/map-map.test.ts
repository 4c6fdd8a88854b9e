import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { readMap, type TasteMap } from '../src/map/map.ts'
import { renderMap } from '../src/map/page.ts'
import { KINDS } from '../src/map/points.ts'
import { emptyEngine, inventedEngine, NOW, playsOf } from './suites/invented-listener.ts'

type Invented = Awaited<ReturnType<typeof inventedEngine>>
let invented: Invented
let map: TasteMap
const read = (engine: Invented['engine'], listener = 'ada') => readMap(engine, listener, NOW, silent)

beforeAll(async () => {
  invented = await inventedEngine({ tracks: 700, years: 1 })
  map = await read(invented.engine)
})
afterAll(() => invented.close())

describe('a map of a listener', () => {
  it('shows every track of a small catalog once, those known with what happened to them', async () => {
    const catalog = await invented.engine.library.catalog()
    const { points } = map
    expect(points.n).toBe(catalog.size)
    expect(Object.values(map.kinds).reduce((a, b) => a + b)).toBe(catalog.size)
    expect([...points.kind]).toEqual([...points.kind].sort())
    const { plays } = invented.world.history(0)
    expect(points.plays.reduce((a, b) => a + b)).toBe(plays.length)
    for (let i = 0; i < points.n; i++) {
      if (KINDS[points.kind[i]!] === 'new') expect(points.plays[i]).toBe(0)
      if (KINDS[points.kind[i]!] === 'heard') expect(points.skips[i]).toBeLessThanOrEqual(points.finishes[i]!)
    }
  })

  it('keeps a genre together on the plane, though nobody told it which tracks are of one', async () => {
    const catalog = await invented.engine.library.catalog()
    const genreOf = new Map(
      Array.from({ length: catalog.size }, (_, row) => [
        `${catalog.titles.at(row)}/${catalog.artists.at(catalog.artist[row]!)}`,
        catalog.genres[row]!,
      ]),
    )
    const { points } = map
    const genre = Array.from(points.titles, (title, i) =>
      genreOf.get(`${title}/${points.artists[points.artist[i]!]}`),
    )
    const shares = new Map<unknown, number>()
    for (const of of genre) shares.set(of, (shares.get(of) ?? 0) + 1 / points.n)
    const chance = [...shares.values()].reduce((sum, share) => sum + share * share, 0)
    let alike = 0
    for (let i = 0; i < points.n; i++) {
      let [best, least] = [0, Number.POSITIVE_INFINITY]
      for (let j = 0; j < points.n; j++) {
        const distance = (points.x[i]! - points.x[j]!) ** 2 + (points.y[i]! - points.y[j]!) ** 2
        if (j !== i && distance < least) [best, least] = [j, distance]
      }
      if (genre[best] === genre[i]) alike++
    }
    expect(alike / points.n).toBeGreaterThan(Math.min(0.95, 3 * chance))
  })

  it('names its corners after what is loved in them, and stands without a model', () => {
    expect(map.model).toBeUndefined()
    expect(map.corners.length).toBeGreaterThan(0)
    expect(new Set(map.corners.map(({ name }) => name)).size).toBe(map.corners.length)
    expect(map.corners.reduce((sum, { tracks }) => sum + tracks, 0)).toBe(map.points.n)
    for (const { loved, name } of map.corners)
      expect(loved.some(({ artist }) => name.includes(artist)) || loved.length === 0).toBe(true)
    expect([...map.points.likability].every((value) => value === 255)).toBe(true)
    expect(renderMap(map).replace(/<script>[\s\S]*/, '')).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('is the same map when it is drawn again', async () => {
    expect(await read(invented.engine)).toEqual(map)
  })
})

describe('a map of little', () => {
  it('of a catalog alone has corners of sound, and everything on it is new', async () => {
    const alone = await read(invented.engine, 'me')
    expect(alone.kinds).toEqual({ new: alone.points.n, heard: 0, skipped: 0, liked: 0 })
    expect(alone.corners.length).toBeGreaterThan(1)
    expect(renderMap(alone)).toContain('since nothing has been heard yet')
  })

  it('of plays without any catalog says that no sound is known', async () => {
    const { engine, put, close } = await emptyEngine()
    onTestFinished(close)
    const titles = Array.from({ length: 12 }, (_, i) => ({ title: `song ${i}`, artist: `band ${i % 3}` }))
    await put('ada', playsOf(titles.map((track, i) => ({ ...track, finished: i % 2 === 0 }))))
    const silentMap = await read(engine)
    expect(silentMap.withoutAudio).toBe(12)
    expect(silentMap.kinds).toMatchObject({ heard: 6, skipped: 6, new: 0 })
    expect(renderMap(silentMap)).toContain('No audio features are known')
  })

  it('of one track is a point, and of none an error that says what to do', async () => {
    const { engine, put, close } = await emptyEngine()
    onTestFinished(close)
    await put('ada', [])
    await expect(read(engine)).rejects.toMatchObject({ code: 'MAP_EMPTY' })
    await put('ada', playsOf([{ title: 'only', finished: true }]))
    const { points, corners } = await read(engine)
    expect(points.titles).toEqual(['only'])
    expect(corners).toHaveLength(1)
  })
})

describe('what was said', () => {
  it('marks a refused track, and leaves out what an exclusion takes out', async () => {
    const { engine, put, close } = await emptyEngine()
    onTestFinished(close)
    const plays = ['a', 'b', 'c'].map((title) => ({ title, artist: `band of ${title}`, finished: true }))
    await put('ada', playsOf(plays))
    const { id } = await engine.library.listeners.get('ada')
    const catalog = await engine.library.catalog()
    const identifier =
      catalog.trackId[Array.from({ length: 3 }, (_, row) => catalog.titles.at(row)).indexOf('a')]!
    await engine.library.feedback.say(id, { kind: 'dislike', identifier, artist: '' })
    await engine.library.exclusions.add(id, { kind: 'artist', artist: 'band of b' })
    const { points, excluded } = await read(engine)
    expect(excluded).toBe(1)
    expect(points.titles).toEqual(['c', 'a'])
    expect([...points.kind].map((kind) => KINDS[kind])).toEqual(['heard', 'skipped'])
    expect([...points.said]).toEqual([0, 1])
  })
})
