import { cholesky, solveCholesky } from '../core/cholesky.ts'

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
  return solveCholesky(cholesky(matrix, columns), right, columns)
}
