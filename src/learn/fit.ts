import { breathe } from '../core/breathe.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { Progress } from '../core/progress.ts'
import { FEATURE_COUNT } from '../features/feature-names.ts'
import type { NamedValues } from '../graph/index.ts'
import { countOutcomes } from '../library/listening-log.ts'
import type { Checkpoint } from '../model/checkpoint.ts'
import { openEnsemble } from '../model/ensemble.ts'
import { type LogisticLikability, meanLogit } from '../model/likability.ts'
import { sigmoid } from '../model/logistic.ts'
import { heldOutSlope, type Slopes, turnedAbout, UNTURNED } from './calibration.ts'
import type { View } from './dataset.ts'
import type { Evaluation } from './evaluation.ts'
import { ensembleOf, type Learner, startLearner, teach } from './learner.ts'
import type { ListenerData } from './listener-data.ts'
import type { Preset } from './presets.ts'
import { CAUTIOUS, fitSimple, linesToBeat } from './simple-model.ts'
import { targetsOf } from './targets.ts'
import type { Trained } from './training-loop.ts'
import { type DescribedPlays, describeViews, earlierPart, recentPart, type Views } from './views.ts'

/** Of finishes and of skips. */
const MIN_OUTCOMES = 20
/** Plays that explanations start from. */
const BACKGROUND = 100
/** What follows on the validation plays and on newer ones is short and gentle: it must not undo what validation chose. */
export const CARRY_ON = { epochs: 3, rate: 0.5 } as const

export interface FitSettings {
  readonly preset: Preset
  readonly seed: number
}

/** What fitting gives. */
export interface Fitted {
  readonly checkpoint: Checkpoint
  /** The simple model on the same plays: what the ensemble has to beat. */
  readonly simple: LogisticLikability
  /** Plays with a known outcome that it learned from. */
  readonly plays: number
  readonly evaluation: Omit<Evaluation, 'heldOut'>
  /** Why the training ended before its time; the best until then was kept. */
  readonly cut?: Trained['cut']
  /** What a further training goes on from. */
  readonly state: FitState
}

export interface FitState {
  readonly learner: Learner
  readonly parameters: NamedValues
  readonly slopes: Slopes
}

/**
 * Fits the likability ensemble on the plays before `to`: settings, the number of steps and calibration are found on the last fifth, which it
 * then learns from too.
 * @throws TOO_FEW_PLAYS when there are under 20 finishes or skips, and the signal's reason when it is aborted before the training began
 */
export async function fitLikability(
  data: ListenerData,
  to: number,
  { preset, seed }: FitSettings,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Fitted> {
  refuseTooFew(data, to)
  await breathe(signal)
  const described = describeViews(data, to, preset.plays, progress)
  const [earlier, recent] = [earlierPart(described.views), recentPart(described.views)]
  const enough = canFit(data, recent.rolling.play[0] ?? 0)
  const validation = enough && hasBoth(earlier) && hasBoth(recent) ? recent : undefined
  const training = validation ? earlier : described.views
  const beaten = validation
    ? await linesToBeat(training, validation, progress, signal)
    : { choice: CAUTIOUS, lines: [] }
  await breathe(signal)

  const targets = targetsOf(data.log, validation?.rolling.play[0] ?? to, data.opinions)
  const learner = startLearner(training, targets.labels, { preset, seed })
  const trained = await teach(
    learner,
    training,
    {
      stage: 'training',
      targets,
      learningRate: preset.learningRate,
      epochs: preset.epochs,
      lines: beaten.lines,
      ...(validation && { validation }),
    },
    progress,
    signal,
  )
  const slopes = validation
    ? await slopesOn(validation, learner, trained.parameters)
    : { rolling: 1, frozen: 1 }
  const fitted: Fitted = {
    ...(await checkpointed(described, { learner, parameters: trained.parameters, slopes })),
    plays: training.rolling.size,
    simple: fitSimple(described.views, beaten.choice),
    evaluation: { curve: trained.curve, kept: trained.kept, lines: beaten.lines, choice: beaten.choice },
    ...(trained.cut && { cut: trained.cut }),
  }
  if (trained.cut || !validation) return fitted
  return carryOn('going on with the held-out plays', data, to, described, fitted, progress, signal)
}

/** Goes on from a fit on earlier plays with all plays. */
export async function refitLikability(
  data: ListenerData,
  found: Fitted,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Fitted> {
  const { preset } = found.state.learner
  const to = data.log.size
  const described = describeViews(data, to, preset.plays, progress, found.checkpoint.audioScale)
  return carryOn('going on with the newest plays', data, to, described, found, progress, signal)
}

async function carryOn(
  stage: string,
  data: ListenerData,
  to: number,
  described: DescribedPlays,
  fitted: Fitted,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Fitted> {
  const { learner, parameters, slopes } = fitted.state
  const targets = targetsOf(data.log, to, data.opinions, learner.labels)
  const learningRate = learner.preset.learningRate * CARRY_ON.rate
  const teaching = { stage, targets, from: parameters, epochs: CARRY_ON.epochs, learningRate }
  const carried = await teach(learner, described.views, teaching, progress, signal)
  const state = { learner, parameters: carried.parameters, slopes }
  return {
    ...fitted,
    ...(await checkpointed(described, state)),
    // Cut short it has not gone over all of them.
    ...(carried.cut ? { cut: carried.cut } : { plays: described.views.rolling.size }),
  }
}

/** The checkpoint of parameters that have these slopes on held-out plays; the latest fifth of the plays says the level. */
export async function checkpointed(
  { views, audioScale }: DescribedPlays,
  state: FitState,
): Promise<Pick<Fitted, 'checkpoint' | 'state'>> {
  const { learner, parameters, slopes } = state
  const recent = recentPart(views)
  const logits = await logitsOf(recent, learner, parameters)
  const calibration = {
    rolling: turnedAbout(slopes.rolling, logits.rolling),
    frozen: turnedAbout(slopes.frozen, logits.frozen),
  }
  const ensemble = ensembleOf(learner, parameters, calibration)
  const background = { rolling: evenly(recent.rolling.raw), frozen: evenly(recent.frozen.raw) }
  return { checkpoint: { ensemble, audioScale, background }, state }
}

/** The calibration slopes that validation plays prove. */
export async function slopesOn(
  validation: Views,
  learner: Learner,
  parameters: NamedValues,
): Promise<Slopes> {
  const logits = await logitsOf(validation, learner, parameters)
  const slopeOf = (view: View) =>
    heldOutSlope(logits[view].map(sigmoid), validation[view].label, validation[view].sitting)
  return { rolling: slopeOf('rolling'), frozen: slopeOf('frozen') }
}

/** Log-odds of the heads' mean probability, not calibrated. */
async function logitsOf({ rolling, frozen }: Views, learner: Learner, parameters: NamedValues) {
  const model = await openEnsemble(ensembleOf(learner, parameters, UNTURNED))
  try {
    const of = async (raw: Float32Array) => meanLogit((await model.logits(raw)).finish, model.heads)
    return { rolling: await of(rolling.raw), frozen: await of(frozen.raw) }
  } finally {
    await model.close()
  }
}

/** Rows at even distances. */
function evenly(raw: Float32Array): Float32Array {
  const n = raw.length / FEATURE_COUNT
  const count = Math.min(n, BACKGROUND)
  const rows = new Float32Array(count * FEATURE_COUNT)
  for (let k = 0; k < count; k++) {
    const row = Math.floor(((k + 0.5) * n) / count)
    rows.set(raw.subarray(row * FEATURE_COUNT, (row + 1) * FEATURE_COUNT), k * FEATURE_COUNT)
  }
  return rows
}

const hasBoth = ({ rolling: { label } }: Views) => label.includes(0) && label.includes(1)

/** Whether there are enough finishes and skips before play `to`. */
export function canFit({ log }: ListenerData, to: number): boolean {
  const { finishes, skips } = countOutcomes(log, to)
  return Math.min(finishes, skips) >= MIN_OUTCOMES
}

function refuseTooFew(data: ListenerData, to: number): void {
  const { log, listener } = data
  if (log.size === 0) throw new DeepcutsError('NO_PLAYS', { listener: listener.name })
  const { finishes, skips, unknown } = countOutcomes(log, to)
  const unsaid = ` ${unknown.toLocaleString('en-US')} more plays do not say how they ended, as scrobbles do not: mixes go by them, and nothing can be trained on them.`
  if (!canFit(data, to))
    throw new DeepcutsError('TOO_FEW_PLAYS', {
      finishes,
      skips,
      needed: MIN_OUTCOMES,
      ...(log.heard && { unsaid }),
    })
}
