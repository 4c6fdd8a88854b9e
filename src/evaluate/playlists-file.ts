import { type PlaylistLog, type TrackContent, wordsOf } from '../collaborative/playlist-log.ts'
import { DeepcutsError } from '../core/errors.ts'
import { random } from '../core/random.ts'
import { fold, nameKey } from '../core/track.ts'
import { type Cells, columnIndex, readCells } from './table-csv.ts'

/** A file of playlists with the days on which tracks came and went. */
export interface PlaylistArchive {
  /** Base name. */
  readonly file: string
  /** Of the bytes of the file, in hex. */
  readonly sha256: string
  readonly rows: number
  /** Playlist → its name. */
  readonly names: readonly string[]
  readonly log: PlaylistLog
  readonly content: TrackContent
  /** Sentences for the person who asked. */
  readonly notes: readonly string[]
}

const NEEDED = ['playlist_id', 'track_id', 'title', 'artists', 'added'] as const
const OPTIONAL = ['playlist_name', 'album', 'length_s', 'removed'] as const
type Column = (typeof NEEDED)[number] | (typeof OPTIONAL)[number]

const DAY = 86_400_000

/** Days since 1970 of a date as ISO 8601 writes it, with or without a time of day; NaN for anything else. */
export function dayOf(text: string): number {
  const date = /^\d{4}-\d{2}-\d{2}(?=$|[T ])/.exec(text.trim())?.[0]
  const time = date ? Date.parse(`${date}T00:00:00Z`) : Number.NaN
  // The 30th of February is read as a day of March.
  return date && Number.isFinite(time) && isoDay(time / DAY) === date ? time / DAY : Number.NaN
}

/** A day since 1970 as ISO 8601 writes it. */
export function isoDay(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10)
}

/**
 * Reads a table of playlist_id, track_id, title, artists (between semicolons), added, and perhaps playlist_name, album, length_s, removed.
 * Ids that share folded artists and title are one track, and so are all names of one id. Tracks are numbered at random, so that
 * nothing can be read from who stands next to whom in the file.
 * @throws DeepcutsError as `readCells`; PLAYLISTS_NO_COLUMN, PLAYLISTS_NO_DATES; PLAYLISTS_ROW with the row that is none
 */
export async function readPlaylistArchive(path: string): Promise<PlaylistArchive> {
  const cells = await readCells(path)
  const { file, sha256 } = cells
  const columns = columnsOf(cells)
  const cell = (row: readonly string[], column: Column) => (row[columns[column]] ?? '').trim()
  if (cells.rows.every((row) => cell(row, 'added') === ''))
    throw new DeepcutsError('PLAYLISTS_NO_DATES', { file })

  const playlists = new Map<string, number>()
  const names: string[] = []
  const kept: { row: readonly string[]; playlist: number; added: number; removed: number }[] = []
  let [undated, backwards] = [0, 0]
  for (const [at, row] of cells.rows.entries()) {
    const broken = (problem: string) => new DeepcutsError('PLAYLISTS_ROW', { file, row: at + 1, problem })
    const day = (column: 'added' | 'removed') => {
      const value = dayOf(cell(row, column))
      if (Number.isNaN(value))
        throw broken(`its ${column} "${cell(row, column).slice(0, 40)}" is no date like 2020-07-31`)
      return value
    }
    const id = cell(row, 'playlist_id')
    if (id === '') throw broken('it names no playlist')
    if (cell(row, 'track_id') === '' && cell(row, 'title') === '') throw broken('it names no track')
    if (cell(row, 'added') === '') {
      undated++
      continue
    }
    const added = day('added')
    const removed = cell(row, 'removed') === '' ? Number.POSITIVE_INFINITY : day('removed')
    if (removed < added) {
      backwards++
      continue
    }
    const playlist = playlists.get(id) ?? playlists.size
    playlists.set(id, playlist)
    names[playlist] ??= cell(row, 'playlist_name')
    kept.push({ row, playlist, added, removed })
  }

  const track = recordings(
    kept.map(({ row }) => {
      const [id, title, artists] = [
        cell(row, 'track_id'),
        cell(row, 'title'),
        artistsOf(cell(row, 'artists')),
      ]
      // A title says nothing of who recorded it.
      const named = title !== '' && (artists.length > 0 || id === '')
      return { id, key: named ? nameKey(artists.map(fold).sort().join(';'), title) : '' }
    }),
  )
  const tracks = track.reduce((most, one) => Math.max(most, one + 1), 0)
  const first: (readonly string[])[] = []
  for (const [at, { row }] of kept.entries()) first[track[at]!] ??= row
  const ids = new Set(kept.map(({ row }) => cell(row, 'track_id')).filter((id) => id !== '')).size
  const notes: string[] = []
  if (undated > 0) notes.push(`Rows without a date of addition, left out: ${undated}.`)
  if (backwards > 0) notes.push(`Rows that were removed before they were added, left out: ${backwards}.`)
  if (ids > tracks)
    notes.push(
      `Track ids that are another id's recording (artists and title alike), joined: ${ids - tracks}.`,
    )
  return {
    file,
    sha256,
    rows: cells.rows.length,
    names,
    log: {
      playlists: playlists.size,
      tracks,
      playlist: Uint32Array.from(kept, ({ playlist }) => playlist),
      track,
      added: Float64Array.from(kept, ({ added }) => added),
      removed: Float64Array.from(kept, ({ removed }) => removed),
    },
    content: contentOf(
      first.map((row) => ({
        title: cell(row, 'title'),
        artists: artistsOf(cell(row, 'artists')),
        album: cell(row, 'album'),
        seconds: Number.parseFloat(cell(row, 'length_s')),
      })),
    ),
    notes,
  }
}

function columnsOf(cells: Cells): Readonly<Record<Column, number>> {
  const { file, header } = cells
  const found = [...NEEDED, ...OPTIONAL].map((name) => [name, columnIndex(cells, name)] as const)
  for (const [column, at] of found) {
    if (at >= 0 || (OPTIONAL as readonly string[]).includes(column)) continue
    if (column === 'added') throw new DeepcutsError('PLAYLISTS_NO_DATES', { file })
    throw new DeepcutsError('PLAYLISTS_NO_COLUMN', { file, column, columns: header.join(', ') })
  }
  return Object.fromEntries(found) as Record<Column, number>
}

function artistsOf(text: string): string[] {
  return text
    .split(';')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

/** Numbers rows so that those with the same id or the same key, over however many steps, have the same number; the numbers are drawn. */
function recordings(rows: readonly { readonly id: string; readonly key: string }[]): Uint32Array {
  const parent: number[] = []
  const root = (one: number): number => {
    let at = one
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!
      at = parent[at]!
    }
    return at
  }
  const nodes = new Map<string, number>()
  const nodeOf = (name: string) => {
    const node = nodes.get(name) ?? nodes.size
    nodes.set(name, node)
    parent[node] ??= node
    return node
  }
  const own = rows.map(({ id, key }) => {
    const known = [id && `id ${id}`, key && `key ${key}`].filter((name) => name !== '').map(nodeOf)
    for (const other of known) parent[root(other)] = root(known[0]!)
    return known[0]!
  })
  // In order of the names, which the order of the rows does not move, and then shuffled.
  const smallest = new Map<number, string>()
  for (const [name, node] of nodes) {
    const at = root(node)
    const before = smallest.get(at)
    if (before === undefined || name < before) smallest.set(at, name)
  }
  const order = [...smallest].sort(([, a], [, b]) => (a < b ? -1 : 1)).map(([at]) => at)
  const number = new Map(
    random('tracks')
      .shuffle(order)
      .map((at, n) => [at, n]),
  )
  return Uint32Array.from(own, (node) => number.get(root(node))!)
}

interface Described {
  readonly title: string
  readonly artists: readonly string[]
  readonly album: string
  readonly seconds: number
}

function contentOf(tracks: readonly Described[]): TrackContent {
  const numbers = new Map<string, number>()
  const albums = new Map<string, number>()
  const numbered = (map: Map<string, number>, key: string, from: number) => {
    const known = map.get(key) ?? map.size + from
    map.set(key, known)
    return known
  }
  const artists = tracks.map((one) => [
    ...new Set(one.artists.map((name) => numbered(numbers, fold(name), 0))),
  ])
  const vocabulary = new Map<string, number>()
  const words = tracks.map(({ title, album }) => [
    ...new Set(wordsOf(`${title} ${album}`).map((word) => numbered(vocabulary, word, 0))),
  ])
  return {
    tracks: tracks.length,
    artists: numbers.size,
    artistStarts: startsOf(artists),
    artist: Uint32Array.from(artists.flat()),
    album: Uint32Array.from(tracks, ({ album, artists: own }) =>
      album === '' ? 0 : numbered(albums, nameKey(own[0] ?? '', album), 1),
    ),
    seconds: Float32Array.from(tracks, ({ seconds }) => (seconds > 0 ? seconds : Number.NaN)),
    vocabulary,
    wordStarts: startsOf(words),
    word: Uint32Array.from(words.flat()),
  }
}

function startsOf(rows: readonly (readonly number[])[]): Uint32Array {
  const starts = new Uint32Array(rows.length + 1)
  for (const [at, row] of rows.entries()) starts[at + 1] = starts[at]! + row.length
  return starts
}
