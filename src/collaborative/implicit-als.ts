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
/** How often these are begun anew for somebody new. */
const FOLD_IN = 4

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

/** The factors of users who were not learned from, rows × width, for fixed factors of the items: the same least squares. */
export async function alsFoldIn(
  matrix: Interactions,
  items: Float32Array,
  settings: ImplicitAlsSettings,
): Promise<Float32Array> {
  const users = new Float64Array(matrix.users * settings.width)
  const products = openProducts()
  try {
    const shown = weighed(matrix, settings.weighting)
    const fixed = Float64Array.from(items)
    for (let half = 0; half < FOLD_IN; half++) await improve(shown, users, fixed, settings, products)
  } finally {
    await products.close()
  }
  return Float32Array.from(users)
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
