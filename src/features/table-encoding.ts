import { type Encoder, encodeRows, fitEncoder } from './encoder.ts'

/** Rows of numbers with gaps: n × d, row-major, NaN where missing. */
export interface Rows {
  readonly values: Float64Array
  readonly d: number
}

/** Columns of a table and how they become inputs. */
export interface TablePart {
  readonly rows: Rows
  /**
   * `values`: standardised, held within ±4, beside a flag for those that were missing in training. `bins`: the piecewise-linear
   * encoding alone, less ½. `products`: 6 · (u − ½)(v − ½) for every pair of columns, u and v being the values' quantile positions.
   * A missing value is 0 in all of them.
   */
  readonly as: 'values' | 'bins' | 'products'
  /** Quantile bins at most a column, for `bins` and `products`. */
  readonly bins?: number
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

interface FittedPart {
  readonly part: TablePart
  readonly encoder: Encoder
  /** Columns that differ in training, for `bins` and `products`. */
  readonly binned: readonly number[]
  readonly width: number
}

/** Fits the encoding of the parts, side by side, on the training rows. A column with one value in training takes no part. */
export function fitTableEncoding(parts: readonly TablePart[], training: Uint32Array): TableEncoding {
  const fitted = parts.map((part): FittedPart => {
    const { rows, as } = part
    const bins = as === 'values' ? 0 : (part.bins ?? 8)
    const encoder = fitEncoder(take(rows, training), new Array<number>(rows.d).fill(bins))
    const pairable = as !== 'products' || rows.d <= MOST_COLUMNS_TO_PAIR
    const binned = [...encoder.columns.keys()].filter((j) => pairable && encoder.columns[j]!.edges.length > 0)
    return { part, encoder, binned, width: widthOf(as, encoder, binned) }
  })
  // A training part without any spread becomes one column of zeros: a model of no column is none.
  const width = Math.max(
    fitted.reduce((sum, part) => sum + part.width, 0),
    1,
  )
  return {
    width,
    encode(rows) {
      const out = new Float32Array(rows.length * width)
      let offset = 0
      for (const part of fitted) {
        write(part, rows, out, offset, width)
        offset += part.width
      }
      return out
    },
  }
}

function widthOf(as: TablePart['as'], encoder: Encoder, binned: readonly number[]): number {
  if (as === 'values') return encoder.width
  if (as === 'products') return (binned.length * (binned.length - 1)) / 2
  return binned.reduce((sum, j) => sum + encoder.columns[j]!.edges.length - 1, 0)
}

function write(
  { part, encoder, binned, width: own }: FittedPart,
  rows: Uint32Array,
  out: Float32Array,
  offset: number,
  width: number,
): void {
  if (own === 0) return
  const { d } = part.rows
  const raw = take(part.rows, rows)
  const encoded = encodeRows(encoder, raw)
  const centred = new Float64Array(binned.length)
  for (let i = 0; i < rows.length; i++) {
    const row = encoded.subarray(i * encoder.width, (i + 1) * encoder.width)
    let at = i * width + offset
    if (part.as === 'values') {
      out.set(row, at)
      continue
    }
    binned.forEach((j, p) => {
      const { offset: start, edges } = encoder.columns[j]!
      const known = !Number.isNaN(raw[i * d + j]!)
      const bins = row.subarray(start + 1, start + edges.length)
      if (part.as === 'products') centred[p] = known ? position(bins) - 0.5 : 0
      else for (const share of bins) out[at++] = known ? share - 0.5 : 0
    })
    if (part.as === 'bins') continue
    for (let a = 0; a < binned.length; a++)
      for (let b = a + 1; b < binned.length; b++) out[at++] = 6 * centred[a]! * centred[b]!
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
function position(bins: Float32Array): number {
  let sum = 0
  for (const share of bins) sum += Math.min(Math.max(share, 0), 1)
  return sum / bins.length
}
