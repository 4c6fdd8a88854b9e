/** Points that can be asked for what is near, exactly. */
export interface SoundTree {
  /** Indexes of the `k` points closest to a point, closest first (ties by index). */
  nearest(point: ArrayLike<number>, k: number): Int32Array
}

/** Points below this many are not divided further. */
const LEAF = 24

/**
 * A k-d tree (Bentley 1975): halves at the median of the dimension of widest spread, so that a search leaves out every part that
 * lies further than what it has, by all dimensions that divide it off (Arya & Mount 1993). Exact, and the same for the same points.
 * @param points n × width, without NaN
 */
export function soundTree(points: Float32Array, width: number): SoundTree {
  const n = points.length / width
  const order = Int32Array.from({ length: n }, (_, i) => i)
  /** Inner nodes by the middle of the range that they divide, (from + to) >> 1: along which dimension, and where. */
  const dimensions = new Uint8Array(n)
  const values = new Float32Array(n)
  const divide = (from: number, to: number): void => {
    if (to - from <= LEAF) return
    const dimension = widest(points, width, order, from, to)
    const middle = (from + to) >> 1
    select(order, from, to - 1, middle, (i) => points[i * width + dimension]!)
    dimensions[middle] = dimension
    values[middle] = points[order[middle]! * width + dimension]!
    divide(from, middle)
    divide(middle, to)
  }
  divide(0, n)
  // In the order of the tree, so that a leaf is one run of memory.
  const placed = new Float32Array(points.length)
  order.forEach((i, at) => {
    placed.set(points.subarray(i * width, (i + 1) * width), at * width)
  })

  return {
    nearest(point, k) {
      const found = closest(Math.min(k, n))
      // How far the point lies outside of the part that is visited, along each dimension, and squared over all of them.
      const outside = new Float64Array(width)
      const visit = (from: number, to: number, apart: number): void => {
        if (to - from <= LEAF) {
          for (let at = from; at < to; at++) {
            let sum = 0
            for (let j = 0, base = at * width; j < width && sum <= found.limit; j++) {
              const difference = placed[base + j]! - point[j]!
              sum += difference * difference
            }
            if (sum <= found.limit) found.add(order[at]!, sum)
          }
          return
        }
        const middle = (from + to) >> 1
        const dimension = dimensions[middle]!
        const side = point[dimension]! - values[middle]!
        if (side < 0) visit(from, middle, apart)
        else visit(middle, to, apart)
        const before = outside[dimension]!
        const further = apart - before * before + side * side
        // Sums of rounded squares: what is as far as the limit by a hair is looked at.
        if (further > found.limit * (1 + 1e-9)) return
        outside[dimension] = side
        if (side < 0) visit(middle, to, further)
        else visit(from, middle, further)
        outside[dimension] = before
      }
      if (k > 0) visit(0, n, 0)
      return found.rows()
    },
  }
}

/** The k least of what is added, in order. */
function closest(k: number) {
  const rows = new Int32Array(k)
  const distances = new Float64Array(k)
  let size = 0
  return {
    limit: Number.POSITIVE_INFINITY,
    add(row: number, distance: number) {
      if (size === k && distance === this.limit && row > rows[k - 1]!) return
      let at = size < k ? size++ : k - 1
      while (
        at > 0 &&
        (distances[at - 1]! > distance || (distances[at - 1] === distance && rows[at - 1]! > row))
      ) {
        distances[at] = distances[at - 1]!
        rows[at] = rows[at - 1]!
        at--
      }
      distances[at] = distance
      rows[at] = row
      if (size === k) this.limit = distances[k - 1]!
    },
    rows: () => rows.slice(0, size),
  }
}

/** Measured on up to a few hundred of the points. */
function widest(points: Float32Array, width: number, order: Int32Array, from: number, to: number): number {
  const step = Math.max(1, Math.floor((to - from) / 256))
  let [best, spread] = [0, -1]
  for (let j = 0; j < width; j++) {
    let [sum, squares, count] = [0, 0, 0]
    for (let at = from; at < to; at += step) {
      const value = points[order[at]! * width + j]!
      sum += value
      squares += value * value
      count++
    }
    const variance = squares / count - (sum / count) ** 2
    if (variance > spread) {
      spread = variance
      best = j
    }
  }
  return best
}

/** Quickselect (Hoare 1961): afterwards order[k] is in its sorted place, smaller ones before it and larger ones after. */
function select(order: Int32Array, low: number, high: number, k: number, value: (i: number) => number): void {
  let [left, right] = [low, high]
  while (left < right) {
    const pivot = value(order[(left + right) >> 1]!)
    let [i, j] = [left, right]
    while (i <= j) {
      while (value(order[i]!) < pivot) i++
      while (value(order[j]!) > pivot) j--
      if (i > j) break
      const kept = order[i]!
      order[i] = order[j]!
      order[j] = kept
      i++
      j--
    }
    if (k <= j) right = j
    else if (k >= i) left = i
    else return
  }
}
