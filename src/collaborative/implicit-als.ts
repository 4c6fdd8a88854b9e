import { breathe } from '../core/breathe.ts'
import { innerProducts, openProducts, type Products } from './dense.ts'
import { type Interactions, transposed, type Weighting, weighed } from './interactions.ts'
import type { FitContext, RankingModel } from './ranking-model.ts'

export interface ImplicitAlsSettings {
  readonly width: number
  readonly epochs: number
  /** Weight of an item that the user does not have, beside a mean weight of 1 of those they have. */
  readonly background: number
  readonly lambda: number
  /** Power of a row's number of entries that scales its regularisation: 0 none, 1 in full. */
  readonly frequency: number
  readonly weighting: Weighting
}

/** Steps of conjugate gradients a row and epoch, from where the last epoch left it (Takács et al. 2011). */
const STEPS = 4

/**
 * iALS (Hu et al. 2008, as revisited by Rendle et al. 2022): factors that minimise Σ_seen c (w·h − 1)² + α₀ Σ_all (w·h)² +
 * λ Σ_rows (n_row + α₀ n_columns)^ν ‖row‖², for users and items in turn; c is the weight, α₀ the background, ν the frequency power.
 */
export function implicitAls(settings: ImplicitAlsSettings): RankingModel {
  return {
    name: 'ials',
    async fit(matrix, context) {
      const { users, items } = await alsFactors(matrix, settings, context)
      return { score: (asked) => innerProducts(users, asked, items, settings.width) }
    },
  }
}

/** The factors of users and items that iALS finds, rows × width each. */
export async function alsFactors(
  matrix: Interactions,
  settings: ImplicitAlsSettings,
  { random, signal }: FitContext,
): Promise<{ readonly users: Float32Array; readonly items: Float32Array }> {
  const { width, epochs, weighting } = settings
  const byUser = weighed(matrix, weighting)
  const byItem = transposed(byUser)
  const start = (rows: number) =>
    Float64Array.from({ length: rows * width }, () => (random.normal() * 0.1) / Math.sqrt(width))
  const users = start(matrix.users)
  const items = start(matrix.items)
  const products = openProducts()
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      await breathe(signal)
      await improve(byUser, users, items, settings, products)
      await improve(byItem, items, users, settings, products)
    }
  } finally {
    await products.close()
  }
  return { users: Float32Array.from(users), items: Float32Array.from(items) }
}

/**
 * Factors of users who were not learned from, for fixed factors of the items: each the exact answer to the same least squares, by Cholesky.
 * What all users share is worked out once.
 */
export function alsFoldIn(
  items: Float32Array,
  { width: d, background, lambda, frequency, weighting }: ImplicitAlsSettings,
): (matrix: Interactions) => Float32Array {
  const gram = gramOf(Float64Array.from(items), d).map((value) => value * background)
  return (matrix) => {
    const shown = weighed(matrix, weighting)
    const out = new Float32Array(shown.users * d)
    for (let row = 0; row < shown.users; row++) {
      const [from, to] = [shown.starts[row]!, shown.starts[row + 1]!]
      const left = gram.slice()
      const right = new Float64Array(d)
      const ridge = lambda * (to - from + background * shown.items) ** frequency
      for (let i = 0; i < d; i++) left[i * d + i]! += ridge
      for (let k = from; k < to; k++) {
        const item = items.subarray(shown.item[k]! * d, (shown.item[k]! + 1) * d)
        for (let i = 0; i < d; i++) {
          const value = shown.weight[k]! * item[i]!
          right[i]! += value
          for (let j = 0; j < d; j++) left[i * d + j]! += value * item[j]!
        }
      }
      out.set(solved(left, right, d), row * d)
    }
    return out
  }
}

/** x of a x = b, a symmetric and positive definite (Cholesky); both are used up. */
function solved(a: Float64Array, b: Float64Array, d: number): Float64Array {
  for (let j = 0; j < d; j++) {
    for (let k = 0; k < j; k++) for (let i = j; i < d; i++) a[i * d + j]! -= a[i * d + k]! * a[j * d + k]!
    const root = Math.sqrt(a[j * d + j]!)
    for (let i = j; i < d; i++) a[i * d + j]! /= root
  }
  for (let i = 0; i < d; i++) {
    for (let k = 0; k < i; k++) b[i]! -= a[i * d + k]! * b[k]!
    b[i]! /= a[i * d + i]!
  }
  for (let i = d - 1; i >= 0; i--) {
    for (let k = i + 1; k < d; k++) b[i]! -= a[k * d + i]! * b[k]!
    b[i]! /= a[i * d + i]!
  }
  return b
}

/** One half of an epoch: moves every row of `own` towards the least-squares answer for fixed `other`, all rows at once. */
async function improve(
  matrix: Interactions,
  own: Float64Array,
  other: Float64Array,
  { width: d, background, lambda, frequency }: ImplicitAlsSettings,
  products: Products,
): Promise<void> {
  const { users: rows, starts } = matrix
  const gram = gramOf(other, d).map((value) => value * background)
  const ridge = Float64Array.from(
    { length: rows },
    (_, row) => lambda * (starts[row + 1]! - starts[row]! + background * matrix.items) ** frequency,
  )
  const residual = new Float64Array(rows * d)
  const image = async (x: Float64Array) => {
    const out = await products.multiply(x, gram, d)
    addSeen(matrix, ridge, x, other, out, d)
    return out
  }
  const first = await image(own)
  for (let k = 0; k < residual.length; k++) residual[k] = -first[k]!
  addWanted(matrix, other, residual, d)
  const direction = residual.slice()
  const left = squares(residual, d)
  for (let step = 0; step < STEPS; step++)
    conjugateStep(own, residual, direction, await image(direction), left, d)
}

/** Adds ridge · x + Σ_seen c (x · h) h to each row. */
function addSeen(
  { users, starts, item, weight }: Interactions,
  ridge: Float64Array,
  x: Float64Array,
  other: Float64Array,
  out: Float64Array,
  d: number,
): void {
  for (let row = 0; row < users; row++) {
    const at = row * d
    for (let j = 0; j < d; j++) out[at + j]! += ridge[row]! * x[at + j]!
    for (let k = starts[row]!; k < starts[row + 1]!; k++) {
      const from = item[k]! * d
      let along = 0
      for (let j = 0; j < d; j++) along += x[at + j]! * other[from + j]!
      along *= weight[k]!
      for (let j = 0; j < d; j++) out[at + j]! += along * other[from + j]!
    }
  }
}

/** Adds Σ_seen c h to each row. */
function addWanted(
  { users, starts, item, weight }: Interactions,
  other: Float64Array,
  out: Float64Array,
  d: number,
): void {
  for (let row = 0; row < users; row++)
    for (let k = starts[row]!; k < starts[row + 1]!; k++)
      for (let j = 0; j < d; j++) out[row * d + j]! += weight[k]! * other[item[k]! * d + j]!
}

/** A step of conjugate gradients in each row by itself; `left` holds the squares of the residuals. */
function conjugateStep(
  x: Float64Array,
  residual: Float64Array,
  direction: Float64Array,
  image: Float64Array,
  left: Float64Array,
  d: number,
): void {
  for (let row = 0; row < left.length; row++) {
    const at = row * d
    let curvature = 0
    for (let j = 0; j < d; j++) curvature += direction[at + j]! * image[at + j]!
    if (!(left[row]! > 1e-24 && curvature > 0)) continue
    const length = left[row]! / curvature
    let next = 0
    for (let j = 0; j < d; j++) {
      x[at + j]! += length * direction[at + j]!
      residual[at + j]! -= length * image[at + j]!
      next += residual[at + j]! ** 2
    }
    for (let j = 0; j < d; j++)
      direction[at + j] = residual[at + j]! + (next / left[row]!) * direction[at + j]!
    left[row] = next
  }
}

function squares(values: Float64Array, d: number): Float64Array {
  const out = new Float64Array(values.length / d)
  for (let k = 0; k < values.length; k++) out[Math.floor(k / d)]! += values[k]! ** 2
  return out
}

/** FᵀF of rows × d factors. */
function gramOf(factors: Float64Array, d: number): Float64Array {
  const gram = new Float64Array(d * d)
  for (let start = 0; start < factors.length; start += d)
    for (let i = 0; i < d; i++) {
      const value = factors[start + i]!
      for (let j = 0; j < d; j++) gram[i * d + j]! += value * factors[start + j]!
    }
  return gram
}
