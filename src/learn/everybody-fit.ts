import { breathe } from '../core/breathe.ts'
import { DeepcutsError } from '../core/errors.ts'
import { LABELS, type Label } from '../core/labels.ts'
import type { Progress } from '../core/progress.ts'
import { type AudioScale, scaleAudio } from '../features/audio-scale.ts'
import { readParameters } from '../graph/index.ts'
import type { Checkpoint } from '../model/checkpoint.ts'
import type { LogisticLikability } from '../model/likability.ts'
import type { Evaluation } from './evaluation.ts'
import { type Everybody, type Parts, playsBefore, sharedScale } from './everybody-data.ts'
import { describeMany, type ManyViews, rowsOf, type Wanted, weighedRows } from './everybody-views.ts'
import { CARRY_ON, checkpointed, type FitState, slopesOn } from './fit.ts'
import { learnerOver, startLearner, teach } from './learner.ts'
import type { Preset } from './presets.ts'
import { fitSimple, linesToBeat } from './simple-model.ts'
import type { Targets } from './targets.ts'
import type { Trained } from './training-loop.ts'
import type { Views } from './views.ts'

/** Rows learned from at most: 65 features of two views of them are 200 MB, their encoding 350 MB. */
const MOST_ROWS = 400_000
/** Rows of one listener: more say little that is new of anybody else. */
const MOST_OF_ONE = 2000
/** Rows of one listener on which settings are chosen, and on which the model is judged. */
const VALIDATED_OF_ONE = 200
/** Steps of a whole training, about: more gained nothing on validation listeners. */
const STEPS = 6000
/** Rows that the encoding and the level of the calibration are fitted on. */
const SAMPLE = 40_000
/** Rows that the simpler models are fitted on: logistic regression has some 300 weights. */
const SIMPLE_SAMPLE = 12_000
/** Of each outcome of a label. */
const FEWEST = 20

/** What fitting on many listeners gives. */
export interface FittedEverybody {
  readonly checkpoint: Checkpoint
  readonly simple: LogisticLikability
  /** Rows that baselines take the strength of their priors from, nobody dominating. */
  readonly sample: Views
  /** Rows learned from. */
  readonly plays: number
  /** The largest share of the loss that one listener has, 0…1. */
  readonly largestShare: number
  readonly evaluation: Omit<Evaluation, 'heldOut'>
  readonly state: FitState
  readonly cut?: Trained['cut']
  /** Row of the catalog → weighted finishes and plays of the teachers: what is known of a track without knowing the listener. */
  readonly everybodysRate: ReadonlyMap<number, { readonly finishes: number; readonly plays: number }>
}

/** Going on with a model that has learned most of it is short and gentle. */
const REFRESH = { epochs: 1, rate: 0.3 } as const

/** What a checkpoint goes on from: its network, encoding, labels and calibration. */
export function stateOf(
  { ensemble: { encoder, labels, calibration, onnx } }: Checkpoint,
  { preset, seed }: { readonly preset: Preset; readonly seed: number },
): FitState {
  return {
    learner: learnerOver(encoder, labels, { preset, seed }),
    parameters: readParameters(onnx),
    slopes: { rolling: calibration.rolling.a, frozen: calibration.frozen.a },
  }
}

/**
 * Fits the likability ensemble on the teachers' plays before the cut; validators choose when to stop.
 * @param from a model to go on from instead: then nothing is chosen, and it goes over the plays once
 * @throws TOO_FEW_PLAYS, TRAINING_DIVERGED, the signal's reason
 */
export async function fitEverybody(
  { catalog }: Everybody,
  { teachers, validators, cutAt }: Parts,
  { preset, seed }: { readonly preset: Preset; readonly seed: number },
  progress: Progress,
  signal?: AbortSignal,
  from?: Checkpoint,
): Promise<FittedEverybody> {
  const audioScale = from?.audioScale ?? sharedScale(catalog, teachers, cutAt)
  const audio = scaleAudio(catalog, audioScale)
  const wanted = teachers.map((person): Wanted => ({ person, from: 0, to: playsBefore(person, cutAt) }))
  const training = await describeMany(
    catalog,
    audio,
    wanted,
    mostOfOne(wanted),
    'describing plays',
    progress,
    signal,
  )
  const validation = await describeMany(
    catalog,
    audio,
    validators.map((person) => ({ person, from: 0, to: person.log.size })),
    VALIDATED_OF_ONE,
    'describing validation listeners',
    progress,
    signal,
  )
  refuseTooFew(training)
  const sample = rowsOf(training, weighedRows(training.weight, SAMPLE))
  const few = rowsOf(training, weighedRows(training.weight, SIMPLE_SAMPLE))
  const { choice, lines } = await linesToBeat(few, validation.views, progress, signal)
  await breathe(signal)

  const before = from && stateOf(from, { preset, seed })
  const targets = targetsIn(training, before?.learner.labels)
  const learner = before?.learner ?? startLearner(sample, targets.labels, { preset, seed })
  const teaching = before
    ? {
        stage: 'going on with those who teach',
        from: before.parameters,
        epochs: REFRESH.epochs,
        learningRate: preset.learningRate * REFRESH.rate,
      }
    : {
        stage: 'training',
        learningRate: preset.learningRate,
        epochs: epochsFor(preset, training),
        lines,
        validation: validation.views,
      }
  const trained = await teach(
    learner,
    training.views,
    { ...teaching, targets, weight: training.weight },
    progress,
    signal,
  )
  const slopes = before?.slopes ?? (await slopesOn(validation.views, learner, trained.parameters))
  const state = { learner, parameters: trained.parameters, slopes }
  return {
    ...(await checkpointed({ views: sample, audioScale }, state)),
    simple: fitSimple(few, choice),
    sample: few,
    plays: training.views.rolling.size,
    largestShare: largestShareOf(training),
    evaluation: { curve: trained.curve, kept: trained.kept, lines },
    everybodysRate: ratesOf(training),
    ...(trained.cut && { cut: trained.cut }),
  }
}

/** Goes on from a fit with what all listeners played until now. @param refresh whether it has seen most of it */
export async function refitEverybody(
  { catalog, people }: Everybody,
  { state, audioScale }: { readonly state: FitState; readonly audioScale: AudioScale },
  progress: Progress,
  signal?: AbortSignal,
  refresh = false,
): Promise<Pick<FittedEverybody, 'checkpoint' | 'plays' | 'cut'>> {
  const { learner, parameters, slopes } = state
  const { epochs, rate } = refresh ? REFRESH : CARRY_ON
  const wanted = people.map((person): Wanted => ({ person, from: 0, to: person.log.size }))
  const audio = scaleAudio(catalog, audioScale)
  const all = await describeMany(
    catalog,
    audio,
    wanted,
    mostOfOne(wanted),
    'describing all plays',
    progress,
    signal,
  )
  const carried = await teach(
    learner,
    all.views,
    {
      stage: 'going on with everybody',
      targets: targetsIn(all, learner.labels),
      weight: all.weight,
      from: parameters,
      epochs: Math.min(epochs, epochsFor(learner.preset, all)),
      learningRate: learner.preset.learningRate * rate,
    },
    progress,
    signal,
  )
  const sample = rowsOf(all, weighedRows(all.weight, SAMPLE))
  const { checkpoint } = await checkpointed(
    { views: sample, audioScale },
    { learner, parameters: carried.parameters, slopes },
  )
  return { checkpoint, plays: all.views.rolling.size, ...(carried.cut && { cut: carried.cut }) }
}

/** Describes plays on which a fitted model is judged. */
export function describeForJudging(
  { catalog }: Everybody,
  audioScale: AudioScale,
  wanted: readonly Wanted[],
  stage: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<ManyViews> {
  const most = Math.max(1, Math.min(VALIDATED_OF_ONE, Math.ceil(SAMPLE / wanted.length)))
  return describeMany(catalog, scaleAudio(catalog, audioScale), wanted, most, stage, progress, signal)
}

function refuseTooFew({ views: { rolling } }: ManyViews): void {
  const finishes = rolling.label.reduce((sum, label) => sum + label, 0)
  const skips = rolling.size - finishes
  if (Math.min(finishes, skips) < FEWEST)
    throw new DeepcutsError('TOO_FEW_PLAYS', { finishes, skips, needed: FEWEST })
}

/** The largest number of rows a listener under which all of them together are not too many. */
function mostOfOne(wanted: readonly Wanted[]): number {
  const rows = (most: number) => wanted.reduce((sum, { from, to }) => sum + Math.min(most, to - from), 0)
  let most = MOST_OF_ONE
  while (most > 1 && rows(most) > MOST_ROWS) most = Math.floor(most * 0.9)
  return most
}

function epochsFor({ epochs, batch }: Preset, { views }: ManyViews): number {
  return Math.min(epochs, Math.max(1, Math.round((STEPS * batch) / Math.max(views.rolling.size, 1))))
}

/** Targets by row, of the labels of which both outcomes are there. */
function targetsIn({ views, targets }: ManyViews, wanted?: readonly Label[]): Targets {
  const size = views.rolling.size
  const width = LABELS.length
  const count = (l: number, value: number) => {
    let n = 0
    for (let row = 0; row < size; row++) if (targets[row * width + l] === value) n++
    return n
  }
  const learned = LABELS.map((_, l) => l).filter((l) =>
    wanted ? wanted.includes(LABELS[l]!) : Math.min(count(l, 0), count(l, 1)) >= FEWEST,
  )
  const values = new Int8Array(size * learned.length)
  for (let row = 0; row < size; row++)
    learned.forEach((l, k) => {
      values[row * learned.length + k] = targets[row * width + l]!
    })
  return { labels: learned.map((l) => LABELS[l]!), values }
}

function largestShareOf({ weight, person }: ManyViews): number {
  const shares = new Map<number, number>()
  let total = 0
  weight.forEach((each, i) => {
    shares.set(person[i]!, (shares.get(person[i]!) ?? 0) + each)
    total += each
  })
  return Math.max(...shares.values()) / total
}

function ratesOf({ track, weight, views }: ManyViews) {
  const rates = new Map<number, { finishes: number; plays: number }>()
  track.forEach((row, i) => {
    const known = rates.get(row) ?? { finishes: 0, plays: 0 }
    known.plays += weight[i]!
    known.finishes += weight[i]! * views.rolling.label[i]!
    rates.set(row, known)
  })
  return rates
}
