import { DeepcutsError } from '../core/errors.ts'
import { fold, spotifyId } from '../core/track.ts'
import type { Store } from '../store/store.ts'
import { type Catalog, rowOfTrack, trackAt } from './catalog.ts'
import { nearestNames } from './nearest-names.ts'

const CHOICES = 5

/** Whether a row of the catalog may be told to who asks. */
export type MayTell = (row: number) => boolean

/**
 * The catalog row of the track that a person means: by its id, Spotify URI, link or id, ISRC or MBID, "artist – title" in
 * either order and with any dash, or a title that one track alone has. Case, accents and punctuation do not matter.
 * @param listener whose plays help to choose between several
 * @param mayTell rows that it does not hold for are not there, also for who names them exactly
 * @throws DeepcutsError UNKNOWN_TRACK, with close names; AMBIGUOUS_TRACK, with the choices
 */
export async function findTrack(
  store: Store,
  catalog: Catalog,
  text: string,
  listener?: number,
  mayTell?: MayTell,
): Promise<number> {
  const rows = await findTracks(store, catalog, text, mayTell)
  if (rows.length === 1) return rows[0]!
  const plays = listener === undefined ? undefined : await playsBy(store, catalog, listener)
  throw ambiguous(catalog, text.trim(), rows, plays)
}

/** The rows of every track that such a text may mean, one at least. @throws DeepcutsError UNKNOWN_TRACK, with close names */
export async function findTracks(
  store: Store,
  catalog: Catalog,
  text: string,
  mayTell: MayTell = () => true,
): Promise<readonly number[]> {
  const asked = text.trim()
  const byId = /^\d{1,9}$/.test(asked) ? rowOfTrack(catalog, Number(asked)) : -1
  if (byId >= 0 && mayTell(byId)) return [byId]
  const code = codeIn(asked)
  const named =
    code === undefined
      ? []
      : code.scheme === 'spotify'
        ? (await store.read('identifiers', ['id'], { where: { scheme: 'spotify', value: code.value } })).id
        : (await store.read('claims', ['identifier'], { where: { [code.scheme]: code.value } })).identifier
  for (const identifier of named) {
    const row = rowOfTrack(catalog, identifier)
    if (row >= 0 && mayTell(row)) return [row]
  }
  return rowsNamed(catalog, asked, mayTell)
}

/** The row of "artist – title", "title – artist" or a title alone. @throws DeepcutsError UNKNOWN_TRACK, AMBIGUOUS_TRACK */
export function findTrackByName(catalog: Catalog, asked: string): number {
  const rows = rowsNamed(catalog, asked, () => true)
  if (rows.length === 1) return rows[0]!
  throw ambiguous(catalog, asked, rows)
}

/** The rows that the text names, one at least. @throws DeepcutsError UNKNOWN_TRACK */
function rowsNamed(catalog: Catalog, asked: string, mayTell: MayTell): readonly number[] {
  const wanted = plain(asked)
  const artists = Array.from({ length: catalog.artists.size }, (_, i) => plain(catalog.artists.at(i)))
  const titles = Array.from({ length: catalog.size }, (_, row) => plain(catalog.titles.at(row)))
  const [full, titled]: [number[], number[]] = [[], []]
  for (let row = 0; row < catalog.size && wanted; row++) {
    const title = titles[row]!
    if (!title || !wanted.includes(title)) continue
    const artist = artists[catalog.artist[row]!]!
    if (!mayTell(row)) continue
    if (wanted === title) titled.push(row)
    else if (wanted === `${artist} ${title}` || wanted === `${title} ${artist}`) full.push(row)
  }
  const found = full.length ? full : titled
  const exact = found.filter((row) => spellings(catalog, row).includes(dashed(asked)))
  const rows = exact.length ? exact : found
  if (rows.length > 0) return rows
  const near = nearestNames(wanted, catalog.size, (row) => {
    if (!mayTell(row)) return []
    const title = titles[row]!
    return [title, `${artists[catalog.artist[row]!]} ${title}`]
  })
  throw new DeepcutsError('UNKNOWN_TRACK', {
    track: asked,
    ...(near.length && { near: ` Did you mean ${near.map((row) => named(catalog, row)).join(', or ')}?` }),
  })
}

/**
 * The artist's name as the catalog spells it.
 * @param mayTell an artist of none of the rows that it holds for is not there
 * @throws DeepcutsError UNKNOWN_ARTIST, with close names
 */
export function findArtist(catalog: Catalog, asked: string, mayTell?: MayTell): string {
  const told = mayTell && new Set(catalog.artist.filter((_, row) => mayTell(row)))
  const names = Array.from({ length: catalog.artists.size }, (_, i) =>
    !told || told.has(i) ? catalog.artists.at(i) : '',
  )
  const exact = names.find((name) => name && fold(name) === fold(asked))
  if (exact) return exact
  const wanted = plain(asked)
  const alike = wanted ? names.filter((name) => name && plain(name) === wanted) : []
  if (alike.length === 1) return alike[0]!
  const near = alike.length
    ? alike
    : nearestNames(wanted, names.length, (i) => (names[i] ? [plain(names[i])] : [])).map((i) => names[i]!)
  throw new DeepcutsError('UNKNOWN_ARTIST', {
    artist: asked,
    ...(near.length && { near: ` Did you mean ${near.join(', or ')}?` }),
  })
}

/** The code that the text may be, as the store writes it. */
function codeIn(text: string): { scheme: 'spotify' | 'isrc' | 'mbid'; value: string } | undefined {
  const spotify = spotifyId(text)
  if (spotify) return { scheme: 'spotify', value: spotify }
  if (/^[a-z]{2}[0-9a-z]{3}\d{7}$/i.test(text)) return { scheme: 'isrc', value: text.toUpperCase() }
  const mbid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i.exec(text)?.[0]
  return mbid ? { scheme: 'mbid', value: mbid.toLowerCase() } : undefined
}

/** Letters and digits alone, without accents, in lower case; texts without any are only folded. */
export function plain(text: string): string {
  if (/^[0-9a-z]+(?: [0-9a-z]+)*$/i.test(text)) return text.toLowerCase()
  const letters = text
    .replace(/['’‘`´]/g, '')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
  return letters || fold(text)
}

function dashed(text: string): string {
  return fold(text).replace(/\s*[-—]\s*/g, ' - ')
}

function spellings(catalog: Catalog, row: number): string[] {
  const { artist, title } = trackAt(catalog, row)
  return [title, `${artist} - ${title}`, `${title} - ${artist}`].map(dashed)
}

function named(catalog: Catalog, row: number): string {
  const { id, artist, title } = trackAt(catalog, row)
  return `${id} (${title}${artist && ` – ${artist}`})`
}

/** Says how the rows differ; `plays`: of each row, by the one who asks. */
export function ambiguous(
  catalog: Catalog,
  asked: string,
  rows: readonly number[],
  plays?: (row: number) => number,
): DeepcutsError {
  const some = rows.slice(0, CHOICES).map((row) => {
    const { id, artist, title, album, durationMs } = trackAt(catalog, row)
    const n = plays?.(row) ?? 0
    const facts = [
      `${title}${artist && ` – ${artist}`}`,
      album,
      durationMs === undefined ? '' : minutes(durationMs),
      plays ? `${n === 0 ? 'no plays' : n === 1 ? '1 play' : `${n} plays`}` : '',
    ]
    return `${id} (${facts.filter((fact) => fact !== '').join(', ')})`
  })
  const choices = `${some.join('; ')}${rows.length > CHOICES ? `; and ${rows.length - CHOICES} more` : ''}`
  return new DeepcutsError('AMBIGUOUS_TRACK', { track: asked, choices })
}

/** "3:05" */
function minutes(ms: number): string {
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** Row → how often the listener played it. */
export async function playsBy(
  store: Store,
  catalog: Catalog,
  listener: number,
): Promise<(row: number) => number> {
  const { identifier } = await store.read('plays', ['identifier'], { where: { listener, hidden: 0 } })
  const plays = new Map<number, number>()
  for (const id of identifier) {
    const row = catalog.rowOfIdentifier[id] ?? -1
    plays.set(row, (plays.get(row) ?? 0) + 1)
  }
  return (row) => plays.get(row) ?? 0
}
