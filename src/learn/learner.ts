import type { Label } from '../core/labels.ts'
import type { Progress } from '../core/progress.ts'
import { type Encoder, encodeRows, fitEncoder } from '../features/encoder.ts'
import { FEATURE_COUNT, FEATURE_INDEX, type FeatureName } from '../features/feature-names.ts'
import { inferenceModel, type NamedValues } from '../graph/index.ts'
import type { Ensemble } from '../model/ensemble.ts'
import { type EnsembleNetwork, ensembleNetwork } from '../model/ensemble-network.ts'
import { bootstrapWeights, type TrainingSet } from './batches.ts'
import type { Evaluation } from './evaluation.ts'
import type { Preset } from './presets.ts'
import type { Targets } from './targets.ts'
import { type Trained, trainEnsemble } from './training-loop.ts'
import { both, type Views } from './views.ts'

/** Standardised values and missing flags: bins made a network over the same plays slower and no better. */
const NO_BINS = new Array<number>(FEATURE_COUNT).fill(0)

/** An ensemble that can be trained: the network, and how plays become its inputs. */
export interface Learner {
  readonly network: EnsembleNetwork
  readonly encoder: Encoder
  readonly labels: readonly Label[]
  readonly preset: Preset
  readonly seed: number
}

/** How much each label counts: what a listener comes back to or likes helps to tell apart what they finish, and must not outweigh it. */
const LABEL_WEIGHTS: Readonly<Record<Label, number>> = { finish: 1, skip: 1, like: 0.3, repeat: 0.3 }

/** Steps of a round over few plays, for which batches are made smaller, down to a smallest. */
const ROUND = 10
const SMALLEST_BATCH = 32

/** An untrained ensemble over the encoding of these plays. */
export function startLearner(
  training: Views,
  labels: readonly Label[],
  { preset, seed }: { readonly preset: Preset; readonly seed: number },
): Learner {
  return learnerOver(encoderOf(training), labels, { preset, seed })
}

/** How these plays are encoded for an ensemble. */
export function encoderOf(training: Views): Encoder {
  return fitEncoder(both(training).raw, NO_BINS)
}

/** An ensemble over a known encoding. */
export function learnerOver(
  encoder: Encoder,
  labels: readonly Label[],
  { preset, seed }: { readonly preset: Preset; readonly seed: number },
): Learner {
  const { heads, hidden, dropout, priorScale } = preset
  const evidence = { artistPlays: columnOf(encoder, 'artistPlays'), noAudio: columnOf(encoder, 'noAudio') }
  const shape = { inputs: encoder.width, labels, heads, hidden, dropout, priorScale, evidence, seed }
  return { network: ensembleNetwork(shape), encoder, labels, preset, seed }
}

function columnOf(encoder: Encoder, name: FeatureName) {
  const { mean, sd, offset } = encoder.columns[FEATURE_INDEX[name]]!
  return { column: offset, mean, sd }
}

/** What a training goes by beside the plays. */
export interface Teaching {
  /** What the progress calls it. */
  readonly stage: string
  readonly targets: Targets
  /** Held-out plays that say when to stop; without them all rounds are run. */
  readonly validation?: Views
  /** Parameters to go on from. */
  readonly from?: NamedValues
  readonly epochs: number
  readonly learningRate: number
  /** How much each play counts; absent: all alike. */
  readonly weight?: Float32Array
  /** What simpler models lose on the validation plays, to be told beside. */
  readonly lines?: Evaluation['lines']
}

/** Trains on the plays; what the learner's network was at first stays as it was. */
export async function teach(
  { network, encoder, preset, seed }: Learner,
  views: Views,
  { targets, validation, weight, ...settings }: Teaching,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Trained> {
  const { play, size } = views.rolling
  const labels = targets.labels.length
  const inputs = ({ rolling, frozen }: Views) => [rolling, frozen].map(({ raw }) => encodeRows(encoder, raw))
  const set: TrainingSet = {
    plays: size,
    width: encoder.width,
    views: inputs(views),
    labelWeights: targets.labels.map((label) => LABEL_WEIGHTS[label]),
    targets: Int8Array.from({ length: size * labels }, (_, at) => {
      return targets.values[play[Math.floor(at / labels)]! * labels + (at % labels)]!
    }),
    heads: preset.heads,
    weights: bootstrapWeights(play, preset.heads, seed, weight),
  }
  const held = validation && {
    views: inputs(validation),
    label: validation.rolling.label,
    sitting: validation.rolling.sitting,
  }
  const batch = Math.max(Math.min(preset.batch, Math.floor(size / ROUND)), SMALLEST_BATCH)
  return trainEnsemble(network, set, held, { ...preset, ...settings, batch, seed }, progress, signal)
}

/** The ensemble with these parameters. */
export function ensembleOf(
  { network, encoder, labels, preset }: Learner,
  parameters: NamedValues,
  calibration: Ensemble['calibration'],
): Ensemble {
  return {
    heads: preset.heads,
    labels,
    encoder,
    calibration,
    onnx: inferenceModel(network.logits as Required<typeof network.logits>, parameters),
  }
}
