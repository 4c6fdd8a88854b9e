import type { Label } from './labels.ts'

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
