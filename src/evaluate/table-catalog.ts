import { AUDIO_FEATURES, type AudioFeature, nameKey } from '../core/track.ts'
import { type Cells, cellNumber, columnIndex, columnKey, readCells } from './table-csv.ts'

/** Audio features by recording, to fill what a labelled table lacks. */
export interface CatalogFeatures {
  readonly file: string
  readonly sha256: string
  /** The audio features the catalog has. */
  readonly features: readonly AudioFeature[]
  /** The catalog row of a recording, or −1. */
  find(ref: Reference): number
  /** NaN when the catalog does not say. */
  value(row: number, feature: AudioFeature): number
  /** Up to 1,001 quantiles of a feature over the whole catalog, ascending. */
  quantiles(feature: AudioFeature): Float64Array
}

/** What a row says about which recording it is. */
export interface Reference {
  /** The 22 characters of a Spotify id, '' when unknown. */
  readonly spotify: string
  readonly artist: string
  readonly title: string
}

const ID_COLUMNS = ['track_id', 'spotify_id', 'spotify_track_uri', 'track_uri', 'uri', 'id', 'track_href']
const ARTIST_COLUMNS = ['artist', 'artists', 'artist_name', 'artist_name_s', 'artist_names', 'track_artist']
const TITLE_COLUMNS = ['title', 'song_title', 'name', 'track_name', 'song', 'song_name', 'track']
const SPELLINGS: Readonly<Record<string, string>> = { track_duration_ms: 'duration_ms' }
const SPOTIFY_ID = /(?:^|[:/])([0-9A-Za-z]{22})$/

/** Reads a catalog CSV. Throws like `readCells`. */
export async function readCatalogFeatures(path: string): Promise<CatalogFeatures> {
  const cells = await readCells(path)
  const columns = audioColumns(cells)
  const reference = referencesOf(cells)
  const byId = new Map<string, number>()
  const byName = new Map<string, number>()
  for (let row = 0; row < cells.rows.length; row++) {
    const { spotify, artist, title } = reference(row)
    if (spotify && !byId.has(spotify)) byId.set(spotify, row)
    const key = nameKey(artist, title)
    if (artist && title && !byName.has(key)) byName.set(key, row)
  }
  const value = (row: number, feature: AudioFeature): number => {
    const at = columns.get(feature)
    return at === undefined ? Number.NaN : cellNumber(cells.rows[row]?.[at])
  }
  return {
    file: cells.file,
    sha256: cells.sha256,
    features: [...columns.keys()],
    find: ({ spotify, artist, title }) =>
      byId.get(spotify) ?? (artist && title ? byName.get(nameKey(artist, title)) : undefined) ?? -1,
    value,
    quantiles(feature) {
      const known = Float64Array.from(cells.rows, (_, row) => value(row, feature))
        .filter((number) => !Number.isNaN(number))
        .sort()
      const points = Math.min(1001, known.length)
      return Float64Array.from(
        { length: points },
        (_, k) => known[Math.round((k * (known.length - 1)) / Math.max(points - 1, 1))]!,
      )
    },
  }
}

/** Which column of a file holds which audio feature, in the order of `AUDIO_FEATURES`. */
export function audioColumns(cells: Cells): Map<AudioFeature, number> {
  const keys = cells.header.map((name) => SPELLINGS[columnKey(name)] ?? columnKey(name))
  return new Map(
    AUDIO_FEATURES.map((feature) => [feature, keys.indexOf(feature)] as const).filter(([, at]) => at >= 0),
  )
}

/** A function from a row of a file to what it says about which recording it is. */
export function referencesOf(cells: Cells): (row: number) => Reference {
  const first = (names: readonly string[]) =>
    names.map((name) => columnIndex(cells, name)).find((at) => at >= 0) ?? -1
  const [id, artist, title] = [first(ID_COLUMNS), first(ARTIST_COLUMNS), first(TITLE_COLUMNS)]
  return (row) => {
    const cell = (at: number) => cells.rows[row]?.[at]?.trim() ?? ''
    return { spotify: SPOTIFY_ID.exec(cell(id))?.[1] ?? '', artist: cell(artist), title: cell(title) }
  }
}
