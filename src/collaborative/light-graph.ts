import type { Random } from '../core/random.ts'
import { innerProducts } from './dense.ts'
import { type Interactions, transposed, type Weighting, weighed } from './interactions.ts'
import { knowsNothing, linkedItems } from './linked-items.ts'
import type { RankingModel } from './ranking-model.ts'
import { denseAdam, openUnitSoftmax, unitRows } from './unit-softmax.ts'

export interface LightGraphSettings {
  readonly width: number
  /** How many steps along the graph of users and items a vector gathers from. */
  readonly layers: number
  /** Cosines are divided by it before the softmax. */
  readonly temperature: number
  readonly epochs: number
  readonly learningRate: number
  readonly weighting: Weighting
  readonly edges: Weighting
  /** Networks from different starts whose scores are added: they err differently, and are better together. */
  readonly members: number
  /** Power of an item's length that its score keeps: 0 is the cosine; above, what many have, whose vectors are longer, gains. */
  readonly length: number
}

/**
 * LightGCN (He et al. 2020) with a softmax over all items in place of sampled pairs: a vector for each user and item, spread along the
 * graph of who has what and averaged over the layers; what is learned is the cosine. The loss is the cross-entropy of a user's items, each with
 * its share of the user's weight, over linked items (see `linkedItems`). A step is an epoch: the gradient of all users, put together from as many as fit in memory.
 */
export function lightGraph(settings: LightGraphSettings): RankingModel {
  return {
    name: 'light-graph',
    async fit(matrix, { random, signal }) {
      const { width, members } = settings
      const linked = linkedItems(matrix)
      if (linked.items.length === 0) return knowsNothing(matrix.items)
      const known = linked.among(matrix)
      const tables: Float32Array[] = []
      for (let member = 0; member < members; member++)
        tables.push(await learnVectors(known, settings, random.fork(`member ${member}`), signal))
      // Side by side, so that one inner product is the sum of the members' scores.
      const vectors = sideBySide(tables, width)
      const ofItems = vectors.slice(matrix.users * width * members)
      const score = (asked: ArrayLike<number>) => innerProducts(vectors, asked, ofItems, width * members)
      return { score: async (asked) => linked.widened(await score(asked)) }
    },
  }
}

/** Unit vectors of the users, and then the vectors of the items with a power of their length. */
async function learnVectors(
  matrix: Interactions,
  { width: d, layers, epochs, learningRate, temperature, weighting, edges, length }: LightGraphSettings,
  random: Random,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const { users, items } = matrix
  const wanted = weighed(matrix, weighting)
  const spread = spreader(weighed(matrix, edges), d, layers)
  const E = Float32Array.from({ length: (users + items) * d }, () => random.normal() * 0.1)
  const adam = denseAdam(E, learningRate)
  const loss = await openUnitSoftmax(wanted, d, temperature)
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const F = spread(E)
      const lengths = unitRows(F, d)
      adam(spread(await loss.slope(F, lengths, signal)), 1 - epoch / epochs)
    }
  } finally {
    await loss.close()
  }
  const F = spread(E)
  shorten(F.subarray(0, users * d), d, 0)
  shorten(F.subarray(users * d), d, length)
  return F
}

/** Tables of the same rows as one whose rows are theirs one after the other. */
function sideBySide(tables: readonly Float32Array[], width: number): Float32Array {
  const rows = tables[0]!.length / width
  const out = new Float32Array(rows * width * tables.length)
  for (const [at, table] of tables.entries())
    for (let row = 0; row < rows; row++)
      out.set(table.subarray(row * width, (row + 1) * width), (row * tables.length + at) * width)
  return out
}

/**
 * The mean of a table of user and item rows and of itself passed once, twice … along edges of weight w / √(Σ_user w · Σ_item w). The
 * operator is symmetric, so that it carries gradients back as well.
 */
function spreader(matrix: Interactions, d: number, layers: number): (table: Float32Array) => Float32Array {
  const { users } = matrix
  const byItem = transposed(matrix)
  const sums = (rows: Interactions) =>
    Float64Array.from({ length: rows.users }, (_, row) =>
      rows.weight.subarray(rows.starts[row]!, rows.starts[row + 1]!).reduce((total, one) => total + one, 0),
    )
  const [ofUser, ofItem] = [sums(matrix), sums(byItem)]
  const edge = (rows: Interactions, own: Float64Array, other: Float64Array) => {
    const weight = new Float32Array(rows.weight.length)
    for (let row = 0; row < rows.users; row++)
      for (let at = rows.starts[row]!; at < rows.starts[row + 1]!; at++)
        weight[at] = rows.weight[at]! / Math.sqrt(own[row]! * other[rows.item[at]!]!)
    return { ...rows, weight }
  }
  const toUsers = edge(matrix, ofUser, ofItem)
  const toItems = edge(byItem, ofItem, ofUser)
  return (table) => {
    const out = table.slice()
    let now = table
    for (let layer = 0; layer < layers; layer++) {
      const next = new Float32Array(table.length)
      pass(toUsers, now, users * d, next, 0, d)
      pass(toItems, now, 0, next, users * d, d)
      for (let k = 0; k < out.length; k++) out[k]! += next[k]!
      now = next
    }
    for (let k = 0; k < out.length; k++) out[k]! /= layers + 1
    return out
  }
}

function pass(
  edges: Interactions,
  from: Float32Array,
  fromStart: number,
  to: Float32Array,
  toStart: number,
  d: number,
): void {
  const { users, starts, item, weight } = edges
  for (let row = 0; row < users; row++) {
    const target = toStart + row * d
    for (let at = starts[row]!; at < starts[row + 1]!; at++) {
      const source = fromStart + item[at]! * d
      const by = weight[at]!
      for (let j = 0; j < d; j++) to[target + j]! += by * from[source + j]!
    }
  }
}

/** In place: each row to a power of its length, 0 making it a unit vector. */
function shorten(table: Float32Array, d: number, power: number): void {
  for (let start = 0; start < table.length; start += d) {
    const row = table.subarray(start, start + d)
    const length = Math.sqrt(row.reduce((total, one) => total + one * one, 0))
    if (length > 0) for (let j = 0; j < d; j++) row[j]! *= length ** (power - 1)
  }
}
