import { createHash } from 'node:crypto'
import { breathe } from '../core/breathe.ts'
import { AUDIO_FEATURES, type AudioFeature, fold, nameKey, spotifyId } from '../core/track.ts'
import { audioFeaturesIn, type Columns, columnsOf } from '../ingest/columns.ts'
import { cellOf, factsOf, mainArtist } from '../ingest/table-row.ts'
import { readCells } from './table-csv.ts'

/** What one or more tables say about recordings, none of it a label: to fill gaps from and to learn from. */
export interface TableCatalog {
  /** Base names. */
  readonly file: string
  /** Of the file; of several the digest of their digests. */
  readonly sha256: string
  /** The audio features the catalog has. */
  readonly features: readonly AudioFeature[]
  readonly size: number
  /** The recording, or −1. */
  find(ref: Reference): number
  /** NaN when the catalog does not say. */
  value(recording: number, feature: AudioFeature): number
  /** Of each recording, '' when unknown; folded like those of `nameOf`. */
  readonly artists: readonly string[]
  readonly titles: readonly string[]
  /** Genre ids and playlist ids of each recording, as often as the catalog says them. */
  readonly genres: readonly (readonly number[])[]
  readonly genreNames: readonly string[]
  readonly playlists: readonly (readonly number[])[]
  readonly playlistCount: number
  /** NaN where unknown. */
  readonly popularity: Float64Array
  readonly year: Float64Array
}

/** What a row says about which recording it is; '' for what it does not say. */
export interface Reference {
  /** The 22 characters of a Spotify id. */
  readonly spotify: string
  /** The main artist. */
  readonly artist: string
  readonly title: string
}

/** Only compared with one another: a year in the future does no harm. */
const ANY_TIME = Date.UTC(2100, 0, 1)
/** Genres and playlists kept, the most frequent first; rarer ones teach little. */
const MOST_GENRES = 32
const MOST_PLAYLISTS = 512
const FEWEST_TRACKS = 5
const ROWS_A_BREATH = 5000

interface Growing {
  readonly audio: (number | undefined)[]
  readonly artist: string
  readonly title: string
  readonly genres: string[]
  readonly playlists: string[]
  popularity: number
  year: number
}

/**
 * Reads catalogs, their cells as an import would take them. Rows of one Spotify id are one recording, as are those of one artist and title where
 * the id is not told; what the first one does not say the next may. Throws like `readCells`.
 */
export async function readTableCatalog(
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<TableCatalog> {
  const recordings: Growing[] = []
  const byId = new Map<string, number>()
  const byName = new Map<string, number>()
  const files: { readonly file: string; readonly sha256: string }[] = []
  const features = new Set<AudioFeature>()
  for (const [f, path] of paths.entries()) {
    const { file, sha256, header, rows } = await readCells(path)
    files.push({ file, sha256 })
    const columns = withOneGenre(columnsOf(header), rows)
    for (const feature of audioFeaturesIn(columns)) features.add(feature)
    for (const [i, row] of rows.entries()) {
      if (i % ROWS_A_BREATH === 0) await breathe(signal)
      const ref = referenceOf(row, columns)
      const key = ref.artist && ref.title ? nameKey(ref.artist, ref.title) : ''
      const known = ref.spotify ? byId.get(ref.spotify) : byName.get(key)
      const at = known ?? recordings.push(empty(ref)) - 1
      if (ref.spotify && known === undefined) byId.set(ref.spotify, at)
      if (key && !byName.has(key)) byName.set(key, at)
      learn(recordings[at]!, row, columns, `${f}`)
    }
  }
  const genres = vocabulary(
    recordings.map((recording) => recording.genres),
    MOST_GENRES,
  )
  const playlists = vocabulary(
    recordings.map((recording) => recording.playlists),
    MOST_PLAYLISTS,
  )
  const [only] = files
  const digests = files.map(({ sha256 }) => sha256).join('')
  return {
    file: files.map(({ file }) => file).join(', '),
    sha256: files.length === 1 ? only!.sha256 : createHash('sha256').update(digests).digest('hex'),
    features: AUDIO_FEATURES.filter((feature) => features.has(feature)),
    size: recordings.length,
    find: ({ spotify, artist, title }) =>
      byId.get(spotify) ?? (artist && title ? byName.get(nameKey(artist, title)) : undefined) ?? -1,
    value: (recording, feature) =>
      recordings[recording]?.audio[AUDIO_FEATURES.indexOf(feature)] ?? Number.NaN,
    artists: recordings.map(({ artist }) => artist),
    titles: recordings.map(({ title }) => title),
    genres: genres.ids,
    genreNames: genres.names,
    playlists: playlists.ids,
    playlistCount: playlists.names.length,
    popularity: Float64Array.from(recordings, ({ popularity }) => popularity),
    year: Float64Array.from(recordings, ({ year }) => year),
  }
}

/** What a row says about which recording it is. */
export function referenceOf(row: readonly string[], columns: Columns): Reference {
  return {
    spotify: spotifyId(cellOf(row, columns, 'spotify')) ?? '',
    artist: mainArtist(cellOf(row, columns, 'artist')),
    title: cellOf(row, columns, 'title'),
  }
}

/**
 * Artist and title so that spellings meet: folded, the main artist without guests, letters and digits alone. Looser than the key
 * of a recording, for it only says whose tracks tell about whom.
 */
export function nameOf({ artist, title }: Pick<Reference, 'artist' | 'title'>): {
  artist: string
  title: string
} {
  return { artist: letters(fold(artist).split(/\s(?:feat|ft|featuring)\b/)[0]!), title: letters(fold(title)) }
}

function letters(text: string): string {
  return text.replace(/[^\p{L}\p{N}]+/gu, '') || text
}

function empty(ref: Reference): Growing {
  return {
    ...nameOf(ref),
    audio: new Array<number | undefined>(AUDIO_FEATURES.length).fill(undefined),
    genres: [],
    playlists: [],
    popularity: Number.NaN,
    year: Number.NaN,
  }
}

function learn(recording: Growing, row: readonly string[], columns: Columns, file: string): void {
  const facts = factsOf(row, columns, ANY_TIME, () => {})
  AUDIO_FEATURES.forEach((feature, f) => {
    recording.audio[f] ??= facts?.audio?.[feature]
  })
  if (Number.isNaN(recording.popularity)) recording.popularity = facts?.popularity ?? Number.NaN
  if (Number.isNaN(recording.year)) recording.year = facts?.year ?? Number.NaN
  recording.genres.push(...(facts?.genres ?? []))
  const playlist = cellOf(row, columns, 'playlistId') || cellOf(row, columns, 'playlist')
  if (playlist) recording.playlists.push(`${file} ${playlist}`)
}

/** Of several columns with genres the one with the most different cells: "dance pop" says more than "pop". */
function withOneGenre(columns: Columns, rows: readonly (readonly string[])[]): Columns {
  const found = columns.get('genres') ?? []
  if (found.length < 2) return columns
  const kinds = found.map((at) => new Set(rows.map((row) => row[at]?.trim().toLowerCase())).size)
  return new Map([...columns, ['genres', [found[kinds.indexOf(Math.max(...kinds))]!]] as const])
}

/** Ids for the words that enough recordings have. */
function vocabulary(said: readonly (readonly string[])[], most: number) {
  const counts = new Map<string, number>()
  for (const words of said) for (const word of new Set(words)) counts.set(word, (counts.get(word) ?? 0) + 1)
  const names = [...counts]
    .filter(([, count]) => count >= FEWEST_TRACKS)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([word]) => word)
  const idOf = new Map(names.map((word, id) => [word, id]))
  const ids = said.map((words) => words.map((word) => idOf.get(word)).filter((id) => id !== undefined))
  return { names, ids }
}
