import { breathe } from '../core/breathe.ts'
import { add, graph, inferenceModel, matmul, openModel, softmax, transpose } from '../graph/index.ts'
import { gathered } from './dense.ts'
import type { Interactions } from './interactions.ts'

/** Cells of users × items that are in memory at a time. */
const CELLS = 2 ** 21

/**
 * The mean over users of the cross-entropy between a softmax over all items and what a user has, each item with its share of the user's
 * weight. A logit is the cosine of the user's and the item's vector over the temperature, plus the item's bias.
 */
export interface UnitSoftmax {
  /**
   * The slope of the loss by the vectors before they were divided by their lengths: users' rows, then items'. Rows without a length have none.
   * @param units (users + items) × width unit vectors
   */
  slope(units: Float32Array, lengths: Float32Array, signal?: AbortSignal): Promise<Float32Array>
  close(): Promise<void>
}

/** Opens that loss for what users have. @param bias one number an item; none without it */
export async function openUnitSoftmax(
  wanted: Interactions,
  width: number,
  temperature: number,
  bias?: Float32Array,
): Promise<UnitSoftmax> {
  const { users, items, starts } = wanted
  const known = [...Array(users).keys()].filter((user) => starts[user + 1]! > starts[user]!)
  const atOnce = Math.max(Math.floor(CELLS / items), 1)
  const model = await openModel(softmaxShares(items, width, bias !== undefined))
  return {
    async slope(units, lengths, signal) {
      const slope = new Float32Array(units.length)
      const item = units.slice(users * width)
      for (let from = 0; from < known.length; from += atOnce) {
        await breathe(signal)
        const batch = known.slice(from, from + atOnce)
        const user = gathered(units, batch, width).map((value) => value / temperature)
        const { ofUser, ofItem } = await model.run({ user, item, ...(bias && { bias }) })
        for (const [row, at] of batch.entries()) addRow(slope, at * width, ofUser!, row * width, width, 1)
        for (let k = 0; k < item.length; k++) slope[users * width + k]! += ofItem![k]! * temperature
      }
      addWanted(wanted, units, slope, width)
      const by = 1 / (temperature * known.length)
      for (const [row, length] of lengths.entries())
        if (length > 0) throughUnit(units, slope, row * width, width, by / length)
        else slope.fill(0, row * width, (row + 1) * width)
      return slope
    },
    close: () => model.close(),
  }
}

/**
 * A graph of the softmax S of every user's inner products with all items: S · items and Sᵀ · users. With unit vectors, the users' over
 * the temperature, they are what the denominator of the loss moves the vectors away from.
 */
function softmaxShares(items: number, d: number, biased: boolean): Uint8Array {
  const g = graph()
  const user = g.input('user', ['batch', d])
  const item = g.input('item', [items, d])
  const product = matmul(user, transpose(item))
  const share = softmax(biased ? add(product, g.input('bias', [items])) : product)
  return inferenceModel({ ofUser: matmul(share, item), ofItem: matmul(transpose(share), user) }, {})
}

/** Moves the slope towards what users have, each item by its share of the user's weight. */
function addWanted(
  { users, starts, item, weight }: Interactions,
  F: Float32Array,
  slope: Float32Array,
  d: number,
): void {
  for (let user = 0; user < users; user++) {
    let total = 0
    for (let at = starts[user]!; at < starts[user + 1]!; at++) total += weight[at]!
    for (let at = starts[user]!; at < starts[user + 1]!; at++) {
      const other = (users + item[at]!) * d
      addRow(slope, user * d, F, other, d, -weight[at]! / total)
      addRow(slope, other, F, user * d, d, -weight[at]! / total)
    }
  }
}

/** In place: adds a multiple of one row of `d` numbers to another. */
export function addRow(
  to: Float32Array,
  toStart: number,
  from: ArrayLike<number>,
  start: number,
  d: number,
  by: number,
): void {
  for (let j = 0; j < d; j++) to[toStart + j]! += by * from[start + j]!
}

/** In place: the slope of a unit vector becomes that of the vector it was made of: what is along it falls away. */
function throughUnit(units: Float32Array, slope: Float32Array, start: number, d: number, by: number): void {
  let along = 0
  for (let j = 0; j < d; j++) along += units[start + j]! * slope[start + j]!
  for (let j = 0; j < d; j++) slope[start + j] = (slope[start + j]! - along * units[start + j]!) * by
}

/** In place: unit vectors; returns what their lengths were. */
export function unitRows(table: Float32Array, d: number): Float32Array {
  const lengths = new Float32Array(table.length / d)
  for (let row = 0; row < lengths.length; row++) {
    let sum = 0
    for (let j = 0; j < d; j++) sum += table[row * d + j]! ** 2
    lengths[row] = Math.sqrt(sum)
    if (sum > 0) for (let j = 0; j < d; j++) table[row * d + j]! /= lengths[row]!
  }
  return lengths
}

/** Adam (Kingma & Ba 2015) on one dense table; the rate of a step is a share of the learning rate. */
export function denseAdam(table: Float32Array, learningRate: number) {
  const [first, second] = [new Float32Array(table.length), new Float32Array(table.length)]
  let steps = 0
  return (gradient: Float32Array, share: number) => {
    steps++
    const correction = Math.sqrt(1 - 0.999 ** steps)
    const rate = (learningRate * share * correction) / (1 - 0.9 ** steps)
    for (let k = 0; k < table.length; k++) {
      const g = gradient[k]!
      const m = 0.9 * first[k]! + 0.1 * g
      const v = 0.999 * second[k]! + 0.001 * g * g
      first[k] = m
      second[k] = v
      table[k]! -= (rate * m) / (Math.sqrt(v) + 1e-8 * correction)
    }
  }
}
