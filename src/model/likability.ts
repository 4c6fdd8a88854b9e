import type { Encoder } from '../features/encoder.ts'
import { encodeRows, widthOf } from '../features/encoder.ts'
import { FEATURE_COUNT, FEATURE_INDEX, FEATURE_NAMES, type FeatureName } from '../features/feature-names.ts'
import { type Logistic, sigmoid } from './logistic.ts'
import type { Platt } from './platt.ts'

/**
 * Predicts whether a listener finishes a track. A model must never read anything but the raw features, and must state
 * probabilities that are calibrated on plays it was not fitted on.
 */
export interface LikabilityModel {
  /** How many heads it has: their spread is its uncertainty. */
  readonly heads: number
  /** n × FEATURE_COUNT raw features → n × heads log-odds of a finish. */
  logits(raw: Float32Array): Float64Array
  /** How much each feature moves one row's log-odds away from those of an average play. */
  contributions(raw: Float32Array): Contributions
}

export interface Contributions {
  /** Log-odds of an average play. */
  readonly base: number
  readonly byFeature: Readonly<Record<FeatureName, number>>
}

/** The simple model of one head: logistic regression on encoded features, Platt-scaled per view. Plain data. */
export interface LogisticLikability {
  readonly kind: 'logistic'
  readonly encoder: Encoder
  readonly weights: readonly number[]
  readonly bias: number
  /** Mean of each encoded input on the training part. */
  readonly centre: readonly number[]
  /** Calibration fitted on held-out plays, with and without knowledge of the sitting. */
  readonly calibration: { readonly rolling: Platt; readonly frozen: Platt }
}

/** A model over its stored form. Attribution is that of linear SHAP with independent inputs (Lundberg & Lee 2017, corollary 1). */
export function logisticLikability(stored: LogisticLikability): LikabilityModel {
  const { encoder, centre, calibration } = stored
  const weights = Float64Array.from(stored.weights)
  const width = encoder.width
  const plattOf = (raw: Float32Array, row: number) =>
    raw[row * FEATURE_COUNT + FEATURE_INDEX.noSitting] === 1 ? calibration.frozen : calibration.rolling
  return {
    heads: 1,
    logits(raw) {
      const encoded = encodeRows(encoder, raw)
      return Float64Array.from({ length: raw.length / FEATURE_COUNT }, (_, row) => {
        let sum = stored.bias
        for (let j = 0, at = row * width; j < width; j++, at++) sum += weights[j]! * encoded[at]!
        const { a, b } = plattOf(raw, row)
        return a * sum + b
      })
    },
    contributions(raw) {
      const encoded = encodeRows(encoder, raw)
      const { a, b } = plattOf(raw, 0)
      let base = stored.bias
      for (let j = 0; j < width; j++) base += weights[j]! * centre[j]!
      const byFeature = Object.fromEntries(
        FEATURE_NAMES.map((name, f) => {
          const column = encoder.columns[f]!
          let sum = 0
          for (let j = column.offset; j < column.offset + widthOf(column); j++)
            sum += weights[j]! * (encoded[j]! - centre[j]!)
          return [name, a * sum]
        }),
      ) as Record<FeatureName, number>
      return { base: a * base + b, byFeature }
    },
  }
}

/** Means over heads: n × heads log-odds → n probabilities. */
export function meanProbability(logits: Float64Array, heads: number): Float64Array {
  const n = logits.length / heads
  return Float64Array.from({ length: n }, (_, row) => {
    let sum = 0
    for (let h = 0; h < heads; h++) sum += sigmoid(logits[row * heads + h]!)
    return sum / heads
  })
}

/** Puts a fitted logistic regression into its stored form. */
export function storeLogistic(
  fitted: Logistic,
  encoder: Encoder,
  centre: readonly number[],
  calibration: LogisticLikability['calibration'],
): LogisticLikability {
  return {
    kind: 'logistic',
    encoder,
    weights: Array.from(fitted.weights),
    bias: fitted.bias,
    centre,
    calibration,
  }
}
