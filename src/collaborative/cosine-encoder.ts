import type { Random } from '../core/random.ts'
import { openProducts } from './dense.ts'
import { type Interactions, listenersOf, type Weighting, weighed } from './interactions.ts'
import { knowsNothing, linkedItems } from './linked-items.ts'
import type { FitContext, FoldIn, RankingModel } from './ranking-model.ts'
import { addRow, denseAdam, openUnitSoftmax, unitRows } from './unit-softmax.ts'

export interface CosineEncoderSettings {
  readonly width: number
  /** Cosines are divided by it before the softmax. */
  readonly temperature: number
  /** Share of a user's items that is hidden from the encoder on average; how many and which is drawn for each user and epoch. */
  readonly dropout: number
  /** A logit gains it times ln(1 + n), n users having the item. */
  readonly popularity: number
  readonly epochs: number
  readonly learningRate: number
  readonly weighting: Weighting
  /** Encoders from different starts whose cosines are averaged. */
  readonly members: number
}

/** What one encoder learned: what an item adds to a user's vector, and where it is itself; items × width each. */
interface Tables {
  readonly told: Float32Array
  readonly place: Float32Array
}

/**
 * A linear denoising autoencoder between unit vectors: a user is the sum of what their items tell, by weight; the score of an item is
 * cos(user, item) / temperature + popularity · ln(1 + n). The loss is the multinomial likelihood of Liang et al. 2018 (Mult-DAE) over all
 * linked items, with some of the input hidden. No user has a vector, so who was not learned from is served as who was.
 */
export function cosineEncoder(settings: CosineEncoderSettings): RankingModel {
  return {
    name: 'encoder',
    async fit(matrix, context) {
      return (await learnEncoder(matrix, settings, context)).fold(matrix)
    },
  }
}

/** The encoder (see `cosineEncoder`) of some users, for the users of any matrix of the same items. */
export async function learnEncoder(
  matrix: Interactions,
  settings: CosineEncoderSettings,
  { random, signal }: FitContext,
): Promise<FoldIn> {
  const { width: d, temperature, popularity, weighting, members } = settings
  const linked = linkedItems(matrix)
  if (linked.items.length === 0) return { fold: () => knowsNothing(matrix.items) }
  const known = linked.among(matrix)
  const bias = Float32Array.from(listenersOf(known), (users) => popularity * Math.log1p(users))
  const tables: Tables[] = []
  for (let member = 0; member < members; member++)
    tables.push(await learnTables(known, bias, settings, { random: random.fork(`member ${member}`), signal }))
  return {
    fold(shown) {
      const asked = weighed(linked.among(shown), weighting)
      return {
        async score(rows) {
          const scores = Float32Array.from(
            { length: rows.length * bias.length },
            (_, k) => bias[k % bias.length]!,
          )
          const products = openProducts()
          try {
            for (const { told, place } of tables) {
              const vectors = encoded(asked, told, d, rows)
              unitRows(vectors, d)
              const cosines = await products.multiply(vectors, place, d, true)
              for (let k = 0; k < scores.length; k++) scores[k]! += cosines[k]! / (temperature * members)
            }
          } finally {
            await products.close()
          }
          return linked.widened(scores)
        },
      }
    },
  }
}

async function learnTables(
  matrix: Interactions,
  bias: Float32Array,
  { width: d, temperature, dropout, epochs, learningRate, weighting }: CosineEncoderSettings,
  { random, signal }: FitContext,
): Promise<Tables> {
  const { users, items } = matrix
  const had = weighed(matrix, weighting)
  // What items tell, and then where they are.
  const E = Float32Array.from({ length: 2 * items * d }, () => random.normal() * 0.1)
  const [told, place] = [E.subarray(0, items * d), E.subarray(items * d)]
  const adam = denseAdam(E, learningRate)
  const loss = await openUnitSoftmax(had, d, temperature, bias)
  const everyone = Uint32Array.from({ length: users }, (_, user) => user)
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const shown = partly(had, dropout, random)
      const F = new Float32Array((users + items) * d)
      F.set(encoded(shown, told, d, everyone))
      F.set(place, users * d)
      const slope = await loss.slope(F, unitRows(F, d), signal)
      const gradient = new Float32Array(E.length)
      for (let user = 0; user < users; user++)
        for (let at = shown.starts[user]!; at < shown.starts[user + 1]!; at++)
          if (shown.weight[at]! > 0)
            addRow(gradient, shown.item[at]! * d, slope, user * d, d, shown.weight[at]!)
      gradient.set(slope.subarray(users * d), items * d)
      adam(gradient, 1 - epoch / epochs)
    }
  } finally {
    await loss.close()
  }
  unitRows(place, d)
  return { told: told.slice(), place: place.slice() }
}

/**
 * The entries with some weights at 0. A row keeps a share of them that is drawn as u^(dropout / (1 − dropout)), u uniform, of mean
 * 1 − dropout: so users of whom little is shown are learned to be served as well as those of whom much is.
 */
function partly(matrix: Interactions, dropout: number, random: Random): Interactions {
  const weight = matrix.weight.slice()
  for (let user = 0; user < matrix.users; user++) {
    const share = random.next() ** (dropout / (1 - dropout))
    for (let at = matrix.starts[user]!; at < matrix.starts[user + 1]!; at++)
      if (random.next() > share) weight[at] = 0
  }
  return { ...matrix, weight }
}

/** Of each row the sum of what its items tell, each times its weight. */
function encoded(
  { starts, item, weight }: Interactions,
  told: Float32Array,
  d: number,
  rows: ArrayLike<number>,
): Float32Array {
  const out = new Float32Array(rows.length * d)
  for (let row = 0; row < rows.length; row++)
    for (let at = starts[rows[row]!]!; at < starts[rows[row]! + 1]!; at++)
      if (weight[at]! > 0) addRow(out, row * d, told, item[at]! * d, d, weight[at]!)
  return out
}
