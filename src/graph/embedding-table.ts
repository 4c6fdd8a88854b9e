import { GraphError } from './errors.ts'
import { type AdamW, scalarsAt } from './optimizer.ts'
import { seeded } from './random.ts'

/** Learned vectors outside the graph: a batch pays for the rows that it touches, not for the table. */
export interface EmbeddingTable {
  readonly rows: number
  readonly width: number
  /** rows × width values, row after row. */
  readonly values: Float32Array
  /** The rows of `ids` one after the other: the value of an input [n, width]. @throws GraphError when an id is not a row */
  gather(ids: ArrayLike<number>): Float32Array
  /**
   * A step of Adam on the rows of `ids` alone, with the gradients that a training step returned for the gathered rows; those of a row
   * that occurs more than once are summed first. Other rows and their moments stay as they are (torch.optim.SparseAdam).
   * @throws GraphError when the gradients are not ids × width values or an id is not a row
   */
  update(ids: ArrayLike<number>, gradient: ArrayLike<number>, settings: AdamW): void
}

/** A table of normally distributed rows (standard deviation `deviation`, default 0.1). */
export function embeddingTable(
  rows: number,
  width: number,
  options: { readonly seed?: number; readonly deviation?: number } = {},
): EmbeddingTable {
  const { seed = 0, deviation = 0.1 } = options
  const random = seeded(seed)
  const values = Float32Array.from({ length: rows * width }, () => random.normal() * deviation)
  const first = new Float32Array(rows * width)
  const second = new Float32Array(rows * width)
  // Where a row's sum lies in this update; -1: nowhere.
  const place = new Int32Array(rows).fill(-1)
  let steps = 0
  const check = (ids: ArrayLike<number>) => {
    for (let i = 0; i < ids.length; i++)
      if (!(ids[i]! >= 0 && ids[i]! < rows && Number.isInteger(ids[i]!)))
        throw new GraphError(`embedding: ${ids[i]} is not one of the rows 0 to ${rows - 1}.`)
  }
  return {
    rows,
    width,
    values,
    gather(ids) {
      check(ids)
      const out = new Float32Array(ids.length * width)
      for (let i = 0; i < ids.length; i++) {
        const from = ids[i]! * width
        const to = i * width
        for (let j = 0; j < width; j++) out[to + j] = values[from + j]!
      }
      return out
    },
    update(ids, gradient, settings) {
      check(ids)
      if (gradient.length !== ids.length * width)
        throw new GraphError(
          `embedding: ${ids.length} rows of ${width} need ${ids.length * width} gradients, not ${gradient.length}.`,
        )
      const touched: number[] = []
      const sums = new Float32Array(gradient.length)
      for (let i = 0; i < ids.length; i++) {
        const row = ids[i]!
        if (place[row] === -1) place[row] = touched.push(row) - 1
        const to = place[row]! * width
        const from = i * width
        for (let j = 0; j < width; j++) sums[to + j]! += gradient[from + j]!
      }
      const { beta1, beta2 } = settings
      const { rate, epsilon } = scalarsAt(settings, ++steps)
      for (let i = 0; i < touched.length; i++) {
        const from = i * width
        const to = touched[i]! * width
        for (let j = 0; j < width; j++) {
          const g = sums[from + j]!
          const m = beta1 * first[to + j]! + (1 - beta1) * g
          const v = beta2 * second[to + j]! + (1 - beta2) * g * g
          first[to + j] = m
          second[to + j] = v
          values[to + j]! -= (rate * m) / (Math.sqrt(v) + epsilon)
        }
        place[touched[i]!] = -1
      }
    },
  }
}
