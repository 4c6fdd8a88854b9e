import { breathe } from '../core/breathe.ts'
import type { Progress } from '../core/progress.ts'
import type { Random } from '../core/random.ts'
import { principalComponents, project } from '../model/principal-components.ts'
import type { Content } from './content.ts'
import { cellsOf, type Neighborhood, neighborhoodOf } from './neighborhood.ts'

/** Up to this many tracks are laid out by all their neighbours; the others are put among those that are. */
export const LANDMARKS = 14_000
const NEIGHBORS = 15
const EPOCHS = 220
/** Far tracks that push, for each near one that pulls. */
const PUSHES = 4
/** Of the curve 1 / (1 + a d^2b) that says how near two tracks look: UMAP's for a least distance of 0.15. */
const A = 1.33
const B = 0.86
/** Share of the points within the circle that islands are drawn towards, and how far outside it they may lie, in its radius. */
const INNER = 0.94
const RIM = 0.15
/** How many landmarks a track is put between. */
const BETWEEN = 4
/** Landmarks farther from each other than this are not mixed. */
const TOGETHER = 1.5

/** Where tracks lie on the map: n × 2. */
export type Layout = Float32Array

/**
 * Lays content out in the plane so that near tracks stay near: a graph of nearest neighbours, drawn by attraction along its edges
 * and repulsion elsewhere, from the first two principal components (UMAP, McInnes, Healy & Melville 2018). Points after the first
 * `most` are put between the landmarks they are most like. The same content and seed give the same layout.
 */
export async function layOut(
  content: Content,
  random: Random,
  progress: Progress,
  signal?: AbortSignal,
  most = LANDMARKS,
): Promise<Layout> {
  const { width, points } = content
  const n = points.length / width
  const landmarks = Math.min(n, most)
  progress.stage('Drawing the map', EPOCHS + 1, 'rounds')
  const k = Math.min(NEIGHBORS, landmarks - 1)
  const layout = new Float32Array(2 * n)
  const placed = layout.subarray(0, 2 * landmarks)
  placed.set(firstLayout(content, landmarks, random))
  if (k > 0) {
    const neighborhood = await neighborhoodOf(content, landmarks, k, random.fork('cells'), signal)
    const edges = edgesOf(neighborhood)
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      if (epoch % 4 === 0) await breathe(signal)
      pull(placed, edges, epoch, random)
      progress.at(epoch + 1)
    }
  }
  drawIn(placed)
  await placeOthers(content, landmarks, layout, random.fork('others'), signal)
  progress.done()
  return layout
}

interface Edges {
  readonly from: Int32Array
  readonly to: Int32Array
  /** Every how many epochs an edge pulls, 1 for the strongest. */
  readonly every: Float32Array
}

/** The first two principal components, 20 wide, with a little noise so that equal tracks come apart. */
function firstLayout({ width, points }: Content, n: number, random: Random): Float32Array {
  const some = points.subarray(0, n * width)
  const flat = project(principalComponents(some, width, 2, random.fork('components')), some)
  const most = flat.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1
  return Float32Array.from(flat, (value) => (10 * value) / most + 0.01 * random.normal())
}

/** The fuzzy union of everybody's neighbours (McInnes et al. 2018, section 3.1). */
function edgesOf({ k, ids, distances }: Neighborhood): Edges {
  const n = ids.length / k
  const weights = new Map<number, number>()
  for (let i = 0; i < n; i++) {
    const near = distances.subarray(i * k, (i + 1) * k)
    const [rho, sigma] = scaleOf(near)
    for (let j = 0; j < k; j++) {
      const other = ids[i * k + j]!
      if (other < 0) continue
      const weight = Math.exp(-Math.max(0, near[j]! - rho) / sigma)
      const key = Math.min(i, other) * n + Math.max(i, other)
      const before = weights.get(key) ?? 0
      weights.set(key, before + weight - before * weight)
    }
  }
  const strongest = [...weights.values()].reduce((a, b) => Math.max(a, b), 0)
  const kept = [...weights].filter(([, weight]) => weight > strongest / EPOCHS)
  return {
    from: Int32Array.from(kept, ([key]) => Math.floor(key / n)),
    to: Int32Array.from(kept, ([key]) => key % n),
    every: Float32Array.from(kept, ([, weight]) => strongest / weight),
  }
}

/** The distance to the closest, and the width at which the neighbours weigh log2(k) in sum. */
function scaleOf(near: Float32Array): [rho: number, sigma: number] {
  const rho = near.find((distance) => distance > 0) ?? 0
  const wanted = Math.log2(near.length + 1)
  let [low, high] = [0, Number.POSITIVE_INFINITY]
  let sigma = 1
  for (let round = 0; round < 40; round++) {
    const sum = near.reduce((total, distance) => total + Math.exp(-Math.max(0, distance - rho) / sigma), 0)
    if (sum > wanted) high = sigma
    else low = sigma
    sigma = high === Number.POSITIVE_INFINITY ? sigma * 2 : (low + high) / 2
  }
  return [rho, Math.max(sigma, 1e-3)]
}

/** One round of attraction and repulsion; every step is 4 at most, and they shrink from round to round. */
function pull(at: Float32Array, { from, to, every }: Edges, epoch: number, random: Random): void {
  const n = at.length / 2
  const rate = 1 - epoch / EPOCHS
  for (let e = 0; e < from.length; e++) {
    // An edge's turn comes when the rounds gone by pass a multiple of its `every`.
    if (Math.floor((epoch + 1) / every[e]!) === Math.floor(epoch / every[e]!)) continue
    const i = 2 * from[e]!
    const j = 2 * to[e]!
    const dx = at[i]! - at[j]!
    const dy = at[i + 1]! - at[j + 1]!
    const d2 = dx * dx + dy * dy
    if (d2 > 0) {
      const power = d2 ** (B - 1)
      const gradient = (-2 * A * B * power) / (1 + A * power * d2)
      const [sx, sy] = [rate * clipped(gradient * dx), rate * clipped(gradient * dy)]
      at[i] = at[i]! + sx
      at[i + 1] = at[i + 1]! + sy
      at[j] = at[j]! - sx
      at[j + 1] = at[j + 1]! - sy
    }
    push(at, i, n, rate, random)
    push(at, j, n, rate, random)
  }
}

function push(at: Float32Array, i: number, n: number, rate: number, random: Random): void {
  for (let p = 0; p < PUSHES / 2; p++) {
    const j = 2 * random.int(n)
    if (i === j) continue
    const dx = at[i]! - at[j]!
    const dy = at[i + 1]! - at[j + 1]!
    const d2 = dx * dx + dy * dy
    const gradient = (2 * B) / ((0.001 + d2) * (1 + A * d2 ** B))
    at[i] = at[i]! + rate * clipped(gradient * dx)
    at[i + 1] = at[i + 1]! + rate * clipped(gradient * dy)
  }
}

const clipped = (step: number) => (step > 4 ? 4 : step < -4 ? -4 : step)

/** Brings far islands nearer: beyond the circle around `INNER` of all points, distance counts less and less. */
function drawIn(at: Float32Array): void {
  const n = at.length / 2
  const middle = (part: 0 | 1) =>
    Float32Array.from({ length: n }, (_, i) => at[2 * i + part]!).sort()[n >> 1]!
  const [x, y] = [middle(0), middle(1)]
  const radius = Float32Array.from({ length: n }, (_, i) => Math.hypot(at[2 * i]! - x, at[2 * i + 1]! - y))
  const inner = radius.slice().sort()[Math.floor(INNER * (n - 1))]! || 1
  for (let i = 0; i < n; i++) {
    const beyond = radius[i]! / inner - 1
    const shrink = beyond > 0 ? (1 + RIM * Math.tanh(beyond / RIM / 2)) / (1 + beyond) : 1
    at[2 * i] = (at[2 * i]! - x) * shrink
    at[2 * i + 1] = (at[2 * i + 1]! - y) * shrink
  }
}

/** Puts every point after the landmarks at the mean of those most like it that lie together, and a little beside. */
async function placeOthers(
  content: Content,
  landmarks: number,
  layout: Layout,
  random: Random,
  signal?: AbortSignal,
): Promise<void> {
  const { width, points } = content
  const n = points.length / width
  if (n === landmarks) return
  const cells = cellsOf(content, landmarks, random)
  const ids = new Int32Array(BETWEEN)
  const distances = new Float32Array(BETWEEN)
  for (let i = landmarks; i < n; i++) {
    if (i % 1000 === 0) await breathe(signal)
    cells.closest(points.subarray(i * width, (i + 1) * width), BETWEEN, ids, distances)
    const [nearX, nearY] = [layout[2 * ids[0]!]!, layout[2 * ids[0]! + 1]!]
    let [x, y, total] = [0, 0, 0]
    for (let j = 0; j < BETWEEN; j++) {
      if (ids[j]! < 0) continue
      const [otherX, otherY] = [layout[2 * ids[j]!]!, layout[2 * ids[j]! + 1]!]
      // Between two landmarks that lie apart there is nothing that is like either.
      if (Math.hypot(otherX - nearX, otherY - nearY) > TOGETHER) continue
      const weight = 1 / (distances[j]! + 0.05)
      x += weight * otherX
      y += weight * otherY
      total += weight
    }
    layout[2 * i] = x / total + 0.06 * random.normal()
    layout[2 * i + 1] = y / total + 0.06 * random.normal()
  }
}
