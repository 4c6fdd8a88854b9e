import { breathe } from '../core/breathe.ts'
import type { Random } from '../core/random.ts'
import {
  adamW,
  graph,
  matmul,
  mean,
  mul,
  openTrainer,
  pow,
  softmaxCrossEntropy,
  sum,
  type Tensor,
  transpose,
} from '../graph/index.ts'
import { gathered, innerProducts } from './dense.ts'
import { type Interactions, transposed, type Weighting, weighed } from './interactions.ts'
import type { RankingModel } from './ranking-model.ts'

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

/** Cells of users × items that are in memory at a time. */
const CELLS = 2 ** 21

/**
 * LightGCN (He et al. 2020) with a softmax over all items in place of sampled pairs: a vector for each user and item, spread along the
 * graph of who has what and averaged over the layers; what is learned is the cosine. The loss is the cross-entropy of a user's items, each with
 * its share of the user's weight. A step is an epoch: the gradient of all users, put together from as many as fit in memory.
 */
export function lightGraph(settings: LightGraphSettings): RankingModel {
  return {
    name: 'light-graph',
    async fit(matrix, { random, signal }) {
      const { width, members } = settings
      const tables: Float32Array[] = []
      for (let member = 0; member < members; member++)
        tables.push(await learnVectors(matrix, settings, random.fork(`member ${member}`), signal))
      // Side by side, so that one inner product is the sum of the members' scores.
      const vectors = sideBySide(tables, width)
      const ofItems = vectors.slice(matrix.users * width * members)
      return { score: (asked) => innerProducts(vectors, asked, ofItems, width * members) }
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
  const trainer = await openTrainer(softmaxLoss(items, d, temperature), { optimizer: adamW() })
  const E = Float32Array.from({ length: (users + items) * d }, () => random.normal() * 0.1)
  const adam = denseAdam(E, learningRate)
  const known = [...Array(users).keys()].filter((user) => matrix.starts[user + 1]! > matrix.starts[user]!)
  const atOnce = Math.max(Math.floor(CELLS / items), 1)
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const F = spread(E)
      const slope = new Float32Array(F.length)
      const ofItems = slope.subarray(users * d)
      const item = F.slice(users * d)
      for (let from = 0; from < known.length; from += atOnce) {
        await breathe(signal)
        const batch = known.slice(from, from + atOnce)
        const { gradients } = await trainer.step({
          user: gathered(F, batch, d),
          item,
          target: targets(wanted, batch),
        })
        // The loss is a mean over the batch.
        const share = batch.length / known.length
        for (let k = 0; k < ofItems.length; k++) ofItems[k]! += share * gradients.item![k]!
        for (const [row, user] of batch.entries())
          for (let j = 0; j < d; j++) slope[user * d + j] = share * gradients.user![row * d + j]!
      }
      adam(spread(slope), 1 - epoch / epochs)
    }
  } finally {
    await trainer.close()
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

/** Mean over the users of a batch of −Σ target · ln softmax(cosine / temperature). */
function softmaxLoss(items: number, d: number, temperature: number): Tensor {
  const g = graph()
  const user = cosineRows(g.input('user', ['batch', d], { gradient: true }))
  const item = cosineRows(g.input('item', [items, d], { gradient: true }))
  const target = g.input('target', ['batch', items])
  return mean(softmaxCrossEntropy(mul(matmul(user, transpose(item)), 1 / temperature), target))
}

function cosineRows(x: Tensor): Tensor {
  return mul(x, pow(sumOfSquares(x), -0.5))
}

function sumOfSquares(x: Tensor): Tensor {
  return sum(mul(x, x), [-1], true)
}

/** What users of a batch have, each row summing to 1: batch × items. */
function targets(wanted: Interactions, batch: readonly number[]): Float32Array {
  const out = new Float32Array(batch.length * wanted.items)
  for (const [row, user] of batch.entries()) {
    const [from, to] = [wanted.starts[user]!, wanted.starts[user + 1]!]
    let total = 0
    for (let at = from; at < to; at++) total += wanted.weight[at]!
    for (let at = from; at < to; at++) out[row * wanted.items + wanted.item[at]!] = wanted.weight[at]! / total
  }
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

/** Adam (Kingma & Ba 2015) on one dense table; the rate of a step is a share of the learning rate. */
function denseAdam(table: Float32Array, learningRate: number) {
  const [first, second] = [new Float32Array(table.length), new Float32Array(table.length)]
  let steps = 0
  return (gradient: Float32Array, share: number) => {
    steps++
    const correction = Math.sqrt(1 - 0.999 ** steps)
    const rate = (learningRate * share * correction) / (1 - 0.9 ** steps)
    for (let k = 0; k < table.length; k++) {
      const g = gradient[k]!
      const m = 0.9 * first[k]! + 0.1 * g
      const v = 0.999 * second[k]! + 0.001 * g * g
      first[k] = m
      second[k] = v
      table[k]! -= (rate * m) / (Math.sqrt(v) + 1e-8 * correction)
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
