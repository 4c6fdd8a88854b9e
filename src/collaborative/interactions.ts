/** Who listened to what, how much and when, one entry a row of a table. */
export interface InteractionRows {
  readonly user: ArrayLike<number>
  readonly item: ArrayLike<number>
  /** Positive; a count of plays, or 1. */
  readonly weight: ArrayLike<number>
  /** ms since 1970. */
  readonly time?: ArrayLike<number>
}

/** A sparse matrix of users × items by rows (CSR): the entries of user u are those from starts[u] up to, not including, starts[u + 1]. */
export interface Interactions {
  readonly users: number
  readonly items: number
  /** users + 1 positions. */
  readonly starts: Uint32Array
  /** Ascending within a user. */
  readonly item: Uint32Array
  readonly weight: Float32Array
  /** ms since 1970; absent where no time is known. */
  readonly time?: Float64Array
}

/** How a weight counts: as one whatever it is, or by its logarithm. */
export type Weighting = 'presence' | 'log'

/** The matrix of some rows; of a pair that comes twice the weights are summed and the later time counts. */
export function interactions(rows: InteractionRows, users: number, items: number): Interactions {
  const order = Uint32Array.from({ length: rows.user.length }, (_, row) => row).sort(
    (a, b) => rows.user[a]! - rows.user[b]! || rows.item[a]! - rows.item[b]! || a - b,
  )
  const starts = new Uint32Array(users + 1)
  const item = new Uint32Array(order.length)
  const weight = new Float32Array(order.length)
  const time = rows.time && new Float64Array(order.length)
  let at = -1
  let last = -1
  for (const row of order) {
    const user = rows.user[row]!
    if (user !== last || item[at] !== rows.item[row]) {
      at++
      starts[user + 1]!++
      item[at] = rows.item[row]!
      if (time) time[at] = Number.NEGATIVE_INFINITY
      last = user
    }
    weight[at]! += rows.weight[row]!
    if (time) time[at] = Math.max(time[at]!, rows.time![row]!)
  }
  for (let user = 0; user < users; user++) starts[user + 1]! += starts[user]!
  return {
    users,
    items,
    starts,
    item: item.slice(0, at + 1),
    weight: weight.slice(0, at + 1),
    ...(time && { time: time.slice(0, at + 1) }),
  }
}

/** The same entries with items as rows and users as columns, without times. */
export function transposed({ users, items, starts, item, weight }: Interactions): Interactions {
  const turned = new Uint32Array(items + 1)
  for (const column of item) turned[column + 1]!++
  for (let row = 0; row < items; row++) turned[row + 1]! += turned[row]!
  const next = turned.slice(0, items)
  const owner = new Uint32Array(item.length)
  const weights = new Float32Array(item.length)
  for (let user = 0; user < users; user++)
    for (let at = starts[user]!; at < starts[user + 1]!; at++) {
      const place = next[item[at]!]!++
      owner[place] = user
      weights[place] = weight[at]!
    }
  return { users: items, items: users, starts: turned, item: owner, weight: weights }
}

/**
 * The matrix with the weights of a weighting. 'presence' makes each 1. 'log' makes w its ln(1 + w) over the user's mean of that, so
 * that somebody who plays all day counts like anybody else.
 */
export function weighed(matrix: Interactions, weighting: Weighting): Interactions {
  const weight = new Float32Array(matrix.weight.length).fill(1)
  if (weighting === 'log')
    for (let user = 0; user < matrix.users; user++) {
      const [from, to] = [matrix.starts[user]!, matrix.starts[user + 1]!]
      let sum = 0
      for (let at = from; at < to; at++) sum += Math.log1p(matrix.weight[at]!)
      for (let at = from; at < to; at++) weight[at] = (Math.log1p(matrix.weight[at]!) * (to - from)) / sum
    }
  return { ...matrix, weight }
}

/** How many entries each item has. */
export function listenersOf({ items, item }: Interactions): Uint32Array {
  const count = new Uint32Array(items)
  for (const one of item) count[one]!++
  return count
}

/** How many entries each user has. */
export function lengthsOf({ users, starts }: Interactions): Uint32Array {
  return Uint32Array.from({ length: users }, (_, user) => starts[user + 1]! - starts[user]!)
}

/**
 * The scores x · M of some users, x their rows and M a dense items × width matrix: users × width, row-major.
 */
export function timesDense(
  matrix: Interactions,
  users: ArrayLike<number>,
  dense: Float32Array | Float64Array,
  width: number,
): Float32Array {
  const out = new Float32Array(users.length * width)
  for (let row = 0; row < users.length; row++) {
    const user = users[row]!
    for (let at = matrix.starts[user]!; at < matrix.starts[user + 1]!; at++)
      addScaled(out, row * width, dense, matrix.item[at]! * width, width, matrix.weight[at]!)
  }
  return out
}

function addScaled(
  out: Float32Array,
  to: number,
  dense: Float32Array | Float64Array,
  from: number,
  width: number,
  by: number,
): void {
  for (let j = 0; j < width; j++) out[to + j]! += by * dense[from + j]!
}
