import { type Interactions, listenersOf } from './interactions.ts'
import type { RankingScorer } from './ranking-model.ts'

/** The items of two users or more, numbered anew: nothing links an item of one user to anybody else, and long catalogues are full of them. */
export interface LinkedItems {
  /** Their numbers in the whole matrix, ascending. */
  readonly items: readonly number[]
  /** The entries of another matrix of the same items that are about them, by the new numbers. */
  among(matrix: Interactions): Interactions
  /** Scores by the new numbers as scores of all items: what is not linked is below the lowest of its row. */
  widened(scores: Float32Array): Float32Array
}

const LEAST_USERS = 2

/** Which items of a matrix have two users or more. */
export function linkedItems(matrix: Interactions): LinkedItems {
  const users = listenersOf(matrix)
  const items = [...users.keys()].filter((item) => users[item]! >= LEAST_USERS)
  const number = Int32Array.from(users, () => -1)
  for (const [at, item] of items.entries()) number[item] = at
  return {
    items,
    among(other) {
      const starts = new Uint32Array(other.users + 1)
      const places: number[] = []
      for (let user = 0; user < other.users; user++) {
        for (let at = other.starts[user]!; at < other.starts[user + 1]!; at++)
          if (number[other.item[at]!]! >= 0) places.push(at)
        starts[user + 1] = places.length
      }
      return {
        users: other.users,
        items: items.length,
        starts,
        item: Uint32Array.from(places, (at) => number[other.item[at]!]!),
        weight: Float32Array.from(places, (at) => other.weight[at]!),
      }
    },
    widened(scores) {
      const rows = items.length === 0 ? 0 : scores.length / items.length
      const out = new Float32Array(rows * users.length)
      for (let row = 0; row < rows; row++) {
        const own = scores.subarray(row * items.length, (row + 1) * items.length)
        out.fill(lowest(own) - 1, row * users.length, (row + 1) * users.length)
        for (const [at, item] of items.entries()) out[row * users.length + item] = own[at]!
      }
      return out
    },
  }
}

function lowest(values: Float32Array): number {
  return values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
}

/** Scores that are all the same: what there is to say where no item is linked. */
export function knowsNothing(items: number): RankingScorer {
  return { score: async (users) => new Float32Array(users.length * items) }
}
