import { type CosineEncoderSettings, learnEncoder } from './cosine-encoder.ts'
import { columnForms, ridgeInverse, weightsOf } from './ease.ts'
import { alsFactors, alsFoldIn, type ImplicitAlsSettings } from './implicit-als.ts'
import { type Interactions, listenersOf, timesDense, transposed, weighed } from './interactions.ts'
import { itemNeighbors, neighborScores } from './item-neighbors.ts'
import type { FitContext, FoldIn } from './ranking-model.ts'

/** A model that serves users it did not learn from. */
export interface FoldInModel {
  readonly name: string
  readonly settings: Readonly<Record<string, number | string>>
  fit(matrix: Interactions, context: FitContext): Promise<FoldIn>
}

/** Ranks by how many users have an item. */
export function popularityFoldIn(): FoldInModel {
  return {
    name: 'popularity',
    settings: {},
    async fit(matrix) {
      const count = Float32Array.from(listenersOf(matrix))
      const score = async (users: ArrayLike<number>) => {
        const out = new Float32Array(users.length * matrix.items)
        for (let row = 0; row < users.length; row++) out.set(count, row * matrix.items)
        return out
      }
      return { fold: () => ({ score }) }
    },
  }
}

/** Item-kNN (see `itemKnn`) with logarithmic weights: a new user's items are looked up among their neighbours, exactly as a known one's. */
export function itemKnnFoldIn(settings: { readonly k: number; readonly shrink: number }): FoldInModel {
  return {
    name: 'item-knn',
    settings,
    async fit(matrix, { signal }) {
      const counted = weighed(matrix, 'log')
      const square = new Float64Array(matrix.items)
      for (let at = 0; at < counted.item.length; at++) square[counted.item[at]!]! += counted.weight[at]! ** 2
      const cosine = (common: number, a: number, b: number) =>
        common / (Math.sqrt(square[a]! * square[b]!) + settings.shrink)
      const near = await itemNeighbors(counted, counted, settings.k, cosine, signal)
      return {
        fold(shown) {
          const asked = weighed(shown, 'log')
          return { score: async (users) => neighborScores(asked, near, users) }
        },
      }
    },
  }
}

/**
 * EASE (see `ease`) with logarithmic weights, learned as if each user had shown each item with chance 1 − `dropout` alone: the ridge of an
 * item is λ + dropout / (1 − dropout) times its square (EDLAE, Steck 2020), so that who has shown little is served by what was meant for
 * them. A new user x scores x B = x − x P / diag P; where there are fewer users than items x P = (x − x Xᵀ K X) with
 * K = (X Xᵀ + I)⁻¹ for X over the root of the ridge, so that no matrix of items × items is made.
 */
export function easeFoldIn(settings: { readonly lambda: number; readonly dropout?: number }): FoldInModel {
  const { lambda, dropout = 0 } = settings
  return {
    name: 'ease',
    settings,
    async fit(matrix, { signal }) {
      const X = weighed(matrix, 'log')
      const root = new Float64Array(X.items)
      for (let at = 0; at < X.item.length; at++) root[X.item[at]!]! += X.weight[at]! ** 2
      for (let item = 0; item < X.items; item++)
        root[item] = Math.sqrt(lambda + (dropout / (1 - dropout)) * root[item]!)
      const scorer = await (X.users < X.items ? dual : primal)(over(X, root), 1, signal)
      return {
        fold: (shown) => ({
          async score(users) {
            const scores = scorer(over(weighed(shown, 'log'), root), users)
            for (let at = 0; at < scores.length; at++) scores[at]! *= root[at % X.items]!
            return scores
          },
        }),
      }
    },
  }
}

/** The entries over a number of their item's. */
function over(matrix: Interactions, by: Float64Array): Interactions {
  return { ...matrix, weight: matrix.weight.map((weight, at) => weight / by[matrix.item[at]!]!) }
}

/** iALS (see `implicitAls`): the factors of a new user are the least-squares answer for the items as they are. */
export function implicitAlsFoldIn(settings: ImplicitAlsSettings): FoldInModel {
  return {
    name: 'ials',
    settings: { ...settings },
    async fit(matrix, context) {
      const { items } = await alsFactors(matrix, settings, context)
      const foldIn = alsFoldIn(items, settings)
      const { width } = settings
      return {
        fold: (shown) => ({
          async score(users) {
            const asked = foldIn(rowsOf(shown, users))
            const out = new Float32Array(users.length * matrix.items)
            for (let row = 0; row < users.length; row++)
              for (let item = 0; item < matrix.items; item++) {
                let sum = 0
                for (let j = 0; j < width; j++) sum += asked[row * width + j]! * items[item * width + j]!
                out[row * matrix.items + item] = sum
              }
            return out
          },
        }),
      }
    },
  }
}

/** The encoder (see `cosineEncoder`): a new user's items are encoded exactly as a known one's. */
export function encoderFoldIn(settings: CosineEncoderSettings): FoldInModel {
  return {
    name: 'encoder',
    settings: { ...settings },
    fit: (matrix, context) => learnEncoder(matrix, settings, context),
  }
}

type Score = (shown: Interactions, users: ArrayLike<number>) => Float32Array

async function primal(X: Interactions, lambda: number, signal?: AbortSignal): Promise<Score> {
  const { items } = X
  const P = await ridgeInverse(transposed(X), lambda, signal)
  const B = weightsOf(P, items)
  return (shown, users) => timesDense(shown, users, B, items)
}

async function dual(X: Interactions, lambda: number, signal?: AbortSignal): Promise<Score> {
  const { users: known, items } = X
  const K = await ridgeInverse(X, lambda, signal)
  const byItem = transposed(X)
  // λ P_jj = 1 − column_jᵀ K column_j.
  const diagonal = columnForms(byItem, K).map((form) => 1 - form)
  return (shown, users) => {
    const out = new Float32Array(users.length * items)
    for (let row = 0; row < users.length; row++) {
      const alike = new Float64Array(known)
      for (let at = shown.starts[users[row]!]!; at < shown.starts[users[row]! + 1]!; at++)
        for (let to = byItem.starts[shown.item[at]!]!; to < byItem.starts[shown.item[at]! + 1]!; to++)
          alike[byItem.item[to]!]! += shown.weight[at]! * byItem.weight[to]!
      const weight = new Float64Array(known)
      for (let a = 0; a < known; a++) {
        if (alike[a] === 0) continue
        for (let b = 0; b < known; b++) weight[b]! += alike[a]! * K[a * known + b]!
      }
      for (let user = 0; user < known; user++)
        for (let at = X.starts[user]!; at < X.starts[user + 1]!; at++)
          out[row * items + X.item[at]!]! += (weight[user]! * X.weight[at]!) / diagonal[X.item[at]!]!
      // What the user has adds x − x / (λ P_jj) to its own score.
      for (let at = shown.starts[users[row]!]!; at < shown.starts[users[row]! + 1]!; at++)
        out[row * items + shown.item[at]!]! += shown.weight[at]! * (1 - 1 / diagonal[shown.item[at]!]!)
    }
    return out
  }
}

/** Some rows of a matrix as a matrix. */
export function rowsOf(matrix: Interactions, users: ArrayLike<number>): Interactions {
  const starts = new Uint32Array(users.length + 1)
  const places: number[] = []
  for (let row = 0; row < users.length; row++) {
    for (let at = matrix.starts[users[row]!]!; at < matrix.starts[users[row]! + 1]!; at++) places.push(at)
    starts[row + 1] = places.length
  }
  return {
    users: users.length,
    items: matrix.items,
    starts,
    item: Uint32Array.from(places, (at) => matrix.item[at]!),
    weight: Float32Array.from(places, (at) => matrix.weight[at]!),
  }
}
