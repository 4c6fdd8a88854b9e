import type { Familiarity, ScoredCandidate } from '../../src/core/candidate.ts'
import type { DrawRules } from '../../src/core/draw-rules.ts'
import type { Random } from '../../src/core/random.ts'
import { patternPropensity } from '../../src/explore/pattern.ts'
import type { Policy } from '../../src/explore/policy.ts'
import { cutPool } from '../../src/explore/pool.ts'
import { chiSquareTail } from './chi-square.ts'

/** What is drawn from: candidates, rules, and how many slots. */
export interface Drawing {
  readonly candidates: readonly ScoredCandidate[]
  readonly rules: DrawRules
  readonly n: number
}

/** Every pattern of `n` slots, drawable or not. */
export function patterns(n: number): Familiarity[][] {
  if (n === 0) return [[]]
  return patterns(n - 1).flatMap((rest): Familiarity[][] => [
    ['familiar', ...rest],
    ['new', ...rest],
  ])
}

/** Every ordered list of `n` of `size` positions, none twice. */
export function orders(size: number, n: number): number[][] {
  if (n === 0) return [[]]
  return orders(size, n - 1).flatMap((prefix) =>
    Array.from({ length: size }, (_, i) => i)
      .filter((i) => !prefix.includes(i))
      .map((i) => [...prefix, i]),
  )
}

/** Stated probability of every pattern with every beginning of `depth` tracks, by "pattern order". */
export function statedLists(
  policy: Policy,
  { candidates, rules, n }: Drawing,
  depth = n,
): Map<string, number> {
  const pool = cutPool(candidates, rules.novelty)
  const fresh = pool.filter(({ familiarity }) => familiarity === 'new').length
  const quota = { slots: n, novelty: rules.novelty, familiar: pool.length - fresh, fresh }
  const beginnings = orders(pool.length, depth)
  const stated = new Map<string, number>()
  for (const pattern of patterns(n)) {
    const chance = patternPropensity(pattern, quota)
    if (chance === 0) continue
    for (const order of beginnings) {
      const { prefixPropensity } = policy.propensities(pool, rules, pattern, order).at(-1)!
      stated.set(keyOf(pattern, order), chance * prefixPropensity)
    }
  }
  return stated
}

const keyOf = (pattern: readonly Familiarity[], order: readonly number[]) => `${pattern} ${order}`

/** Cells with fewer draws expected than this are counted as one. */
const LEAST_EXPECTED = 10

/** How lists that were drawn agree with what was stated of them. */
export interface Agreement {
  /** Lists that are expected often enough to be a cell of their own. */
  readonly cells: number
  /** Lists that were drawn although their stated probability is 0. */
  readonly impossible: number
  /** P of a chi-square at least as large as that of all cells together, and of the worst cell alone. */
  readonly together: number
  readonly worst: number
}

/** Draws lists and tests them against the stated probabilities of their beginnings. */
export function agreement(
  policy: Policy,
  drawing: Drawing,
  draws: number,
  random: Random,
  depth = drawing.n,
): Agreement {
  const { candidates, rules, n } = drawing
  const stated = statedLists(policy, drawing, depth)
  const positions = new Map(cutPool(candidates, rules.novelty).map(({ trackId }, i) => [trackId, i]))
  const counts = new Map<string, number>()
  for (let i = 0; i < draws; i++) {
    const { pattern, tracks } = policy.draw(candidates, rules, n, random)
    const order = tracks.slice(0, depth).map(({ candidate }) => positions.get(candidate.trackId)!)
    const key = keyOf(pattern, order)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const rest = { count: draws, probability: 1 }
  let [cells, squares, largest] = [0, 0, 0]
  const add = (count: number, probability: number) => {
    const off = (count - draws * probability) ** 2
    cells++
    squares += off / (draws * probability)
    if (probability < 1 - 1e-12) largest = Math.max(largest, off / (draws * probability * (1 - probability)))
  }
  for (const [key, probability] of stated)
    if (probability * draws >= LEAST_EXPECTED) {
      const count = counts.get(key) ?? 0
      add(count, probability)
      rest.count -= count
      rest.probability -= probability
    }
  if (rest.probability * draws >= LEAST_EXPECTED) add(rest.count, rest.probability)
  return {
    cells,
    impossible: [...counts].filter(([key]) => !((stated.get(key) ?? 0) > 0)).length,
    together: cells > 1 ? chiSquareTail(squares, cells - 1) : 1,
    worst: chiSquareTail(largest, 1),
  }
}
