import { FINISH, SKIP } from '../core/labels.ts'
import type { Progress } from '../core/progress.ts'
import { EVERYBODY } from '../library/kept-library.ts'
import type { Library } from '../library/library.ts'
import { checkpointFiles } from '../model/checkpoint.ts'
import type { BlendChoice } from './blend-choice.ts'
import type { Evaluation } from './evaluation.ts'
import { blendFile, blendOf, type EverybodyBlend, LINEAR_NAME, linearOf } from './everybody-blend.ts'
import { type Everybody, type Parts, partsOf, placeOf, playsBefore, readEverybody } from './everybody-data.ts'
import {
  describeForJudging,
  type FittedEverybody,
  fitEverybody,
  refitEverybody,
  stateOf,
} from './everybody-fit.ts'
import { judge } from './everybody-judge.ts'
import { type EverybodyParent, everybodyParent } from './everybody-parent.ts'
import { everybodyPromotion } from './everybody-promotion.ts'
import type { EverybodyReport } from './everybody-report.ts'
import {
  type EverybodyTaste,
  pairFiles,
  refreshedTaste,
  tasteDataOf,
  tasteOf,
  unseenOwners,
} from './everybody-taste.ts'
import { linearFiles } from './linear-taste.ts'
import { PRESETS, type PresetName } from './presets.ts'
import type { FullReason } from './refresh.ts'
import type { TasteData } from './taste-lesson.ts'

/**
 * Trains the likability ensemble on all listeners and keeps it as a version of everybody: fit on most of them until a moment, judge on
 * those left out and on the time after, go on with everything, and let it serve unless it is worse than the one that does. A taste model beside
 * it proposes, and is blended into what ranks as far as those left out show that it helps. A stop once something was learned keeps that, and a
 * version that was stopped before its taste model does not serve instead of one that has one.
 * @param options with `refresh` it goes on from the version that serves, with its preset and seed; where that cannot be done, it trains in full
 * @throws TOO_FEW_LISTENERS, TOO_FEW_PLAYS, TRAINING_DIVERGED, the signal's reason
 */
export async function trainEverybody(
  library: Library,
  options: { readonly seed: number; readonly preset?: PresetName; readonly refresh?: boolean },
  progress: Progress,
  signal?: AbortSignal,
): Promise<EverybodyReport> {
  const data = await readEverybody(library)
  const found = options.refresh ? await everybodyParent(library) : undefined
  const parent = typeof found === 'object' ? found : undefined
  const { seed, preset = 'default' } = parent ?? options
  const parts = partsOf(data, parent?.bounds)
  const settings = { preset: parent?.settings ?? PRESETS[preset], seed }
  const earlier = await fitEverybody(data, parts, settings, progress, signal, parent?.heldOut)
  const { audioScale } = earlier.checkpoint
  const describe = (wanted: Parameters<typeof describeForJudging>[2], stage: string, scale = audioScale) =>
    describeForJudging(data, scale, wanted, stage, progress)
  const leftOut = await judge(await describe(wholeOf(parts.leftOut), 'left-out listeners'), earlier)
  const tail = await judge(await describe(tailOf(parts), 'the newest plays'), earlier)
  const goOn = parent
    ? { state: stateOf(parent.model, settings), audioScale: parent.model.audioScale }
    : { state: earlier.state, audioScale }
  const fitted = earlier.cut
    ? earlier
    : await refitEverybody(data, goOn, progress, signal, parent !== undefined)
  if (parent && (earlier.cut ?? fitted.cut) === 'stopped') throw signal!.reason

  const tasteData = await tasteDataOf(library, data, audioScale)
  const taste = parent
    ? await refreshedOr(parent, tasteData, parts, seed, progress, signal)
    : await tasteOf(tasteData, parts, seed, progress, signal)
  const blended = await blendUnlessStopped(
    { data, parts, tasteData, taste, earlier, seed },
    parent,
    progress,
    signal,
  )

  const evaluation: Evaluation = { ...parent?.evaluation, ...earlier.evaluation }
  const files = {
    ...checkpointFiles('model', fitted.checkpoint),
    ...checkpointFiles('held-out', earlier.checkpoint),
    ...(taste.pair && pairFiles(taste.pair)),
    ...blended?.files,
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
      validatorsUpTo: parts.validatorsUpTo,
      tail,
      taste: taste.choice,
      ...(blended && { blend: blended.blend }),
    },
    ...(found !== undefined && {
      refresh: parent ? { from: parent.version } : { full: found as FullReason },
    }),
    ...(cut && { cut }),
  }
  for (;;) {
    const ours = {
      checkpoint: earlier.checkpoint,
      cut: cut !== undefined,
      tasteStopped: taste.cut !== undefined,
    }
    const promotion = await everybodyPromotion(library, ours, (scale, upTo) =>
      describe(wholeOf(parts.leftOut, upTo), 'beside the model that serves', scale),
    )
    const report = { ...learned, ...(promotion && { promotion }) }
    const serve = promotion?.promoted ?? true
    const kept = await library.models.saveAfter(promotion?.against, EVERYBODY, files, report, { serve })
    if (kept) return { version: kept.version, ...report }
  }
}

/** The taste model of a version, gone on with; where it has none there is none. */
async function refreshedOr(
  { taste, choice }: EverybodyParent,
  ...[data, parts, seed, progress, signal]: Parameters<typeof tasteOf>
): Promise<EverybodyTaste> {
  return taste ? refreshedTaste(taste, choice, data, parts, seed, progress, signal) : { choice }
}

/** How the taste is blended into the ranking, with its files; undefined without a taste model, and where it was stopped. */
async function blendUnlessStopped(
  trained: {
    readonly data: Everybody
    readonly parts: Parts
    readonly tasteData: TasteData
    readonly taste: EverybodyTaste
    readonly earlier: FittedEverybody
    readonly seed: number
  },
  parent: EverybodyParent | undefined,
  progress: Progress,
  signal?: AbortSignal,
): Promise<
  { readonly blend: EverybodyBlend; readonly files: Readonly<Record<string, Uint8Array>> } | undefined
> {
  const { data, parts, tasteData, taste, earlier, seed } = trained
  if (!taste.pair || earlier.cut) return undefined
  const unseen = unseenOwners(parts)
  const { owner } = tasteData.sequences
  const all = [...owner.keys()]
  const taught = all.filter((s) => !unseen.has(owner[s]!))
  try {
    const judged = [...parts.leftOut, ...parts.validators]
    const blend =
      parent?.blend ??
      (await blendOf(
        data,
        tasteData,
        judged,
        await describeForJudging(
          data,
          earlier.checkpoint.audioScale,
          wholeOf(judged),
          'who chose nothing',
          progress,
          signal,
        ),
        {
          likability: earlier.checkpoint,
          taste: taste.pair.heldOut,
          linear: await linearOf(tasteData, taught, seed, signal),
        },
        progress,
        signal,
      ))
    const wanted = Object.values(blend).some(({ weights }: BlendChoice) => (weights.linear ?? 0) > 0)
    const linear = wanted ? await linearOf(tasteData, all, seed, signal) : undefined
    return { blend, files: { ...blendFile(blend), ...(linear && linearFiles(LINEAR_NAME, linear)) } }
  } catch (error) {
    if (!signal?.aborted || error !== signal.reason) throw error
    return undefined
  }
}

/** All that these did, those alone whose place is not beyond `upTo`. */
const wholeOf = (people: Parts['leftOut'], upTo = Number.POSITIVE_INFINITY) =>
  people
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
