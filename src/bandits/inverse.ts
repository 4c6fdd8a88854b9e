/** Writes the inverse of a factor L (lower triangle, the rest 0) into `into` from `at` on: the inverse of L Lᵀ is its own gram matrix. */
export function inverseOfFactor(l: Float64Array, n: number, into: Float32Array | Float64Array, at = 0): void {
  const row = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    row.fill(0)
    for (let k = 0; k < i; k++) {
      const times = l[i * n + k]!
      for (let j = 0, from = at + k * n; j <= k; j++) row[j]! -= times * into[from + j]!
    }
    row[i] = 1
    const pivot = l[i * n + i]!
    for (let j = 0, to = at + i * n; j < n; j++) into[to + j] = row[j]! / pivot
  }
}

/** The inverse of L Lᵀ from its factor. */
export function inverseFrom(l: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n)
  inverseOfFactor(l, n, inverse)
  const product = new Float64Array(n * n)
  for (let k = 0; k < n; k++)
    for (let i = 0, row = k * n; i <= k; i++)
      for (let j = 0; j <= k; j++) product[i * n + j]! += inverse[row + i]! * inverse[row + j]!
  return product
}
