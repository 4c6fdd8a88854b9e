import { type PlaylistLog, type Stay, type TrackContent, wordsOf } from '../collaborative/playlist-log.ts'
import { AUDIO_STRIDE, type Catalog, DURATION } from '../library/catalog.ts'
import type { Library } from '../library/library.ts'
import { daysOf, type PlaylistHistory } from './continuation-task.ts'

const DAY = 86_400_000
/** A playlist without dates is taken to be as old as the others. */
const UNDATED = 0

/** The playlists of a library over the rows of its catalog, as those who continue them see them. */
export interface LibraryPlaylists extends PlaylistHistory {
  /** The day after the last addition. */
  readonly day: number
  /** Playlist → its rows in the order they were added. */
  readonly rows: readonly (readonly number[])[]
}

/** Reads the playlists of these owners (0: those that catalogs tell); one that has less than two known tracks is left out. */
export async function libraryPlaylists(
  store: Library['store'],
  catalog: Catalog,
  owners: readonly number[],
): Promise<LibraryPlaylists> {
  const columns = ['import', 'listener', 'playlist', 'identifier', 'addedAt'] as const
  const items = await store.read('playlistItems', columns, { where: { listener: owners } })
  const lists = new Map<string, { readonly name: string; readonly added: Map<number, number> }>()
  for (let i = 0; i < items.identifier.length; i++) {
    const row = catalog.rowOfIdentifier[items.identifier[i]!] ?? -1
    if (row < 0) continue
    const name = items.playlist[i]!
    const key = `${items.import[i]}/${items.listener[i]}/${name}`
    const list = lists.get(key) ?? { name, added: new Map<number, number>() }
    lists.set(key, list)
    const day = Math.floor(items.addedAt[i]! / DAY)
    if (!list.added.has(row)) list.added.set(row, day)
  }
  const kept = [...lists.values()].filter(({ added }) => added.size > 1)
  const ordered = kept.map(({ added }) => {
    const known = [...added.values()].filter(Number.isFinite)
    const first = known.length > 0 ? Math.min(...known) : UNDATED
    return [...added]
      .map(([row, day]) => ({ row, day: Number.isFinite(day) ? day : first }))
      .sort((a, b) => a.day - b.day)
  })
  const flat = ordered.flatMap((list, playlist) => list.map((item) => ({ ...item, playlist })))
  const log: PlaylistLog = {
    playlists: kept.length,
    tracks: catalog.size,
    playlist: Uint32Array.from(flat, ({ playlist }) => playlist),
    track: Uint32Array.from(flat, ({ row }) => row),
    added: Float64Array.from(flat, ({ day }) => day),
    removed: new Float64Array(flat.length).fill(Number.POSITIVE_INFINITY),
  }
  return {
    log,
    content: trackContentOf(catalog),
    names: kept.map(({ name }) => name),
    day: flat.length > 0 ? daysOf(log).last + 1 : 1,
    rows: ordered.map((list) => list.map(({ row }) => row)),
  }
}

/** What a catalog knows of its rows, as the signals of playlists read it. */
function trackContentOf(catalog: Catalog): TrackContent {
  const { size } = catalog
  const vocabulary = new Map<string, number>()
  const albums = new Map<string, number>([['', 0]])
  const artistStarts = new Uint32Array(size + 1)
  const wordStarts = new Uint32Array(size + 1)
  const [artist, word]: [number[], number[]] = [[], []]
  const album = new Uint32Array(size)
  for (let row = 0; row < size; row++) {
    const by = catalog.artist[row]!
    if (by !== 0) artist.push(by)
    artistStarts[row + 1] = artist.length
    const name = catalog.albums.at(row)
    const key = name === '' ? '' : `${by}/${name}`
    if (!albums.has(key)) albums.set(key, albums.size)
    album[row] = albums.get(key)!
    for (const one of new Set(wordsOf(`${catalog.titles.at(row)} ${name}`))) {
      if (!vocabulary.has(one)) vocabulary.set(one, vocabulary.size)
      word.push(vocabulary.get(one)!)
    }
    wordStarts[row + 1] = word.length
  }
  return {
    tracks: size,
    artists: catalog.artists.size,
    artistStarts,
    artist: Uint32Array.from(artist),
    album,
    seconds: Float32Array.from(
      { length: size },
      (_, row) => catalog.audio[row * AUDIO_STRIDE + DURATION]! / 1000,
    ),
    vocabulary,
    wordStarts,
    word: Uint32Array.from(word),
  }
}

/** Tracks as a playlist file shows them: all there by the day that is asked, nobody knows since when. */
export function shownStays(rows: readonly number[], day: number): Stay[] {
  return rows.map((track) => ({ track, added: day, removed: Number.POSITIVE_INFINITY }))
}
