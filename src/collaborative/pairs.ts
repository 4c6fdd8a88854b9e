import { inverse, openProducts } from './dense.ts'

/** Rows of a table of playlists × things, and the same by thing: positions into columns of pairs. */
export interface Pairs {
  readonly count: number
  readonly playlist: Uint32Array
  readonly thing: Uint32Array
  /** playlists + 1 offsets; the pairs are in order of the playlists. */
  readonly starts: Uint32Array
  /** things + 1 offsets into `byThing`. */
  readonly thingStarts: Uint32Array
  readonly byThing: Uint32Array
}

/**
 * A closed form of EASE over the rows of a table (Steck 2019, see `ease`), for rows x that need not be in it: x P = (x − u X) / λ with
 * u = x Xᵀ K and K = (X Xᵀ + λI)⁻¹, so that only a matrix of the playlists is inverted.
 */
export interface RowEase {
  readonly lambda: number
  /** (X Xᵀ + λI)⁻¹, playlists × playlists. */
  readonly K: Float64Array
  /** The diagonal of (XᵀX + λI)⁻¹ by thing. */
  readonly diagonal: Float64Array
}

/** The distinct pairs of two columns, and which pair each row is. */
export function distinctPairs(
  playlist: Uint32Array,
  thing: Uint32Array,
  playlists: number,
  things: number,
): Pairs & { readonly ofRow: Uint32Array } {
  const order = Uint32Array.from(playlist.keys()).sort(
    (a, b) => playlist[a]! - playlist[b]! || thing[a]! - thing[b]!,
  )
  const ofRow = new Uint32Array(order.length)
  const owners = new Uint32Array(order.length)
  const owned = new Uint32Array(order.length)
  let count = 0
  for (const row of order) {
    const same = count > 0 && owners[count - 1] === playlist[row] && owned[count - 1] === thing[row]
    if (!same) {
      owners[count] = playlist[row]!
      owned[count] = thing[row]!
      count++
    }
    ofRow[row] = count - 1
  }
  const starts = new Uint32Array(playlists + 1)
  const thingStarts = new Uint32Array(things + 1)
  for (let pair = 0; pair < count; pair++) {
    starts[owners[pair]! + 1]!++
    thingStarts[owned[pair]! + 1]!++
  }
  for (let at = 0; at < playlists; at++) starts[at + 1]! += starts[at]!
  for (let at = 0; at < things; at++) thingStarts[at + 1]! += thingStarts[at]!
  const byThing = new Uint32Array(count)
  const next = thingStarts.slice(0, things)
  for (let pair = 0; pair < count; pair++) byThing[next[owned[pair]!]!++] = pair
  return {
    count,
    playlist: owners.slice(0, count),
    thing: owned.slice(0, count),
    starts,
    thingStarts,
    byThing,
    ofRow,
  }
}

/** Fits EASE to a table with a weight a pair; only a matrix of the playlists is inverted. */
export async function rowEase(pairs: Pairs, weight: Float32Array, lambda: number): Promise<RowEase> {
  const n = pairs.starts.length - 1
  const things = pairs.thingStarts.length - 1
  const gram = new Float64Array(n * n)
  const eachCouple = (thing: number, look: (i: number, j: number, product: number) => void) => {
    const [from, to] = [pairs.thingStarts[thing]!, pairs.thingStarts[thing + 1]!]
    for (let a = from; a < to; a++)
      for (let b = from; b < to; b++) {
        const [p, q] = [pairs.byThing[a]!, pairs.byThing[b]!]
        look(pairs.playlist[p]!, pairs.playlist[q]!, weight[p]! * weight[q]!)
      }
  }
  for (let thing = 0; thing < things; thing++)
    eachCouple(thing, (i, j, product) => {
      gram[i * n + j]! += product
    })
  for (let i = 0; i < n; i++) gram[i * n + i]! += lambda
  const products = openProducts()
  const K = await inverse(gram, n, products).finally(() => products.close())
  const diagonal = new Float64Array(things)
  for (let thing = 0; thing < things; thing++) {
    let sum = 0
    eachCouple(thing, (i, j, product) => {
      sum += product * K[i * n + j]!
    })
    diagonal[thing] = (1 - sum) / lambda
  }
  return { lambda, K, diagonal }
}

/**
 * The EASE scores of a row that need not be in the table, of all things.
 * @param row thing → weight
 */
export function easeScores(
  { lambda, K, diagonal }: RowEase,
  pairs: Pairs,
  weight: (pair: number) => number,
  row: ReadonlyMap<number, number>,
): Float32Array {
  const n = pairs.starts.length - 1
  const common = new Float64Array(n)
  for (const [thing, own] of row)
    for (let at = pairs.thingStarts[thing]!; at < pairs.thingStarts[thing + 1]!; at++) {
      const pair = pairs.byThing[at]!
      common[pairs.playlist[pair]!]! += own * weight(pair)
    }
  const scores = new Float32Array(diagonal.length)
  for (let i = 0; i < n; i++) {
    let u = 0
    for (let j = 0; j < n; j++) u += common[j]! * K[j * n + i]!
    for (let pair = pairs.starts[i]!; pair < pairs.starts[i + 1]!; pair++)
      scores[pairs.thing[pair]!]! += u * weight(pair)
  }
  for (let thing = 0; thing < scores.length; thing++) {
    const x = row.get(thing) ?? 0
    scores[thing] = x - (x - scores[thing]!) / lambda / diagonal[thing]!
  }
  return scores
}
