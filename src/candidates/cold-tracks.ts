import type { Catalog } from '../library/catalog.ts'
import type { ColdTracks } from '../model/cold-taste.ts'
import type { CatalogIndex } from './catalog-index.ts'

/** What a catalog knows of its tracks, in the form in which a taste is worked out without training. */
export function coldTracks({
  catalog,
  audio,
  index,
}: {
  readonly catalog: Catalog
  readonly audio: Float32Array
  readonly index: CatalogIndex
}): ColdTracks {
  const { mean, sd } = spreadOf(catalog.popularity)
  const none: ReturnType<ColdTracks['tags']> = []
  const sets: ReturnType<ColdTracks['tags']>[] = []
  const tagsOf = (set: number) => {
    const tags = index.tags.ofSet(set)
    const length = Math.sqrt(tags.reduce((sum, tag) => sum + index.tags.weight[tag]! ** 2, 0))
    return length > 0 ? tags.map((tag) => ({ tag, weight: index.tags.weight[tag]! / length })) : none
  }
  /** A track without tags has those that most of its artist's tracks with tags share. */
  const byArtist: ReturnType<ColdTracks['tags']>[] = []
  const tagsOfArtist = (artist: number) => {
    const counts = new Map<number, number>()
    for (const row of index.ofArtist(artist)) {
      const set = catalog.genres[row]!
      if (set !== 0) counts.set(set, (counts.get(set) ?? 0) + 1)
    }
    const [usual] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])
    return usual ? tagsOf(usual[0]) : none
  }
  return {
    audio,
    artist: catalog.artist,
    popularity: (row) => (catalog.popularity[row]! - mean) / sd,
    tags(row) {
      const set = catalog.genres[row]!
      if (set === 0) {
        const artist = catalog.artist[row]!
        byArtist[artist] ??= tagsOfArtist(artist)
        return byArtist[artist]
      }
      sets[set] ??= tagsOf(set)
      return sets[set]
    },
  }
}

/** Mean and standard deviation of the known values. */
function spreadOf(values: Float32Array): { mean: number; sd: number } {
  let [count, sum, squares] = [0, 0, 0]
  for (const value of values) {
    if (Number.isNaN(value)) continue
    count++
    sum += value
    squares += value * value
  }
  const mean = count ? sum / count : 0
  return { mean, sd: Math.sqrt(Math.max(0, squares / Math.max(count, 1) - mean ** 2)) || 1 }
}
