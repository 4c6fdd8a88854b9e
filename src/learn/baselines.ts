import { logLoss } from '../metrics/binary.ts'
import { COUNTS, type Examples } from './dataset.ts'

/** What ours has to beat: predictions from counts alone. */
export const BASELINES = ['base-rate', 'track-rate', 'artist-rate'] as const
export type BaselineName = (typeof BASELINES)[number]

/** How many outcomes at the base rate a thing's own rate is drawn towards; the best on the training part is taken. */
const STRENGTHS = [0.5, 1, 2, 4, 8, 16, 32]

/**
 * Probabilities of each baseline for `examples`. The base rate is the training part's share of finishes for every row; a
 * thing's own rate rolls forward with what happened so far, and is drawn to the base rate as strongly as was best on `training`.
 */
export function baselinePredictions(
  training: Examples,
  examples: Examples,
): Record<BaselineName, Float64Array> {
  const share = training.label.reduce((sum, label) => sum + label, 0) / training.size
  const ownRate = (thing: 'track' | 'artist') => {
    const rates = ({ counts, size }: Examples, strength: number) =>
      Float64Array.from({ length: size }, (_, i) => {
        const at = i * COUNTS.stride + COUNTS[thing]
        const [finishes, skips] = [counts[at]!, counts[at + 1]!]
        return (finishes + strength * share) / (finishes + skips + strength)
      })
    const losses = STRENGTHS.map((strength) => logLoss(rates(training, strength), training.label))
    return rates(examples, STRENGTHS[losses.indexOf(Math.min(...losses))]!)
  }
  return {
    'base-rate': new Float64Array(examples.size).fill(share),
    'track-rate': ownRate('track'),
    'artist-rate': ownRate('artist'),
  }
}
