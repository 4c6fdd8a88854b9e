import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { AUDIO_FEATURES, type AudioFeatures } from '../src/core/track.ts'
import { AUDIO_STRIDE, type Catalog, hasAudio, rowOfTrack, trackAt } from '../src/library/catalog.ts'
import { readCatalogFile, writeCatalogFile } from '../src/library/catalog-file.ts'
import type { Library } from '../src/library/library.ts'
import { packTexts, wrapTexts } from '../src/library/texts.ts'
import { NOW, play, row, take, tempLibrary } from './suites/temp-library.ts'

const TIDE = { spotify: 'tide', title: 'Low Tide', artist: 'The Harbour' }
const LAMP = { spotify: 'lamp', title: 'Lamplight', artist: 'Nia Vale', album: 'Évening – 夜' }
const AUDIO = { energy: 0.25, tempo: 98, duration_ms: 201_000 }

function audioAt(catalog: Catalog, row: number): AudioFeatures {
  const values = catalog.audio.subarray(row * AUDIO_STRIDE, (row + 1) * AUDIO_STRIDE)
  return Object.fromEntries(
    AUDIO_FEATURES.map((name, f) => [name, values[f]!]).filter(([, v]) => !Number.isNaN(v)),
  )
}

/** A snapshot without its functions, to compare. */
const plain = (catalog: Catalog) =>
  Object.fromEntries(
    Object.entries(catalog).map(([name, value]) => {
      const texts = value as { at?: (i: number) => string; size?: number }
      return [
        name,
        texts.at && texts.size ? Array.from({ length: texts.size }, (_, i) => texts.at!(i)) : value,
      ]
    }),
  )

async function twoTracks(library: Library): Promise<Catalog> {
  await take(library, [
    row(
      { ...TIDE, isrc: 'AA6Q71000001' },
      { audio: AUDIO, year: 1999, popularity: 40, genres: ['dub', 'tidal'] },
    ),
    row(LAMP),
  ])
  return library.catalog()
}

describe('the catalog', () => {
  test('is one row a recording, in the order of ids, with missing numbers NaN', async () => {
    const { library } = await tempLibrary()
    const catalog = await twoTracks(library)
    expect(catalog.size).toBe(2)
    expect(trackAt(catalog, 0)).toEqual({
      id: 1,
      title: 'Low Tide',
      artist: 'The Harbour',
      album: '',
      durationMs: 201_000,
      spotify: 'tide',
      isrc: 'AA6Q71000001',
    })
    expect(trackAt(catalog, 1)).toEqual({
      id: 2,
      title: LAMP.title,
      artist: LAMP.artist,
      album: LAMP.album,
      spotify: 'lamp',
    })
    expect(audioAt(catalog, 0)).toEqual(AUDIO)
    expect([...catalog.year]).toEqual([1999, Number.NaN])
    expect(catalog.genreSets.at(catalog.genres[0]!)).toBe('dub; tidal')
    expect([hasAudio(catalog, 0), hasAudio(catalog, 1), hasAudio(catalog, -1)]).toEqual([true, false, false])
    expect([rowOfTrack(catalog, 2), rowOfTrack(catalog, 3), rowOfTrack(catalog, -1)]).toEqual([1, -1, -1])
  })

  test('gives artists of one folded name one number and the first spelling; number 0 is nobody', async () => {
    const { library } = await tempLibrary()
    await take(library, [
      row(TIDE),
      row({ spotify: 'b', title: 'B', artist: 'THE HARBOUR' }),
      row({ spotify: 'c' }),
    ])
    const catalog = await library.catalog()
    expect([...catalog.artist]).toEqual([1, 1, 0])
    expect(catalog.artists.at(1)).toBe('The Harbour')
    expect(catalog.artists.at(0)).toBe('')
  })

  test('folds the claims of a recording: the first to tell something is heard, gaps are filled', async () => {
    const { library } = await tempLibrary()
    await take(library, [row(TIDE, { audio: { energy: 0.25 }, year: 1999 })])
    await take(library, [
      row({ ...TIDE, album: 'Docks' }, { audio: { energy: 0.9, tempo: 98 }, year: 2011, popularity: 7 }),
    ])
    const catalog = await library.catalog()
    expect(audioAt(catalog, 0)).toEqual({ energy: 0.25, tempo: 98 })
    expect([catalog.year[0], catalog.popularity[0]]).toEqual([1999, 7])
    expect(trackAt(catalog, 0).album).toBe('Docks')
  })

  test('joins the rows of one file about one track: genres add up, gaps are filled', async () => {
    const { library } = await tempLibrary()
    await take(library, [
      row(TIDE, { audio: { energy: 0.25 }, genres: ['dub'], year: 1999 }),
      row(
        { ...TIDE, title: 'Other', album: 'Docks' },
        { audio: { energy: 0.9, tempo: 98 }, genres: ['dub', 'tidal'], popularity: 7 },
      ),
    ])
    const catalog = await library.catalog()
    expect(audioAt(catalog, 0)).toEqual({ energy: 0.25, tempo: 98 })
    expect(catalog.genreSets.at(catalog.genres[0]!)).toBe('dub; tidal')
    expect([catalog.year[0], catalog.popularity[0]]).toEqual([1999, 7])
    expect(trackAt(catalog, 0)).toMatchObject({ title: 'Low Tide', album: 'Docks' })
  })

  test('with a length alone has no audio, and the length lasts whatever scale comes later', async () => {
    const { library } = await tempLibrary()
    await take(library, [row(TIDE, { source: 'exportify', audio: { duration_ms: 201_000 } })])
    expect(hasAudio(await library.catalog(), 0)).toBe(false)
    await take(library, [row(TIDE, { audio: { energy: 0.25 } })])
    const catalog = await library.catalog()
    expect(catalog.sources[catalog.source[0]!]).toBe('spotify')
    expect(audioAt(catalog, 0)).toEqual({ energy: 0.25, duration_ms: 201_000 })
  })

  test.each([['first'], ['last']])('never mixes two scales in one row: Spotify %s', async (when) => {
    const { library } = await tempLibrary()
    const brainz = row(TIDE, {
      source: 'acousticbrainz',
      audio: { danceability: 0.9, energy: 0.8, duration_ms: 1000 },
    })
    const spotify = row(TIDE, { audio: { energy: 0.25, tempo: 98 } })
    for (const record of when === 'first' ? [spotify, brainz] : [brainz, spotify])
      await take(library, [record])
    const catalog = await library.catalog()
    expect(catalog.sources[catalog.source[0]!]).toBe('spotify')
    expect(audioAt(catalog, 0)).toEqual({ energy: 0.25, tempo: 98, duration_ms: 1000 })
  })

  test('loses the features of a catalog that is taken back, and keeps the track that was played', async () => {
    const { library } = await tempLibrary()
    await take(library, [play(TIDE, NOW)])
    const { id } = await take(library, [row(TIDE, { audio: AUDIO }), row(LAMP)], { format: 'catalog' })
    const before = await library.catalog()
    expect([before.size, hasAudio(before, 0)]).toEqual([2, true])
    await library.imports.undo(id)
    const after = await library.catalog()
    expect([after.size, hasAudio(after, 0), audioAt(after, 0)]).toEqual([1, false, {}])
    expect(after.revision).toBeGreaterThan(before.revision)
  })

  test('of an empty store is empty', async () => {
    const { library } = await tempLibrary()
    const catalog = await library.catalog()
    expect([catalog.size, catalog.titles.size, catalog.artists.at(0)]).toEqual([0, 0, ''])
  })
})

describe('the file of the snapshot', () => {
  const filesOf = (folder: string) => readdirSync(join(folder, 'cache'))

  test('gives back what was written, and only the newest is kept', async () => {
    const { library, folder, again } = await tempLibrary()
    await take(library, [row(TIDE)])
    await library.catalog()
    const [older] = filesOf(folder)
    const built = await twoTracks(library)
    expect(filesOf(folder)).toHaveLength(1)
    expect(filesOf(folder)).not.toContain(older)
    const read = await again().catalog()
    expect(read).not.toBe(built)
    expect(plain(read)).toEqual(plain(built))
  })

  test('is read instead of building again', async () => {
    const { library, store, again } = await tempLibrary()
    const built = await twoTracks(library)
    await store.write([{ delete: 'claims', where: {} }])
    expect(plain(await again().catalog())).toEqual(plain(built))
  })

  test.each<[string, (file: Buffer) => Buffer]>([
    ['empty', () => Buffer.alloc(0)],
    ['cut in its header', (file) => file.subarray(0, 40)],
    ['cut in its last array', (file) => file.subarray(0, -1)],
    ['with one bit of its header turned', (file) => turned(file, 20)],
    ['with one bit of its numbers turned', (file) => turned(file, file.length - 30)],
    ['with a header length beyond its end', (file) => turned(file, 7)],
    ['of text', () => Buffer.from('this is no snapshot, and longer than the prefix')],
  ])('%s is built anew', async (_, damage) => {
    const { library, folder, again } = await tempLibrary()
    const built = await twoTracks(library)
    const path = join(folder, 'cache', filesOf(folder)[0]!)
    const whole = readFileSync(path)
    writeFileSync(path, damage(Buffer.from(whole)))
    expect(plain(await again().catalog())).toEqual(plain(built))
    expect(readFileSync(path).equals(whole)).toBe(true)
  })

  test('of another store, or another revision, is not read', async () => {
    const { library, folder } = await tempLibrary()
    const catalog = await twoTracks(library)
    await writeCatalogFile(folder, 'mine', catalog)
    expect(await readCatalogFile(folder, 'mine', catalog.revision)).toBeDefined()
    expect(await readCatalogFile(folder, 'theirs', catalog.revision)).toBeUndefined()
    expect(await readCatalogFile(folder, 'mine', catalog.revision + 1)).toBeUndefined()
  })

  test('is not needed: where it cannot be written, the catalog is built each time', async () => {
    const { library, folder } = await tempLibrary()
    writeFileSync(join(folder, 'cache'), 'a file where the folder should be')
    expect((await twoTracks(library)).size).toBe(2)
  })

  test('is written once when several ask at the same time', async () => {
    const { library, folder } = await tempLibrary()
    await take(library, [row(TIDE)])
    const [a, b] = await Promise.all([library.catalog(), library.catalog()])
    expect(a).toBe(b)
    expect(filesOf(folder)).toHaveLength(1)
  })
})

function turned(file: Buffer, at: number): Buffer {
  file[at] = file[at]! ^ 1
  return file
}

test('packed texts come back whole, also over memory that starts elsewhere', () => {
  const texts = packTexts(['', 'été', '夜', '', '🌊 tide'])
  const memory = new Uint8Array(texts.bytes.length + 3)
  memory.set(texts.bytes, 3)
  const wrapped = wrapTexts(memory.subarray(3), texts.offsets)
  for (const { at, size } of [texts, wrapped]) {
    expect(Array.from({ length: size }, (_, i) => at(i))).toEqual(['', 'été', '夜', '', '🌊 tide'])
    expect([at(-1), at(5)]).toEqual(['', ''])
  }
})

test('the secret of a store is made once, also when it is asked for twice at a time', async () => {
  const { library, store, again } = await tempLibrary()
  const [a, b] = await Promise.all([library.secret(), library.secret()])
  expect(a).toMatch(/^[0-9a-f]{64}$/)
  expect(b).toBe(a)
  expect(await again().secret()).toBe(a)
  expect(await store.count('meta', { key: 'secret' })).toBe(1)
})
