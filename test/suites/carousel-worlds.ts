import type { Listeners, Playlists } from '../../src/bandits/carousel.ts'
import { random } from '../../src/core/random.ts'

/** Two kinds of listeners and playlists: those of kind k click playlists of kind k with probability .3 and others hardly ever. */
export function twoTastes(listeners = 400, playlists = 40): { listeners: Listeners; playlists: Playlists } {
  const width = 4
  const rng = random('two tastes')
  const vectors = new Float32Array(listeners * width)
  const segment = new Int32Array(listeners)
  for (let u = 0; u < listeners; u++) {
    segment[u] = u % 2
    vectors.set([1 - 2 * (u % 2), 0.3 * rng.normal(), 0.3 * rng.normal(), 1], u * width)
  }
  const weights = new Float32Array(playlists * width)
  for (let p = 0; p < playlists; p++) weights.set([2 - 4 * (p % 2), 0, 0, -2.85], p * width)
  return {
    listeners: { n: listeners, width, vectors, segment, segments: 2 },
    playlists: { n: playlists, width, weights },
  }
}
