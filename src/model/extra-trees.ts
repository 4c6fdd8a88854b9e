import type { Random } from '../core/random.ts'

export interface ExtraTreesSettings {
  /** Columns of `X`. */
  readonly d: number
  readonly trees: number
  /** How many columns are tried at a node. */
  readonly tries: number
  /** A node of fewer rows is a leaf. */
  readonly minSplit: number
}

/** One tree: node 0 is the root; `column` −1 marks a leaf, whose `share` is the share of label 1. */
interface Tree {
  readonly column: Int32Array
  readonly cut: Float32Array
  readonly left: Int32Array
  readonly right: Int32Array
  readonly share: Float32Array
}

export interface ExtraTrees {
  readonly d: number
  readonly trees: readonly Tree[]
}

/**
 * Fits extremely randomised trees (Geurts, Ernst & Wehenkel 2006): every tree sees all rows, a node draws `tries` columns that
 * are not constant in it, one uniform cut for each, and keeps the cut of least Gini impurity.
 * @param X n × d, row-major, without NaN
 * @param y n labels, 0 or 1
 */
export function fitExtraTrees(
  X: Float32Array,
  y: ArrayLike<number>,
  settings: ExtraTreesSettings,
  random: Random,
): ExtraTrees {
  const labels = Uint8Array.from(y)
  const trees = Array.from({ length: settings.trees }, (_, t) =>
    growTree(X, labels, settings, random.fork(`tree ${t}`)),
  )
  return { d: settings.d, trees }
}

/** The probability of a 1 for every row of `X` (m × d, row-major): the mean share of label 1 in the leaves it falls into. */
export function extraTreesShare({ d, trees }: ExtraTrees, X: Float32Array): Float64Array {
  return Float64Array.from({ length: X.length / d }, (_, row) => {
    let sum = 0
    for (const { column, cut, left, right, share } of trees) {
      let node = 0
      while (column[node]! >= 0) {
        node = X[row * d + column[node]!]! < cut[node]! ? left[node]! : right[node]!
      }
      sum += share[node]!
    }
    return sum / trees.length
  })
}

function growTree(X: Float32Array, y: Uint8Array, settings: ExtraTreesSettings, random: Random): Tree {
  const n = y.length
  // A binary tree with at most n leaves.
  const size = 2 * n
  const column = new Int32Array(size).fill(-1)
  const cut = new Float32Array(size)
  const left = new Int32Array(size)
  const right = new Int32Array(size)
  const share = new Float32Array(size)
  const rows = Uint32Array.from({ length: n }, (_, i) => i)
  const columns = Int32Array.from({ length: settings.d }, (_, j) => j)
  let nodes = 1
  const open = [{ node: 0, start: 0, end: n }]

  for (let next = open.pop(); next; next = open.pop()) {
    const { node, start, end } = next
    let positives = 0
    for (let i = start; i < end; i++) positives += y[rows[i]!]!
    share[node] = positives / (end - start)
    if (end - start < settings.minSplit || positives === 0 || positives === end - start) continue
    const split = drawSplit({ X, y, rows, start, end, positives, columns, settings, random })
    if (!split) continue
    column[node] = split.column
    cut[node] = split.cut
    const middle = partition(X, settings.d, rows, start, end, split)
    left[node] = nodes++
    right[node] = nodes++
    open.push({ node: left[node]!, start, end: middle }, { node: right[node]!, start: middle, end })
  }
  const trim = <T extends Int32Array | Float32Array>(values: T) => values.slice(0, nodes) as T
  return { column: trim(column), cut: trim(cut), left: trim(left), right: trim(right), share: trim(share) }
}

interface Split {
  readonly column: number
  readonly cut: number
}

interface Node {
  readonly X: Float32Array
  readonly y: Uint8Array
  readonly rows: Uint32Array
  readonly start: number
  readonly end: number
  readonly positives: number
  /** All columns, in any order; shuffled as far as they are drawn. */
  readonly columns: Int32Array
  readonly settings: ExtraTreesSettings
  readonly random: Random
}

/** The best of up to `tries` random splits, or nothing when all columns are constant in the node. */
function drawSplit(node: Node): Split | undefined {
  const { X, rows, start, end, columns, settings, random } = node
  const { d, tries } = settings
  let best: Split | undefined
  let least = Number.POSITIVE_INFINITY
  let tried = 0
  for (let drawn = 0; drawn < d && tried < tries; drawn++) {
    const other = drawn + random.int(d - drawn)
    const column = columns[other]!
    columns[other] = columns[drawn]!
    columns[drawn] = column
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    for (let i = start; i < end; i++) {
      const value = X[rows[i]! * d + column]!
      if (value < low) low = value
      if (value > high) high = value
    }
    if (!(low < high)) continue
    tried++
    // Rounded like the data; a cut that falls on `low` would leave the left side empty.
    const drawnCut = Math.fround(high - random.next() * (high - low))
    const cut = drawnCut > low ? drawnCut : high
    const impurity = impurityOf(node, column, cut)
    if (impurity < least) {
      least = impurity
      best = { column, cut }
    }
  }
  return best
}

/** Gini impurity of the two sides, each weighted by its rows (up to a constant). */
function impurityOf(
  { X, y, rows, start, end, positives, settings }: Node,
  column: number,
  cut: number,
): number {
  let count = 0
  let ones = 0
  for (let i = start; i < end; i++) {
    const row = rows[i]!
    const goesLeft = X[row * settings.d + column]! < cut ? 1 : 0
    count += goesLeft
    ones += goesLeft & y[row]!
  }
  const otherCount = end - start - count
  const otherOnes = positives - ones
  return (ones * (count - ones)) / count + (otherOnes * (otherCount - otherOnes)) / otherCount
}

/** Reorders rows[start…end) so that those left of the cut come first; returns where the others start. */
function partition(
  X: Float32Array,
  d: number,
  rows: Uint32Array,
  start: number,
  end: number,
  { column, cut }: Split,
): number {
  let middle = start
  for (let i = start; i < end; i++) {
    const row = rows[i]!
    if (!(X[row * d + column]! < cut)) continue
    rows[i] = rows[middle]!
    rows[middle++] = row
  }
  return middle
}
