/** How close each row is to a listener beside how close rows are to them at all, in standard deviations over the rows. */
export type Closeness = (listener: Float32Array) => (row: number) => number

/**
 * Closeness by inner product with vectors, rows × width. Its mean and deviation over the known rows come from those of the vectors, uᵀm and
 * √(uᵀCu), so that a listener costs width² and a row width.
 * @param known row → whether it has a vector; of one without nothing is said: 0
 */
export function closenessIn(
  vectors: Float32Array,
  width: number,
  known: (row: number) => boolean = () => true,
): Closeness {
  const mean = new Float64Array(width)
  const covariance = new Float64Array(width * width)
  let count = 0
  for (let row = 0; row * width < vectors.length; row++) {
    if (!known(row)) continue
    count++
    const at = row * width
    for (let i = 0; i < width; i++) {
      mean[i]! += vectors[at + i]!
      for (let j = 0; j <= i; j++) covariance[i * width + j]! += vectors[at + i]! * vectors[at + j]!
    }
  }
  for (let i = 0; i < width; i++) mean[i]! /= Math.max(count, 1)
  for (let i = 0; i < width; i++)
    for (let j = 0; j <= i; j++) {
      const value = covariance[i * width + j]! / Math.max(count, 1) - mean[i]! * mean[j]!
      covariance[i * width + j] = value
      covariance[j * width + i] = value
    }
  return (listener) => {
    let [middle, variance] = [0, 0]
    for (let i = 0; i < width; i++) {
      middle += listener[i]! * mean[i]!
      for (let j = 0; j < width; j++) variance += listener[i]! * covariance[i * width + j]! * listener[j]!
    }
    const scale = variance > 1e-12 ? 1 / Math.sqrt(variance) : 0
    return (row) => {
      if (scale === 0 || !known(row)) return 0
      let sum = 0
      for (let i = 0, at = row * width; i < width; i++, at++) sum += listener[i]! * vectors[at]!
      return (sum - middle) * scale
    }
  }
}
