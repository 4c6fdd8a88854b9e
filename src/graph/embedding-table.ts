import { adamRows } from './adam-kernel.ts'
import { GraphError } from './errors.ts'
import { type AdamW, scalarsAt } from './optimizer.ts'
import { seeded } from './random.ts'
import type { Values } from './tensor.ts'

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
   * that occurs more than once are summed first. Other rows and their moments stay as they are, and there is no weight decay.
   * @throws GraphError when the gradients are not ids × width values or an id is not a row
   */
  update(ids: ArrayLike<number>, gradient: Values, settings: AdamW): void
}

/** A table of normally distributed rows (standard deviation `deviation`, default 0.1). */
export function embeddingTable(
  rows: number,
  width: number,
  options: { readonly seed?: number; readonly deviation?: number } = {},
): EmbeddingTable {
  const { seed = 0, deviation = 0.1 } = options
  const random = seeded(seed)
  const adam = adamRows(rows, width)
  const { values } = adam
  for (let i = 0; i < values.length; i++) values[i] = random.normal() * deviation
  // Where the gradient of a row lies in an update; -1: nowhere.
  const place = new Int32Array(rows).fill(-1)
  let steps = 0
  const checked = (ids: ArrayLike<number>) => {
    const list = Int32Array.from(ids)
    for (let i = 0; i < list.length; i++)
      if (list[i] !== ids[i] || list[i]! < 0 || list[i]! >= rows)
        throw new GraphError(`embedding: ${ids[i]} is not one of the rows 0 to ${rows - 1}.`)
    return list
  }
  return {
    rows,
    width,
    values,
    gather(ids) {
      const list = checked(ids)
      const out = new Float32Array(list.length * width)
      copyRows(values, list, width, out)
      return out
    },
    update(ids, gradient, settings) {
      const list = checked(ids)
      if (gradient.length !== list.length * width)
        throw new GraphError(
          `embedding: ${list.length} rows of ${width} need ${list.length * width} gradients, not ${gradient.length}.`,
        )
      const given = gradient instanceof Float32Array ? gradient : Float32Array.from(gradient)
      let distinct = 0
      let sums = given
      for (let i = 0; i < list.length; i++) {
        const row = list[i]!
        if (place[row] === -1) {
          if (sums !== given) sums.copyWithin(distinct * width, i * width, (i + 1) * width)
          list[distinct] = row
          place[row] = distinct++
        } else {
          if (sums === given) sums = given.slice()
          addRow(sums, place[row]! * width, given, i * width, width)
        }
      }
      const touched = list.subarray(0, distinct)
      const { beta1, beta2 } = settings
      adam.step(touched, sums, { ...scalarsAt(settings, ++steps), beta1, beta2 })
      for (let i = 0; i < distinct; i++) place[touched[i]!] = -1
    },
  }
}

// The loops stand alone, with arguments that are always of the same types, so that they are compiled well.

function copyRows(from: Float32Array, rows: Int32Array, width: number, to: Float32Array): void {
  for (let i = 0; i < rows.length; i++) {
    const source = rows[i]! * width
    const target = i * width
    for (let j = 0; j < width; j++) to[target + j] = from[source + j]!
  }
}

function addRow(to: Float32Array, at: number, from: Float32Array, start: number, width: number): void {
  for (let j = 0; j < width; j++) to[at + j]! += from[start + j]!
}
