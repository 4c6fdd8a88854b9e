import { AUDIO_FEATURES, SOUND_FEATURES } from '../core/track.ts'
import { AUDIO_STRIDE, hasAudio } from '../library/catalog.ts'
import type { Source, SourceRequest } from './source.ts'

const MOST = { nearest: 600, artist: 400, fresh: 300, popular: 200 }
/** Loved tracks around which `nearest` looks. */
const ANCHORS = 60
/** Where the features of sound stand in a row of audio. */
const NEAR = SOUND_FEATURES.map((name) => AUDIO_FEATURES.indexOf(name))
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
    const closeness = closestTo(audio, anchors)
    const scored: Scored[] = []
    for (const row of request.unheard)
      if (hasAudio(request.catalog, row)) scored.push({ row, distance: closeness(row) })
    return best(scored, MOST.nearest)
  },
}

/** Unheard tracks of the artists whose tracks they finish, in the mix's corner of their taste. */
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
      return (
        rates.get(of)! >= GOOD_ARTIST.rate && (cluster === undefined || listener.clusterOf(row) === cluster)
      )
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

/** Unheard tracks that the catalog says are popular, in the mix's corner of the taste where there are corners. */
const popular: Source = {
  name: 'popular',
  propose({ listener, catalog, cluster, unheard }) {
    const { popularity } = catalog
    const ranked = best(
      unheard.filter((row) => popularity[row]! > 0).map((row) => ({ row, distance: -popularity[row]! })),
      unheard.length,
    )
    if (cluster === undefined) return ranked.slice(0, MOST.popular)
    if (listener.clusters === 0) return cluster === 0 ? ranked.slice(0, MOST.popular) : []
    const rows: number[] = []
    for (const row of cluster < listener.clusters ? ranked : []) {
      if (listener.clusterOf(row) === cluster && rows.push(row) === MOST.popular) break
    }
    return rows
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

/** The least sound distance of a row to any of the anchors; an anchor is left as soon as it cannot be the closest. */
function closestTo(audio: Float32Array, anchors: readonly number[]): (row: number) => number {
  const width = NEAR.length
  const points = Float32Array.from(
    anchors.flatMap((anchor) => NEAR.map((f) => audio[anchor * AUDIO_STRIDE + f]!)),
  )
  const whole = !points.some(Number.isNaN)
  const here = new Float32Array(width)
  return (row) => {
    let missing = !whole
    for (let k = 0; k < width; k++) {
      here[k] = audio[row * AUDIO_STRIDE + NEAR[k]!]!
      if (Number.isNaN(here[k]!)) missing = true
    }
    if (missing) return Math.min(...anchors.map((anchor) => soundDistance(audio, row, anchor)))
    let least = Number.POSITIVE_INFINITY
    for (let at = 0; at < points.length; at += width) {
      let sum = 0
      for (let k = 0; k < width && sum < least; k++) {
        const difference = here[k]! - points[at + k]!
        sum += difference * difference
      }
      if (sum < least) least = sum
    }
    return least / width
  }
}

interface Scored {
  readonly row: number
  readonly distance: number
}

/** The rows of least distance, closest first. Sorts only what can be among them: those under the distance of a sample's share. */
function best(scored: readonly Scored[], most: number): number[] {
  const near = scored.length > 8 * most ? underQuantile(scored, most) : scored
  return [...near]
    .sort((a, b) => a.distance - b.distance || a.row - b.row)
    .slice(0, most)
    .map(({ row }) => row)
}

/** The part of `scored` under a distance that at least `most` of them do not exceed. */
function underQuantile(scored: readonly Scored[], most: number): readonly Scored[] {
  const distances = Float64Array.from(scored, ({ distance }) => distance).sort()
  const limit = distances[most - 1]!
  return scored.filter(({ distance }) => distance <= limit)
}
