/** What keeps a list to the shares that the corners have in a listener's taste. */
export interface Balance {
  /** Share of each corner, all above 0; they sum to 1. */
  readonly shares: readonly number[]
  /** How strongly, 0 not at all: with λ, a long list is drawn λ/(1 + λ) of the way, in logarithms, from what it would be to the shares. */
  readonly strength: number
}

/**
 * What the next track of each corner costs after so many of each, in nats: λ ln(q_c / p_c), less that of the corner that costs least, where p are the shares
 * and q_c = (count_c + p_c) / (total + 1) those of the list so far, which begins as if one track of all corners had been drawn. It is λ times what the track
 * adds to the divergence of the list from the shares, total · KL(q ‖ p).
 */
export function balanceCosts({ shares, strength }: Balance, counts: ArrayLike<number>): Float64Array {
  let total = 1
  for (let c = 0; c < shares.length; c++) total += counts[c]!
  const costs = Float64Array.from(
    shares,
    (share, c) => strength * Math.log((counts[c]! + share) / (share * total)),
  )
  const least = Math.min(...costs)
  return costs.map((cost) => cost - least)
}
