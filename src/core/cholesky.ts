/** Dense algebra on symmetric matrices of `n` rows, row by row, in the lower triangle. */

/**
 * L of A = L Lᵀ, lower triangular.
 * @param a n × n, symmetric and positive definite; only its lower triangle is read
 * @throws RangeError where it is not positive definite
 */
export function cholesky(a: Float64Array, n: number): Float64Array {
  const l = new Float64Array(n * n)
  for (let i = 0; i < n; i++) l.set(a.subarray(i * n, i * n + i + 1), i * n)
  if (!choleskyInPlace(l, n)) throw new RangeError('The matrix is not positive definite.')
  return l
}

/** Replaces a positive definite matrix by its Cholesky factor L (lower triangle). False where it is not positive definite. */
export function choleskyInPlace(a: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) {
    const ri = i * n
    for (let j = 0; j <= i; j++) {
      const rj = j * n
      const sum = a[ri + j]! - dot(a, ri, rj, j)
      if (i === j) {
        if (!(sum > 0)) return false
        a[ri + i] = Math.sqrt(sum)
      } else a[ri + j] = sum / a[rj + j]!
    }
  }
  return true
}

/** The dot product of the first `n` numbers from two places on. Four sums at once, for one would wait for itself. */
function dot(a: Float64Array, from: number, other: number, n: number): number {
  const fours = n - (n % 4)
  let [s, t, u, v] = [0, 0, 0, 0]
  for (let k = 0; k < fours; k += 4) {
    s += a[from + k]! * a[other + k]!
    t += a[from + k + 1]! * a[other + k + 1]!
    u += a[from + k + 2]! * a[other + k + 2]!
    v += a[from + k + 3]! * a[other + k + 3]!
  }
  for (let k = fours; k < n; k++) s += a[from + k]! * a[other + k]!
  return s + t + u + v
}

/** Solves L y = x in place. */
export function solveLower(l: Float64Array, n: number, x: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = x[i]!
    for (let k = 0, row = i * n; k < i; k++) sum -= l[row + k]! * x[k]!
    x[i] = sum / l[i * n + i]!
  }
}

/** Solves Lᵀ y = x in place: of a standard normal x, a draw whose precision is L Lᵀ. */
export function solveUpper(l: Float64Array, n: number, x: Float64Array): void {
  for (let i = n - 1; i >= 0; i--) {
    const value = x[i]! / l[i * n + i]!
    x[i] = value
    for (let k = 0, row = i * n; k < i; k++) x[k]! -= l[row + k]! * value
  }
}

/** x of L Lᵀ x = b. */
export function solveCholesky(l: Float64Array, b: Float64Array, n: number): Float64Array {
  const x = b.slice()
  solveLower(l, n, x)
  solveUpper(l, n, x)
  return x
}
