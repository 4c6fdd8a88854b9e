import { type Interactions, lengthsOf, listenersOf, type Weighting, weighed } from './interactions.ts'
import { itemNeighbors, type Neighbors, neighborScores } from './item-neighbors.ts'
import type { RankingModel } from './ranking-model.ts'

export interface GraphFilterSettings {
  /** Share of the normalisation that the users take; the items take the rest. */
  readonly alpha: number
  /** Power of each entry of the item graph. */
  readonly power: number
  /** linear: P; square: 2P − P². */
  readonly filter: 'linear' | 'square'
  readonly weighting: Weighting
}

/** Entries of a row of the item graph beside the diagonal: the smaller ones are left out, so that a large catalogue fits. */
const NEAREST = 4000

/**
 * Turbo-CF (Park et al. 2024): a low-pass filter on the graph of items in closed form. R̃ = D_users^−α R D_items^(α−1), P = R̃ᵀR̃ with
 * each entry to a power; the scores are R · f(P).
 */
export function graphFilter({ alpha, power, filter, weighting }: GraphFilterSettings): RankingModel {
  return {
    name: 'graph-filter',
    async fit(matrix, { signal }) {
      const R = weighed(matrix, weighting)
      const { items } = R
      const [byUser, byItem] = [lengthsOf(R), listenersOf(R)]
      const weight = new Float32Array(R.weight.length)
      const diagonal = new Float64Array(items)
      for (let user = 0; user < R.users; user++)
        for (let at = R.starts[user]!; at < R.starts[user + 1]!; at++) {
          weight[at] = R.weight[at]! * byUser[user]! ** -alpha * byItem[R.item[at]!]! ** (alpha - 1)
          diagonal[R.item[at]!]! += weight[at]! ** 2
        }
      const normal = { ...R, weight }
      const P = await itemNeighbors(normal, normal, NEAREST, (common) => common ** power, signal)
      for (let item = 0; item < items; item++) diagonal[item] = diagonal[item]! ** power
      return {
        async score(users) {
          const once = neighborScores(R, P, users)
          for (let row = 0; row < users.length; row++)
            for (let at = R.starts[users[row]!]!; at < R.starts[users[row]! + 1]!; at++)
              once[row * items + R.item[at]!]! += R.weight[at]! * diagonal[R.item[at]!]!
          return filter === 'linear' ? once : squared(once, P, diagonal)
        },
      }
    },
  }
}

/** 2x − xP of each row x = RP. */
function squared(once: Float32Array, P: Neighbors, diagonal: Float64Array): Float32Array {
  const { items } = P
  const rows = once.length / items
  const out = once.map((value, k) => value * (2 - diagonal[k % items]!))
  const everything: Interactions = {
    users: rows,
    items,
    starts: Uint32Array.from({ length: rows + 1 }, (_, row) => row * items),
    item: Uint32Array.from(once, (_, k) => k % items),
    weight: once,
  }
  const spread = neighborScores(everything, P, [...Array(rows).keys()])
  for (let k = 0; k < out.length; k++) out[k]! -= spread[k]!
  return out
}
