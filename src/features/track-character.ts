import { AUDIO_FEATURES, SOUND_FEATURES } from '../core/track.ts'
import { AUDIO_STRIDE, type Catalog } from '../library/catalog.ts'

/** What a person could say of how a track sounds and what it is called. */
export interface Character {
  /** '' for nobody. */
  readonly artist: string
  /** Genres and tags in lower case, each once. */
  readonly tags: readonly string[]
  /** Features of sound in standard deviations of the catalog; NaN where unknown. */
  readonly sound: Readonly<Record<(typeof SOUND_FEATURES)[number], number>>
}

/**
 * Tells of rows what a catalog knows of them; the texts of tags are split once.
 * @param audio size × 13 scaled audio features, NaN where missing
 */
export function charactersOf(catalog: Catalog, audio: Float32Array): (row: number) => Character {
  const split = new Map<number, readonly string[]>()
  const tagsOf = (set: number) => {
    const known = split.get(set)
    if (known) return known
    const names = catalog.genreSets.at(set).split(';')
    const tags = [...new Set(names.map((name) => name.trim().toLowerCase()).filter((name) => name !== ''))]
    split.set(set, tags)
    return tags
  }
  return (row) => ({
    artist: catalog.artists.at(catalog.artist[row]!),
    tags: tagsOf(catalog.genres[row]!),
    sound: Object.fromEntries(
      SOUND_FEATURES.map((name) => [name, audio[row * AUDIO_STRIDE + AUDIO_FEATURES.indexOf(name)]!]),
    ) as Character['sound'],
  })
}
