import type { Random } from '../core/random.ts'

/** The directions in which rows differ most. */
export interface PrincipalComponents {
  readonly mean: Float64Array
  /** k × d, row-major, orthonormal, most spread first. */
  readonly directions: Float64Array
  readonly k: number
}

const ROUNDS = 60

/**
 * The first k principal components of rows, by orthogonal iteration on their covariance (Golub & Van Loan, "Matrix Computations", 8.2.4).
 * @param X n × d, row-major
 * @param k at most d
 */
export function principalComponents(
  X: Float32Array,
  d: number,
  k: number,
  random: Random,
): PrincipalComponents {
  const n = X.length / d
  const mean = new Float64Array(d)
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) mean[j] = mean[j]! + X[i * d + j]! / n
  const covariance = covarianceOf(X, mean)
  let directions = orthonormal(
    Float64Array.from({ length: k * d }, () => random.normal()),
    d,
  )
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Float64Array(k * d)
    for (let c = 0; c < k; c++)
      for (let i = 0; i < d; i++) {
        let sum = 0
        for (let j = 0; j < d; j++) sum += covariance[i * d + j]! * directions[c * d + j]!
        next[c * d + i] = sum
      }
    directions = orthonormal(next, d)
  }
  return { mean, directions, k }
}

/** Where each row of `X` lies along the components: n × k. */
export function project({ mean, directions, k }: PrincipalComponents, X: Float32Array): Float64Array {
  const d = mean.length
  const n = X.length / d
  const out = new Float64Array(n * k)
  for (let i = 0; i < n; i++)
    for (let c = 0; c < k; c++) {
      let sum = 0
      for (let j = 0; j < d; j++) sum += (X[i * d + j]! - mean[j]!) * directions[c * d + j]!
      out[i * k + c] = sum
    }
  return out
}

function covarianceOf(X: Float32Array, mean: Float64Array): Float64Array {
  const d = mean.length
  const n = X.length / d
  const covariance = new Float64Array(d * d)
  const centred = new Float64Array(d)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) centred[j] = X[i * d + j]! - mean[j]!
    for (let a = 0; a < d; a++) {
      const value = centred[a]! / n
      for (let b = 0; b <= a; b++) covariance[a * d + b] = covariance[a * d + b]! + value * centred[b]!
    }
  }
  for (let a = 0; a < d; a++) for (let b = 0; b < a; b++) covariance[b * d + a] = covariance[a * d + b]!
  return covariance
}

/** Gram–Schmidt, twice for the sake of rounding. A direction that lies in those before it becomes 0. */
function orthonormal(rows: Float64Array, d: number): Float64Array {
  const out = rows.slice()
  for (let c = 0; c < out.length / d; c++) {
    const row = out.subarray(c * d, (c + 1) * d)
    const before = norm(row)
    for (let pass = 0; pass < 2; pass++)
      for (let other = 0; other < c; other++) {
        const fixed = out.subarray(other * d, (other + 1) * d)
        let along = 0
        for (let j = 0; j < d; j++) along += row[j]! * fixed[j]!
        for (let j = 0; j < d; j++) row[j] = row[j]! - along * fixed[j]!
      }
    const length = norm(row)
    const scale = length > 1e-12 * Math.max(before, 1e-300) ? 1 / length : 0
    for (let j = 0; j < d; j++) row[j] = row[j]! * scale
  }
  return out
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
}
