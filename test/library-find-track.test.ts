import { beforeEach, expect, test } from 'vitest'
import type { TrackRef } from '../src/core/track.ts'
import type { Catalog } from '../src/library/catalog.ts'
import { findArtist, findTrack, findTrackByName } from '../src/library/find-track.ts'
import type { Library } from '../src/library/library.ts'
import { nearestNames } from '../src/library/nearest-names.ts'
import { NOW, play, row, take, tempLibrary } from './suites/temp-library.ts'

const MBID = '0c5a1b2e-1111-4222-8333-0123456789ab'
const WORLD: TrackRef[] = [
  { spotify: '0123456789abcdefABCDEF', isrc: 'AA6Q71000001', title: 'Low Tide', artist: 'The Harbour' },
  { mbid: MBID, title: 'Déjà – vu?', artist: 'Nia Vale' },
  { title: 'Lamplight', artist: 'Nia Vale', album: 'Rooms' },
  { title: 'Lamplight', artist: 'Kite & Co.' },
  { title: 'Don’t Wait', artist: 'Kite & Co.' },
  { title: '1999', artist: 'Old Year' },
  { title: '!!!', artist: '???' },
]

let library: Library
let catalog: Catalog
beforeEach(async () => {
  library = (await tempLibrary()).library
  await take(
    library,
    WORLD.map((ref) => row(ref)),
  )
  catalog = await library.catalog()
})

test('a track is found by whatever names it', async () => {
  const ways: [string, string, number][] = [
    ['its id', '2', 1],
    ['its Spotify id', '0123456789abcdefABCDEF', 0],
    ['its Spotify URI', 'spotify:track:0123456789abcdefABCDEF', 0],
    ['its Spotify link', 'https://open.spotify.com/intl-de/track/0123456789abcdefABCDEF?si=1', 0],
    ['its ISRC, though it is known by its Spotify id', 'aa6q71000001', 0],
    ['its MBID in a link', `https://musicbrainz.org/recording/${MBID.toUpperCase()}`, 1],
    ['artist and title', 'the harbour - low tide', 0],
    ['title and artist with a long dash', ' Low Tide — The Harbour ', 0],
    ['its title alone', 'LOW  TIDE', 0],
    ['letters without accents or marks', 'nia vale - deja vu', 1],
    ['another apostrophe', 'dont wait', 4],
    ['an acute accent for an apostrophe', 'Don´t Wait', 4],
    ['artist and title where others have the title', 'Kite & Co. – Lamplight', 3],
    ['a title of digits that is no id', '1999', 5],
    ['a title without letters', '!!!', 6],
  ]
  for (const [way, asked, expected] of ways)
    expect(await findTrack(library.store, catalog, asked), `by ${way}`).toBe(expected)
})

test('a title that two artists have is refused with the choices', async () => {
  const error = findTrack(library.store, catalog, 'lamplight')
  await expect(error).rejects.toMatchObject({ code: 'AMBIGUOUS_TRACK' })
  await expect(error).rejects.toThrow(/3 \(Lamplight – Nia Vale, Rooms\); 4 \(Lamplight – Kite & Co\.\)/)
})

test('the choices tell what differs: the length, and the plays of the one who asks', async () => {
  const two: TrackRef[] = [1, 2].map((i) => ({ isrc: `AA6Q7100010${i}`, title: 'Drift', artist: 'Nia Vale' }))
  await take(library, [
    row(two[0]!, { audio: { duration_ms: 185_400 } }),
    row(two[1]!, { audio: { duration_ms: 61_000 } }),
  ])
  await take(library, [play(two[0]!, NOW)])
  const { id } = await library.listeners.get('ada')
  const error = findTrack(library.store, await library.catalog(), 'drift', id)
  await expect(error).rejects.toThrow(
    /\(Drift – Nia Vale, 3:05, 1 play\); \d+ \(Drift – Nia Vale, 1:01, no plays\)/,
  )
})

test('a name nobody has is refused with the closest ones, or without any', () => {
  expect(() => findTrackByName(catalog, 'The Harbor - Low Tides')).toThrow(/1 \(Low Tide – The Harbour\)/)
  expect(() => findTrackByName(catalog, 'zzz qqq')).toThrow(
    expect.objectContaining({ code: 'UNKNOWN_TRACK' }),
  )
  expect(() => findTrackByName(catalog, '')).toThrow(expect.objectContaining({ code: 'UNKNOWN_TRACK' }))
})

test('a code of a track that is no longer claimed is unknown', async () => {
  await library.imports.undo(1)
  const lookup = findTrack(library.store, await library.catalog(), '0123456789abcdefABCDEF')
  await expect(lookup).rejects.toMatchObject({ code: 'UNKNOWN_TRACK' })
})

test('an artist is found by name, and refused with close names', () => {
  expect(findArtist(catalog, ' nia  VALE ')).toBe('Nia Vale')
  expect(findArtist(catalog, 'kite & co')).toBe('Kite & Co.')
  expect(() => findArtist(catalog, 'Nia Vail')).toThrow(/Nia Vale/)
  expect(() => findArtist(catalog, 'zzz')).toThrow(expect.objectContaining({ code: 'UNKNOWN_ARTIST' }))
})

test('the nearest names are the best three, best first, by their best name', () => {
  const names = [['night'], ['nacht'], ['nights'], ['nightly', 'night'], ['x'], ['n', 'night']]
  expect(nearestNames('night', names.length, (i) => names[i]!)).toEqual([0, 3, 5])
  expect(nearestNames('night', 3, (i) => names[i]!)).toEqual([0, 2])
  expect(nearestNames('n', names.length, (i) => names[i]!)).toEqual([])
})
