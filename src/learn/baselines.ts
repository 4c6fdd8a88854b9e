import { logLoss } from '../metrics/binary.ts'
import type { Examples } from './dataset.ts'

/** What ours has to beat: predictions from counts alone. */
export const BASELINES = ['base-rate', 'track-rate', 'artist-rate'] as const
export type BaselineName = (typeof BASELINES)[number]

/** How many outcomes at the base rate a thing's own rate is drawn towards; the best on the training part is taken. */
const STRENGTHS = [0.5, 1, 2, 4, 8, 16, 32]

/** Probabilities of each baseline for `examples`, their one setting chosen on `training`. */
export function baselinePredictions(
  training: Examples,
  examples: Examples,
): Record<BaselineName, Float64Array> {
  const ownRate = (thing: 0 | 1) => {
    const losses = STRENGTHS.map((strength) => logLoss(rateOf(training, thing, strength), training.label))
    return rateOf(examples, thing, STRENGTHS[losses.indexOf(Math.min(...losses))]!)
  }
  return {
    'base-rate': Float64Array.from({ length: examples.size }, (_, i) => baseRate(examples.counts, i)),
    'track-rate': ownRate(0),
    'artist-rate': ownRate(1),
  }
}

function rateOf({ counts, size }: Examples, thing: 0 | 1, strength: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => {
    const finishes = counts[i * 6 + 2 * thing]!
    const skips = counts[i * 6 + 2 * thing + 1]!
    return (finishes + strength * baseRate(counts, i)) / (finishes + skips + strength)
  })
}

/** The share of finishes among everything so far, drawn to a half by two outcomes. */
function baseRate(counts: Int32Array, i: number): number {
  const finishes = counts[i * 6 + 4]!
  const skips = counts[i * 6 + 5]!
  return (finishes + 1) / (finishes + skips + 2)
}
