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

/** Parts of the cases, one of which judges what was found on the others. */
const FOLDS = 3

/**
 * Weights that hold on cases they were not found on: of the best part alone, all alike and a search (see `searchWeights`) the one that is
 * best across folds, then found on all cases. With few cases a search fits their chance, and loses to the other two there.
 * @param values of one weight a part, one a case; larger is better
 */
export function steadyWeights(
  count: number,
  cases: number,
  values: (weights: readonly number[], cases: readonly number[]) => Float64Array,
): BlendWeights {
  const everything = Array.from({ length: cases }, (_, at) => at)
  const mean = (weights: readonly number[], some: readonly number[]) =>
    values(weights, some).reduce((sum, value) => sum + value, 0) / some.length
  const search = (some: readonly number[]) => searchWeights(count, (weights) => mean(weights, some))
  const found = search(everything)
  const alike = found.parts.map(() => 1)
  const onlyBest = ({ parts }: BlendWeights) => {
    const best = parts.indexOf(Math.max(...parts))
    return parts.map((_, part) => (part === best ? 1 : 0))
  }
  const sums = { searched: 0, alike: 0, best: 0 }
  if (cases >= FOLDS)
    for (let fold = 0; fold < FOLDS; fold++) {
      const judging = everything.filter((at) => at % FOLDS === fold)
      const own = search(everything.filter((at) => at % FOLDS !== fold))
      sums.searched += mean(own.weights, judging) * judging.length
      sums.alike += mean(alike, judging) * judging.length
      sums.best += mean(onlyBest(own), judging) * judging.length
    }
  const most = Math.max(sums.searched, sums.alike, sums.best)
  const weights = sums.alike === most ? alike : sums.searched === most ? found.weights : onlyBest(found)
  return { weights, ndcg: mean(weights, everything), parts: found.parts }
}
