import { encode, encodedWidth, fitBins } from './piecewise-linear.ts'

/** How raw columns become the inputs of a model. Plain data: it is stored with the model. */
export interface Encoder {
  readonly columns: readonly EncodedColumn[]
  /** Inputs a row. */
  readonly width: number
}

export interface EncodedColumn {
  readonly mean: number
  readonly sd: number
  /** Edges of the piecewise-linear encoding; [] when the column is not binned. */
  readonly edges: readonly number[]
  /** Whether the training part had missing values, so that the column gets a missing flag. */
  readonly flagged: boolean
  /** Where the column's inputs begin: the standardised value, its bins, then the flag. */
  readonly offset: number
}

/** Standardised values may not leave this range: one broken cell must not decide. */
const FARTHEST = 4

/**
 * Fits the encoding on the training part: every column gets its standardised value, binned ones a piecewise-linear
 * encoding beside it, those with missing values a flag; a missing value is 0 in all but the flag. A column with one value
 * says nothing and gets neither value nor bins.
 * @param raw n × d, row-major, NaN = missing
 * @param bins bins of each column, 0 for none
 * @param reference values of a column to cut its bins on instead of the training part's; empty or absent: the training part's
 */
export function fitEncoder(
  raw: Float32Array,
  bins: readonly number[],
  reference: readonly ArrayLike<number>[] = [],
): Encoder {
  const d = bins.length
  const n = raw.length / d
  let offset = 0
  const columns = bins.map((count, j): EncodedColumn => {
    const column = Float32Array.from({ length: n }, (_, i) => raw[i * d + j]!)
    const { mean, sd, missing } = momentsOf(column)
    const cutOn = reference[j]?.length ? reference[j] : column
    const edges = sd === 0 || count === 0 ? [] : Array.from(fitBins(cutOn, count))
    const flagged = missing > 0 && missing < n
    const encoded = { mean, sd, edges, flagged, offset }
    offset += widthOf(encoded)
    return encoded
  })
  return { columns, width: offset }
}

/** Encodes rows: n × d raw → n × width. */
export function encodeRows(encoder: Encoder, raw: Float32Array): Float32Array {
  const d = encoder.columns.length
  const n = raw.length / d
  const out = new Float32Array(n * encoder.width)
  const edges = encoder.columns.map((column) => Float64Array.from(column.edges))
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) {
      const column = encoder.columns[j]!
      let at = i * encoder.width + column.offset
      const value = raw[i * d + j]!
      const known = !Number.isNaN(value)
      if (column.sd > 0) {
        if (known) {
          out[at] = Math.min(Math.max((value - column.mean) / column.sd, -FARTHEST), FARTHEST)
          if (column.edges.length) encode(value, edges[j]!, out, at + 1)
        }
        at += 1 + encodedWidth(edges[j]!)
      }
      if (column.flagged && !known) out[at] = 1
    }
  }
  return out
}

/** How many inputs a column has. */
function widthOf(column: Pick<EncodedColumn, 'sd' | 'edges' | 'flagged'>): number {
  return (column.sd > 0 ? Math.max(column.edges.length, 1) : 0) + (column.flagged ? 1 : 0)
}

/** The standard deviation is exactly 0 where all known values are one. */
function momentsOf(column: Float32Array): { mean: number; sd: number; missing: number } {
  let known = 0
  let sum = 0
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of column) {
    if (Number.isNaN(value)) continue
    known++
    sum += value
    if (value < low) low = value
    if (value > high) high = value
  }
  const mean = known ? sum / known : 0
  let squares = 0
  for (const value of column) if (!Number.isNaN(value)) squares += (value - mean) ** 2
  return { mean, sd: high > low ? Math.sqrt(squares / known) : 0, missing: column.length - known }
}
