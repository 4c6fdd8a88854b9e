import type { Random } from '../core/random.ts'
import type { Playlists } from './carousel.ts'

/** As many playlists and numbers as were published. */
const N = 862
const WIDTH = 97
const DIRECTIONS = 40

/**
 * Playlists of about the published law, for when there is no file: log-odds of −5.4 ± .75, taste along a few common directions whose
 * importance falls as 1/k, lengths of a median .095 with a long tail, and what all share.
 */
export function inventedPlaylists(random: Random): Playlists {
  const dims = WIDTH - 1
  const unit = () => {
    const vector = Float64Array.from({ length: dims }, () => random.normal())
    const length = Math.hypot(...vector)
    return vector.map((value) => value / length)
  }
  const shared = unit()
  const directions = Array.from({ length: DIRECTIONS }, unit)
  const weights = new Float32Array(N * WIDTH)
  for (let p = 0; p < N; p++) {
    const length = 0.08 * Math.exp(0.55 * random.normal()) * (random.next() < 0.12 ? 2.5 : 1)
    const leaning = directions.map((_, k) => random.normal() / Math.sqrt(k + 1))
    const norm = Math.hypot(...leaning)
    for (let d = 0; d < dims; d++) {
      let value = 0.06 * shared[d]!
      for (const [k, direction] of directions.entries())
        value += (length * leaning[k]! * direction[d]!) / norm
      weights[p * WIDTH + d] = value
    }
    weights[p * WIDTH + dims] = -5.42 + 0.75 * random.normal()
  }
  return { n: N, width: WIDTH, weights }
}
