import { goodPlays } from '../core/listener.ts'
import { soundDistance } from './sound.ts'
import { best, type Source, type SourceListener, type SourceRequest } from './source.ts'

const MOST = 600

/** What the listener played, saved or liked and the recipe wants, in the mix's corner of their taste: what they finish most first. */
export const familiar: Source = {
  name: 'familiar',
  kind: 'familiar',
  most: MOST,
  propose(request) {
    const { listener, cluster, wanted } = request
    const fits = (row: number) =>
      wanted(row) && (cluster === undefined || listener.clusterOf(row) === cluster)
    if (!request.from) return firstOf(byFondness(listener), MOST, fits)
    const near = nearness(request)
    return best(new Map(listener.known.filter(fits).map((row) => [row, near(row)])), MOST)
  },
}

const ordered = new WeakMap<readonly number[], readonly number[]>()

/** What a listener knows, fondest first; kept, as it is one array while they do and say nothing. */
function byFondness(listener: SourceListener): readonly number[] {
  const { known } = listener
  const kept = ordered.get(known)
  if (kept) return kept
  const order = best(new Map(known.map((row) => [row, fondness(listener, row)])), known.length)
  ordered.set(known, order)
  return order
}

function firstOf(rows: readonly number[], most: number, fits: (row: number) => boolean): number[] {
  const first: number[] = []
  for (let i = 0; i < rows.length && first.length < most; i++) if (fits(rows[i]!)) first.push(rows[i]!)
  return first
}

/** The finish rate, drawn to a half as by two more plays, times how often it was played; a save or like counts as three finishes. */
function fondness(listener: SourceListener, row: number): number {
  const { plays, skips, saved, liked, ...history } = listener.trackHistory(row)
  const good = goodPlays(history) + (saved || liked ? 3 : 0)
  return ((good + 1) / (good + skips + 2)) * Math.log2(2 + plays + (saved || liked ? 3 : 0))
}

/** How near a row is to where the request comes from: exp(−sound distance), one more for the same artist, the closeness of a like one. */
function nearness({ catalog, audio, index, from = [] }: SourceRequest): (row: number) => number {
  const seeds = from.slice(0, 30)
  const artists = new Map<number, number>()
  for (const seed of seeds) {
    const artist = catalog.artist[seed]!
    for (const like of index.artistsLike(artist))
      artists.set(like.artist, Math.max(like.closeness, artists.get(like.artist) ?? 0))
  }
  for (const seed of seeds) artists.set(catalog.artist[seed]!, 1)
  return (row) => {
    let nearest = 0
    for (const seed of seeds) nearest = Math.max(nearest, Math.exp(-soundDistance(audio, row, seed)))
    return nearest + (catalog.artist[row] === 0 ? 0 : (artists.get(catalog.artist[row]!) ?? 0))
  }
}
