import { AUDIO_FEATURES, type AudioFeature, nameKey, spotifyId } from '../core/track.ts'
import { audioFeaturesIn, type Columns, columnsOf } from '../ingest/columns.ts'
import { audioOf, cellOf, mainArtist } from '../ingest/table-row.ts'
import { readCells } from './table-csv.ts'

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

/** What a row says about which recording it is; '' for what it does not say. */
export interface Reference {
  /** The 22 characters of a Spotify id. */
  readonly spotify: string
  /** The main artist. */
  readonly artist: string
  readonly title: string
}

/** Reads a catalog CSV, its features as an import would take them. Throws like `readCells`. */
export async function readCatalogFeatures(path: string): Promise<CatalogFeatures> {
  const { file, sha256, header, rows } = await readCells(path)
  const columns = columnsOf(header)
  const audio = AUDIO_FEATURES.map(() => new Float64Array(rows.length).fill(Number.NaN))
  const byId = new Map<string, number>()
  const byName = new Map<string, number>()
  for (const [at, row] of rows.entries()) {
    const stated = audioOf(row, columns, () => {})
    AUDIO_FEATURES.forEach((feature, f) => {
      audio[f]![at] = stated[feature] ?? Number.NaN
    })
    const { spotify, artist, title } = referenceOf(row, columns)
    if (spotify && !byId.has(spotify)) byId.set(spotify, at)
    const key = nameKey(artist, title)
    if (artist && title && !byName.has(key)) byName.set(key, at)
  }
  const valuesOf = (feature: AudioFeature) => audio[AUDIO_FEATURES.indexOf(feature)]!
  return {
    file,
    sha256,
    features: audioFeaturesIn(columns),
    find: ({ spotify, artist, title }) =>
      byId.get(spotify) ?? (artist && title ? byName.get(nameKey(artist, title)) : undefined) ?? -1,
    value: (row, feature) => valuesOf(feature)[row] ?? Number.NaN,
    quantiles(feature) {
      const known = valuesOf(feature)
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

/** What a row says about which recording it is. */
export function referenceOf(row: readonly string[], columns: Columns): Reference {
  return {
    spotify: spotifyId(cellOf(row, columns, 'spotify')) ?? '',
    artist: mainArtist(cellOf(row, columns, 'artist')),
    title: cellOf(row, columns, 'title'),
  }
}
