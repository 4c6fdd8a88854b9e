import { DeepcutsError } from '../core/errors.ts'
import type { Progress } from '../core/progress.ts'
import type { AudioScale } from '../features/audio-scale.ts'
import { readParameters } from '../graph/index.ts'
import type { Library } from '../library/library.ts'
import { type Checkpoint, readCheckpoint } from '../model/checkpoint.ts'
import type { Evaluation } from './evaluation.ts'
import { canFit, checkpointed, type Fitted } from './fit.ts'
import { encoderOf, learnerOver, teach } from './learner.ts'
import { audioScaleOf, type ListenerData } from './listener-data.ts'
import type { Preset, PresetName } from './presets.ts'
import { CAUTIOUS, fitSimple } from './simple-model.ts'
import { targetsOf } from './targets.ts'
import { type DescribedPlays, describeViews, earlierPart, recentPart } from './views.ts'

/** How gently a refresh goes over the plays again: the network knows most of them. */
const GO_ON = { epochs: 1, rate: 0.3 } as const
/** Where the mean of a feature moved by more of its standard deviations, the sound of the catalog is another. */
const MOVED = 0.5

/** Why there is nothing that a refresh could go on from, so that it trains in full. */
export type FullReason =
  | 'no version serves'
  | 'the version that serves cannot be read'
  | 'somebody whom it learned from was forgotten'
  | 'the version that serves kept no model that had not seen its last plays'
  | 'the version that serves kept no model that had not seen those left out'
  | 'plays were taken away or are older than what it held out'
  | 'there is more or less to tell apart than it learned'
  | 'the plays have other features than it reads'
  | 'the catalog sounds otherwise than when it learned'

/** A version that a refresh goes on from. */
export interface Parent {
  readonly version: number
  readonly preset: PresetName
  readonly seed: number
  readonly settings: Preset
  /** What serves, and what had not seen the plays that were held out. */
  readonly model: Checkpoint
  readonly heldOut: Checkpoint
  readonly evaluation: Evaluation
  /** The plays before the new tail, as `heldOut` reads them. */
  readonly beforeTail: DescribedPlays
}

/** What a manifest tells of a training that a refresh needs. */
interface Told {
  readonly preset: PresetName
  readonly seed: number
  readonly settings: Preset
  readonly heldOutFrom?: number
}

/**
 * The version that serves, when a refresh can go on from it: readable, of the same features, labels and scale, and with a model that has seen
 * no play of the new tail; else why not.
 * @param tail where the held-out plays begin in the log
 */
export async function parentOf(
  library: Library,
  data: ListenerData,
  tail: number,
  progress: Progress,
): Promise<Parent | FullReason> {
  const { log, listener } = data
  const active = await library.models.active(listener.id)
  if (!active) return 'no version serves'
  const { version, training } = active
  const { preset, seed, settings, heldOutFrom } = training as Told
  let parent: Omit<Parent, 'beforeTail'>
  try {
    const { files } = await library.models.load(listener.id, version)
    const model = readCheckpoint(files, 'model', version)
    if (heldOutFrom === undefined || !files['held-out.onnx'] || !canFit(data, tail))
      return 'the version that serves kept no model that had not seen its last plays'
    const heldOut = readCheckpoint(files, 'held-out', version)
    const evaluation = JSON.parse(Buffer.from(files['evaluation.json']!).toString()) as Evaluation
    parent = { version, preset, seed, settings, model, heldOut, evaluation }
  } catch (error) {
    if (error instanceof DeepcutsError) return 'the version that serves cannot be read'
    throw error
  }
  if (!(log.endedAt[tail]! >= heldOutFrom)) return 'plays were taken away or are older than what it held out'
  const { audioScale, ensemble } = parent.heldOut
  if (soundsOtherwise(audioScale, audioScaleOf(data, tail)))
    return 'the catalog sounds otherwise than when it learned'
  const beforeTail = describeViews(data, tail, settings.plays, progress, audioScale)
  const { views } = beforeTail
  const until = recentPart(views).rolling.play[0] ?? tail
  if (targetsOf(log, until, data.opinions).labels.join() !== ensemble.labels.join())
    return 'there is more or less to tell apart than it learned'
  const shape = (encoder: typeof ensemble.encoder) =>
    encoder.columns.map(({ sd, flagged }) => `${sd > 0} ${flagged}`).join()
  if (shape(encoderOf(earlierPart(views))) !== shape(ensemble.encoder))
    return 'the plays have other features than it reads'
  return { ...parent, beforeTail }
}

/**
 * Goes on from a version: its two models learn further, the one from the plays before the tail, the other from all of them.
 * @throws the signal's reason when it is stopped: what serves is better than half a refresh
 */
export async function refreshLikability(
  data: ListenerData,
  tail: number,
  parent: Parent,
  progress: Progress,
  signal?: AbortSignal,
): Promise<{ readonly earlier: Fitted; readonly fitted: Fitted }> {
  const { settings, evaluation, model, heldOut, beforeTail } = parent
  const choice = evaluation.choice ?? CAUTIOUS
  const simple = fitSimple(beforeTail.views, choice)
  const go = goOn(data, parent, progress, signal)
  const earlier = await go('going on with the plays before the last tenth', heldOut, beforeTail, tail)
  const all = describeViews(data, data.log.size, settings.plays, progress, model.audioScale)
  const fitted = await go('going on with the newest plays', model, all, data.log.size)
  return { earlier: { ...earlier, simple }, fitted: { ...fitted, simple } }
}

/** Goes on from a checkpoint with these plays: its network, encoder, scale and calibration slopes, over all of them, gently. */
function goOn(
  data: ListenerData,
  { settings: preset, seed, evaluation }: Parent,
  progress: Progress,
  signal?: AbortSignal,
) {
  return async (
    stage: string,
    { ensemble: { encoder, labels, calibration, onnx } }: Checkpoint,
    described: DescribedPlays,
    to: number,
  ): Promise<Omit<Fitted, 'simple'>> => {
    const learner = learnerOver(encoder, labels, { preset, seed })
    const teaching = {
      stage,
      targets: targetsOf(data.log, to, data.opinions, labels),
      from: readParameters(onnx),
      epochs: GO_ON.epochs,
      learningRate: preset.learningRate * GO_ON.rate,
    }
    const { parameters, curve, kept, cut } = await teach(learner, described.views, teaching, progress, signal)
    if (cut === 'stopped') throw signal!.reason
    const slopes = { rolling: calibration.rolling.a, frozen: calibration.frozen.a }
    const { choice } = evaluation
    return {
      ...(await checkpointed(described, { learner, parameters, slopes })),
      plays: described.views.rolling.size,
      evaluation: { curve, kept, lines: [], ...(choice && { choice }) },
      ...(cut && { cut }),
    }
  }
}

function soundsOtherwise(then: AudioScale, now: AudioScale): boolean {
  return Object.entries(now.sources).some(([source, { mean, sd }]) => {
    const known = then.sources[source]
    return !known || mean.some((value, f) => Math.abs(value - known.mean[f]!) > MOVED * sd[f]!)
  })
}
