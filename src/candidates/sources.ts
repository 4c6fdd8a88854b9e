import { AUDIO_STRIDE, hasAudio } from '../library/catalog.ts'
import type { Source, SourceRequest } from './source.ts'

const MOST = { nearest: 600, artist: 400, fresh: 300, popular: 200 }
/** Loved tracks around which `nearest` looks. */
const ANCHORS = 60
/** The audio features in which "near" is measured, as in the taste clusters: all but key, mode, length and metre. */
const NEAR = [0, 1, 3, 5, 6, 7, 8, 9, 10]
const GOOD_ARTIST = { finishes: 2, rate: 0.4 }

/** What the listener played, saved or liked, in the mix's corner of their taste. */
const familiar: Source = {
  name: 'familiar',
  propose: ({ listener, cluster }) =>
    cluster === undefined
      ? listener.known
      : listener.known.filter((row) => listener.clusterOf(row) === cluster),
}

/** Unheard tracks closest in sound to the tracks they love. */
const nearest: Source = {
  name: 'nearest',
  propose(request) {
    const { audio } = request
    const anchors = anchorsOf(request)
    if (anchors.length === 0) return []
    const scored = request.unheard
      .filter((row) => hasAudio(request.catalog, row))
      .map((row) => ({
        row,
        distance: Math.min(...anchors.map((anchor) => soundDistance(audio, row, anchor))),
      }))
    return best(scored, MOST.nearest)
  },
}

/** Unheard tracks of the artists whose tracks they finish. */
const artist: Source = {
  name: 'artist',
  propose(request) {
    const { listener, catalog, cluster } = request
    const inCorner = new Set(
      listener.loved
        .filter((t) => cluster === undefined || t.cluster === cluster)
        .map(({ row }) => catalog.artist[row]!),
    )
    const rates = new Map<number, number>()
    const rows = request.unheard.filter((row) => {
      const of = catalog.artist[row]!
      if (of === 0 || !inCorner.has(of)) return false
      if (!rates.has(of)) {
        const { finishes, skips } = listener.artistHistory(of)
        rates.set(of, finishes < GOOD_ARTIST.finishes ? 0 : finishes / (finishes + skips))
      }
      return rates.get(of)! >= GOOD_ARTIST.rate
    })
    return best(
      rows.map((row) => ({ row, distance: -rates.get(catalog.artist[row]!)! })),
      MOST.artist,
    )
  },
}

/** Unheard tracks drawn blindly: what nobody would have thought of. */
const fresh: Source = {
  name: 'fresh',
  propose: (request) => request.random.shuffle([...request.unheard]).slice(0, MOST.fresh),
}

/** Unheard tracks that the catalog says are popular. */
const popular: Source = {
  name: 'popular',
  propose(request) {
    const { popularity } = request.catalog
    const rows = request.unheard.filter((row) => popularity[row]! > 0)
    return best(
      rows.map((row) => ({ row, distance: -popularity[row]! })),
      MOST.popular,
    )
  },
}

export const SOURCES: readonly Source[] = [familiar, nearest, artist, fresh, popular]

/** The loved tracks with audio that the request is about, strongest first. */
export function anchorsOf({
  listener,
  catalog,
  cluster,
}: Pick<SourceRequest, 'listener' | 'catalog' | 'cluster'>): number[] {
  return listener.loved
    .filter((track) => (cluster === undefined || track.cluster === cluster) && hasAudio(catalog, track.row))
    .slice(0, ANCHORS)
    .map(({ row }) => row)
}

/** Mean squared difference of two rows' sound, in standard deviations; infinite when they share no feature. */
export function soundDistance(audio: Float32Array, a: number, b: number): number {
  let sum = 0
  let shared = 0
  for (const f of NEAR) {
    const difference = audio[a * AUDIO_STRIDE + f]! - audio[b * AUDIO_STRIDE + f]!
    if (Number.isNaN(difference)) continue
    sum += difference * difference
    shared++
  }
  return shared ? sum / shared : Number.POSITIVE_INFINITY
}

function best(scored: { row: number; distance: number }[], most: number): number[] {
  return scored
    .sort((a, b) => a.distance - b.distance || a.row - b.row)
    .slice(0, most)
    .map(({ row }) => row)
}
