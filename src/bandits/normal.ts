import type { Random } from '../core/random.ts'

const LAYERS = 128
/** Where the tail begins, and the area of each layer. */
const TAIL = 3.442619855899
const AREA = 9.91256303526217e-3

/** The right edges of the layers, the lowest first; each layer's share that is wholly under the curve. */
const [EDGE, INSIDE] = layers()

/** A draw of a standard normal, by the ziggurat (Marsaglia & Tsang 2000, in the form of Doornik 2005): several times as fast as Box–Muller. */
export function normal(random: Random): number {
  for (;;) {
    const u = random.next() * LAYERS
    const layer = Math.floor(u)
    const across = 2 * (u - layer) - 1
    const x = across * EDGE[layer]!
    if (Math.abs(across) < INSIDE[layer]!) return x
    if (layer === 0) return across < 0 ? -tail(random) : tail(random)
    const above = Math.exp(-0.5 * (EDGE[layer]! ** 2 - x * x))
    const below = Math.exp(-0.5 * (EDGE[layer + 1]! ** 2 - x * x))
    if (below + random.next() * (above - below) < 1) return x
  }
}

/** Beyond where the tail begins (Marsaglia 1964). */
function tail(random: Random): number {
  for (;;) {
    const x = -Math.log(1 - random.next()) / TAIL
    const y = -Math.log(1 - random.next())
    if (2 * y >= x * x) return TAIL + x
  }
}

function layers(): [edge: Float64Array, inside: Float64Array] {
  const edge = new Float64Array(LAYERS + 1)
  const inside = new Float64Array(LAYERS)
  let height = Math.exp(-0.5 * TAIL * TAIL)
  edge[0] = AREA / height
  edge[1] = TAIL
  for (let i = 2; i < LAYERS; i++) {
    edge[i] = Math.sqrt(-2 * Math.log(AREA / edge[i - 1]! + height))
    height = Math.exp(-0.5 * edge[i]! ** 2)
  }
  for (let i = 0; i < LAYERS; i++) inside[i] = edge[i + 1]! / edge[i]!
  return [edge, inside]
}
