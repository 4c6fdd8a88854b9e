import { breathe } from '../core/breathe.ts'
import { inverse, openProducts } from './dense.ts'
import { type Interactions, timesDense, transposed, type Weighting, weighed } from './interactions.ts'
import type { RankingModel, RankingScorer } from './ranking-model.ts'

export interface EaseSettings {
  /** Ridge on the item-to-item weights. */
  readonly lambda: number
  readonly weighting: Weighting
}

type Form = 'primal' | 'dual'

/**
 * EASE (Steck 2019): the item × item weights B with zero diagonal that minimise ‖X − XB‖² + λ‖B‖²; B = I − P / diag P with
 * P = (XᵀX + λI)⁻¹. Where there are fewer users than items, P is never made: with K = (XXᵀ + λI)⁻¹ the scores of the users of X are
 * X − KX / diag P, as XP = KX and λP = I − XᵀKX.
 * @param form default: the one with the smaller matrix to invert
 */
export function ease({ lambda, weighting }: EaseSettings, form?: Form): RankingModel {
  return {
    name: 'ease',
    async fit(matrix, { signal }) {
      const X = weighed(matrix, weighting)
      const chosen = form ?? (X.users < X.items ? 'dual' : 'primal')
      return (chosen === 'dual' ? dual : primal)(X, lambda, signal)
    },
  }
}

async function primal(X: Interactions, lambda: number, signal?: AbortSignal): Promise<RankingScorer> {
  const { items } = X
  const P = await ridgeInverse(transposed(X), lambda, signal)
  const B = weightsOf(P, items)
  return { score: async (users) => timesDense(X, users, B, items) }
}

async function dual(X: Interactions, lambda: number, signal?: AbortSignal): Promise<RankingScorer> {
  const { users, items } = X
  const K = await ridgeInverse(X, lambda, signal)
  const byItem = transposed(X)
  const diagonal = columnForms(byItem, K).map((form) => (1 - form) / lambda)
  return {
    async score(asked) {
      const out = new Float32Array(asked.length * items)
      for (let row = 0; row < asked.length; row++) {
        const near = K.subarray(asked[row]! * users, (asked[row]! + 1) * users)
        for (let item = 0; item < items; item++) {
          let sum = 0
          for (let at = byItem.starts[item]!; at < byItem.starts[item + 1]!; at++)
            sum += near[byItem.item[at]!]! * byItem.weight[at]!
          out[row * items + item] = -sum / diagonal[item]!
        }
        for (let at = X.starts[asked[row]!]!; at < X.starts[asked[row]! + 1]!; at++)
          out[row * items + X.item[at]!]! += X.weight[at]!
      }
      return out
    },
  }
}

/** (R Rᵀ + λI)⁻¹ of the rows of a sparse matrix. */
export async function ridgeInverse(
  rows: Interactions,
  lambda: number,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const { users: n } = rows
  const byColumn = transposed(rows)
  const gram = new Float64Array(n * n)
  for (let column = 0; column < byColumn.users; column++)
    for (let a = byColumn.starts[column]!; a < byColumn.starts[column + 1]!; a++)
      for (let b = byColumn.starts[column]!; b < byColumn.starts[column + 1]!; b++)
        gram[byColumn.item[a]! * n + byColumn.item[b]!]! += byColumn.weight[a]! * byColumn.weight[b]!
  for (let i = 0; i < n; i++) gram[i * n + i]! += lambda
  const products = openProducts()
  try {
    return await inverse(gram, n, products, () => breathe(signal))
  } finally {
    await products.close()
  }
}

/** B of EASE from P: −P_ij / P_jj, and 0 on the diagonal. @param P items × items */
export function weightsOf(P: Float64Array, items: number): Float32Array {
  const B = new Float32Array(items * items)
  for (let i = 0; i < items; i++)
    for (let j = 0; j < items; j++) if (i !== j) B[i * items + j] = -P[i * items + j]! / P[j * items + j]!
  return B
}

/** xᵀKx of each item's column x. @param K users × users */
export function columnForms(
  { users: items, items: users, ...byItem }: Interactions,
  K: Float64Array,
): Float64Array {
  const forms = new Float64Array(items)
  for (let item = 0; item < items; item++)
    for (let a = byItem.starts[item]!; a < byItem.starts[item + 1]!; a++)
      for (let b = byItem.starts[item]!; b < byItem.starts[item + 1]!; b++)
        forms[item]! += byItem.weight[a]! * byItem.weight[b]! * K[byItem.item[a]! * users + byItem.item[b]!]!
  return forms
}
