import { expect, it } from 'vitest'
import { fitAudioScale } from '../src/features/audio-scale.ts'
import { itemContent, itemNames, sequencesOf } from '../src/learn/everybody-sequences.ts'
import { readPlaylists } from '../src/library/playlists.ts'
import { play, row, take, tempLibrary } from './suites/temp-library.ts'

const T = Date.UTC(2025, 1, 1)
const TIDE = { spotify: 'tide00000000000000000A', title: 'Low Tide', artist: 'The Harbour' }
const SAME = { isrc: 'XXABC2400001', title: 'Low  tide', artist: 'THE HARBOUR' }
const LAMP = { title: 'Lamplight', artist: 'Nia Vale' }

it('puts logs, then playlists, in order, with begin times, one item a recording, and nothing that is excluded', async () => {
  const { library, store } = await tempLibrary()
  await take(library, [row(TIDE, { genres: ['folk', 'sea'], year: 1999 }), row(LAMP)], { format: 'catalog' })
  await take(library, [
    play(LAMP, T + 600_000, { reasonEnd: 'fwdbtn' }),
    play(TIDE, T),
    play(SAME, T + 1_200_000),
  ])
  await take(
    library,
    [
      play(LAMP, T, { device: 'kitchen speaker' }),
      play(TIDE, T + 300_000),
      { kind: 'playlist-item', playlist: 'p', track: LAMP },
      { kind: 'playlist-item', playlist: 'p', track: SAME },
    ],
    { listener: 'bo' },
  )
  await take(
    library,
    ['p', 'q'].flatMap((playlist) =>
      [TIDE, LAMP].map((track) => ({ kind: 'playlist-item' as const, playlist, track })),
    ),
    { format: 'catalog', listener: '' },
  )
  const people = await library.listeners.list()
  const bo = people.find(({ name }) => name === 'bo')!
  await library.exclusions.add(bo.id, { kind: 'device', device: 'kitchen' })
  const catalog = await library.catalog()
  const playlists = await readPlaylists(store, catalog)
  const sequences = sequencesOf(catalog, await library.logs(people), { playlists, listeners: people })
  const names = itemNames(catalog)
  const [tide, lamp] = [names.items.indexOf(TIDE.spotify), names.items.indexOf('nia vale\u001flamplight')]
  expect(sequences).toEqual({
    items: catalog.size,
    offsets: Int32Array.of(0, 3, 4, 6, 8, 10),
    item: Int32Array.of(tide, lamp, tide, tide, lamp, tide, tide, lamp, tide, lamp),
    outcome: Int8Array.of(1, 0, 1, 1, -1, -1, -1, -1, -1, -1),
    at: Float64Array.of(
      ...[T - 200_000, T + 400_000, T + 1_000_000, T + 100_000],
      ...Array.from({ length: 6 }, () => Number.NaN),
    ),
    playlist: Uint8Array.of(0, 0, 1, 1, 1),
    // A playlist is its listener's; those of a catalog are nobody's, and each counts alone.
    owner: Int32Array.of(people[0]!.id, bo.id, bo.id, -2, -3),
  })
  const content = itemContent(catalog, fitAudioScale(catalog, []))
  expect(content.genreSets[content.genres[tide]!]).toEqual(['folk', 'sea'])
  expect(content.year[tide]).toBe(1999)
  expect(names.artists[catalog.artist[lamp]!]).toBe('nia vale')
})
