import type { PolicyEstimate } from '../off-policy/estimate.ts'
import type { WeightDiagnostics } from '../off-policy/weights.ts'

/** What an estimator says; no interval where the sample shows none. */
export interface EstimatedValue {
  readonly value: number
  readonly standardError: number | null
  readonly ci95: readonly [low: number, high: number] | null
}

/** What `evaluate policy --json` calls `metrics`. Values are rewards a round, or a sitting. */
export interface PolicyMetrics {
  /** What the policy of the log (LOG, where there are two) really got. */
  readonly onPolicyValue: number
  readonly onPolicyCi95: readonly [low: number, high: number] | null
  /** The same of the file of --behaviour; null without one. */
  readonly behaviourValue: number | null
  readonly behaviourCi95: readonly [low: number, high: number] | null
  /** By estimator; {} where the log cannot say. */
  readonly estimates: Readonly<Record<string, EstimatedValue>>
  /** Rounds or sittings that were reweighted. */
  readonly n: number
  readonly effectiveSampleSize: number
  readonly meanWeight: number | null
  readonly meanWeightStandardError: number | null
  readonly maxWeight: number | null
  /** At .5, .9 and .99. */
  readonly weightQuantiles: readonly (number | null)[]
  readonly zeroWeightShare: number | null
  /** Share of what the policy draws that the log never draws, as far as the log's propensities tell. */
  readonly unsupportedShare: number
  /** Why the log cannot say what the policy is worth; null where it can. */
  readonly refused: string | null
}

/** What `evaluate policy --json` prints. */
export interface PolicyReport {
  readonly task: 'policy'
  readonly dataset: {
    readonly name: string
    /** Of the files, in hex; [] for the log of a data folder. */
    readonly sha256: readonly string[]
    readonly rounds: number
    readonly listeners: number | null
    /** What counts as one: a round, or a sitting. */
    readonly unit: string
  }
  readonly protocol: { readonly name: 'off-policy'; readonly description: string }
  readonly policy: string
  readonly seed: number
  readonly notes: readonly string[]
  readonly metrics: PolicyMetrics
}

interface Measured {
  readonly onPolicy: PolicyEstimate
  readonly behaviour?: PolicyEstimate
  readonly weights: WeightDiagnostics
  readonly unsupported: number
  readonly refused: string | null
  readonly estimates: readonly PolicyEstimate[]
}

/** Puts what was measured into the form of the report. */
export function policyMetrics(measured: Measured): PolicyMetrics {
  const { onPolicy, behaviour, weights, unsupported, refused, estimates } = measured
  return {
    onPolicyValue: onPolicy.value,
    onPolicyCi95: intervalOf(onPolicy),
    behaviourValue: behaviour?.value ?? null,
    behaviourCi95: behaviour ? intervalOf(behaviour) : null,
    estimates: Object.fromEntries(
      refused === null ? estimates.map((estimate) => [estimate.estimator, told(estimate)]) : [],
    ),
    n: weights.n,
    effectiveSampleSize: weights.effectiveSampleSize,
    meanWeight: known(weights.meanWeight),
    meanWeightStandardError: known(weights.meanWeightError),
    maxWeight: known(weights.maxWeight),
    weightQuantiles: weights.quantiles.map(known),
    zeroWeightShare: known(weights.zeroShare),
    unsupportedShare: unsupported,
    refused,
  }
}

function told(estimate: PolicyEstimate): EstimatedValue {
  return { value: estimate.value, standardError: known(estimate.standardError), ci95: intervalOf(estimate) }
}

function intervalOf({ ci95 }: PolicyEstimate): readonly [number, number] | null {
  return ci95.some(Number.isNaN) ? null : ci95
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value
}
