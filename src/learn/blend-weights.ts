/** Weights of parts that are summed, not negative, with what they reach. */
export interface BlendWeights {
  readonly weights: readonly number[]
  readonly ndcg: number
  /** What each part reaches by itself. */
  readonly parts: readonly number[]
}

const STEPS = [0.5, 0.2, 0.1, 0.05]

/**
 * The weights that reach the most, by coordinate search from the best single part and from all alike: never less than a part does alone.
 * @param ndcg of one weight a part, of which at least one is above 0; larger is better
 */
export function searchWeights(count: number, ndcg: (weights: readonly number[]) => number): BlendWeights {
  const all = Array.from({ length: count }, (_, part) => part)
  const only = (part: number) => all.map((other) => (other === part ? 1 : 0))
  const parts = all.map((part) => ndcg(only(part)))
  const climb = (start: readonly number[]) => {
    let [weights, best] = [start, ndcg(start)]
    for (const step of STEPS)
      for (let moved = true; moved; ) {
        moved = false
        for (const part of all)
          for (const by of [step, -step]) {
            const tried = weights.map((weight, other) =>
              other === part ? Math.max(Math.round(100 * (weight + by)) / 100, 0) : weight,
            )
            const value = tried.some((weight) => weight > 0) ? ndcg(tried) : 0
            if (value > best) [weights, best, moved] = [tried, value, true]
          }
      }
    return { weights, ndcg: best }
  }
  const [strongest, alike] = [climb(only(parts.indexOf(Math.max(...parts)))), climb(all.map(() => 1))]
  return { ...(alike.ndcg > strongest.ndcg ? alike : strongest), parts }
}
