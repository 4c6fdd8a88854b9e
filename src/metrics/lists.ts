/** What a list of tracks is like; every function is of one list unless it says so. */

/**
 * Mean distance of its pairs, √(mean squared difference) over the numbers that both have: how varied it is (intra-list distance, Ziegler et al. 2005).
 * NaN when no pair can be compared.
 * @param points one a track; NaN where a number is missing
 */
export function intraListDistance(points: readonly ArrayLike<number>[]): number {
  let [sum, pairs] = [0, 0]
  for (let i = 0; i < points.length; i++)
    for (let j = 0; j < i; j++) {
      const apart = distance(points[i]!, points[j]!)
      if (Number.isNaN(apart)) continue
      sum += apart
      pairs++
    }
  return sum / pairs
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [sum, shared] = [0, 0]
  for (let k = 0; k < a.length; k++) {
    const difference = a[k]! - b[k]!
    if (Number.isNaN(difference)) continue
    sum += difference * difference
    shared++
  }
  return Math.sqrt(sum / shared)
}

/**
 * Mean of −log2((popularity + 1) / 101), in bits: 0 for what everybody knows, 6.7 for what nobody does. NaN when no popularity is known.
 * @param popularity 0…100, NaN where unknown
 */
export function selfInformation(popularity: ArrayLike<number>): number {
  return meanKnown(Array.from(popularity, (value) => -Math.log2((value + 1) / 101)))
}

/** Mean of the numbers that are none NaN; NaN without any. */
export function meanKnown(values: ArrayLike<number>): number {
  let [sum, count] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) continue
    sum += values[i]!
    count++
  }
  return sum / count
}

/** How many tracks have one of the same artist among the `gap` before them. */
export function gapViolations(artists: ArrayLike<number>, gap: number): number {
  const last = new Map<number, number>()
  let count = 0
  for (let i = 0; i < artists.length; i++) {
    const before = last.get(artists[i]!)
    if (before !== undefined && i - before <= gap) count++
    last.set(artists[i]!, i)
  }
  return count
}

/** How much of the target is mixed into the list's shares, so that a part with nothing in the list does not cost without end. */
const SMOOTHING = 0.01

/**
 * The miscalibration of a list: Σ p ln(p / ((1 − α) q + α p)), α = .01, in nats (Steck 2018, eq. 6 and 7); 0 when its shares are the listener's. NaN for an
 * empty list.
 * @param shares p, of each part in the taste; they sum to 1
 * @param parts the part that each track lies in
 */
export function miscalibration(shares: ArrayLike<number>, parts: ArrayLike<number>): number {
  if (parts.length === 0) return Number.NaN
  const counts = new Float64Array(shares.length)
  for (let i = 0; i < parts.length; i++) counts[parts[i]!]!++
  let sum = 0
  for (let c = 0; c < shares.length; c++) {
    const p = shares[c]!
    if (p > 0) sum += p * Math.log(p / ((1 - SMOOTHING) * (counts[c]! / parts.length) + SMOOTHING * p))
  }
  // Rounding may leave less than nothing of shares that agree.
  return Math.max(0, sum)
}

/** Share of the members of either list that both have, 0…1 (Jaccard). NaN for two empty lists. */
export function overlap(a: readonly number[], b: readonly number[]): number {
  const one = new Set(a)
  const other = new Set(b)
  let both = 0
  for (const member of one) if (other.has(member)) both++
  return both / (one.size + other.size - both)
}

/**
 * Σ gain / log2(rank + 1) over that of the best order of the best of the pool: 1 for a list that could not be better (Järvelin & Kekäläinen 2002,
 * gains as they are). NaN for an empty list.
 * @param gains of the list, in its order
 * @param pool the gains of all that could have been in it, in any order
 */
export function gradedNdcg(gains: readonly number[], pool: readonly number[]): number {
  const best = [...pool].sort((a, b) => b - a).slice(0, gains.length)
  return discounted(gains) / discounted(best)
}

function discounted(gains: readonly number[]): number {
  return gains.reduce((sum, gain, i) => sum + gain / Math.log2(i + 2), 0)
}
