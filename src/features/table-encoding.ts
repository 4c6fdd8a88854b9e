import { encodeRows, fitEncoder } from './encoder.ts'

/** Rows of numbers with gaps: n × d, row-major, NaN where missing. */
export interface Rows {
  readonly values: Float64Array
  readonly d: number
}

export interface TableEncodingSettings {
  /** Bins of the piecewise-linear encoding beside each standardised value; 0 for none. */
  readonly bins: number
  /** Values of each column to cut its bins on instead of the training rows': a catalog without labels. */
  readonly reference?: readonly ArrayLike<number>[]
  /** Whether to add 6 · (u − ½)(v − ½) for every pair of columns, u and v being the values' quantile positions (½ when missing). */
  readonly products: boolean
}

/** Turns rows of a table into model inputs, with everything it needs fitted on the training rows alone. */
export interface TableEncoding {
  /** Numbers a row becomes; at least one. */
  readonly width: number
  /** The rows as rows.length × width, row-major, without NaN. */
  encode(rows: Uint32Array): Float32Array
}

/** With more columns than this, products are left out: their number grows with the square. */
const MOST_COLUMNS_TO_PAIR = 40

/** Fits the encoding of `encoder.ts` on the training rows of a table, and adds the products to it if asked. */
export function fitTableEncoding(
  table: Rows,
  training: Uint32Array,
  { bins, reference, products }: TableEncodingSettings,
): TableEncoding {
  const { d } = table
  const encoder = fitEncoder(take(table, training), new Array<number>(d).fill(bins), reference)
  const pairable = products && d <= MOST_COLUMNS_TO_PAIR
  const paired = [...encoder.columns.keys()].filter((j) => pairable && encoder.columns[j]!.edges.length > 0)
  const pairs = (paired.length * (paired.length - 1)) / 2
  // A training part without any spread becomes one column of zeros: a model of no column is none.
  const width = Math.max(encoder.width + pairs, 1)
  const centred = new Float64Array(paired.length)
  return {
    width,
    encode(rows) {
      const raw = take(table, rows)
      const single = encodeRows(encoder, raw)
      if (width === encoder.width) return single
      const out = new Float32Array(rows.length * width)
      for (let i = 0; i < rows.length; i++) {
        const row = single.subarray(i * encoder.width, (i + 1) * encoder.width)
        out.set(row, i * width)
        paired.forEach((j, p) => {
          const { offset, edges } = encoder.columns[j]!
          const known = !Number.isNaN(raw[i * d + j]!)
          centred[p] = known ? position(row, offset + 1, offset + edges.length) - 0.5 : 0
        })
        let at = i * width + encoder.width
        for (let a = 0; a < paired.length; a++)
          for (let b = a + 1; b < paired.length; b++) out[at++] = 6 * centred[a]! * centred[b]!
      }
      return out
    },
  }
}

/** Rows of a table on their own. */
function take({ values, d }: Rows, rows: Uint32Array): Float32Array {
  const out = new Float32Array(rows.length * d)
  rows.forEach((row, i) => {
    for (let j = 0; j < d; j++) out[i * d + j] = values[row * d + j]!
  })
  return out
}

/** Where among the quantiles a value lies, 0…1: the mean of its piecewise-linear encoding. */
function position(encoded: Float32Array, start: number, end: number): number {
  let sum = 0
  for (let k = start; k < end; k++) sum += Math.min(Math.max(encoded[k]!, 0), 1)
  return sum / (end - start)
}
