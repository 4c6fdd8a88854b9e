import { type Random, random } from '../core/random.ts'
import { AUDIO_STRIDE, type Catalog } from '../library/catalog.ts'
import type { ListeningLog } from '../library/listening-log.ts'
import { cutSittings } from './sittings.ts'
import { SOUND } from './taste.ts'

const COMPANY = 16
const WIDTH = SOUND.length + COMPANY
/** One corner for every so many loved tracks, six at most. */
const TRACKS_PER_CLUSTER = 15
const MAX_CLUSTERS = 6
/** A cluster of fewer loved tracks, or of a smaller share of them, is merged away. */
const SMALLEST_CLUSTER = 8
const SMALLEST_SHARE = 0.06
const ROUNDS = 25

/**
 * Where tracks lie: their sound, and the company their artist keeps in this listener's sittings (random indexing,
 * Kanerva et al. 2000: every sitting is a random direction, an artist the sum of theirs). Either part may be missing.
 */
export interface TasteSpace {
  /** NaN where a part is missing. */
  pointOf(row: number): Float32Array
}

export interface TasteClusters {
  readonly count: number
  /** Cluster of each of the given tracks. */
  readonly assigned: Int32Array
  /** The cluster whose centre is closest to a row. */
  closest(row: number): number
}

/** @param audio size × 13 scaled audio features, NaN where missing */
export function tasteSpace(catalog: Catalog, audio: Float32Array, log: ListeningLog): TasteSpace {
  const company = artistCompany(catalog, log)
  const pointOf = (row: number): Float32Array => {
    const point = new Float32Array(WIDTH).fill(Number.NaN)
    SOUND.forEach((f, k) => {
      point[k] = audio[row * AUDIO_STRIDE + f]!
    })
    const companyOf = company.get(catalog.artist[row]!)
    if (companyOf) point.set(companyOf, SOUND.length)
    return point
  }
  return { pointOf }
}

/**
 * Weighted k-means (k-means++ seeding, Arthur & Vassilvitskii 2007) over loved tracks; clusters in the order of their weight.
 * As many as stand on enough tracks: a corner of a few strays is no corner. Tracks of which nothing is known go to the largest.
 * The same tracks give the same clusters.
 */
export function clusterTaste(
  space: TasteSpace,
  rows: readonly number[],
  weights: readonly number[],
): TasteClusters {
  const { centres, assigned } = clustered(rows.map(space.pointOf), weights)
  return { count: centres.length, assigned, closest: (row) => nearest(space.pointOf(row), centres) }
}

/** Apart from what is kept of it, so that the points are not kept with it. */
function clustered(points: readonly Float32Array[], weights: readonly number[]) {
  const placed = points.map((point, i) => (point.every(Number.isNaN) ? -1 : i)).filter((i) => i >= 0)
  const smallest = Math.max(SMALLEST_CLUSTER, SMALLEST_SHARE * placed.length)
  const among = (count: number) =>
    kMeans(
      placed.map((i) => points[i]!),
      placed.map((i) => weights[i]!),
      count,
    )
  let count = Math.max(1, Math.min(MAX_CLUSTERS, Math.floor(placed.length / TRACKS_PER_CLUSTER)))
  let found = among(count)
  while (count > 1 && found.sizes.some((size) => size < smallest)) {
    count--
    found = among(count)
  }
  const order = found.mass.map((_, c) => c).sort((a, b) => found.mass[b]! - found.mass[a]! || a - b)
  const centres = order.map((c) => found.centres[c]!)
  return { centres, assigned: Int32Array.from(points, (point) => nearest(point, centres)) }
}

interface Clustering {
  readonly centres: readonly Float32Array[]
  /** Tracks of each cluster, and the sum of their weights. */
  readonly sizes: readonly number[]
  readonly mass: readonly number[]
}

function kMeans(points: readonly Float32Array[], weights: readonly number[], count: number): Clustering {
  let centres = seedCentres(points, weights, count, random(`taste/${points.length}`))
  const assigned = new Int32Array(points.length)
  for (let round = 0; round < ROUNDS; round++) {
    let moved = round === 0
    for (let i = 0; i < points.length; i++) {
      const cluster = nearest(points[i]!, centres)
      if (cluster !== assigned[i]) moved = true
      assigned[i] = cluster
    }
    if (!moved) break
    const means = meanPoints(points, weights, assigned, centres.length)
    centres = centres.map((centre, c) => means[c] ?? centre)
  }
  const sizes = new Array<number>(centres.length).fill(0)
  const mass = new Array<number>(centres.length).fill(0)
  assigned.forEach((cluster, i) => {
    sizes[cluster]! += 1
    mass[cluster]! += weights[i]!
  })
  return { centres, sizes, mass }
}

type Company = ReadonlyMap<number, Float32Array>
const keptCompany = new WeakMap<ListeningLog, { readonly catalog: Catalog; readonly company: Company }>()

/** The company each artist keeps: the mean direction of the sittings they were played in, of length 1 a number. Worked out once for a log. */
function artistCompany(catalog: Catalog, log: ListeningLog): Company {
  const known = keptCompany.get(log)
  if (known?.catalog === catalog) return known.company
  const company = companyIn(catalog, log)
  keptCompany.set(log, { catalog, company })
  return company
}

function companyIn(catalog: Catalog, log: ListeningLog): Company {
  const { bounds } = cutSittings(log)
  const company = new Map<number, Float32Array>()
  const directions = random('sittings')
  for (let s = 0; s + 1 < bounds.length; s++) {
    const direction = Float32Array.from({ length: COMPANY }, () => (directions.next() < 0.5 ? -1 : 1))
    const artists = new Set<number>()
    for (let i = bounds[s]!; i < bounds[s + 1]!; i++) artists.add(catalog.artist[log.row[i]!]!)
    artists.delete(0)
    for (const artist of artists) {
      const sum = company.get(artist) ?? new Float32Array(COMPANY)
      company.set(artist, sum)
      for (let k = 0; k < COMPANY; k++) sum[k] = sum[k]! + direction[k]! / Math.sqrt(artists.size)
    }
  }
  for (const vector of company.values()) {
    const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0) / COMPANY) || 1
    for (let k = 0; k < COMPANY; k++) vector[k] = vector[k]! / length
  }
  return company
}

function seedCentres(
  points: readonly Float32Array[],
  weights: readonly number[],
  count: number,
  rng: Random,
): Float32Array[] {
  if (points.length === 0) return [new Float32Array(WIDTH).fill(Number.NaN)]
  const centres = [points[rng.pick(weights)]!]
  /** The distance of each point to the closest centre so far. */
  const apart = new Array<number>(points.length).fill(Number.POSITIVE_INFINITY)
  while (centres.length < count) {
    const last = centres.at(-1)!
    points.forEach((point, i) => {
      apart[i] = Math.min(apart[i]!, distance(point, last))
    })
    const spread = apart.map((least, i) => weights[i]! * least)
    if (!spread.some((s) => s > 0)) break
    centres.push(points[rng.pick(spread)]!)
  }
  while (centres.length < count) centres.push(centres[0]!)
  return centres
}

function nearest(point: Float32Array, centres: readonly Float32Array[]): number {
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (let c = 0; c < centres.length; c++) {
    const d = distance(point, centres[c]!)
    if (d >= least) continue
    least = d
    best = c
  }
  return best
}

/** The weighted mean of each cluster's points; undefined where nothing is known of any of them. */
function meanPoints(
  points: readonly Float32Array[],
  weights: readonly number[],
  assigned: Int32Array,
  count: number,
): (Float32Array | undefined)[] {
  const sum = new Float64Array(count * WIDTH)
  const total = new Float64Array(count * WIDTH)
  for (let i = 0; i < points.length; i++) {
    const [point, weight] = [points[i]!, weights[i]!]
    for (let k = 0, at = assigned[i]! * WIDTH; k < WIDTH; k++, at++) {
      const value = point[k]!
      if (Number.isNaN(value)) continue
      sum[at]! += weight * value
      total[at]! += weight
    }
  }
  return Array.from({ length: count }, (_, c) => {
    const [from, to] = [c * WIDTH, (c + 1) * WIDTH]
    if (!total.subarray(from, to).some((t) => t > 0)) return undefined
    return Float32Array.from(sum.subarray(from, to), (s, k) =>
      total[from + k]! > 0 ? s / total[from + k]! : Number.NaN,
    )
  })
}

/** Mean squared difference over the dimensions that both points have; far apart when they share none. */
function distance(a: Float32Array, b: Float32Array): number {
  let sum = 0
  let shared = 0
  for (let k = 0; k < WIDTH; k++) {
    const difference = a[k]! - b[k]!
    if (Number.isNaN(difference)) continue
    sum += difference * difference
    shared++
  }
  return shared ? sum / shared : 1e6
}
