import type { Label } from '../core/labels.ts'
import type { Progress } from '../core/progress.ts'
import type { Library } from '../library/library.ts'
import { countOutcomes } from '../library/listening-log.ts'
import { auc, logLoss } from '../metrics/binary.ts'
import { checkpointFiles } from '../model/checkpoint.ts'
import type { ContinuationChoice } from './continuation-choice.ts'
import type { Evaluation, HeldOut } from './evaluation.ts'
import { canFit, type FitSettings, type Fitted, fitLikability, refitLikability } from './fit.ts'
import { foresee, heldOutOf, MODELS } from './foresight.ts'
import { dataState, type ListenerData, readListenerData } from './listener-data.ts'
import { PRESETS, type Preset, type PresetName } from './presets.ts'
import { type Promotion, promotionOf } from './promotion.ts'
import { type FullReason, parentOf, refreshLikability } from './refresh.ts'

/** The last part of the plays, on which a training says how good it is before it learns from them too. */
const HELD_OUT_SHARE = 0.1

/** What a training learns of how playlists go on, with the files that its version keeps. */
export interface PlaylistPart {
  readonly choice: ContinuationChoice
  readonly files: Readonly<Record<string, Uint8Array>>
}

export interface TrainOptions {
  readonly listener: string
  readonly seed: number
  /** How large a model; absent: `default`. */
  readonly preset?: PresetName
  /** Go on from the version that serves, with its preset and seed; where that cannot be done, train in full. */
  readonly refresh?: boolean
  /** Learns how playlists go on, to be kept with the version; absent: nothing of it is learned. */
  readonly playlists?: (seed: number) => Promise<PlaylistPart>
}

/** How a refresh went: the version that it went on from, or why it trained in full. */
export type Refresh = { readonly from: number } | { readonly full: FullReason }

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
  readonly preset: PresetName
  readonly seed: number
  readonly settings: Preset
  readonly labels: readonly Label[]
  /** Encoded inputs of the network. */
  readonly inputs: number
  /** Plays with a known outcome that it learned from, each seen with and without its sitting. */
  readonly plays: number
  readonly finishes: number
  readonly skips: number
  readonly firstPlayAt: number
  readonly lastPlayAt: number
  /** End of the first held-out play; absent when there are none. */
  readonly heldOutFrom?: number
  /** Of what was known when it was made: another one means that training again would learn from something else. */
  readonly state: string
  /** Scores on the held-out last tenth, of a model that did not see it; none where too few plays are left to learn from. */
  readonly heldOut: { readonly plays: number; readonly models: readonly TailScore[] }
  /** How much of what was learned of playlists counts when one is continued; absent where nothing of it was to be learned. */
  readonly continuation?: ContinuationChoice
  /** Absent unless it was asked to go on from the version that serves. */
  readonly refresh?: Refresh
  /** Why the training ended before its time; the best model until then was kept. */
  readonly cut?: 'stopped' | 'diverged'
  /** Whether it serves from now on, and why; absent for a listener's first, and where nothing could be held out. */
  readonly promotion?: Promotion
}

/**
 * The training path: read, fit on all but the tail, score on the tail, go on with everything, keep the version, and let it serve unless it is
 * worse than the one that does.
 */
export async function train(
  library: Library,
  options: TrainOptions,
  progress: Progress,
  signal?: AbortSignal,
): Promise<TrainingReport> {
  const data = await readListenerData(library, options.listener)
  const tail = Math.floor(data.log.size * (1 - HELD_OUT_SHARE))
  const found = options.refresh ? await parentOf(library, data, tail, progress) : undefined
  const parent = typeof found === 'object' ? found : undefined
  const { seed, preset = 'default' } = parent ?? options
  const settings = { preset: parent?.settings ?? PRESETS[preset], seed }
  const { earlier, fitted } = parent
    ? await refreshLikability(data, tail, parent, progress, signal)
    : await trained(data, tail, settings, progress, signal)
  const heldOut = earlier && heldOutOf(await foresee(data, tail, earlier))
  const cut = earlier?.cut ?? fitted.cut
  const playlists = cut ? undefined : await unlessStopped(options.playlists?.(seed), signal)

  const evaluation: Evaluation = { ...(earlier ?? fitted).evaluation, ...(heldOut && { heldOut }) }
  const files = {
    ...checkpointFiles('model', fitted.checkpoint),
    ...(earlier && checkpointFiles('held-out', earlier.checkpoint)),
    ...playlists?.files,
    'evaluation.json': Buffer.from(JSON.stringify(evaluation)),
  }
  const learned = {
    listener: options.listener,
    preset,
    seed,
    settings: settings.preset,
    ...learnedFrom(data, fitted),
    ...(heldOut && { heldOutFrom: data.log.endedAt[tail]! }),
    state: await dataState(library, data.listener),
    heldOut: heldOut ? scoresOf(heldOut) : { plays: 0, models: [] },
    ...(found !== undefined && {
      refresh: parent ? { from: parent.version } : { full: found as FullReason },
    }),
    ...(playlists && { continuation: playlists.choice }),
    ...(cut && { cut }),
  }
  const { id } = data.listener
  if (!heldOut) {
    const serve = !cut || (await library.models.active(id)) === undefined
    const { version } = await library.models.save(id, files, learned, { serve })
    return { version, ...learned }
  }
  // Again, where another version came to serve while it was compared: what serves was compared with what it replaces.
  for (;;) {
    const promotion = await promotionOf(library, data, tail, heldOut, cut !== undefined)
    const report = { ...learned, ...(promotion && { promotion }) }
    const serve = promotion?.promoted ?? true
    const kept = await library.models.saveAfter(promotion?.against, id, files, report, { serve })
    if (kept) return { version: kept.version, ...report }
  }
}

/** What comes of it; when it is stopped there is none, and what was learned before is kept. */
async function unlessStopped<T>(work: Promise<T> | undefined, signal?: AbortSignal): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (!signal?.aborted || error !== signal.reason) throw error
    return undefined
  }
}

/** A model that has not seen the tail, as far as there is enough before it, and one that has. */
interface Trainings {
  readonly earlier?: Fitted
  readonly fitted: Fitted
}

async function trained(
  data: ListenerData,
  tail: number,
  settings: FitSettings,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Trainings> {
  if (!canFit(data, tail))
    return { fitted: await fitLikability(data, data.log.size, settings, progress, signal) }
  const earlier = await fitLikability(data, tail, settings, progress, signal)
  return { earlier, fitted: earlier.cut ? earlier : await refitLikability(data, earlier, progress, signal) }
}

function learnedFrom({ log }: ListenerData, { checkpoint: { ensemble }, plays }: Fitted) {
  const { finishes, skips } = countOutcomes(log)
  return {
    labels: ensemble.labels,
    inputs: ensemble.encoder.width,
    plays,
    finishes,
    skips,
    firstPlayAt: log.endedAt[0]!,
    lastPlayAt: log.endedAt.at(-1)!,
  }
}

function scoresOf({ label, views: { rolling, frozen } }: HeldOut): TrainingReport['heldOut'] {
  const score = (p: readonly number[]) => ({ auc: auc(p, label), logLoss: logLoss(p, label) })
  const models = MODELS.map((name) => ({
    name,
    ...score(rolling.predictions[name]!),
    beforeSitting: score(frozen.predictions[name]!),
  }))
  return { plays: label.length, models }
}
