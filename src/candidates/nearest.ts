import { anchorsOf, closestTo } from './sound.ts'
import { best, type Source } from './source.ts'

const MOST = 600

/**
 * New tracks closest in sound to the tracks they love, or to where the mix comes from; by turns with those of the mix's corner that
 * everybody's taste model has nearest to them.
 */
export const nearest: Source = {
  name: 'nearest',
  kind: 'new',
  most: MOST,
  lasting: true,
  propose(request) {
    const { audio, index, listener, taste, from, cluster } = request
    const next = from ? [] : (taste ?? [])
    if (next instanceof Error) throw next
    const inCorner = (row: number) => cluster === undefined || listener.clusterOf(row) === cluster
    const near = next.filter((row) => listener.isNew(row) && inCorner(row)).slice(0, MOST)
    const anchors = anchorsOf(request)
    if (anchors.length === 0) return near
    const closeness = closestTo(audio, anchors)
    const scores = new Map<number, number>()
    for (const anchor of anchors)
      for (const row of index.soundsLike(anchor))
        if (!scores.has(row) && listener.isNew(row)) scores.set(row, -closeness(row))
    return byTurns(best(scores, MOST), near, MOST)
  },
}

/** The first of each, then the second of each and so on, each row once. */
function byTurns(one: readonly number[], other: readonly number[], most: number): number[] {
  const rows = new Set<number>()
  for (let i = 0; i < Math.max(one.length, other.length); i++)
    for (const row of [one[i], other[i]]) if (row !== undefined && rows.size < most) rows.add(row)
  return [...rows]
}
