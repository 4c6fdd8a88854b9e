import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { DeepcutsError } from './core/errors.ts'
import type { PlaylistEntry } from './core/playlist.ts'
import type { Seeds } from './core/query.ts'
import { fold } from './core/track.ts'
import type { Engine } from './engine.ts'
import { artistAndTitle } from './ingest/playlist-lines.ts'
import { type Catalog, trackAt } from './library/catalog.ts'
import { findTracks, type MayTell, plain } from './library/find-track.ts'
import { type LikeliestTrack, likeliestTrack } from './library/likeliest-track.ts'
import { nearestNames } from './library/nearest-names.ts'
import { resolveTracks } from './library/resolve-tracks.ts'
import { songKey } from './library/songs.ts'
import { type PlaylistFile, readPlaylistFile } from './playlist-file.ts'

/** Of an artist, no more songs than this say where a radio starts. */
const SONGS_OF_AN_ARTIST = 30

/** Where a mix starts, and what of it is not in the catalog. */
export interface FoundSeeds {
  readonly seeds: Seeds
  /** How many tracks the files name. */
  readonly told: number
  /** Tracks of the files that are not in the catalog, in their order. */
  readonly unknown: readonly PlaylistEntry[]
  /** Which of several tracks of a name was taken, in words. */
  readonly notes: readonly string[]
}

/**
 * What the words after `mix radio` and `mix continue` mean: playlist files, else one artist or one track, else several.
 * @param plays row → plays of the listener, which tell the artist's songs that they know best
 * @throws DeepcutsError FILE_NOT_FOUND, FILE_UNREADABLE, NOT_A_PLAYLIST_FILE, PLAYLIST_UNKNOWN, UNKNOWN_TRACK, AMBIGUOUS_TRACK
 */
export async function findSeeds(
  engine: Engine,
  words: readonly string[],
  plays: (row: number) => number = () => 0,
): Promise<FoundSeeds> {
  const catalog = await engine.library.catalog()
  const files = await Promise.all(words.map(isFile))
  if (!files.some(Boolean)) {
    const missing = words.find(
      (word) => /[\\/]|\.(?:xspf|jspf|json|m3u8?|csv|tsv|txt)$/i.test(word) && !/^https?:/.test(word),
    )
    const whole = await named(engine, catalog, words.join(' '), plays).catch((error: unknown) => {
      if (missing !== undefined && isUnknown(error)) return fromFile(engine, catalog, missing)
      if (words.length === 1 || !isUnknown(error)) throw error
      return undefined
    })
    if (whole) return whole
  }
  const parts: FoundSeeds[] = []
  for (const [i, word] of words.entries()) {
    if (files[i]) parts.push(await fromFile(engine, catalog, word))
    else parts.push(await named(engine, catalog, word, plays))
  }
  return joined(parts)
}

/**
 * As `findSeeds`, each word an artist or a track: no file is looked for.
 * @param mayTell rows that it does not hold for are not there
 * @throws DeepcutsError UNKNOWN_TRACK, AMBIGUOUS_TRACK
 */
export async function findNamedSeeds(
  engine: Engine,
  words: readonly string[],
  plays: (row: number) => number,
  mayTell: MayTell,
): Promise<FoundSeeds> {
  const catalog = await engine.library.catalog()
  const parts: FoundSeeds[] = []
  for (const word of words) parts.push(await named(engine, catalog, word, plays, mayTell))
  return joined(parts)
}

/** The tracks of one playlist file. @throws DeepcutsError FILE_NOT_FOUND, NOT_A_PLAYLIST_FILE, PLAYLIST_UNKNOWN */
async function fromFile(engine: Engine, catalog: Catalog, path: string): Promise<FoundSeeds> {
  return ofPlaylist(engine, catalog, await readPlaylistFile(path), basename(path))
}

/**
 * The tracks of a playlist that are in the catalog, and those that are not.
 * @param file what it is called where nothing of it is known
 * @param mayTell rows that it does not hold for are not there
 * @throws DeepcutsError PLAYLIST_UNKNOWN
 */
export async function findPlaylistSeeds(
  engine: Engine,
  playlist: PlaylistFile,
  file: string,
  mayTell: MayTell,
): Promise<FoundSeeds> {
  return ofPlaylist(engine, await engine.library.catalog(), playlist, file, mayTell)
}

async function ofPlaylist(
  engine: Engine,
  catalog: Catalog,
  { title, entries }: PlaylistFile,
  file: string,
  mayTell: MayTell = () => true,
): Promise<FoundSeeds> {
  const { rows, unknown } = await resolveTracks(engine.library.store, catalog, entries, mayTell)
  const known = [...new Set(rows.filter((row) => row >= 0))]
  if (known.length === 0)
    throw new DeepcutsError('PLAYLIST_UNKNOWN', {
      file,
      tracks: entries.length,
      some: firstOf(entries),
    })
  const trackIds = known.map((row) => catalog.trackId[row]!)
  return { seeds: { trackIds, title, kind: 'playlist' }, told: entries.length, unknown, notes: [] }
}

/** The artist of that name as it is spelled, else the track, else the one artist whose name is alike. */
async function named(
  engine: Engine,
  catalog: Catalog,
  text: string,
  plays: (row: number) => number,
  mayTell: MayTell = () => true,
): Promise<FoundSeeds> {
  const nameOf = (artist: number) => catalog.artists.at(artist)
  const artists = artistsOf(catalog, mayTell)
  const asArtist = (artist: number): FoundSeeds => {
    const trackIds = songsOf(catalog, artist, plays, mayTell).map((row) => catalog.trackId[row]!)
    return {
      seeds: { trackIds, title: nameOf(artist), kind: 'artist' },
      told: trackIds.length,
      unknown: [],
      notes: [],
    }
  }
  const spelled = artists.find((artist) => fold(nameOf(artist)) === fold(text))
  if (spelled !== undefined) return asArtist(spelled)
  try {
    const { row, note } = await findSong(engine, text, async () => plays, mayTell)
    const { id, title, artist: by } = trackAt(catalog, row)
    const seeds: Seeds = { trackIds: [id], title: by ? `${title} – ${by}` : title, kind: 'track' }
    return { seeds, told: 1, unknown: [], notes: note === undefined ? [] : [note] }
  } catch (error) {
    if (!isUnknown(error)) throw error
    const alike = artists.filter((artist) => plain(nameOf(artist)) === plain(text))
    if (alike.length === 1) return asArtist(alike[0]!)
    throw withArtists(error, catalog, artists, text)
  }
}

/** The error about an unknown track, with the artists that the text may mean. */
function withArtists(
  error: DeepcutsError,
  catalog: Catalog,
  artists: readonly number[],
  text: string,
): DeepcutsError {
  const nameOf = (i: number) => catalog.artists.at(artists[i]!)
  const near = nearestNames(plain(text), artists.length, (i) => [plain(nameOf(i))])
  if (near.length === 0) return error
  const names = near.map(nameOf).join(', or ')
  const said = typeof error.details.near === 'string' ? error.details.near : ''
  return new DeepcutsError('UNKNOWN_TRACK', {
    ...error.details,
    near: `${said} Artists of such a name: ${names}.`,
  })
}

/**
 * The track that a text names, as `findTrack` has it, but of several the likeliest; where only other versions of that song are known,
 * one of those.
 * @param playsOf gives row → plays of the listener; asked only where there are several
 * @param mayTell rows that it does not hold for are not there
 * @throws DeepcutsError UNKNOWN_TRACK, with close names; AMBIGUOUS_TRACK, with the choices, where none is likelier
 */
export async function findSong(
  engine: Engine,
  text: string,
  playsOf: () => Promise<(row: number) => number> = async () => () => 0,
  mayTell: MayTell = () => true,
): Promise<LikeliestTrack> {
  const { store, catalog: read } = engine.library
  const catalog = await read()
  const rows = await findTracks(store, catalog, text, mayTell).catch(async (error: unknown) => {
    const said = artistAndTitle(text)
    const asked = said.artist ? [said, { artist: said.title!, title: said.artist }] : []
    const resolved = await resolveTracks(store, catalog, asked, mayTell)
    const row = resolved.rows.find((one) => one >= 0)
    if (isUnknown(error) && row !== undefined) return [row]
    throw error
  })
  return likeliestTrack(catalog, text.trim(), rows, rows.length > 1 ? await playsOf() : () => 0)
}

/** The artists of rows that may be told. */
function artistsOf({ artist, size }: Catalog, mayTell: MayTell): readonly number[] {
  const found = new Set<number>()
  for (let row = 0; row < size; row++) if (artist[row] !== 0 && mayTell(row)) found.add(artist[row]!)
  return Array.from(found).sort((a, b) => a - b)
}

/** The artist's songs, one version each: most played first, then most popular. */
function songsOf(
  catalog: Catalog,
  artist: number,
  plays: (row: number) => number,
  mayTell: MayTell,
): number[] {
  const rows: number[] = []
  catalog.artist.forEach((of, row) => {
    if (of === artist && mayTell(row)) rows.push(row)
  })
  const popularity = (row: number) => catalog.popularity[row]! || 0
  rows.sort((a, b) => plays(b) - plays(a) || popularity(b) - popularity(a) || a - b)
  const songs = new Map(rows.toReversed().map((row) => [songKey(catalog, row), row]))
  const kept = new Set(songs.values())
  return rows.filter((row) => kept.has(row)).slice(0, SONGS_OF_AN_ARTIST)
}

function joined(parts: readonly FoundSeeds[]): FoundSeeds {
  const [first] = parts
  if (first && parts.length === 1) return first
  const kinds = new Set(parts.map(({ seeds }) => seeds.kind))
  return {
    seeds: {
      trackIds: [...new Set(parts.flatMap(({ seeds }) => seeds.trackIds))],
      title: parts.map(({ seeds }) => seeds.title).join(', '),
      kind: kinds.size === 1 ? [...kinds][0]! : 'playlist',
    },
    told: parts.reduce((sum, { told }) => sum + told, 0),
    unknown: parts.flatMap(({ unknown }) => unknown),
    notes: parts.flatMap(({ notes }) => notes),
  }
}

/** "Title – Artist, Title – Artist …": a few entries by name, or by id where a file gives no more. */
function firstOf(entries: readonly PlaylistEntry[], most = 3): string {
  const names = entries.slice(0, most).map(entryName)
  return `${names.join(', ')}${entries.length > most ? ' …' : ''}`
}

/** What a person would call an entry. */
export function entryName({ artist, title, spotify, isrc, mbid }: PlaylistEntry): string {
  if (title) return cutAt(artist ? `${title} – ${artist}` : title)
  return spotify ? `spotify:track:${spotify}` : (isrc ?? mbid ?? 'a track without a name')
}

const LONGEST = 80
const cutAt = (name: string) => (name.length > LONGEST ? `${[...name].slice(0, LONGEST).join('')}…` : name)

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isFile(),
    () => false,
  )
}

function isUnknown(error: unknown): error is DeepcutsError {
  return error instanceof DeepcutsError && error.code === 'UNKNOWN_TRACK'
}
