/** A row of few columns: their positions, and the values there. A position may come twice; then its values add up. */
export interface Described {
  readonly columns: readonly number[]
  readonly values: readonly number[]
}

/**
 * The weights that minimise Σ (y − w·x)² + penalty · |w|² for rows of few columns each, by Cholesky decomposition of the normal equations.
 * @param penalty above 0, so that there is one answer
 * @returns one weight a column; all 0 without rows
 */
export function ridge(
  rows: readonly Described[],
  y: readonly number[],
  columns: number,
  penalty: number,
): Float64Array {
  const matrix = new Float64Array(columns * columns)
  const right = new Float64Array(columns)
  for (let j = 0; j < columns; j++) matrix[j * columns + j] = penalty
  rows.forEach(({ columns: at, values }, row) => {
    for (let i = 0; i < at.length; i++) {
      right[at[i]!]! += values[i]! * y[row]!
      for (let j = 0; j < at.length; j++) matrix[at[i]! * columns + at[j]!]! += values[i]! * values[j]!
    }
  })
  return solve(matrix, right)
}

/** Solves A x = b in place for a symmetric positive definite A, of which the lower half becomes its Cholesky factor. */
function solve(A: Float64Array, x: Float64Array): Float64Array {
  const n = x.length
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = A[i * n + j]!
      for (let k = 0; k < j; k++) sum -= A[i * n + k]! * A[j * n + k]!
      A[i * n + j] = i === j ? Math.sqrt(sum) : sum / A[j * n + j]!
    }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= A[i * n + k]! * x[k]!
    x[i]! /= A[i * n + i]!
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= A[k * n + i]! * x[k]!
    x[i]! /= A[i * n + i]!
  }
  return x
}
