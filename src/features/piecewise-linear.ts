/**
 * Bin edges of one column: its distinct quantiles, ascending, first and last being the smallest and largest value seen.
 * NaN and infinities are ignored. A column with fewer than two distinct values has no bins: the result is empty.
 * @param values the column on the training part
 * @param bins how many bins at most
 */
export function fitBins(values: ArrayLike<number>, bins: number): Float64Array {
  const known = Float64Array.from(Array.from(values).filter(Number.isFinite)).sort()
  const edges: number[] = []
  for (let k = 0; k <= bins && known.length > 0; k++) {
    const edge = quantile(known, k / bins)
    if (edges.length === 0 || edge > edges[edges.length - 1]!) edges.push(edge)
  }
  return edges.length > 1 ? Float64Array.from(edges) : new Float64Array(0)
}

/** How many numbers the encoding of a value takes. */
export function encodedWidth(edges: Float64Array): number {
  return Math.max(edges.length - 1, 0)
}

/**
 * Writes the piecewise-linear encoding of a value (Gorishniy et al. 2022, "On Embeddings for Numerical Features in Tabular
 * Deep Learning", eq. 1): 1 for every bin below the value, the share of the bin it lies in, 0 above. Beyond the training
 * range the outer bins continue their line, but no further than one more bin. NaN writes zeros; a missing flag is the caller's.
 * @param out written at offset … offset + encodedWidth(edges) − 1
 */
export function encode(
  value: number,
  edges: Float64Array,
  out: Float32Array | Float64Array,
  offset: number,
): void {
  const bins = encodedWidth(edges)
  for (let k = 0; k < bins; k++) {
    const low = edges[k]!
    const share = (value - low) / (edges[k + 1]! - low)
    const floor = k === 0 ? -1 : 0
    const ceiling = k === bins - 1 ? 2 : 1
    out[offset + k] = Number.isNaN(share) ? 0 : Math.min(Math.max(share, floor), ceiling)
  }
}

/** The linear-interpolated quantile of ascending values. */
function quantile(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1)
  const below = Math.floor(at)
  const low = sorted[below]!
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!
  return low + (at - below) * (high - low)
}
