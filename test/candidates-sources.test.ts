import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nearestLoved } from '../src/candidates/nearest-loved.ts'
import { retrieve } from '../src/candidates/retrieve.ts'
import { soundDistance } from '../src/candidates/sound.ts'
import { countNew, type Source, type SourceListener, type SourceRequest } from '../src/candidates/source.ts'
import { SOURCES } from '../src/candidates/sources.ts'
import { random } from '../src/core/random.ts'
import { hasAudio } from '../src/library/catalog.ts'
import { describeUntrained, type InventedEngine, inventedEngine } from './suites/invented-listener.ts'
import { sourceSuite } from './suites/source-suite.ts'

let invented: InventedEngine
const requests: Record<string, SourceRequest> = {}

beforeAll(async () => {
  invented = await inventedEngine({ tracks: 500, years: 0.4 })
  const { listener, catalog } = await describeUntrained(invented, 'ada')
  const shelves = await invented.engine.shelves()
  const whole: SourceRequest = {
    ...shelves,
    listener,
    playlists: await invented.engine.playlists('ada'),
    wanted: () => true,
    random: random('sources'),
  }
  const newcomer: SourceListener = {
    ...listener,
    known: [],
    excluded: [],
    loved: [],
    recent: [],
    clusters: 0,
    isNew: (row) => catalog.artist[row] !== 0,
  }
  const unheard = Array.from(catalog.artist.keys()).filter(listener.isNew)
  Object.assign(requests, {
    whole,
    'first corner': { ...whole, cluster: 0 },
    'second corner': { ...whole, cluster: 1 },
    'nothing unheard': { ...whole, listener: { ...listener, isNew: () => false } },
    'nobody yet': { ...whole, listener: newcomer },
    'from tracks known and new': { ...whole, from: [...listener.known.slice(0, 2), ...unheard.slice(0, 2)] },
    'from nothing': { ...whole, from: [] },
    'nobody yet, from a track': { ...whole, listener: newcomer, from: unheard.slice(0, 1) },
    unwanted: { ...whole, wanted: () => false },
  })
})
afterAll(() => invented.close())

for (const source of SOURCES) sourceSuite(source, () => requests)

const propose = (name: string, request: SourceRequest) =>
  SOURCES.find((source) => source.name === name)!.propose(request)

describe('what each source is for', () => {
  it('familiar: the corners share out everything that is known', () => {
    const { whole } = requests
    const corners = Array.from({ length: whole!.listener.clusters }, (_, cluster) =>
      propose('familiar', { ...whole!, cluster }),
    )
    expect(corners.flat().sort((a, b) => a - b)).toEqual([...whole!.listener.known].sort((a, b) => a - b))
    expect(corners.length).toBeGreaterThan(1)
  })

  it('nearest: what sounds most like a loved track comes first', () => {
    const { whole } = requests
    const { audio, catalog, listener } = whole!
    const rows = propose('nearest', whole!)
    const anchors = listener.loved.map(({ row }) => row).filter((row) => hasAudio(catalog, row))
    const distance = (row: number) =>
      Math.min(...anchors.slice(0, 60).map((anchor) => soundDistance(audio, row, anchor)))
    const distances = rows.map(distance)
    expect(rows.length).toBeGreaterThan(100)
    expect(distances).toEqual([...distances].sort((a, b) => a - b))
    expect(rows.every((row) => hasAudio(catalog, row))).toBe(true)
  })

  it('artist: only artists whose tracks the listener finishes', () => {
    const { whole } = requests
    const { catalog, listener } = whole!
    const rows = propose('artist', whole!)
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) {
      const { finishes, skips } = listener.artistHistory(catalog.artist[row]!)
      expect(finishes).toBeGreaterThanOrEqual(2)
      expect(finishes / (finishes + skips)).toBeGreaterThanOrEqual(0.4)
    }
  })

  it.each(['nearest', 'artist', 'familiar'])(
    '%s: the tracks of a corner are other than those of the next',
    (name) => {
      const [one, other] = ['first corner', 'second corner'].map((corner) => propose(name, requests[corner]!))
      expect(one!.length).toBeGreaterThan(0)
      expect(one).not.toEqual(other)
    },
  )

  it.each(['artist', 'familiar'])('%s: stays in the corner', (name) => {
    for (const cluster of [0, 1]) {
      const request = { ...requests.whole!, cluster }
      for (const row of propose(name, request)) expect(request.listener.clusterOf(row)).toBe(cluster)
    }
  })

  it('popular: the most popular first, and for a newcomer too', () => {
    const popularity = requests.whole!.catalog.popularity
    for (const name of ['whole', 'first corner', 'nobody yet']) {
      const told = propose('popular', requests[name]!).map((row) => popularity[row]!)
      expect(told.length, name).toBeGreaterThan(0)
      expect(told).toEqual([...told].sort((a, b) => b - a))
    }
  })

  it('popular: only the corner that the mix is about', () => {
    const { listener } = requests.whole!
    const rows = propose('popular', requests['second corner']!)
    expect(rows.every((row) => listener.clusterOf(row) === 1)).toBe(true)
  })

  it('fresh: other tracks for another draw, the same for the same', () => {
    const draw = (seed: string) => propose('fresh', { ...requests.whole!, random: random(seed) })
    expect(draw('a')).toEqual(draw('a'))
    expect(draw('a')).not.toEqual(draw('b'))
  })
})

describe('unheard', () => {
  it('is all that the listener does not know and that has an artist', () => {
    const { listener, catalog } = requests.whole!
    const known = new Set(listener.known)
    let unheard = 0
    for (let row = 0; row < catalog.size; row++) {
      const isNew = !known.has(row) && catalog.artist[row] !== 0
      expect(listener.isNew(row)).toBe(isNew)
      unheard += Number(isNew)
    }
    const all = new Uint8Array(catalog.size).fill(1)
    expect(countNew(listener, catalog, all)).toBe(unheard)
    const shared = all.slice()
    // What may not be told is not counted, whether the listener knows it or not.
    shared[Array.from(catalog.artist.keys()).find(listener.isNew)!] = 0
    shared[listener.known.find((row) => catalog.artist[row] !== 0)!] = 0
    expect(countNew(listener, catalog, shared)).toBe(unheard - 1)
  })
})

describe('retrieve', () => {
  const source = (name: string, rows: readonly number[]): Source => ({
    name,
    kind: 'new',
    most: 9,
    propose: () => rows,
  })
  const broken: Source = {
    name: 'broken',
    kind: 'new',
    most: 9,
    propose() {
      throw new Error('no index')
    },
  }

  it('gives each track once, with the names of all that proposed it', () => {
    const { candidates } = retrieve(requests.whole!, [source('one', [4, 2]), source('two', [2, 7])])
    expect(candidates).toEqual([
      { row: 4, sources: ['one'] },
      { row: 2, sources: ['one', 'two'] },
      { row: 7, sources: ['two'] },
    ])
  })

  it('goes on without a source that fails, and says so', () => {
    const { candidates, degraded } = retrieve(requests.whole!, [broken, source('two', [2, 7])])
    expect(candidates.map(({ row }) => row)).toEqual([2, 7])
    expect(degraded).toEqual([{ source: 'broken', problem: 'no index' }])
  })
})

describe('the nearest loved track', () => {
  it('is a loved one, close, and none for a track without audio', () => {
    const { whole } = requests
    const { catalog, audio, listener } = whole!
    const near = nearestLoved(whole!)
    const loved = new Set(listener.loved.map(({ row }) => row))
    let found = 0
    for (const row of catalog.artist.keys()) {
      if (!listener.isNew(row)) continue
      const anchor = near(row)
      if (!hasAudio(catalog, row)) expect(anchor).toBeUndefined()
      if (anchor === undefined) continue
      found++
      expect(loved.has(anchor)).toBe(true)
      expect(soundDistance(audio, row, anchor)).toBeLessThan(0.75)
    }
    expect(found).toBeGreaterThan(10)
  })
})
