import { breathe } from '../core/breathe.ts'
import type { Progress } from '../core/progress.ts'
import type { AudioScale } from '../features/audio-scale.ts'
import { FEATURE_NAMES } from '../features/feature-names.ts'
import type { Library } from '../library/library.ts'
import { countOutcomes } from '../library/listening-log.ts'
import { auc, logLoss } from '../metrics/binary.ts'
import { type LogisticLikability, logisticLikability, meanProbability } from '../model/likability.ts'
import { BASELINES, baselinePredictions } from './baselines.ts'
import { describeLog, type View } from './dataset.ts'
import { canFit, type Fitted, fitLikability, refitLikability } from './fit.ts'
import { dataState, historyMaker, type ListenerData, readListenerData } from './listener-data.ts'

/** The last part of the plays, on which a training says how good it is before it learns from them too. */
const HELD_OUT_SHARE = 0.1

export interface TrainOptions {
  readonly listener: string
  readonly seed: number
}

/** What a model is stored as: all that predicting needs besides the catalog and the log. */
export interface StoredModel {
  /** The features it reads, in order: a model of other features is refused. */
  readonly features: readonly string[]
  readonly likability: LogisticLikability
  readonly audioScale: AudioScale
}

/** How well one predictor foresees the held-out plays: play by play, and from before the sitting, as a mix must. */
export interface TailScore {
  readonly name: string
  readonly auc: number
  readonly logLoss: number
  readonly beforeSitting: { readonly auc: number; readonly logLoss: number }
}

/** What a training did; plain JSON. */
export interface TrainingReport {
  readonly version: number
  readonly listener: string
  readonly seed: number
  /** Plays with a known outcome, each seen with and without its sitting. */
  readonly examples: number
  readonly finishes: number
  readonly skips: number
  readonly firstPlayAt: number
  readonly lastPlayAt: number
  readonly inputs: number
  readonly settings: { readonly l2: number }
  /** Of what was known when it was made: another one means that training again would learn from something else. */
  readonly state: string
  /** Scores on the held-out last tenth, of a model that did not see it; none where too few plays are left to learn from. */
  readonly heldOut: { readonly plays: number; readonly models: readonly TailScore[] }
}

/** The training path: read, fit on all but the tail, score on the tail, fit on everything, keep the version. */
export async function train(
  library: Library,
  options: TrainOptions,
  progress: Progress,
  signal?: AbortSignal,
): Promise<TrainingReport> {
  const data = await readListenerData(library, options.listener)
  const to = Math.floor(data.log.size * (1 - HELD_OUT_SHARE))
  const earlier = canFit(data, to) ? await fitLikability(data, to, progress, signal) : undefined
  const heldOut = earlier ? scoreTail(data, to, earlier) : { plays: 0, models: [] }
  await breathe(signal)
  const fitted = earlier
    ? refitLikability(data, earlier, progress)
    : await fitLikability(data, data.log.size, progress, signal)
  await breathe(signal)
  const { choice, model } = fitted
  const { endedAt } = data.log
  const { finishes, skips } = countOutcomes(data.log)
  const report = {
    listener: options.listener,
    seed: options.seed,
    examples: fitted.examples,
    finishes,
    skips,
    firstPlayAt: endedAt[0]!,
    lastPlayAt: endedAt.at(-1)!,
    inputs: model.encoder.width,
    settings: choice,
    heldOut,
    state: await dataState(library, data.listener),
  }
  const stored: StoredModel = { features: FEATURE_NAMES, likability: model, audioScale: fitted.audioScale }
  const { version } = await library.models.save(data.listener.id, stored, report)
  return { version, ...report }
}

/** Scores the plays from `to` on, which the model has not seen, beside the baselines: play by play, and from before the sitting. */
function scoreTail(data: ListenerData, to: number, fitted: Fitted): TrainingReport['heldOut'] {
  const newHistory = historyMaker(data, fitted.audioScale)
  const training = describeLog(data.log, newHistory(), 'rolling', { to })
  const model = logisticLikability(fitted.model)
  const known = (of: number) => of - countOutcomes(data.log, of).unknown
  const scoresOf = (view: View) => {
    const tail = describeLog(data.log, newHistory(), view, { from: to })
    const ours = meanProbability(model.logits(tail.raw), model.heads)
    const all = { ...baselinePredictions(training, tail), deepcuts: ours }
    return (name: keyof typeof all) => ({
      auc: auc(all[name], tail.label),
      logLoss: logLoss(all[name], tail.label),
    })
  }
  const [rolling, frozen] = [scoresOf('rolling'), scoresOf('frozen')]
  const names = [...BASELINES, 'deepcuts'] as const
  return {
    plays: known(data.log.size) - known(to),
    models: names.map((name) => ({ name, ...rolling(name), beforeSitting: frozen(name) })),
  }
}
