/** The rows a k-nearest-neighbours classifier compares with. */
export interface Nearest {
  readonly X: Float32Array
  readonly y: ArrayLike<number>
  /** Columns of `X`. */
  readonly d: number
}

export interface Neighborhood {
  /** How many neighbours vote; all rows when there are fewer. */
  readonly k: number
  /** Whether a neighbour's vote counts 1 or one over its distance. */
  readonly votes: 'equal' | 'by-distance'
}

/**
 * The probability of a 1 for every row of `queries`: the share among its k nearest rows by Euclidean distance (Cover & Hart 1967),
 * with one more vote for the base rate, so that no probability is 0 or 1.
 * @param model rows already scaled, n × d row-major, without NaN
 * @param queries m × d, row-major
 */
export function nearestShare(
  model: Nearest,
  queries: Float32Array,
  { k, votes }: Neighborhood,
): Float64Array {
  const { X, y, d } = model
  const n = y.length
  const base = Array.from(y).reduce((sum, label) => sum + label, 0) / n
  const wanted = Math.min(k, n)
  const distances = new Float64Array(wanted)
  const rows = new Int32Array(wanted)

  return Float64Array.from({ length: queries.length / d }, (_, query) => {
    let held = 0
    for (let row = 0; row < n; row++) {
      const distance = squaredDistance(queries, query * d, X, row * d, d)
      if (held === wanted && distance >= distances[held - 1]!) continue
      let place = held < wanted ? held++ : held - 1
      for (; place > 0 && distances[place - 1]! > distance; place--) {
        distances[place] = distances[place - 1]!
        rows[place] = rows[place - 1]!
      }
      distances[place] = distance
      rows[place] = row
    }
    let positive = 0
    let total = 0
    for (let place = 0; place < held; place++) {
      const vote = votes === 'equal' ? 1 : 1 / (Math.sqrt(distances[place]!) + 1e-3)
      positive += vote * y[rows[place]!]!
      total += vote
    }
    const own = total / Math.max(held, 1)
    return (positive + own * base) / (total + own)
  })
}

function squaredDistance(a: Float32Array, atA: number, b: Float32Array, atB: number, d: number): number {
  let sum = 0
  for (let j = 0; j < d; j++) sum += (a[atA + j]! - b[atB + j]!) ** 2
  return sum
}
