import { soundDistance } from './sound.ts'
import { best, type Source, type SourceRequest } from './source.ts'

const MOST = 600

/** What the listener played, saved or liked and the recipe wants, in the mix's corner of their taste: what they finish most first. */
export const familiar: Source = {
  name: 'familiar',
  kind: 'familiar',
  most: MOST,
  propose(request) {
    const { listener, cluster, wanted } = request
    const rows = listener.known.filter(
      (row) => wanted(row) && (cluster === undefined || listener.clusterOf(row) === cluster),
    )
    const scores = new Map(rows.map((row) => [row, fondness(request, row)]))
    if (!request.from) return best(scores, MOST)
    const near = nearness(request)
    for (const row of rows) scores.set(row, near(row))
    return best(scores, MOST)
  },
}

/** The finish rate, drawn to a half as by two more plays, times how often it was played; a save or like counts as three finishes. */
function fondness({ listener }: SourceRequest, row: number): number {
  const { plays, finishes, skips, saved, liked } = listener.trackHistory(row)
  const kept = saved || liked ? 3 : 0
  return ((finishes + kept + 1) / (finishes + skips + kept + 2)) * Math.log2(2 + plays + kept)
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
