import { encode, encodedWidth, fitBins } from './piecewise-linear.ts'

/** Rows of numbers with gaps: n × d, row-major, NaN where missing. */
export interface Rows {
  readonly values: Float64Array
  readonly d: number
}

/** Turns rows into model inputs, with everything it needs fitted on the training rows alone. */
export interface Encoder {
  /** Numbers a row becomes. */
  readonly width: number
  /** The rows as rows.length × width, row-major, without NaN. */
  encode(rows: Uint32Array): Float32Array
}

/** With more columns than this, products are left out: their number grows with the square. */
const MOST_COLUMNS_TO_PAIR = 40

/** Standardised values may not leave this range: one broken cell must not decide. */
const FARTHEST = 8

/**
 * Standardises each column by the mean and deviation of its known training values; a missing value becomes the mean, and a
 * column with gaps in training gets a flag column (1 = missing).
 */
export function standardEncoder(table: Rows, training: Uint32Array): Encoder {
  return encoder(table, training, () => new Float64Array(0), false)
}

export interface PiecewiseSettings {
  readonly bins: number
  /** Sorted values of a column to fit its bins on instead of the training rows: a catalog without labels. Empty: use the training rows. */
  readonly reference?: readonly Float64Array[]
  /** Whether to add 6 · (u − ½)(v − ½) for every pair of columns, u and v being the values' quantile positions (½ when missing). */
  readonly products: boolean
}

/** As `standardEncoder`, with the piecewise-linear encoding of each column beside its standardised value, and products if asked. */
export function piecewiseEncoder(
  table: Rows,
  training: Uint32Array,
  { bins, reference, products }: PiecewiseSettings,
): Encoder {
  const binsOf = (column: number, known: Float64Array) =>
    fitBins(reference?.[column]?.length ? reference[column] : known, bins)
  return encoder(table, training, binsOf, products && table.d <= MOST_COLUMNS_TO_PAIR)
}

function encoder(
  { values, d }: Rows,
  training: Uint32Array,
  binsOf: (column: number, known: Float64Array) => Float64Array,
  products: boolean,
): Encoder {
  const columns = Array.from({ length: d }, (_, column) => {
    const all = Float64Array.from(training, (row) => values[row * d + column]!)
    const known = all.filter((value) => !Number.isNaN(value))
    return { ...moments(known), flag: known.length < all.length, edges: binsOf(column, known) }
  })
  const single = columns.reduce((sum, { flag, edges }) => sum + 1 + (flag ? 1 : 0) + encodedWidth(edges), 0)
  const width = single + (products ? (d * (d - 1)) / 2 : 0)
  const centred = new Float64Array(d)
  return {
    width,
    encode(rows) {
      const out = new Float32Array(rows.length * width)
      let at = 0
      for (const row of rows) {
        for (let column = 0; column < d; column++) {
          const { mean, deviation, flag, edges } = columns[column]!
          const value = values[row * d + column]!
          const scaled = deviation > 0 ? (value - mean) / deviation : 0
          out[at++] = Number.isNaN(value) ? 0 : Math.min(Math.max(scaled, -FARTHEST), FARTHEST)
          if (flag) out[at++] = Number.isNaN(value) ? 1 : 0
          encode(value, edges, out, at)
          const end = at + encodedWidth(edges)
          centred[column] = Number.isNaN(value) || end === at ? 0 : position(out, at, end) - 0.5
          at = end
        }
        if (!products) continue
        for (let a = 0; a < d; a++) for (let b = a + 1; b < d; b++) out[at++] = 6 * centred[a]! * centred[b]!
      }
      return out
    },
  }
}

/** Where among the quantiles a value lies, 0…1: the mean of its piecewise-linear encoding. */
function position(encoded: Float32Array, start: number, end: number): number {
  let sum = 0
  for (let k = start; k < end; k++) sum += Math.min(Math.max(encoded[k]!, 0), 1)
  return sum / (end - start)
}

/** Mean and standard deviation; 0 and 0 without values. */
function moments(values: Float64Array): { mean: number; deviation: number } {
  const n = Math.max(values.length, 1)
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n)
  return { mean, deviation: deviation > 1e-12 * Math.abs(mean) ? deviation : 0 }
}
