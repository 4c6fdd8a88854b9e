import { describe, expect, it } from 'vitest'
import { catalogIndex } from '../src/candidates/catalog-index.ts'
import { kinshipWith, relatives, tagNames } from '../src/candidates/kinship.ts'
import type { AudioFeatures } from '../src/core/track.ts'
import { fitAudioScale, scaleAudio } from '../src/features/audio-scale.ts'
import type { ImportRecord } from '../src/library/import-record.ts'
import { readPlaylists } from '../src/library/playlists.ts'
import { row, take, tempLibrary } from './suites/temp-library.ts'

const LOUD: AudioFeatures = {
  energy: 0.9,
  danceability: 0.5,
  acousticness: 0.1,
  loudness: -5,
  tempo: 130,
  valence: 0.5,
}
const QUIET: AudioFeatures = {
  energy: 0.2,
  danceability: 0.4,
  acousticness: 0.9,
  loudness: -20,
  tempo: 80,
  valence: 0.3,
}
const ref = (artist: string, title: string) => ({ artist, title })
const on = (playlist: string, artist: string, title: string): ImportRecord => ({
  ...{ kind: 'playlist-item', playlist, track: ref(artist, title) },
})

/** A catalog of loud songs by Ada and Bob, quiet ones by Cy, one by Di of which nothing is known, and playlists. */
async function smallCatalog() {
  const { library, store } = await tempLibrary()
  const rock = { genres: ['rock', 'grunge'], year: 1991 }
  const loud = (n: number) => ({ ...LOUD, energy: 0.9 - 0.01 * n })
  await take(
    library,
    [
      row(ref('Ada', 'A1'), { audio: loud(0), ...rock }),
      row(ref('Ada', 'A2'), { audio: loud(1), ...rock }),
      row(ref('Bob', 'B1'), { audio: loud(2), genres: ['rock'], year: 1993 }),
      row(ref('Cy', 'C1'), { audio: QUIET, genres: ['folk'], year: 1970 }),
      row(ref('Cy', 'C2'), { audio: { ...QUIET, energy: 0.25 }, genres: ['folk'], year: 1971 }),
      row(ref('Di', 'D1')),
      ...[
        on('p', 'Ada', 'A1'),
        on('p', 'Di', 'D1'),
        on('q', 'Ada', 'A1'),
        on('q', 'Di', 'D1'),
        on('r', 'Cy', 'C1'),
      ],
      on('r', 'Cy', 'C2'),
    ],
    { format: 'catalog' },
  )
  await take(library, [on('mine', 'Ada', 'A1'), on('mine', 'Bob', 'B1')], { format: 'spotify-account' })
  const catalog = await library.catalog()
  const rows = Array.from(catalog.artist.keys())
  const audio = scaleAudio(catalog, fitAudioScale(catalog, rows))
  const { id } = await library.listeners.get('ada')
  const sources = {
    ...{ catalog, audio, index: catalogIndex(catalog, audio) },
    playlists: await readPlaylists(store, catalog, [0, id]),
  }
  const at = (title: string) => rows.find((one) => catalog.titles.at(one) === title)!
  return { sources, at }
}

describe('what a track has to do with a seed', () => {
  it('is its sound, artist, tags, years and the playlists that hold both', async () => {
    const { sources, at } = await smallCatalog()
    const kinship = kinshipWith([at('A1')], sources)
    expect(kinship(at('A2'))).toMatchObject({ seed: at('A1'), artist: 1, tags: expect.closeTo(1), years: 0 })
    expect(kinship(at('A2')).sound).toBeLessThan(0.05)
    expect(kinship(at('C1')).sound).toBeGreaterThan(1)
    expect(kinship(at('C1'))).toMatchObject({ artist: 0, tags: 0, together: 0, years: 21 })
    expect(kinship(at('B1'))).toMatchObject({ artist: 0, years: 2, ownPlaylists: 1, publicPlaylists: 0 })
    expect(kinship(at('B1')).tags).toBeGreaterThan(0)
    expect(kinship(at('B1')).tags).toBeLessThan(0.9)
  })

  it('leaves out what is not known: it is neither near nor far', async () => {
    const { sources, at } = await smallCatalog()
    const kin = kinshipWith([at('A1')], sources)(at('D1'))
    expect(kin).toMatchObject({ publicPlaylists: 2, ownPlaylists: 0 })
    expect(kin.together).toBeCloseTo((2 / Math.sqrt(3 * 2)) * (3 / 5), 5)
    expect(Object.keys(kin)).not.toEqual(expect.arrayContaining(['sound', 'tags', 'years']))
    const { together } = kinshipWith([at('A2')], sources)(at('B1'))
    expect(together).toBeUndefined()
  })

  it('of several seeds is told by the nearest, and by the share of the seeds that is its artist’s', async () => {
    const { sources, at } = await smallCatalog()
    const kinship = kinshipWith([at('A1'), at('C1')], sources)
    expect(kinship(at('C2')).seed).toBe(at('C1'))
    expect(kinship(at('A2')).seed).toBe(at('A1'))
    expect(kinship(at('A2')).artist).toBe(1)
  })

  it('tells no song to be like itself', async () => {
    const { sources, at } = await smallCatalog()
    expect(kinshipWith([at('A1'), at('A2')], sources)(at('A1')).seed).toBe(at('A2'))
  })
})

it('relatives are by the same artist, close in sound or on a playlist together, and never the seeds', async () => {
  const { sources, at } = await smallCatalog()
  const found = relatives([at('D1')], sources)
  expect(found).toEqual([at('A1')])
  expect(relatives([at('A1')], sources)).toEqual(expect.arrayContaining([at('A2'), at('B1'), at('D1')]))
  expect(relatives([at('A1')], sources)).not.toContain(at('A1'))
})

it('tags are the catalog’s words', async () => {
  const { sources, at } = await smallCatalog()
  expect(tagNames(sources.catalog, at('A1'))).toEqual(['rock', 'grunge'])
  expect(tagNames(sources.catalog, at('D1'))).toEqual([])
})
