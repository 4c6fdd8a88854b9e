import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../src/engine.ts'
import type { ImportRecord } from '../src/library/import-record.ts'
import { findSeeds, findSong } from '../src/seeds.ts'
import { emptyEngine } from './suites/invented-listener.ts'

const track = (artist: string, title: string, popularity = 0): ImportRecord => ({
  ...{ kind: 'track', track: { artist, title }, facts: { source: 'spotify', popularity } },
})

let empty: Awaited<ReturnType<typeof emptyEngine>>
let engine: Engine

beforeAll(async () => {
  empty = await emptyEngine()
  engine = empty.engine
  const dave = [track('Dave', 'Take Five', 50), track('Dave', 'Blue', 90), track('Dave', 'Blue - Live', 10)]
  const others = [
    track('Take/Five', 'Machine'),
    track('Beyoncé', 'Halo - Remastered 2011'),
    track('Blue', 'All Rise'),
    ...[track('Cover Band', 'Night Bus', 20), track('Night Owls', 'Night Bus', 80)],
    ...[track('One', 'Same'), track('Two', 'Same')],
  ]
  await empty.put('me', [...dave, ...others], 'catalog')
})
afterAll(() => empty.close())

const titles = async ({ trackIds }: { readonly trackIds: readonly number[] }) => {
  const catalog = await engine.library.catalog()
  return trackIds.map((id) => catalog.titles.at(catalog.rowOfIdentifier[id]!))
}
const from = async (...words: string[]) => {
  const { seeds } = await findSeeds(engine, words)
  return { kind: seeds.kind, title: seeds.title, titles: await titles(seeds) }
}

describe('the words that say where a mix starts', () => {
  it('mean the artist who is spelled so, before a track', async () => {
    expect(await from('blue')).toEqual({ kind: 'artist', title: 'Blue', titles: ['All Rise'] })
  })

  it('mean a track before an artist whose name is only alike, and that artist where there is no such track', async () => {
    expect(await from('Take Five')).toMatchObject({ kind: 'track', title: 'Take Five – Dave' })
    expect(await from('beyonce')).toMatchObject({ kind: 'artist', title: 'Beyoncé' })
  })

  it('take of an artist one version of each song, the most popular first, or what the listener played most', async () => {
    expect((await from('Dave')).titles).toEqual(['Blue', 'Take Five'])
    const catalog = await engine.library.catalog()
    const played = (row: number) => (catalog.titles.at(row) === 'Take Five' ? 3 : 0)
    expect(await titles((await findSeeds(engine, ['Dave'], played)).seeds)).toEqual(['Take Five', 'Blue'])
  })

  it('may be several names', async () => {
    expect(await from('Dave – Blue', 'Machine')).toEqual({
      ...{ kind: 'track', title: 'Blue – Dave, Machine – Take/Five', titles: ['Blue', 'Machine'] },
    })
  })

  it('find another version of a song where the one asked for is not there', async () => {
    const catalog = await engine.library.catalog()
    for (const asked of ['Halo – Beyoncé', 'Beyonce - Halo (Live)'])
      expect(catalog.titles.at((await findSong(engine, asked)).row)).toBe('Halo - Remastered 2011')
  })

  it('mean of several tracks of a name the one that the listener played most, else the most popular, and say so', async () => {
    const popular = await findSeeds(engine, ['night bus'])
    expect(popular.seeds.title).toBe('Night Bus – Night Owls')
    expect(popular.notes).toEqual([
      expect.stringMatching(
        /^"night bus" could be 2 tracks; this is \d+ \(Night Bus – Night Owls\), the most popular\. To mean another, give its id: \d+ \(Night Bus – Cover Band\)\.$/,
      ),
    ])
    const catalog = await engine.library.catalog()
    const heard = (row: number) => (catalog.artists.at(catalog.artist[row]!) === 'Cover Band' ? 2 : 0)
    const played = await findSeeds(engine, ['night bus'], heard)
    expect(played.seeds.title).toBe('Night Bus – Cover Band')
    expect(played.notes).toEqual([expect.stringContaining('which you played most')])
    expect((await findSeeds(engine, ['Night Bus – Night Owls'], heard)).notes).toEqual([])
  })

  it('are refused with the choices where neither plays nor popularity tell one from the next', async () => {
    await expect(findSeeds(engine, ['same'])).rejects.toMatchObject({ code: 'AMBIGUOUS_TRACK' })
  })

  it('that mean nothing are answered with tracks and artists of such names', async () => {
    await expect(findSeeds(engine, ['Beyonse'])).rejects.toMatchObject({
      code: 'UNKNOWN_TRACK',
      message: expect.stringContaining('Artists of such a name: Beyoncé'),
    })
    await expect(findSeeds(engine, ['list.xspf'])).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    await expect(findSeeds(engine, [tmpdir()])).rejects.toThrow(/it is a folder/)
    await expect(findSeeds(engine, [''])).rejects.toMatchObject({ code: 'UNKNOWN_TRACK' })
  })
})
