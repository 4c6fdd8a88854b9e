import { breathe } from '../core/breathe.ts'
import { type Interactions, lengthsOf, transposed } from './interactions.ts'

/** For each item some other items and how near they are. */
export type Neighbors = Interactions

/** Entries of a user that take part in what is near: the work grows with the square of this, and nobody dominates it. */
const MOST = 1000

/**
 * For each item the k others that `similarity` puts nearest among those with a user in common, as a matrix whose row is the item.
 * Of a user with more than a thousand items those of the largest weight count.
 * @param similarity from Σ over common users of w(u, item) · w(u, other), and the two items; nothing at or below 0 is kept
 */
export async function itemNeighbors(
  left: Interactions,
  right: Interactions,
  k: number,
  similarity: (common: number, item: number, other: number) => number,
  signal?: AbortSignal,
): Promise<Neighbors> {
  const byItem = transposed(heaviest(left, left))
  const others = heaviest(right, left)
  const { items } = left
  const starts = new Uint32Array(items + 1)
  const found: number[] = []
  const near: number[] = []
  const common = new Float64Array(items)
  const score = new Float64Array(items)
  for (let one = 0; one < items; one++) {
    if (one % 512 === 0) await breathe(signal)
    const touched: number[] = []
    for (let at = byItem.starts[one]!; at < byItem.starts[one + 1]!; at++) {
      const user = byItem.item[at]!
      const weight = byItem.weight[at]!
      for (let to = others.starts[user]!; to < others.starts[user + 1]!; to++) {
        const other = others.item[to]!
        if (common[other] === 0) touched.push(other)
        common[other]! += weight * others.weight[to]!
      }
    }
    for (const other of touched) {
      score[other] = other === one ? 0 : similarity(common[other]!, one, other)
      common[other] = 0
    }
    const kept = touched
      .filter((other) => score[other]! > 0)
      .sort((a, b) => score[b]! - score[a]! || a - b)
      .slice(0, k)
      .sort((a, b) => a - b)
    for (const other of kept) {
      found.push(other)
      near.push(score[other]!)
    }
    starts[one + 1] = found.length
  }
  return { users: items, items, starts, item: Uint32Array.from(found), weight: Float32Array.from(near) }
}

/** A matrix with at most `MOST` entries of each user, chosen by the weights of another one with the same entries; equals fall at random. */
function heaviest(matrix: Interactions, by: Interactions): Interactions {
  if (lengthsOf(matrix).every((length) => length <= MOST)) return matrix
  const { users, items, item, weight } = matrix
  const starts = new Uint32Array(users + 1)
  const kept: number[] = []
  for (let user = 0; user < users; user++) {
    const from = matrix.starts[user]!
    const places = Array.from({ length: matrix.starts[user + 1]! - from }, (_, k) => from + k)
    if (places.length > MOST) {
      places.sort((a, b) => by.weight[b]! - by.weight[a]! || scattered(item[a]!) - scattered(item[b]!))
      places.length = MOST
      places.sort((a, b) => a - b)
    }
    for (const place of places) kept.push(place)
    starts[user + 1] = kept.length
  }
  return {
    users,
    items,
    starts,
    item: Uint32Array.from(kept, (at) => item[at]!),
    weight: Float32Array.from(kept, (at) => weight[at]!),
  }
}

/** A number that looks random, always the same for the same item (Knuth's multiplicative hash). */
function scattered(item: number): number {
  return Math.imul(item, 2654435761) >>> 0
}

/** Σ over a user's items of weight · nearness, for some users: users × items, row-major. */
export function neighborScores(
  matrix: Interactions,
  neighbors: Neighbors,
  users: ArrayLike<number>,
): Float32Array {
  const { items } = matrix
  const out = new Float32Array(users.length * items)
  for (let row = 0; row < users.length; row++)
    for (let at = matrix.starts[users[row]!]!; at < matrix.starts[users[row]! + 1]!; at++) {
      const [weight, item] = [matrix.weight[at]!, matrix.item[at]!]
      for (let to = neighbors.starts[item]!; to < neighbors.starts[item + 1]!; to++)
        out[row * items + neighbors.item[to]!]! += weight * neighbors.weight[to]!
    }
  return out
}
