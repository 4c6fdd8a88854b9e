import { FINISH, type Label, type OutcomeCode, SKIP } from './labels.ts'

/**
 * What a play is worth to a listener: how much the log-odds of each label count when tracks are ranked. To be finished counts most, and not to
 * be skipped with it; what is come back to and what is liked outlast the play. What a person is shown stays the probability of a finish.
 */
export const VALUE: Readonly<Record<Label, number>> = { finish: 0.6, skip: -0.1, repeat: 0.2, like: 0.1 }

/**
 * The value of n tracks to each of the heads: the weighted mean of the log-odds of the labels that are predicted, on their scale.
 * @param logits for each label n × heads log-odds
 */
export function trackValues(
  logits: { readonly [L in Label]?: Float64Array } & { readonly finish: Float64Array },
): Float64Array {
  const labels = (Object.keys(VALUE) as Label[]).filter((label) => logits[label])
  const total = labels.reduce((sum, label) => sum + Math.abs(VALUE[label]), 0)
  const values = new Float64Array(logits.finish.length)
  for (const label of labels) {
    const weight = VALUE[label] / total
    const of = logits[label]!
    for (let i = 0; i < values.length; i++) values[i]! += weight * of[i]!
  }
  return values
}

/** What a like or a dislike says of a track, as numbers: 1, −1, 0 where nothing was said. */
export type Said = -1 | 0 | 1

/**
 * What one play turned out to be worth, −¼ … ⅞: the same weights, of a finish, a skip and a like, over their sum; a dislike takes off what a like adds. How a
 * play ended that says nothing is worth 0. Whether a track is come back to is not known for 30 days and does not count.
 */
export function playReward(outcome: OutcomeCode, said: Said): number {
  const total = Math.abs(VALUE.finish) + Math.abs(VALUE.skip) + Math.abs(VALUE.like)
  const ended = outcome === FINISH ? VALUE.finish : outcome === SKIP ? VALUE.skip : 0
  return (ended + VALUE.like * said) / total
}
