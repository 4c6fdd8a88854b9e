import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Source } from '../src/candidates/source.ts'
import type { Mix } from '../src/core/mix.ts'
import type { Query } from '../src/core/query.ts'
import type { Engine } from '../src/engine.ts'
import { recommend } from '../src/recommend.ts'
import { emptyEngine, type InventedEngine, NOW, playsOf, smallWorld } from './suites/invented-listener.ts'

const world = smallWorld({ tracks: 900, years: 0.2 })
let invented: InventedEngine
let engine: Engine

beforeAll(async () => {
  invented = await emptyEngine()
  engine = invented.engine
  await invented.put('me', world.catalogRecords(), 'catalog')
})
afterAll(() => invented.close())

const draw = async (query: Partial<Query>, by = engine): Promise<Mix> =>
  (await recommend({ listener: 'me', recipe: 'daily-1', n: 30, at: NOW, ...query }, by)).mix
const newListener = async (name: string, by = invented) => {
  const { writes, id } = await by.engine.library.listeners.findOrCreate(name)
  await by.engine.library.store.write(writes)
  return id
}
const rowsOf = (mix: Mix) => mix.tracks.map(({ track }) => world.rowOf(track.spotify!)!)
const like = async (listener: number, row: number, kind: 'like' | 'dislike' = 'like') => {
  const catalog = await engine.library.catalog()
  const at = Array.from({ length: catalog.size }, (_, i) => i).find(
    (i) => catalog.spotify.at(i) === world.tracks[row]!.ref.spotify,
  )!
  await engine.library.feedback.say(listener, { kind, identifier: catalog.trackId[at]!, artist: '' })
}

describe('a listener of whom nothing is known', () => {
  it('gets popular songs of every kind, of as many artists, with what to do next', async () => {
    await newListener('nova')
    const mix = await draw({ listener: 'nova' })
    expect(mix).toMatchObject({ recipe: 'first', modelVersion: 0, novelty: 1 })
    expect(mix.tracks).toHaveLength(30)
    expect(new Set(mix.tracks.map(({ track }) => track.artist)).size).toBeGreaterThan(20)
    const genres = new Set(world.tracks.map(({ facts }) => facts.genres![0]))
    const inMix = new Set(rowsOf(mix).map((row) => world.tracks[row]!.facts.genres![0]))
    expect(inMix.size).toBeGreaterThan(0.6 * genres.size)
    const popularity = (rows: readonly number[]) =>
      rows.reduce((sum, row) => sum + world.tracks[row]!.facts.popularity!, 0) / rows.length
    expect(popularity(rowsOf(mix))).toBeGreaterThan(popularity(world.tracks.map((_, row) => row)))
    const { title } = mix.tracks[0]!.track
    expect(mix.notes.join('\n')).toMatch(/Nothing is known of your taste yet.*Like three to five/)
    expect(mix.notes.some((note) => note.startsWith('deepcuts like') && note.includes(title))).toBe(true)
    expect(mix.notes.join('\n')).toContain('--listener nova')
    const mean = mix.tracks.reduce((sum, { likability }) => sum + likability, 0) / 30
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.15)
  })

  it('has the mix logged like any other: the recipe that was drawn, no model, exact propensities', async () => {
    const { id } = await engine.library.listeners.get('nova')
    const [exposure, ...more] = await engine.library.exposures.list(id)
    expect(more).toEqual([])
    expect(exposure).toMatchObject({ recipe: 'first', model: 0, occasion: 'day' })
    const again = await draw({ listener: 'nova' })
    expect(again.draw).toBe(exposure!.draw)
  })

  it('gets nothing of a recipe of what they know, and is not told that a corner is missing for good', async () => {
    const { tracks, notes } = await draw({ listener: 'nova', recipe: 'on-repeat' })
    expect(tracks).toEqual([])
    expect(notes.join(' ')).toMatch(/Nothing is known of your taste yet/)
  })
})

describe('a few likes', () => {
  it('count at once and without training: the mix is better for the listener than the one before', async () => {
    const id = await newListener('ada')
    const before = await draw({ listener: 'ada', n: 20 })
    const all = world.tracks.map((_, row) => row)
    const likes = world.bestSlate(0, all, 60).filter((_, i) => i % 12 === 0)
    for (const row of likes) await like(id, row)
    const truth = (mix: Mix) =>
      world.judge(
        0,
        rowsOf(mix).filter((row) => !likes.includes(row)),
      )
    const after = await draw({ listener: 'ada', recipe: 'deep-cuts', n: 20 })
    expect(after).toMatchObject({ recipe: 'deep-cuts', modelVersion: 0 })
    expect(after.notes.join(' ')).toMatch(/Made from the 5 songs you like, without any training/)
    const seeds = [1, 2, 3, 4]
    const means = await Promise.all(
      seeds.map(async (seed) => truth(await draw({ listener: 'ada', recipe: 'deep-cuts', n: 20, seed })).mix),
    )
    const { mix: cold, random, best } = truth(before)
    const warm = means.reduce((sum, mean) => sum + mean, 0) / seeds.length
    expect(warm).toBeGreaterThan(cold)
    expect(warm).toBeGreaterThan(random + 0.12 * (best - random))
    const daily = await draw({ listener: 'ada', n: 20 })
    expect(daily.recipe).toBe('daily-1')
    expect(daily.tracks).toHaveLength(20)
    const known = daily.tracks.filter(({ familiarity }) => familiarity === 'familiar')
    expect(known.length).toBeGreaterThan(1)
    expect(known.length).toBeLessThanOrEqual(5)
  })

  it('keep what was disliked out, and say why each track is there', async () => {
    const id = await newListener('bo')
    const [first, second] = world.bestSlate(0, [...world.tracks.keys()], 2)
    await like(id, first!)
    await like(id, second!, 'dislike')
    const mix = await draw({ listener: 'bo', recipe: 'deep-cuts' })
    expect(rowsOf(mix)).not.toContain(second)
    expect(mix.notes.join(' ')).toMatch(/the one song you like/)
    const { title } = world.tracks[first!]!.ref
    expect(mix.tracks.some(({ reason }) => reason.text.includes(title))).toBe(true)
  })

  it('reach a track that was imported a moment ago: by its sound, and by its artist where it has none', async () => {
    const id = await newListener('cy')
    const few = world.artists.filter(({ tracks }) => tracks < 10)
    const theirs = few.flatMap(({ firstTrack, tracks }) =>
      Array.from({ length: tracks }, (_, i) => firstTrack + i),
    )
    const row = world.bestSlate(0, theirs, 1)[0]!
    await like(id, row)
    const { ref, facts } = world.tracks[row]!
    await invented.put(
      'me',
      [
        { kind: 'track', track: { title: 'Sounds The Same', artist: 'Nobody Else' }, facts },
        { kind: 'track', track: { title: 'No Features At All', artist: ref.artist }, facts: { source: '' } },
      ],
      'catalog',
    )
    const { pool } = await poolOf({ listener: 'cy', recipe: 'deep-cuts' })
    expect(pool).toContain('Sounds The Same')
    expect(pool).toContain('No Features At All')
  })
})

/** The titles that a mix could have held, from its log. */
async function poolOf(query: Partial<Query>): Promise<{ mix: Mix; pool: string[] }> {
  const mix = await draw(query)
  const { id } = await engine.library.listeners.get(query.listener!)
  const exposure = (await engine.library.exposures.list(id)).find(({ draw }) => draw === mix.draw)!
  const { pool } = JSON.parse(exposure.body) as { pool: { track: number[] } }
  const catalog = await engine.library.catalog()
  return { mix, pool: pool.track.map((track) => catalog.titles.at(catalog.rowOfIdentifier[track]!)) }
}

describe('hard cases', () => {
  const TRACK = { title: 'Only', artist: 'One', finished: true }

  it('a store of one track, heard or not, makes a mix of one track or of none', async () => {
    const small = await emptyEngine()
    await small.put(
      'me',
      [{ kind: 'track', track: { title: 'Only', artist: 'One' }, facts: { source: '' } }],
      'catalog',
    )
    await newListener('me', small)
    expect((await draw({}, small.engine)).tracks.map(({ track }) => track.title)).toEqual(['Only'])
    await small.put('me', playsOf(Array.from({ length: 12 }, () => TRACK)))
    const heard = await draw({}, small.engine)
    expect(heard.tracks.map(({ track }) => track.title)).toEqual(['Only'])
    expect(heard.notes.join(' ')).toMatch(/"deepcuts train"/)
    expect((await draw({ recipe: 'deep-cuts' }, small.engine)).tracks).toEqual([])
    await small.close()
  })

  it('a store without any track makes an empty mix that says so', async () => {
    const empty = await emptyEngine()
    await newListener('me', empty)
    const { tracks, notes } = await draw({}, empty.engine)
    expect(tracks).toEqual([])
    expect(notes.join(' ')).toMatch(/no songs to begin with/)
    expect(notes.join(' ')).toMatch(/Discovery needs a catalog/)
    await empty.close()
  })

  it('one recording under several ids, and versions of one song, are never twice in a mix', async () => {
    const twice = await emptyEngine()
    const facts = { source: '', popularity: 90, genres: ['rock'] }
    const copies = ['', ' - Live', ' (Remastered 2009)'].flatMap((version) =>
      Array.from({ length: 12 }, (_, i) => ({
        kind: 'track' as const,
        track: { title: `Song ${i}${version}`, artist: `Artist ${i % 4}`, isrc: `USABC00000${i + 10}` },
        facts,
      })),
    )
    const ids = copies.map((copy, i) => ({
      ...copy,
      track: { ...copy.track, spotify: `${i + 100}`.padStart(22, 'a') },
    }))
    await twice.put('me', ids, 'catalog')
    const id = await newListener('me', twice)
    const songs = (mix: Mix) => mix.tracks.map(({ track }) => track.title.replace(/ (?:-|\().*/, ''))
    for (const likes of [0, 1]) {
      if (likes) {
        const [track] = (await draw({}, twice.engine)).tracks
        await twice.engine.library.feedback.say(id, { kind: 'like', identifier: track!.track.id, artist: '' })
      }
      for (const seed of [1, 2, 3]) {
        const found = songs(await draw({ seed }, twice.engine))
        expect(found.length).toBeGreaterThan(5)
        expect(new Set(found).size).toBe(found.length)
      }
    }
    await twice.close()
  })

  it('a source that fails leaves the mix to the others, which says so', async () => {
    const broken: Source = {
      name: 'similar',
      kind: 'new',
      most: 1,
      propose() {
        throw new Error('no likes')
      },
    }
    const sourcesOf: Engine['sourcesOf'] = (recipe) =>
      engine.sourcesOf(recipe).map((source) => (source.name === 'similar' ? broken : source))
    const { mix, degraded } = await recommend(
      { listener: 'ada', recipe: 'deep-cuts', n: 10, at: NOW },
      { ...engine, sourcesOf },
    )
    expect(mix.tracks).toHaveLength(10)
    expect(mix.notes).toContain('Made without similar, which failed.')
    expect(degraded).toEqual([{ source: 'similar', problem: 'no likes' }])
  })
})
