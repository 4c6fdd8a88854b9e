import type { Beliefs } from '../core/candidate.ts'
import { LABELS, type Label } from '../core/labels.ts'
import type { Encoder } from '../features/encoder.ts'
import { encodeRows } from '../features/encoder.ts'
import { FEATURE_COUNT, FEATURE_INDEX } from '../features/feature-names.ts'
import { type Logistic, sigmoid } from './logistic.ts'
import type { Platt } from './platt.ts'

/** n × heads log-odds of each label that the listener's data could teach; a finish is always among them. */
export type HeadLogits = { readonly finish: Float64Array } & { readonly [L in Label]?: Float64Array }

/**
 * Predicts what a listener does with a track. A model must never read anything but the raw features, and must state
 * probabilities of a finish that are calibrated on plays it was not fitted on.
 */
export interface LikabilityModel {
  /** How many heads it has: their spread is its uncertainty. */
  readonly heads: number
  /** n × FEATURE_COUNT raw features → log-odds a head. */
  logits(raw: Float32Array): Promise<HeadLogits>
}

/** The simple model of one head: logistic regression on encoded features, Platt-scaled per view. Plain data. */
export interface LogisticLikability {
  readonly kind: 'logistic'
  readonly encoder: Encoder
  readonly weights: readonly number[]
  readonly bias: number
  /** Calibration fitted on held-out plays, with and without knowledge of the sitting. */
  readonly calibration: { readonly rolling: Platt; readonly frozen: Platt }
}

/** A model over its stored form. */
export function logisticLikability(stored: LogisticLikability): LikabilityModel {
  const { encoder, calibration } = stored
  const weights = Float64Array.from(stored.weights)
  const width = encoder.width
  const plattOf = (raw: Float32Array, row: number) =>
    raw[row * FEATURE_COUNT + FEATURE_INDEX.noSitting] === 1 ? calibration.frozen : calibration.rolling
  return {
    heads: 1,
    async logits(raw) {
      const encoded = encodeRows(encoder, raw)
      const finish = Float64Array.from({ length: raw.length / FEATURE_COUNT }, (_, row) => {
        let sum = stored.bias
        for (let j = 0, at = row * width; j < width; j++, at++) sum += weights[j]! * encoded[at]!
        const { a, b } = plattOf(raw, row)
        return a * sum + b
      })
      return { finish }
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

/** The log-odds of `meanProbability`, finite also where all heads are certain. */
export function meanLogit(logits: Float64Array, heads: number): Float64Array {
  return meanProbability(logits, heads).map((p) => {
    const inside = Math.min(Math.max(p, 1e-12), 1 - 1e-12)
    return Math.log(inside / (1 - inside))
  })
}

/** Puts a fitted logistic regression into its stored form. */
export function storeLogistic(
  fitted: Logistic,
  encoder: Encoder,
  calibration: LogisticLikability['calibration'],
): LogisticLikability {
  return {
    kind: 'logistic',
    encoder,
    weights: Array.from(fitted.weights),
    bias: fitted.bias,
    calibration,
  }
}

/** How much the heads disagree: the standard deviation of their probabilities, n × heads log-odds → n. */
export function headSpread(logits: Float64Array, heads: number): Float64Array {
  const means = meanProbability(logits, heads)
  return means.map((mean, row) => {
    let squares = 0
    for (let h = 0; h < heads; h++) squares += (sigmoid(logits[row * heads + h]!) - mean) ** 2
    return Math.sqrt(squares / heads)
  })
}

/** What the heads believe of one row of their log-odds. */
export function beliefsOf(logits: HeadLogits, heads: number, row: number): Beliefs {
  const of = (label: Label) => logits[label]?.subarray(row * heads, (row + 1) * heads)
  const told = LABELS.flatMap((label) => {
    const its = of(label)
    return its ? [[label, meanProbability(its, heads)[0]!] as const] : []
  })
  const probabilities = { finish: 0, ...Object.fromEntries(told) }
  return { probabilities, uncertainty: headSpread(of('finish')!, heads)[0]! }
}
