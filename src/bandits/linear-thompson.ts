import { top } from './carousel.ts'
import { gather, toMode } from './newton.ts'
import { normal } from './normal.ts'
import { pending } from './pending.ts'
import type { CarouselPolicy, PolicyContext } from './policy.ts'
import { openProducts } from './products.ts'
import { sightings } from './sightings.ts'

const BLOCK = 2000
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
  const waiting = Array.from({ length: playlists }, pending)
  const [precision, factor] = [new Float64Array(width * width), new Float64Array(width * width)]
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
      const found = sightings(round, playlists, shape, () => 1)
      for (const [p, one] of waiting.entries()) {
        one.add(found, p)
        if (!one.due) continue
        const own = Float64Array.from(mean.subarray(p * width, (p + 1) * width))
        const spread = variance.subarray(p * width, (p + 1) * width)
        precision.fill(0)
        for (let d = 0; d < width; d++) precision[d * width + d] = 1 / spread[d]!
        const { curve } = await toMode(
          one.take(vectors, width),
          precision,
          own.map((value, d) => value / spread[d]!),
          own,
          factor,
          products,
        )
        mean.set(own, p * width)
        for (let d = 0; d < width; d++) spread[d] = 1 / (1 / spread[d]! + curve[d * width + d]!)
      }
    },
    close: () => products.close(),
  }
}
