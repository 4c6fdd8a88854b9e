import type { Query } from '../core/query.ts'
import type { Occasion } from './exposure.ts'

/** Longer than a day with its hour more when the clocks go back. */
const LONGEST_DAY = 25 * 3_600_000

/**
 * What a draw is on its day, and as of when it scores: the day's first of its recipe, or again, as of the first; by a seed, a novelty or a policy that was asked for.
 * A clock that went back on that day does not make another first.
 * @param drawn when the days' slates of the recipe were drawn, ms since the epoch
 * @param dateOf the listener's date at a moment
 */
export function occasionOf(
  { at, seed, novelty, policy }: Pick<Query, 'at' | 'seed' | 'novelty' | 'policy'>,
  drawn: Float64Array,
  dateOf: (moment: number) => string,
): { readonly occasion: Occasion; readonly at: number } {
  const first = drawn.find((moment) => Math.abs(moment - at) < LONGEST_DAY && dateOf(moment) === dateOf(at))
  const usual = first === undefined ? 'day' : 'again'
  const occasion =
    seed !== undefined ? 'seeded' : novelty !== undefined || policy !== undefined ? 'adjusted' : usual
  return { occasion, at: first ?? at }
}
