import { top } from './carousel.ts'
import { normal } from './normal.ts'
import type { CarouselPolicy, PolicyContext } from './policy.ts'
import { openProducts } from './products.ts'
import { sightings } from './sightings.ts'

const BLOCK = 2000
const NEWTON_STEPS = 4
const INNER_STEPS = 8
/** A standard normal is never drawn beyond this, in 10⁹ draws. */
const FARTHEST = 6

/**
 * Linear Thompson sampling with a logistic model a playlist (Chapelle & Li 2011, algorithm 3; as in RecSys 2020): independent normal
 * posteriors of the weights, all of precision 1 at first, and for every visitor a draw of each. The sum of independent normals is normal, so
 * a playlist's score is drawn at once. The prior of the constant holds like those of the other weights.
 * @param level prior mean of the constant: 0 is the naive prior, −5 the pessimistic one
 */
export async function linearThompson(
  { listeners: { vectors, width }, playlists, shape }: PolicyContext,
  level: number,
): Promise<CarouselPolicy> {
  const products = await openProducts(width)
  const mean = new Float32Array(playlists * width)
  const variance = new Float32Array(playlists * width).fill(1)
  for (let p = 0; p < playlists; p++) mean[p * width + width - 1] = level
  return {
    async choose(visitors, random) {
      const { slots } = shape
      const slates = new Int32Array(visitors.length * slots)
      const drawn = new Float64Array(playlists)
      const chosen = new Int32Array(slots)
      for (let from = 0; from < visitors.length; from += BLOCK) {
        const rows = gather(vectors, width, visitors.subarray(from, from + BLOCK))
        const means = await products.scores(rows, mean)
        const variances = await products.scores(
          rows.map((x) => x * x),
          variance,
        )
        for (let at = 0; at < rows.length / width; at++) {
          const row = at * playlists
          top(means, slots, chosen, 0, row, playlists)
          // The likeliest by mean, drawn first, tell what others would have to reach.
          drawn.fill(Number.NEGATIVE_INFINITY)
          let least = Number.POSITIVE_INFINITY
          for (const p of chosen) {
            drawn[p] = means[row + p]! + Math.sqrt(variances[row + p]!) * normal(random)
            least = Math.min(least, drawn[p]!)
          }
          for (let p = 0; p < playlists; p++) {
            if (drawn[p]! > Number.NEGATIVE_INFINITY) continue
            const gap = least - means[row + p]!
            if (gap > 0 && gap * gap > FARTHEST * FARTHEST * variances[row + p]!) continue
            drawn[p] = means[row + p]! + Math.sqrt(variances[row + p]!) * normal(random)
          }
          top(drawn, slots, slates, (from + at) * slots)
        }
      }
      return slates
    },
    async learn(round) {
      const { start, listener, clicked } = sightings(round, playlists, shape, () => 1)
      for (let p = 0; p < playlists; p++) {
        const rows = gather(vectors, width, listener.subarray(start[p]!, start[p + 1]!))
        if (rows.length === 0) continue
        const own = mean.subarray(p * width, (p + 1) * width)
        const spread = variance.subarray(p * width, (p + 1) * width)
        fitTo(rows, clicked.subarray(start[p]!, start[p + 1]!), own, spread)
      }
    },
    close: () => products.close(),
  }
}

/** The rows of some listeners, one after the other. */
export function gather(vectors: Float32Array, width: number, who: ArrayLike<number>): Float32Array {
  const rows = new Float32Array(who.length * width)
  for (let i = 0; i < who.length; i++)
    rows.set(vectors.subarray(who[i]! * width, (who[i]! + 1) * width), i * width)
  return rows
}

/** Moves the mean to the mode of prior and clicks (Newton with conjugate gradients), and adds the diagonal curvature there to the precision. */
function fitTo(rows: Float32Array, clicked: Uint8Array, mean: Float32Array, variance: Float32Array): void {
  const [n, width] = [clicked.length, mean.length]
  const before = Float64Array.from(mean)
  const scores = new Float64Array(n)
  const curve = new Float64Array(n)
  const gradient = new Float64Array(width)
  const diagonal = new Float64Array(width)
  const applied = new Float64Array(width)
  const along = new Float64Array(n)
  const times = (direction: Float64Array) => {
    rowDots(rows, direction, along)
    for (let d = 0; d < width; d++) applied[d] = direction[d]! / variance[d]!
    for (let i = 0; i < n; i++) addRow(rows, i, curve[i]! * along[i]!, applied)
  }
  const bend = () => {
    for (let d = 0; d < width; d++) diagonal[d] = 1 / variance[d]!
    for (let i = 0, at = 0; i < n; i++, at += width) {
      const p = 1 / (1 + Math.exp(-scores[i]!))
      const weight = p * (1 - p)
      curve[i] = weight
      for (let d = 0; d < width; d++) diagonal[d]! += weight * rows[at + d]! * rows[at + d]!
    }
  }
  rowDots(rows, mean, scores)
  bend()
  for (let newton = 0; newton < NEWTON_STEPS; newton++) {
    for (let d = 0; d < width; d++) gradient[d] = (before[d]! - mean[d]!) / variance[d]!
    for (let i = 0; i < n; i++) addRow(rows, i, clicked[i]! - 1 / (1 + Math.exp(-scores[i]!)), gradient)
    const step = conjugateGradients(gradient, diagonal, times, applied)
    rowDots(rows, step, along)
    let most = 0
    for (let i = 0; i < n; i++) most = Math.max(most, Math.abs(along[i]!))
    // Far from the mode Newton oversteps where clicks are rare.
    const scale = most > 2 ? 2 / most : 1
    for (let d = 0; d < width; d++) mean[d]! += scale * step[d]!
    for (let i = 0; i < n; i++) scores[i]! += scale * along[i]!
    bend()
    if (most < 0.1) break
  }
  for (let d = 0; d < width; d++) variance[d] = 1 / diagonal[d]!
}

/** Solves A x = b for a positive definite A given by its diagonal and as a product that is left in `applied` (Jacobi preconditioned). */
function conjugateGradients(
  b: Float64Array,
  diagonal: Float64Array,
  times: (direction: Float64Array) => void,
  applied: Float64Array,
): Float64Array {
  const x = new Float64Array(b.length)
  const rest = Float64Array.from(b)
  const scaled = rest.map((value, d) => value / diagonal[d]!)
  const direction = Float64Array.from(scaled)
  let left = dot(rest, scaled)
  const enough = 1e-3 * left
  for (let step = 0; step < INNER_STEPS && left > enough; step++) {
    times(direction)
    const length = left / dot(direction, applied)
    for (let d = 0; d < x.length; d++) {
      x[d]! += length * direction[d]!
      rest[d]! -= length * applied[d]!
      scaled[d] = rest[d]! / diagonal[d]!
    }
    const now = dot(rest, scaled)
    for (let d = 0; d < x.length; d++) direction[d] = scaled[d]! + (now / left) * direction[d]!
    left = now
  }
  return x
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let d = 0; d < a.length; d++) sum += a[d]! * b[d]!
  return sum
}

/** The dot product of each row with a vector, into `into`. */
export function rowDots(rows: Float32Array, vector: Float32Array | Float64Array, into: Float64Array): void {
  const width = vector.length
  for (let i = 0, at = 0; i < into.length; i++, at += width) {
    let sum = 0
    for (let d = 0; d < width; d++) sum += rows[at + d]! * vector[d]!
    into[i] = sum
  }
}

/** Adds a row times a number to `into`. */
export function addRow(rows: Float32Array, row: number, times: number, into: Float64Array): void {
  const width = into.length
  for (let d = 0, at = row * width; d < width; d++) into[d]! += times * rows[at + d]!
}
