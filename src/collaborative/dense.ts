import { graph, inferenceModel, matmul, openModel, type Predictor, transpose } from '../graph/index.ts'

/** Matrix products by ONNX Runtime on one thread; float64 in, float64 out, and float32 likewise. */
export interface Products {
  /** a (rows × inner) · b (inner × columns), row-major. With `turned` b comes as columns × inner. */
  multiply<Values extends Float32Array | Float64Array>(
    a: Values,
    b: Values,
    inner: number,
    turned?: boolean,
  ): Promise<Values>
  close(): Promise<void>
}

/** Opens products; each new shape of the second matrix compiles a graph of one node. */
export function openProducts(): Products {
  const opened = new Map<string, Promise<Predictor>>()
  return {
    async multiply<Values extends Float32Array | Float64Array>(
      a: Values,
      b: Values,
      inner: number,
      turned = false,
    ) {
      const precision = a instanceof Float32Array ? 'float32' : 'float64'
      const columns = b.length / inner
      const key = [precision, inner, columns, turned].join()
      const model = opened.get(key) ?? open(precision, inner, columns, turned)
      opened.set(key, model)
      return (await (await model).run({ a, b })).product as Values
    },
    async close() {
      for (const model of opened.values()) await (await model).close()
    },
  }
}

/** The inner products of some rows of a table with all rows of another: rows × others, row-major; tables of `width` columns. */
export async function innerProducts(
  table: Float32Array,
  rows: ArrayLike<number>,
  others: Float32Array,
  width: number,
): Promise<Float32Array> {
  const products = openProducts()
  try {
    return await products.multiply(gathered(table, rows, width), others, width, true)
  } finally {
    await products.close()
  }
}

/** Some rows of a table one after the other. */
export function gathered(table: Float32Array, rows: ArrayLike<number>, width: number): Float32Array {
  const out = new Float32Array(rows.length * width)
  for (let row = 0; row < rows.length; row++)
    out.set(table.subarray(rows[row]! * width, (rows[row]! + 1) * width), row * width)
  return out
}

async function open(
  precision: 'float32' | 'float64',
  inner: number,
  columns: number,
  turned: boolean,
): Promise<Predictor> {
  const g = graph({ precision })
  const a = g.input('a', ['rows', inner])
  const b = g.input('b', turned ? [columns, inner] : [inner, columns])
  return openModel(inferenceModel({ product: matmul(a, turned ? transpose(b) : b) }, {}))
}

/** Below this size a matrix is inverted by plain loops. */
const SMALL = 96

/**
 * The inverse of a symmetric positive definite n × n matrix, by halves (Schur complements), so that nearly all of the 2n³ products are
 * matrix products. NaN where it is not positive definite.
 */
export async function inverse(
  matrix: Float64Array,
  n: number,
  products: Products,
  breathe: () => Promise<void> = async () => {},
): Promise<Float64Array> {
  if (n <= SMALL) return smallInverse(matrix, n)
  await breathe()
  const h = n >> 1
  const r = n - h
  // [A Bᵀ; B D]; A is h × h.
  const A = block(matrix, n, 0, h, 0, h)
  const B = block(matrix, n, h, n, 0, h)
  const D = block(matrix, n, h, n, h, n)
  const Ai = await inverse(A, h, products, breathe)
  const BA = await products.multiply(B, Ai, h)
  const S = await products.multiply(BA, B, h, true)
  for (let i = 0; i < S.length; i++) S[i] = D[i]! - S[i]!
  const Si = await inverse(S, r, products, breathe)
  const low = await products.multiply(Si, BA, r)
  const top = await products.multiply(turn(BA, r, h), low, r)
  const out = new Float64Array(n * n)
  for (let i = 0; i < h; i++)
    for (let j = 0; j < h; j++) out[i * n + j] = Ai[i * h + j]! + (top[i * h + j]! + top[j * h + i]!) / 2
  for (let i = 0; i < r; i++) {
    out.set(Si.subarray(i * r, (i + 1) * r), (h + i) * n + h)
    for (let j = 0; j < h; j++) {
      out[(h + i) * n + j] = -low[i * h + j]!
      out[j * n + h + i] = -low[i * h + j]!
    }
  }
  return out
}

/** By Cholesky: L Lᵀ = A, then A⁻¹ = L⁻ᵀ L⁻¹ (Golub & Van Loan, "Matrix Computations", 4.2). */
function smallInverse(matrix: Float64Array, n: number): Float64Array {
  const L = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!
      for (let k = 0; k < j; k++) sum -= L[i * n + k]! * L[j * n + k]!
      L[i * n + j] = i === j ? Math.sqrt(sum) : sum / L[j * n + j]!
    }
  const Li = new Float64Array(n * n)
  for (let j = 0; j < n; j++)
    for (let i = j; i < n; i++) {
      let sum = i === j ? 1 : 0
      for (let k = j; k < i; k++) sum -= L[i * n + k]! * Li[k * n + j]!
      Li[i * n + j] = sum / L[i * n + i]!
    }
  const out = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = i; k < n; k++) sum += Li[k * n + i]! * Li[k * n + j]!
      out[i * n + j] = sum
      out[j * n + i] = sum
    }
  return out
}

function block(
  matrix: Float64Array,
  n: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
): Float64Array {
  const out = new Float64Array((bottom - top) * (right - left))
  for (let i = top; i < bottom; i++)
    out.set(matrix.subarray(i * n + left, i * n + right), (i - top) * (right - left))
  return out
}

function turn(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(matrix.length)
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) out[j * rows + i] = matrix[i * columns + j]!
  return out
}
