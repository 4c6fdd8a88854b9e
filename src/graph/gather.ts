import { equal } from './arithmetic.ts'
import { GraphError } from './errors.ts'
import { flattened, reshapeFreely } from './shaping.ts'
import { apply, show, type Tensor } from './tensor.ts'

/**
 * Rows of a small table (an hour, a kind of event): a table [rows, width] by ids of any shape → [..., width]. Ids are whole numbers
 * from 0 given as reals; ONNX Runtime refuses a batch with one that is not a row. Tables too large to travel with every step are `embeddingTable`.
 * @throws GraphError when the table is not [rows, width] with both known
 */
export function gather(table: Tensor, ids: Tensor): Tensor {
  const [rows, width] = table.shape
  if (table.shape.length !== 2 || typeof rows !== 'number' || typeof width !== 'number')
    throw new GraphError(`gather of ${show(table.shape)} by ${show(ids.shape)}: a table is [rows, width].`)
  const places = apply('Cast', [ids], ids.shape, { type: 'integer', attributes: { to: 7 } })
  return apply('Gather', [table, places], [...ids.shape, width], {
    attributes: { axis: 0 },
    sources: [table],
    // ScatterND is a little faster, and loses sums when it runs on two threads; one-hot rows are exact on any number.
    gradient: (dy) => [
      apply('Gemm', [oneHot(ids, rows), flattened(dy)], table.shape, { attributes: { transA: 1 } }),
    ],
  })
}

/** [n, rows]: 1 where the row's id is the column. */
function oneHot(ids: Tensor, rows: number): Tensor {
  const column = flattened(reshapeFreely(ids, [...ids.shape, 1]))
  return equal(column, ids.graph.constant(Array.from({ length: rows }, (_, i) => i)))
}
