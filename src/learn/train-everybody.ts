import { DeepcutsError } from '../core/errors.ts'
import { FINISH, SKIP } from '../core/labels.ts'
import type { Progress } from '../core/progress.ts'
import type { AudioScale } from '../features/audio-scale.ts'
import { GraphError } from '../graph/index.ts'
import { LEAST_LISTENERS } from '../library/community.ts'
import { EVERYBODY } from '../library/kept-library.ts'
import type { Library } from '../library/library.ts'
import { readPlaylists } from '../library/playlists.ts'
import { type Checkpoint, checkpointFiles, readCheckpoint } from '../model/checkpoint.ts'
import type { Evaluation } from './evaluation.ts'
import { type Everybody, type Parts, partsOf, placeOf, playsBefore, readEverybody } from './everybody-data.ts'
import { describeForJudging, fitEverybody, refitEverybody } from './everybody-fit.ts'
import { compareOn, type Judged, judge } from './everybody-judge.ts'
import { itemContent, itemNames, sequencesOf } from './everybody-sequences.ts'
import { PRESETS, type PresetName } from './presets.ts'
import type { Promotion } from './promotion.ts'
import type { TasteChoice } from './taste-choice.ts'
import type { TasteData } from './taste-lesson.ts'
import { type TasteTraining, trainTaste } from './taste-train.ts'
import type { TrainingReport } from './train.ts'

/** What a training over all listeners did; plain JSON. Like the report of one listener's, its held-out plays being those of the left-out listeners. */
export interface EverybodyReport extends TrainingReport {
  readonly everybody: {
    readonly listeners: number
    /** The largest share of the loss that one listener had, 0…1. */
    readonly largestShare: number
    /** Listeners of whom nothing was learned before they were foreseen. */
    readonly leftOut: Judged
    /** Who was left out, as places in the order that belongs to names: a later training is compared on those alone. */
    readonly leftOutUpTo: number
    /** The last tenth of the time of those who were learned from. */
    readonly tail: Judged
    /** Of the taste model, which proposes: how much of one the data carries, by listeners left out of it, and why. */
    readonly taste: TasteChoice
  }
}

/**
 * Trains the likability ensemble on all listeners and keeps it as a version of everybody: fit on most of them until a moment, judge on
 * those left out and on the time after, go on with everything, and let it serve unless it is worse than the one that does. A stop once
 * something was learned keeps that, and a version that was stopped before its taste model does not serve instead of one that has one.
 * @throws TOO_FEW_LISTENERS, TOO_FEW_PLAYS, TRAINING_DIVERGED, the signal's reason
 */
export async function trainEverybody(
  library: Library,
  { seed, preset = 'default' }: { readonly seed: number; readonly preset?: PresetName },
  progress: Progress,
  signal?: AbortSignal,
): Promise<EverybodyReport> {
  const data = await readEverybody(library)
  const parts = partsOf(data)
  const settings = { preset: PRESETS[preset], seed }
  const earlier = await fitEverybody(data, parts, settings, progress, signal)
  const { audioScale } = earlier.checkpoint
  const describe = (wanted: Parameters<typeof describeForJudging>[2], stage: string, scale = audioScale) =>
    describeForJudging(data, scale, wanted, stage, progress)
  const leftOut = await judge(await describe(leftOutOf(parts), 'left-out listeners'), earlier)
  const tail = await judge(await describe(tailOf(parts), 'the newest plays'), earlier)
  const fitted = earlier.cut ? earlier : await refitEverybody(data, earlier, progress, signal)

  const taste = await tasteUnlessStopped(library, data, { seed, audioScale }, progress, signal)
  await taste.trained?.model.close()

  const evaluation: Evaluation = earlier.evaluation
  const files = {
    ...checkpointFiles('model', fitted.checkpoint),
    ...checkpointFiles('held-out', earlier.checkpoint),
    ...taste.trained?.files,
    'evaluation.json': Buffer.from(JSON.stringify(evaluation)),
  }
  const cut = earlier.cut ?? fitted.cut ?? taste.cut
  const { ensemble } = fitted.checkpoint
  const learned = {
    listener: '',
    preset,
    seed,
    settings: settings.preset,
    labels: ensemble.labels,
    inputs: ensemble.encoder.width,
    plays: fitted.plays,
    ...countsOf(data),
    state: JSON.stringify({ revision: data.catalog.revision, listeners: data.people.length }),
    heldOut: { plays: leftOut.plays, models: leftOut.models },
    everybody: {
      listeners: data.people.length,
      largestShare: earlier.largestShare,
      leftOut,
      leftOutUpTo: parts.leftOutUpTo,
      tail,
      taste: taste.choice,
    },
    ...(cut && { cut }),
  }
  for (;;) {
    const ours = {
      checkpoint: earlier.checkpoint,
      cut: cut !== undefined,
      tasteStopped: taste.cut !== undefined,
    }
    const promotion = await promotionOf(library, ours, (scale, upTo) =>
      describe(leftOutOf(parts, upTo), 'beside the model that serves', scale),
    )
    const report = { ...learned, ...(promotion && { promotion }) }
    const serve = promotion?.promoted ?? true
    const kept = await library.models.saveAfter(promotion?.against, EVERYBODY, files, report, { serve })
    if (kept) return { version: kept.version, ...report }
  }
}

/** Trains the taste model; when it is stopped there is none, and what was learned before is kept. @throws TRAINING_DIVERGED */
async function tasteUnlessStopped(
  library: Library,
  data: Everybody,
  { seed, audioScale }: { readonly seed: number; readonly audioScale: AudioScale },
  progress: Progress,
  signal?: AbortSignal,
): Promise<TasteTraining & { readonly cut?: 'stopped' }> {
  try {
    const settings = { seed, fans: LEAST_LISTENERS }
    return await trainTaste(await tasteDataOf(library, data, audioScale), settings, progress, signal)
  } catch (error) {
    if (!signal?.aborted || error !== signal.reason) throw error
    const nothing = { taught: 0, leftOut: 0 }
    const sentence = 'not chosen: the training was stopped before it was found.'
    const choice = { chosen: 'popularity', listeners: nothing, trials: [], beside: [], sentence } as const
    return { choice, cut: 'stopped' }
  }
}

/** Logs and playlists, the listeners' own and those of catalogs, as the taste model learns from them. */
async function tasteDataOf(
  library: Library,
  { catalog, people }: Everybody,
  scale: AudioScale,
): Promise<TasteData> {
  const logs = people.map(({ log }) => log)
  const playlists = await readPlaylists(library.store, catalog)
  return {
    sequences: sequencesOf(catalog, logs, { playlists, listeners: people.map(({ listener }) => listener) }),
    content: itemContent(catalog, scale),
    names: itemNames(catalog),
  }
}

const leftOutOf = ({ leftOut }: Parts, upTo = Number.POSITIVE_INFINITY) =>
  leftOut
    .filter((person) => placeOf(person) <= upTo)
    .map((person) => ({ person, from: 0, to: person.log.size }))

const tailOf = ({ teachers, cutAt }: Parts) =>
  teachers.map((person) => ({ person, from: playsBefore(person, cutAt), to: person.log.size }))

function countsOf({ people }: Everybody) {
  let [finishes, skips] = [0, 0]
  let [firstPlayAt, lastPlayAt] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { log } of people) {
    for (const outcome of log.outcome) {
      if (outcome === FINISH) finishes++
      else if (outcome === SKIP) skips++
    }
    firstPlayAt = Math.min(firstPlayAt, log.endedAt[0]!)
    lastPlayAt = Math.max(lastPlayAt, log.endedAt.at(-1)!)
  }
  return { finishes, skips, firstPlayAt, lastPlayAt }
}

/**
 * Compares with the version of everybody that serves, on those who are left out of both trainings: the held-out models saw nothing of
 * them. Where more listeners came since, some that are left out now had taught the other; they do not count here.
 */
async function promotionOf(
  library: Library,
  {
    checkpoint: ours,
    cut,
    tasteStopped,
  }: { readonly checkpoint: Checkpoint; readonly cut: boolean; readonly tasteStopped: boolean },
  describe: (scale: AudioScale, upTo: number) => ReturnType<Parameters<typeof compareOn>[0]>,
): Promise<Promotion | undefined> {
  const active = await library.models.active(EVERYBODY)
  if (!active) return undefined
  const against = active.version
  try {
    const { files } = await library.models.load(EVERYBODY, against)
    const { everybody } = active.training as Partial<EverybodyReport>
    if (tasteStopped && everybody && everybody.taste.chosen !== 'popularity')
      return { promoted: false, against, plays: 0, reason: 'stopped before its taste model' }
    const upTo = everybody?.leftOutUpTo ?? 0
    const theirs = readCheckpoint(files, 'held-out', against)
    const { plays, difference } = await compareOn((scale) => describe(scale, upTo), ours, theirs)
    if (!difference) return { promoted: !cut, against, plays, reason: 'too few plays to compare' }
    const promoted = difference.ci95[0] <= 0
    return { promoted, against, plays, difference, reason: promoted ? 'not worse' : 'worse' }
  } catch (error) {
    if (!(error instanceof DeepcutsError || error instanceof GraphError)) throw error
    return { promoted: true, against, plays: 0, reason: 'the other cannot be read' }
  }
}
