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

/** Standardised values may not leave this range: one broken cell must not decide. */
const FARTHEST = 8

/**
 * Standardises each column by the mean and deviation of its known training values; a missing value becomes the mean, and a
 * column with gaps in training gets a flag column (1 = missing).
 */
export function standardEncoder(table: Rows, training: Uint32Array): Encoder {
  return encoder(table, training, () => new Float64Array(0))
}

export interface PiecewiseSettings {
  readonly bins: number
  /** Sorted values of a column to fit its bins on instead of the training rows: a catalog without labels. Empty: use the training rows. */
  readonly reference?: readonly Float64Array[]
}

/** As `standardEncoder`, with the piecewise-linear encoding of each column beside its standardised value. */
export function piecewiseEncoder(
  table: Rows,
  training: Uint32Array,
  { bins, reference }: PiecewiseSettings,
): Encoder {
  return encoder(table, training, (column, known) =>
    fitBins(reference?.[column]?.length ? reference[column] : known, bins),
  )
}

function encoder(
  { values, d }: Rows,
  training: Uint32Array,
  binsOf: (column: number, known: Float64Array) => Float64Array,
): Encoder {
  const columns = Array.from({ length: d }, (_, column) => {
    const all = Float64Array.from(training, (row) => values[row * d + column]!)
    const known = all.filter((value) => !Number.isNaN(value))
    return { ...moments(known), flag: known.length < all.length, edges: binsOf(column, known) }
  })
  const width = columns.reduce((sum, { flag, edges }) => sum + 1 + (flag ? 1 : 0) + encodedWidth(edges), 0)
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
          at += encodedWidth(edges)
        }
      }
      return out
    },
  }
}

/** Mean and standard deviation; 0 and 0 without values. */
function moments(values: Float64Array): { mean: number; deviation: number } {
  const n = Math.max(values.length, 1)
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n)
  return { mean, deviation: deviation > 1e-12 * Math.abs(mean) ? deviation : 0 }
}
