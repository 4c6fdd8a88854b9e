/** Dense algebra on square matrices of `n` rows, row by row, in the lower triangle. */

/** Replaces a positive definite matrix by its Cholesky factor L (lower triangle). False where it is not positive definite. */
export function choleskyInPlace(a: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) {
    const ri = i * n
    for (let j = 0; j <= i; j++) {
      const rj = j * n
      let sum = a[ri + j]!
      for (let k = 0; k < j; k++) sum -= a[ri + k]! * a[rj + k]!
      if (i === j) {
        if (!(sum > 0)) return false
        a[ri + i] = Math.sqrt(sum)
      } else a[ri + j] = sum / a[rj + j]!
    }
  }
  return true
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

/** The inverse of L Lᵀ from its factor, whole, into `into`. */
export function inverseFrom(l: Float64Array, n: number, into: Float64Array): void {
  const inv = new Float64Array(n * n)
  for (let j = 0; j < n; j++) {
    inv[j * n + j] = 1 / l[j * n + j]!
    for (let i = j + 1; i < n; i++) {
      let sum = 0
      for (let k = j; k < i; k++) sum -= l[i * n + k]! * inv[k * n + j]!
      inv[i * n + j] = sum / l[i * n + i]!
    }
  }
  into.fill(0)
  for (let k = 0; k < n; k++)
    for (let i = 0; i <= k; i++) {
      const a = inv[k * n + i]!
      for (let j = 0; j <= i; j++) into[i * n + j]! += a * inv[k * n + j]!
    }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) into[j * n + i] = into[i * n + j]!
}
