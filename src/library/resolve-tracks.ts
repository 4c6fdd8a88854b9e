import type { PlaylistEntry } from '../core/playlist.ts'
import type { Store } from '../store/store.ts'
import { AUDIO_STRIDE, type Catalog, DURATION, rowOfTrack } from './catalog.ts'
import { type MayTell, plain } from './find-track.ts'
import { songTitle } from './songs.ts'

/** Lengths that differ by no more may be of one recording. */
const SAME_LENGTH_MS = 10_000
/** What stands between the names of a credit. */
const BETWEEN_ARTISTS = /\s*[;,&]\s*|\s+(?:feat|ft|featuring|with|x|vs)\b\.?\s+/i

/** Which recordings a list of tracks is about. */
export interface ResolvedTracks {
  /** A row of the catalog for each entry, in their order; −1 for one that is not in it. */
  readonly rows: readonly number[]
  readonly unknown: readonly PlaylistEntry[]
}

/**
 * Finds the recordings that a file's entries name: by Spotify id, ISRC or MusicBrainz id, else by artist and title without case,
 * accents and punctuation (the one of that length, else the most popular), with the first of several artists, or as another
 * version of the song.
 * @param mayTell rows that it does not hold for are not there
 */
export async function resolveTracks(
  store: Store,
  catalog: Catalog,
  entries: readonly PlaylistEntry[],
  mayTell: MayTell = () => true,
): Promise<ResolvedTracks> {
  const byId = await rowsById(store, catalog, entries)
  const named = entries.filter((entry) => entry.title && byId(entry) < 0)
  const byName = named.length === 0 ? undefined : rowsByName(catalog, named)
  const rows = entries.map((entry) => {
    const row = byId(entry)
    const found = row >= 0 ? row : (byName?.get(entry) ?? -1)
    return found >= 0 && mayTell(found) ? found : -1
  })
  return { rows, unknown: entries.filter((_, i) => rows[i]! < 0) }
}

async function rowsById(store: Store, catalog: Catalog, entries: readonly PlaylistEntry[]) {
  const values = (key: 'spotify' | 'isrc' | 'mbid') => [
    ...new Set(entries.flatMap((entry) => entry[key] ?? [])),
  ]
  const found = new Map<string, number>()
  const keep = (scheme: string, value: string, identifier: number) => {
    const row = rowOfTrack(catalog, identifier)
    if (row >= 0 && !found.has(`${scheme}:${value}`)) found.set(`${scheme}:${value}`, row)
  }
  for (const scheme of ['spotify', 'isrc', 'mbid'] as const) {
    const value = values(scheme)
    if (value.length === 0) continue
    const told = await store.read('identifiers', ['id', 'value'], { where: { scheme, value } })
    told.id.forEach((id, i) => {
      keep(scheme, told.value[i]!, id)
    })
    if (scheme === 'spotify') continue
    const claims = await store.read('claims', ['identifier', scheme], { where: { [scheme]: value } })
    claims.identifier.forEach((id, i) => {
      keep(scheme, (claims[scheme] as string[])[i]!, id)
    })
  }
  return (entry: PlaylistEntry): number => {
    for (const scheme of ['spotify', 'isrc', 'mbid'] as const) {
      const row = found.get(`${scheme}:${entry[scheme]}`)
      if (row !== undefined) return row
    }
    return -1
  }
}

/** What an entry may be called, best first: artist and title in either order, with fewer artists, as another version. */
function namesOf({ artist = '', title = '' }: PlaylistEntry): string[] {
  const first = artist.split(BETWEEN_ARTISTS)[0]!
  const artists = [artist, ...(first && first !== artist ? [first] : [])]
  const exact = artists.map((name) => plain(`${name} ${title}`))
  const swapped = artist ? [plain(`${title} ${artist}`)] : []
  const song = plain(songTitle(title))
  return [...exact, ...swapped, ...artists.map((name) => `song ${plain(name)}|${song}`)]
}

function rowsByName(catalog: Catalog, entries: readonly PlaylistEntry[]): ReadonlyMap<PlaylistEntry, number> {
  const wanted = new Map<string, number[]>()
  for (const entry of entries) for (const name of namesOf(entry)) wanted.set(name, [])
  const songsOf = new Set(
    [...wanted.keys()].flatMap((name) =>
      name.startsWith('song ') ? [name.slice(5, name.indexOf('|'))] : [],
    ),
  )
  const artists = Array.from({ length: catalog.artists.size }, (_, i) => plain(catalog.artists.at(i)))
  const titleAlone = new Set(entries.filter(({ artist }) => !artist).map(({ title }) => plain(title!)))
  for (let row = 0; row < catalog.size; row++) {
    const title = catalog.titles.at(row)
    const artist = artists[catalog.artist[row]!]!
    const plainTitle = plain(title)
    wanted.get(artist ? `${artist} ${plainTitle}` : plainTitle)?.push(row)
    if (titleAlone.has(plainTitle) && artist) wanted.get(plainTitle)?.push(row)
    if (songsOf.has(artist)) wanted.get(`song ${artist}|${plain(songTitle(title))}`)?.push(row)
  }
  const found = new Map<PlaylistEntry, number>()
  for (const entry of entries) {
    const rows = namesOf(entry)
      .map((name) => wanted.get(name)!)
      .find((some) => some.length > 0)
    if (rows && (entry.artist || isOfOneArtist(catalog, rows))) found.set(entry, bestOf(catalog, rows, entry))
  }
  return found
}

/** A title alone says which track it is only where one artist has it. */
function isOfOneArtist(catalog: Catalog, rows: readonly number[]): boolean {
  return new Set(rows.map((row) => catalog.artist[row]!)).size === 1
}

/** Of several rows of one name, the one of the entry's length; else the most popular, else the first. */
function bestOf(catalog: Catalog, rows: readonly number[], { durationMs }: PlaylistEntry): number {
  const length = (row: number) => catalog.audio[row * AUDIO_STRIDE + DURATION]!
  const fits = rows.filter((row) => Math.abs(length(row) - (durationMs ?? Number.NaN)) <= SAME_LENGTH_MS)
  const among = fits.length > 0 ? fits : rows
  const popularity = (row: number) => catalog.popularity[row]! || 0
  return among.reduce((best, row) => (popularity(row) > popularity(best) ? row : best))
}
