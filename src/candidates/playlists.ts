import { best, type Source, type SourceRequest } from './source.ts'

const MOST = 300
/** Tracks that are looked beside, playlists of each, and tracks of each playlist. */
const ANCHORS = 40
const LISTS = 40
const TRACKS = 250

/**
 * New tracks that stand on playlists beside the ones they love: Σ over those playlists of 1/√length, so that a short playlist tells more.
 * The playlists are the listener's own and those of catalogs; those of others count where the community is on, five listeners at least
 * behind each pair.
 */
export const playlists: Source = {
  name: 'playlists',
  kind: 'new',
  most: MOST,
  lasting: true,
  propose(request) {
    const { listener, community } = request
    const scores = new Map<number, number>()
    for (const anchor of playlistAnchors(request)) {
      const add = (row: number, score: number) => {
        if (row !== anchor && listener.isNew(row)) scores.set(row, (scores.get(row) ?? 0) + score)
      }
      besideOn(request.playlists, anchor, add)
      for (const { row, strength } of community?.beside(anchor) ?? []) add(row, strength)
    }
    return best(scores, MOST)
  },
}

/** The rows that the source looks beside: where the mix comes from, else what was liked last and loved most. */
export function playlistAnchors({
  listener,
  cluster,
  from,
}: Pick<SourceRequest, 'listener' | 'cluster' | 'from'>): readonly number[] {
  if (from) return from.slice(0, ANCHORS)
  const loved = listener.loved.filter((track) => cluster === undefined || track.cluster === cluster)
  return loved.slice(0, ANCHORS).map(({ row }) => row)
}

function besideOn(
  { offsets, row, on }: SourceRequest['playlists'],
  anchor: number,
  add: (row: number, score: number) => void,
): void {
  for (const playlist of on(anchor).subarray(0, LISTS)) {
    const [from, to] = [offsets[playlist]!, offsets[playlist + 1]!]
    const score = 1 / Math.sqrt(to - from)
    for (let at = from; at < Math.min(to, from + TRACKS); at++) add(row[at]!, score)
  }
}
