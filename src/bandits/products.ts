import { graph, inferenceModel, matmul, openModel, transpose } from '../graph/index.ts'

/** Products of matrices, computed by ONNX Runtime. */
export interface Products {
  /** rows × width and n × width, row by row → rows × n: the dot product of each row with each row of the other. */
  scores(rows: Float32Array, others: Float32Array): Promise<Float32Array>
  /** rows × width → width × width: AᵀA. */
  gram(rows: Float32Array): Promise<Float32Array>
  close(): Promise<void>
}

/** @param width numbers a row */
export async function openProducts(width: number): Promise<Products> {
  const g = graph({ seed: 1 })
  const rows = g.input('rows', ['n', width])
  const others = g.input('others', ['m', width])
  const scoring = await openModel(inferenceModel({ scores: matmul(rows, transpose(others)) }, {}))
  const own = graph({ seed: 1 })
  const a = own.input('rows', ['n', width])
  const squaring = await openModel(inferenceModel({ gram: matmul(transpose(a), a) }, {}))
  return {
    scores: async (left, right) => (await scoring.run({ rows: left, others: right })).scores as Float32Array,
    gram: async (left) => (await squaring.run({ rows: left })).gram as Float32Array,
    async close() {
      await scoring.close()
      await squaring.close()
    },
  }
}

const BLOCK = 2000

/** Calls `take` for each row with the block its dot products with `others` are in, from `from` on. */
export async function scoreBlocks(
  rows: Float32Array,
  others: Float32Array,
  width: number,
  take: (row: number, scores: Float32Array, from: number) => void,
): Promise<void> {
  const products = await openProducts(width)
  const m = others.length / width
  for (let start = 0; start < rows.length; start += BLOCK * width) {
    const block = rows.slice(start, start + BLOCK * width)
    const scores = await products.scores(block, others)
    for (let i = 0; i < block.length / width; i++) take(start / width + i, scores, i * m)
  }
  await products.close()
}
