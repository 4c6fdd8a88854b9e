import { AUDIO_FEATURES, type AudioFeatures } from '../core/track.ts'
import { AUDIO_STRIDE, type Catalog } from './catalog.ts'

/** What the catalog tells of a row beyond its names; what is not known is absent. */
export interface KnownFacts {
  readonly features: AudioFeatures
  /** Whose scale the features are on. */
  readonly source?: string
  readonly year?: number
  readonly popularity?: number
  readonly genres: readonly string[]
}

/** What the catalog tells of a row beyond its names and length. */
export function factsAt(catalog: Catalog, row: number): KnownFacts {
  const features: AudioFeatures = {}
  AUDIO_FEATURES.forEach((name, f) => {
    const value = catalog.audio[row * AUDIO_STRIDE + f]!
    if (name !== 'duration_ms' && !Number.isNaN(value)) features[name] = Number(value.toPrecision(7))
  })
  const [source, year, popularity] = [
    catalog.sources[catalog.source[row]!],
    catalog.year[row]!,
    catalog.popularity[row]!,
  ]
  const genres = catalog.genreSets.at(catalog.genres[row]!)
  return {
    features,
    ...(source && { source }),
    ...(Number.isNaN(year) ? {} : { year }),
    ...(Number.isNaN(popularity) ? {} : { popularity }),
    genres: genres === '' ? [] : genres.split('; '),
  }
}
