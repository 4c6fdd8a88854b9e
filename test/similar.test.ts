import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ImportRecord } from '../src/library/import-record.ts'
import { similarTracks } from '../src/similar.ts'
import { emptyEngine, type InventedEngine } from './suites/invented-listener.ts'

let invented: InventedEngine
const song = (title: string) => ({ title, artist: `${title} and the Others` })
const list = (playlist: string, titles: readonly string[]): ImportRecord[] =>
  titles.map((title) => ({ kind: 'playlist-item', playlist, track: song(title) }))

beforeAll(async () => {
  invented = await emptyEngine()
  await invented.put('me', list('published', ['Start', 'Public']), 'catalog')
  await invented.put('ada', list('hers', ['Start', 'Hers', 'Public']))
  await invented.put('bo', list('his', ['Start', 'His', 'Public']))
})
afterAll(() => invented.close())

const similarTo = async (name?: string) => {
  const { engine } = invented
  const listener = name === undefined ? undefined : (await engine.library.listeners.get(name)).id
  const { titles, size } = await engine.library.catalog()
  const start = Array.from({ length: size }, (_, row) => row).find((row) => titles.at(row) === 'Start')!
  const { similar } = await similarTracks(engine, start, 10, listener)
  return Object.fromEntries(
    similar.map(({ track, publicPlaylists, ownPlaylists }) => [track.title, [publicPlaylists, ownPlaylists]]),
  )
}

it('what is like a track is told from playlists of catalogs and of the one who asks, and of nobody else', async () => {
  expect(await similarTo('ada')).toEqual({ Public: [1, 1], Hers: [0, 1] })
  expect(await similarTo('bo')).toEqual({ Public: [1, 1], His: [0, 1] })
  expect(await similarTo()).toEqual({ Public: [1, 0] })
})
