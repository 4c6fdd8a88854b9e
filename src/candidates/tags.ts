import type { Catalog } from '../library/catalog.ts'

/** The genres and tags of a catalog, as numbers. */
export interface Tags {
  readonly count: number
  /** Set of genres (a row's `catalog.genres`) → its tags. */
  ofSet(set: number): readonly number[]
  /** Tag → how much it tells: ln of rows with tags over rows with this one, at least 0. */
  readonly weight: Float64Array
}

/** Splits the catalog's "genre; genre" texts. */
export function tagsOf({ genreSets, genres }: Catalog): Tags {
  const ids = new Map<string, number>()
  const sets = Array.from({ length: genreSets.size }, (_, set) => {
    const names = genreSets
      .at(set)
      .split(';')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== '')
    return [...new Set(names)].map((name) => {
      const id = ids.get(name) ?? ids.size
      ids.set(name, id)
      return id
    })
  })
  const rows = new Float64Array(ids.size)
  let tagged = 0
  for (const set of genres) {
    if (sets[set]?.length) tagged++
    for (const tag of sets[set] ?? []) rows[tag]!++
  }
  const weight = rows.map((count) => Math.max(0, Math.log((tagged + 1) / (count + 1))))
  return { count: ids.size, ofSet: (set) => sets[set] ?? [], weight }
}
