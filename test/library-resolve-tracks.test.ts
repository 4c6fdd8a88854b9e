import { describe, expect, it } from 'vitest'
import type { PlaylistEntry } from '../src/core/playlist.ts'
import type { TrackRef } from '../src/core/track.ts'
import { trackAt } from '../src/library/catalog.ts'
import { resolveTracks } from '../src/library/resolve-tracks.ts'
import { row, take, tempLibrary } from './suites/temp-library.ts'

const id = (n: number) => String(n).padStart(22, '0')
const MBID = '0c1ad7e6-5b1c-4b0b-9b1c-0e6a0b6b7c01'

/** The Spotify ids' last digits of what entries are found to be, 0 for nothing, in a catalog of these tracks, numbered from 1. */
async function foundIn(
  tracks: readonly (TrackRef & { readonly length?: number; readonly popularity?: number })[],
  entries: readonly PlaylistEntry[],
): Promise<number[]> {
  const { library, store } = await tempLibrary()
  const rows = tracks.map(({ length, popularity, ...ref }, i) =>
    row(
      { spotify: id(i + 1), ...ref },
      { ...(length && { audio: { duration_ms: length } }), ...(popularity && { popularity }) },
    ),
  )
  await take(library, rows, { format: 'catalog' })
  const catalog = await library.catalog()
  const found = await resolveTracks(store, catalog, entries)
  expect(found.unknown).toEqual(entries.filter((_, i) => found.rows[i] === -1))
  return found.rows.map((at) => (at < 0 ? 0 : Number(trackAt(catalog, at).spotify)))
}

const ONE = { artist: 'Ada', title: 'One' }

describe('an entry of a playlist is found', () => {
  it('by Spotify id, ISRC or MusicBrainz id, whatever its names say', async () => {
    const tracks = [
      ONE,
      { ...ONE, title: 'Two', isrc: 'XX0010000001' },
      { ...ONE, title: 'Three', mbid: MBID },
    ]
    const wrong = { artist: 'Wrong', title: 'Wrong' }
    const entries = [{ spotify: id(1), ...wrong }, { isrc: 'XX0010000001' }, { mbid: MBID, ...wrong }]
    expect(await foundIn(tracks, entries)).toEqual([1, 2, 3])
  })

  it('by its names where the id is not known, without case, accents and punctuation', async () => {
    const tracks = [ONE, { artist: 'Beyoncé', title: "Don't Stop!" }]
    const entries = [
      { spotify: id(9), artist: 'ADA', title: 'one' },
      { artist: 'beyonce', title: 'Dont stop' },
      { artist: 'One', title: 'Ada' },
    ]
    expect(await foundIn(tracks, entries)).toEqual([1, 2, 1])
  })

  it('as the recording of its length, else the most popular one', async () => {
    const tracks = [
      { ...ONE, length: 100_000, popularity: 10 },
      { ...ONE, length: 200_000, popularity: 90 },
      { ...ONE, length: 300_000, popularity: 50 },
    ]
    const entries = [{ ...ONE, durationMs: 305_000 }, { ...ONE, durationMs: 150_000 }, ONE]
    expect(await foundIn(tracks, entries)).toEqual([3, 2, 2])
  })

  it('by the first of several artists, and as another version of the song', async () => {
    const tracks = [ONE, { artist: 'Bob', title: 'Two - Remastered 2011' }]
    const entries = [
      { artist: 'Ada, Bob', title: 'One' },
      { artist: 'Ada feat. Cy', title: 'One (feat. Cy)' },
      { artist: 'Bob', title: 'Two' },
      { artist: 'Bob', title: 'Two (Live at the Hall)' },
    ]
    expect(await foundIn(tracks, entries)).toEqual([1, 1, 2, 2])
  })

  it('prefers the exact name to another version', async () => {
    const tracks = [{ ...ONE, title: 'One - Live', popularity: 90 }, ONE]
    expect(await foundIn(tracks, [ONE])).toEqual([2])
  })

  it('by a title alone where one artist has it, and not where two have', async () => {
    const tracks = [ONE, { artist: 'Bob', title: 'Two' }, { artist: 'Cy', title: 'Two' }]
    expect(await foundIn(tracks, [{ title: 'one' }, { title: 'Two' }])).toEqual([1, 0])
  })
})

it('what is not in the catalog is named, and stays in its place', async () => {
  const entries = [
    { title: 'Nowhere', artist: 'Nobody' },
    ONE,
    {},
    { spotify: id(7) },
    { title: '🎵', artist: 'ש' },
  ]
  expect(await foundIn([ONE], entries)).toEqual([0, 1, 0, 0, 0])
})
