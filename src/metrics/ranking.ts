/** How good the ranked lists of some users are; every function is of one user's list unless it says so. */

/** Share of the relevant items that are in the first k. Divided by the number of relevant items, however many there are; NaN without any. */
export function recallAtK(ranked: ArrayLike<number>, relevant: ReadonlySet<number>, k: number): number {
  let hits = 0
  for (let at = 0; at < Math.min(k, ranked.length); at++) if (relevant.has(ranked[at]!)) hits++
  return hits / relevant.size
}

/**
 * Σ 1 / log2(rank + 1) of the relevant items in the first k, over the most that k places could hold (Järvelin & Kekäläinen 2002, binary
 * gains). NaN without relevant items.
 */
export function ndcgAtK(ranked: ArrayLike<number>, relevant: ReadonlySet<number>, k: number): number {
  let gain = 0
  for (let at = 0; at < Math.min(k, ranked.length); at++)
    if (relevant.has(ranked[at]!)) gain += 1 / Math.log2(at + 2)
  let most = 0
  for (let at = 0; at < Math.min(k, relevant.size); at++) most += 1 / Math.log2(at + 2)
  return gain / most
}

/** One over the rank of the first relevant item, 0 when none is in the list. */
export function reciprocalRank(ranked: ArrayLike<number>, relevant: ReadonlySet<number>): number {
  for (let at = 0; at < ranked.length; at++) if (relevant.has(ranked[at]!)) return 1 / (at + 1)
  return 0
}

/** Mean of −log2 of the share of users who have an item, over a list: how little known it is, in bits. NaN for an empty list. */
export function novelty(ranked: ArrayLike<number>, listeners: ArrayLike<number>, users: number): number {
  let bits = 0
  for (let at = 0; at < ranked.length; at++) bits -= Math.log2(Math.max(listeners[ranked[at]!]!, 1) / users)
  return bits / ranked.length
}

/** Share of the items that are in at least one list, from how many lists each is in. */
export function coverage(timesListed: ArrayLike<number>): number {
  let listed = 0
  for (let item = 0; item < timesListed.length; item++) if (timesListed[item]! > 0) listed++
  return listed / timesListed.length
}

/** How unequally lists share out among the items: 0 all alike, towards 1 all to one item (Gini). NaN when no item is in any list. */
export function gini(timesListed: ArrayLike<number>): number {
  const ascending = Float64Array.from(timesListed).sort()
  const n = ascending.length
  let [total, ranked] = [0, 0]
  for (let i = 0; i < n; i++) {
    total += ascending[i]!
    ranked += (i + 1) * ascending[i]!
  }
  return (2 * ranked) / (n * total) - (n + 1) / n
}

/** The k best places of scores, best first, of equal ones the first; places at −∞ never come. */
export function topK(scores: ArrayLike<number>, k: number): Uint32Array {
  const places = new Uint32Array(k)
  const values = new Float64Array(k)
  let count = 0
  for (let place = 0; place < scores.length; place++) {
    const value = scores[place]!
    if (!(value > Number.NEGATIVE_INFINITY) || (count === k && value <= values[k - 1]!)) continue
    let at = count < k ? count++ : k - 1
    while (at > 0 && values[at - 1]! < value) {
      values[at] = values[at - 1]!
      places[at] = places[at - 1]!
      at--
    }
    values[at] = value
    places[at] = place
  }
  return places.subarray(0, count)
}
