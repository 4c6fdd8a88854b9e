import type { Progress } from '../core/progress.ts'
import { random } from '../core/random.ts'
import { type TasteCheckpoint, tasteFiles } from '../taste/taste-checkpoint.ts'
import { openTaste, type TasteModel } from '../taste/taste-model.ts'
import type { TrainingShape } from '../taste/taste-network.ts'
import { featureWidth } from '../taste/track-features.ts'
import {
  choiceSentence,
  estimated,
  LEAST_LEFT_OUT,
  type TasteChoice,
  type TasteLevel,
  type TastePlan,
  type TasteTrial,
  tasteTrial,
} from './taste-choice.ts'
import { knnScores } from './taste-knn.ts'
import { type LeftOut, leaveOut, ndcgOf } from './taste-left-out.ts'
import { isTold, type TasteData, type TasteLesson, tasteLesson } from './taste-lesson.ts'
import { type TasteLoopSettings, type TrainedTaste, trainTasteNetwork } from './taste-loop.ts'
import { LONGEST_ROUND, roundsFor } from './taste-windows.ts'

export interface TasteSettings {
  readonly seed: number
  /** Of every vector. */
  readonly width?: number
  /** The most events that an encoder reads. */
  readonly length?: number
  /** The most that are tried; unless told as many as make about a thousand steps. */
  readonly rounds?: number
  /** Distinct owners behind a track, an artist or a tag before it has a vector of its own; two unless told. */
  readonly fans?: number
  /** The owners to judge by, of whom nothing is learned until then; unless told, a fifth of all, drawn at random. */
  readonly leaveOut?: ReadonlySet<number>
}

export interface TasteModelFiles {
  readonly checkpoint: TasteCheckpoint
  readonly model: TasteModel
  /** By name, as `readTaste` takes them. */
  readonly files: Readonly<Record<string, Uint8Array>>
}

export interface TasteTraining {
  readonly choice: TasteChoice
  /** Absent where nothing is better than what is popular. */
  readonly trained?: TasteModelFiles
  /** The same capacity, without the listeners who were left out. */
  readonly heldOut?: TasteCheckpoint
}

/** What the files of a taste model begin with. */
export const TASTE_NAME = 'taste'

const DEFAULTS = { width: 64, length: 100 } as const
const [BATCH, NEGATIVES, RATE, PATIENCE, DROPOUT] = [32, 256, 3e-3, 5, 0.2]
const SHORTEST = 8
/** Going on with a model is short and gentle. */
const REFRESH = { rounds: 2, rate: 0.3 } as const

/** The levels that are trained, each tried on top of what was best before. */
const STEPS: readonly { readonly level: TasteLevel; readonly more: Partial<Capacity> }[] = [
  { level: 'content', more: {} },
  { level: 'ids', more: { ids: true } },
  { level: 'attention', more: { attention: true } },
]

type Capacity = Omit<TastePlan, 'rounds'>

interface Best {
  readonly level: TasteLevel
  readonly ndcg: Float64Array
  readonly plan: TastePlan
  readonly checkpoint?: TasteCheckpoint
}

/** With fewer owners to teach, attention is tried only on top of own vectors that helped: it needs more listeners still. */
const MANY = 100

/**
 * Trains a taste model on many listeners: a fifth of the owners is left out with all that is theirs, and says which capacity the data carries and how long to train; then
 * all of them teach it. The same data and seed give the same model on one machine.
 * @throws the signal's reason, TRAINING_DIVERGED
 */
export async function trainTaste(
  data: TasteData,
  settings: TasteSettings,
  progress: Progress,
  signal?: AbortSignal,
): Promise<TasteTraining> {
  const rng = random(`${settings.seed}/taste choice`)
  const count = data.sequences.offsets.length - 1
  const leftOut = leaveOut(data.sequences, rng, settings.leaveOut)
  const everyone = Array.from({ length: count }, (_, s) => s)
  const taught = everyone.filter((s) => !leftOut.sequences.has(s))
  const listeners = {
    taught: new Set(taught.map((s) => data.sequences.owner[s]!)).size,
    leftOut: leftOut.judged.length,
  }
  if (leftOut.judged.length < LEAST_LEFT_OUT) {
    const choice = { chosen: 'popularity', listeners, trials: [], beside: [] } as const
    return { choice: { ...choice, sentence: choiceSentence(choice) } }
  }
  const lesson = tasteLesson(data, taught, settings.fans)
  const few = listeners.taught < MANY
  const { best, ...tried } = await climb(lesson, leftOut, few, settings, progress, signal)
  const found = { chosen: best.level, listeners, ...tried }
  const choice = { ...found, sentence: choiceSentence(found) }
  const { plan, checkpoint: heldOut } = best
  if (!heldOut) return { choice }
  const trained = await teachTaste(data, plan, settings, progress, signal)
  return { choice: { ...choice, plan }, trained, heldOut }
}

/**
 * Trains a model of a capacity that was chosen before, on all listeners.
 * @throws the signal's reason, TRAINING_DIVERGED
 */
export async function teachTaste(
  data: TasteData,
  plan: TastePlan,
  settings: TasteSettings,
  progress: Progress,
  signal?: AbortSignal,
): Promise<TasteModelFiles> {
  const everyone = Array.from({ length: data.sequences.offsets.length - 1 }, (_, s) => s)
  const lesson = tasteLesson(data, everyone, settings.fans)
  const loop = loopOf(lesson, plan, settings, 'Learning from all listeners')
  const until = { ...loop, until: plan.rounds }
  const { checkpoint } = await trainTasteNetwork(lesson, undefined, until, progress, signal)
  return withFiles(checkpoint)
}

/**
 * Goes on with a model: new artists, tags and tracks get rows, and everybody's events teach it for two gentle rounds. What it learned
 * from listeners who have gone since stays until the next full training.
 * @param settings `leaveOut`: owners of whom it learns nothing
 * @throws the signal's reason, TRAINING_DIVERGED
 */
export async function refreshTaste(
  previous: TasteCheckpoint,
  data: TasteData,
  { seed, fans, leaveOut: without }: Pick<TasteSettings, 'seed' | 'fans' | 'leaveOut'>,
  progress: Progress,
  signal?: AbortSignal,
): Promise<TasteModelFiles> {
  const taught = [...data.sequences.owner.keys()].filter((s) => !without?.has(data.sequences.owner[s]!))
  const lesson = tasteLesson(data, taught, fans, previous)
  const settings = {
    stage: 'Going on with the taste model',
    shape: { ...previous.shape, batch: BATCH, negatives: NEGATIVES, seed },
    learningRate: RATE * REFRESH.rate,
    rounds: REFRESH.rounds,
    patience: 1,
    from: previous,
  }
  const { checkpoint } = await trainTasteNetwork(lesson, undefined, settings, progress, signal)
  return withFiles(checkpoint)
}

/** Tries one level after the other; the next goes on from the best. @param few whether own vectors that do not help are the last */
async function climb(
  lesson: TasteLesson,
  leftOut: LeftOut,
  few: boolean,
  settings: TasteSettings,
  progress: Progress,
  signal?: AbortSignal,
) {
  const rng = random(`${settings.seed}/taste bootstrap`)
  const popular = ndcgOf(leftOut, () => Float32Array.from(lesson.fans))
  const nothing = { ids: false, attention: false, rounds: 0 }
  let best: Best = { level: 'popularity', ndcg: popular, plan: nothing }
  const trials: TasteTrial[] = [tasteTrial('popularity', popular, 0, undefined, rng).trial]
  // Attention reads an order.
  const steps = STEPS.filter(({ level }) =>
    level === 'content' ? isTold(lesson) : level === 'ids' || lesson.ordered,
  )
  let untried: TasteLevel[] = []
  for (const [at, { level, more }] of steps.entries()) {
    const capacity = { ...best.plan, ...more }
    const loop = loopOf(lesson, capacity, settings, `Trying ${level}`)
    const found: TrainedTaste = await trainTasteNetwork(lesson, leftOut, loop, progress, signal)
    const { ndcg, rounds, checkpoint } = found
    const { trial, better } = tasteTrial(level, ndcg!, rounds, best, rng)
    trials.push(trial)
    if (better) best = { level, ndcg: ndcg!, plan: { ...capacity, rounds }, checkpoint }
    else if (few && level === 'ids') {
      untried = steps.slice(at + 1).map(({ level: larger }) => larger)
      break
    }
  }
  const near = ndcgOf(leftOut, await knnScores(lesson, leftOut, signal))
  const ahead = estimated(
    best.ndcg.map((value, at) => value - near[at]!),
    rng,
  )
  const beside = [{ name: 'item-knn', ndcg: estimated(near, rng), ahead }]
  return { best, trials, ...(untried.length > 0 && { untried }), beside }
}

function loopOf(
  lesson: TasteLesson,
  { ids, attention }: Capacity,
  { seed, width = DEFAULTS.width, length = DEFAULTS.length, rounds }: TasteSettings,
  stage: string,
): TasteLoopSettings {
  const { offsets } = lesson.data.sequences
  const longest = offsets.reduce((most, end, s) => Math.max(most, s > 0 ? end - offsets[s - 1]! : 0), 0)
  const shape: TrainingShape = {
    width,
    length: Math.max(Math.min(length, longest), SHORTEST),
    features: featureWidth(lesson.features),
    ids,
    encoder: { kind: attention ? 'attention' : 'mean', blocks: 1, heads: 2, dropout: DROPOUT },
    batch: BATCH,
    negatives: NEGATIVES,
    seed,
  }
  const planned =
    rounds === undefined
      ? { rounds: roundsFor(lesson.data.sequences, length, BATCH), roundSteps: LONGEST_ROUND }
      : { rounds }
  return { stage, shape, learningRate: RATE, ...planned, patience: PATIENCE }
}

async function withFiles(checkpoint: TasteCheckpoint): Promise<TasteModelFiles> {
  return { checkpoint, model: await openTaste(checkpoint), files: tasteFiles(TASTE_NAME, checkpoint) }
}
