import type { Slopes } from './calibration.ts'

/** How a training went and what it foresaw, kept with the version as `evaluation.json`; `report` draws it. Plain JSON. */
export interface Evaluation {
  readonly curve: readonly CurvePoint[]
  /** The step whose parameters were kept. */
  readonly kept: number
  /** Log-loss of the simpler models on the validation plays: the lines to beat. */
  readonly lines: readonly { readonly name: string; readonly logLoss: number }[]
  /** None where too few plays were left to learn from. */
  readonly heldOut?: HeldOut
  /** What was chosen for the logistic regression; absent in versions of before. */
  readonly choice?: SimpleChoice
}

/** What was chosen on the validation plays: the penalty, and how much wider or narrower the log-odds are made, per view. */
export interface SimpleChoice {
  readonly l2: number
  readonly slopes: Slopes
}

/**
 * The state of the training after some steps: losses on the plays learned from since the last point (null before the first step) and on the
 * validation plays (null without any).
 */
export interface CurvePoint {
  readonly step: number
  readonly training: number | null
  readonly validation: number | null
}

/** Columns over the held-out plays with a known outcome, in the order of time. */
export interface HeldOut {
  /** 1 = finish. */
  readonly label: readonly number[]
  /** Index of the sitting: what is resampled together. */
  readonly sitting: readonly number[]
  /** 1 where the listener had never heard the track. */
  readonly firstPlay: readonly number[]
  /** How often the listener had played the artist. */
  readonly artistPlays: readonly number[]
  readonly hasAudio: readonly number[]
  readonly views: Readonly<Record<'rolling' | 'frozen', HeldOutView>>
}

/** What was foreseen: play by play (rolling), and from the start of the sitting (frozen). */
export interface HeldOutView {
  /** Probability of a finish, by model: the baselines, then `deepcuts`. */
  readonly predictions: Readonly<Record<string, readonly number[]>>
  /** Standard deviation of the heads' probabilities. */
  readonly spread: readonly number[]
}
