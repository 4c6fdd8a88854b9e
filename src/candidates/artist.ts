import { goodPlays } from '../core/listener.ts'
import { best, type Source, type SourceRequest } from './source.ts'

const MOST = 400
const GOOD = { finishes: 2, rate: 0.4 }

/** New tracks of the artists whose tracks they finish or like, in the mix's corner of their taste; of the artists where it comes from. */
export const artist: Source = {
  name: 'artist',
  kind: 'new',
  most: MOST,
  lasting: true,
  propose(request) {
    const { listener, index, cluster, from } = request
    const scores = new Map<number, number>()
    for (const [one, rate] of goodArtists(request))
      for (const row of index.ofArtist(one))
        if (listener.isNew(row) && (from || cluster === undefined || listener.clusterOf(row) === cluster))
          scores.set(row, rate)
    return best(scores, MOST)
  },
}

/** The artists that a request is about, with how good they are, 0…1. */
export function goodArtists({
  listener,
  catalog,
  cluster,
  from,
}: Pick<SourceRequest, 'listener' | 'catalog' | 'cluster' | 'from'>): Map<number, number> {
  const good = new Map<number, number>()
  if (from) {
    for (const row of from) if (catalog.artist[row] !== 0) good.set(catalog.artist[row]!, 1)
    return good
  }
  for (const { row, cluster: corner } of listener.loved) {
    const one = catalog.artist[row]!
    if (one === 0 || good.has(one) || (cluster !== undefined && corner !== cluster)) continue
    const { skips, ...history } = listener.artistHistory(one)
    const finishes = goodPlays(history)
    const rate = finishes / (finishes + skips)
    if (finishes >= GOOD.finishes ? rate >= GOOD.rate : finishes + skips === 0) good.set(one, rate || 0.5)
  }
  return good
}
