/** How large an ensemble is trained, and for how long. Plain data: kept with the model. */
export interface Preset {
  readonly heads: number
  /** Units of each hidden layer. */
  readonly hidden: readonly number[]
  readonly dropout: number
  /** Standard deviation, in log-odds, of the fixed random function of each head where nothing is known of a track. */
  readonly priorScale: number
  readonly learningRate: number
  readonly weightDecay: number
  /** Plays a step. */
  readonly batch: number
  /** Rounds over the plays at most. */
  readonly epochs: number
  /** Scorings in a row that are worse than the best by more than chance before training stops. */
  readonly patience: number
  /** No more plays than this are fitted on, the latest first: older ones speak through the counts. */
  readonly plays: number
}

/**
 * The sizes on offer: `nano` for a try in a second, `default`, and `large` for long histories and those who can wait. Wider and deeper networks
 * gained nothing on the validation parts of real histories (docs/decisions/deep-likability.md).
 */
export const PRESETS = {
  nano: {
    heads: 16,
    hidden: [16],
    dropout: 0.1,
    priorScale: 1,
    learningRate: 1.5e-2,
    weightDecay: 1,
    batch: 256,
    epochs: 6,
    patience: 6,
    plays: 8_000,
  },
  default: {
    heads: 32,
    hidden: [32],
    dropout: 0.1,
    priorScale: 1,
    learningRate: 1e-2,
    weightDecay: 1,
    batch: 512,
    epochs: 12,
    patience: 8,
    plays: 30_000,
  },
  large: {
    heads: 64,
    hidden: [48],
    dropout: 0.1,
    priorScale: 1,
    learningRate: 1e-2,
    weightDecay: 1.5,
    batch: 512,
    epochs: 16,
    patience: 10,
    plays: 150_000,
  },
} as const satisfies Record<string, Preset>

export type PresetName = keyof typeof PRESETS
