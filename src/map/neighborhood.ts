import { breathe } from '../core/breathe.ts'
import type { Random } from '../core/random.ts'
import type { Content } from './content.ts'

const ROUNDS = 4
const SAMPLE = 12_000
/** Of how many cells a track's neighbours are looked for. */
const PROBES = 8
/** As many of a track's neighbours are by one artist. */
const PER_ARTIST = 4

/** The k tracks found closest to each of n tracks, closest first. */
export interface Neighborhood {
  readonly k: number
  /** n × k; −1 where there are fewer. */
  readonly ids: Int32Array
  /** n × k distances. */
  readonly distances: Float32Array
}

/** Points sorted into cells around centres, so that what lies near is found without looking at all of them (Sivic & Zisserman 2003). */
export interface Cells {
  /** The k points closest to `query`, itself included where it is one of them. Nearly always right; exact where there are few points. */
  closest(query: Float32Array, k: number, ids: Int32Array, distances: Float32Array): void
}

/** @param n how many of the points, from the first, are put into cells */
export function cellsOf({ width, points }: Content, n: number, random: Random): Cells {
  const count = Math.max(1, Math.round(Math.sqrt(n) / 1.5))
  const centres = new Float32Array(count * width)
  for (let c = 0; c < count; c++) {
    const from = random.int(n)
    centres.set(points.subarray(from * width, (from + 1) * width), c * width)
  }
  const step = Math.max(1, Math.floor(n / SAMPLE))
  for (let round = 0; round < ROUNDS; round++) {
    const sums = new Float64Array(centres.length)
    const sizes = new Uint32Array(count)
    for (let i = 0; i < n; i += step) {
      const c = nearestCentre(centres, points, i * width, width)
      sizes[c] = sizes[c]! + 1
      for (let k = 0; k < width; k++) sums[c * width + k] = sums[c * width + k]! + points[i * width + k]!
    }
    for (let c = 0; c < count; c++)
      if (sizes[c]! > 0)
        for (let k = 0; k < width; k++) centres[c * width + k] = sums[c * width + k]! / sizes[c]!
  }
  const cellOf = new Int32Array(n)
  const bounds = new Int32Array(count + 1)
  for (let i = 0; i < n; i++) {
    const c = nearestCentre(centres, points, i * width, width)
    cellOf[i] = c
    bounds[c + 1] = bounds[c + 1]! + 1
  }
  for (let c = 0; c < count; c++) bounds[c + 1] = bounds[c + 1]! + bounds[c]!
  const members = new Int32Array(n)
  const filled = bounds.slice()
  for (let i = 0; i < n; i++) {
    const c = cellOf[i]!
    members[filled[c]!] = i
    filled[c] = filled[c]! + 1
  }
  const probes = Math.min(PROBES, count)
  const cells = new Int32Array(probes)
  const away = new Float32Array(probes)
  return {
    closest(query, k, ids, distances) {
      cells.fill(-1)
      away.fill(Number.POSITIVE_INFINITY)
      for (let c = 0; c < count; c++)
        keep(cells, away, c, squared(query, centres, c * width, width, away[probes - 1]!))
      const [nearIds, near] = [ids.subarray(0, k), distances.subarray(0, k)]
      nearIds.fill(-1)
      near.fill(Number.POSITIVE_INFINITY)
      for (const c of cells) {
        if (c < 0) continue
        for (let m = bounds[c]!; m < bounds[c + 1]!; m++) {
          const i = members[m]!
          keep(nearIds, near, i, squared(query, points, i * width, width, near[k - 1]!))
        }
      }
    },
  }
}

/** The k nearest others of each of the first n points, few of them by the same artist: an artist must not be an island. */
export async function neighborhoodOf(
  content: Content,
  n: number,
  k: number,
  random: Random,
  signal?: AbortSignal,
): Promise<Neighborhood> {
  const { width, points, artist } = content
  const cells = cellsOf(content, n, random)
  const found = { k, ids: new Int32Array(n * k).fill(-1), distances: new Float32Array(n * k) }
  const looked = 4 * k
  const ids = new Int32Array(looked)
  const distances = new Float32Array(looked)
  for (let i = 0; i < n; i++) {
    if (i % 1000 === 0) await breathe(signal)
    cells.closest(points.subarray(i * width, (i + 1) * width), looked, ids, distances)
    let at = i * k
    const taken = new Map<number, number>()
    for (let j = 0; j < looked && at < (i + 1) * k; j++) {
      const other = ids[j]!
      if (other === i || other < 0) continue
      const by = artist[other]!
      const before = taken.get(by) ?? 0
      if (by !== 0 && before >= PER_ARTIST) continue
      taken.set(by, before + 1)
      found.ids[at] = ids[j]!
      found.distances[at] = Math.sqrt(distances[j]!)
      at++
    }
  }
  return found
}

function nearestCentre(centres: Float32Array, points: Float32Array, at: number, width: number): number {
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (let c = 0; c * width < centres.length; c++) {
    let sum = 0
    for (let k = 0; k < width && sum < least; k++) {
      const difference = points[at + k]! - centres[c * width + k]!
      sum += difference * difference
    }
    if (sum < least) {
      least = sum
      best = c
    }
  }
  return best
}

/** Squared distance, left off once it exceeds `limit`. */
function squared(
  query: Float32Array,
  points: Float32Array,
  at: number,
  width: number,
  limit: number,
): number {
  let sum = 0
  for (let k = 0; k < width && sum <= limit; k++) {
    const difference = query[k]! - points[at + k]!
    sum += difference * difference
  }
  return sum
}

/** Puts an item into a list of the least, if it is among them. */
function keep(ids: Int32Array, distances: Float32Array, id: number, distance: number): void {
  let at = ids.length - 1
  if (!(distance < distances[at]!)) return
  while (at > 0 && distances[at - 1]! > distance) {
    ids[at] = ids[at - 1]!
    distances[at] = distances[at - 1]!
    at--
  }
  ids[at] = id
  distances[at] = distance
}
