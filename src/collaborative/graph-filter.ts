import { breathe } from '../core/breathe.ts'
import { openProducts } from './dense.ts'
import { lengthsOf, listenersOf, timesDense, type Weighting, weighed } from './interactions.ts'
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
      const byUser = lengthsOf(R)
      const byItem = listenersOf(R)
      const normal = new Float32Array(R.weight.length)
      const P = new Float32Array(items * items)
      for (let user = 0; user < R.users; user++) {
        if (user % 512 === 0) await breathe(signal)
        const [from, to] = [R.starts[user]!, R.starts[user + 1]!]
        for (let at = from; at < to; at++)
          normal[at] = R.weight[at]! * byUser[user]! ** -alpha * byItem[R.item[at]!]! ** (alpha - 1)
        for (let a = from; a < to; a++)
          for (let b = from; b < to; b++) P[R.item[a]! * items + R.item[b]!]! += normal[a]! * normal[b]!
      }
      for (let k = 0; k < P.length; k++) if (P[k]! > 0) P[k] = P[k]! ** power
      return {
        async score(users) {
          const once = timesDense(R, users, P, items)
          if (filter === 'linear') return once
          const products = openProducts()
          const twice = await products.multiply(once, P, items)
          await products.close()
          return once.map((value, k) => 2 * value - twice[k]!)
        },
      }
    },
  }
}
