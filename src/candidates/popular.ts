import type { Source, SourceRequest } from './source.ts'

const MOST = 200
/** As many of the most popular are looked at in search of new ones of the right corner. */
const LOOKED_AT = 3000

/**
 * New tracks that are popular: with many listeners in the last weeks where that may be known, then by the catalog. In the mix's corner
 * of the taste where there are corners; of the genres that the mix comes from.
 */
export const popular: Source = {
  name: 'popular',
  kind: 'new',
  most: MOST,
  lasting: true,
  propose(request) {
    const { listener, index, community } = request
    const fits = fitting(request)
    if (!fits) return []
    const rows = new Set<number>()
    for (const ranked of [community?.popular ?? new Int32Array(), index.popular()])
      for (const row of ranked.subarray(0, LOOKED_AT)) {
        if (rows.size === MOST) break
        if (listener.isNew(row) && fits(row)) rows.add(row)
      }
    return [...rows]
  },
}

/** Which rows the mix is about; undefined when it is about none. */
function fitting({ listener, catalog, index, cluster, from }: SourceRequest) {
  if (from) {
    const tagsOf = (row: number) => index.tags.ofSet(catalog.genres[row]!)
    const tags = new Set(from.flatMap(tagsOf))
    return tags.size ? (row: number) => tagsOf(row).some((tag) => tags.has(tag)) : undefined
  }
  if (cluster === undefined || (cluster === 0 && listener.clusters === 0)) return () => true
  return cluster < listener.clusters ? (row: number) => listener.clusterOf(row) === cluster : undefined
}
