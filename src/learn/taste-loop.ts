import { breathe } from '../core/breathe.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { Progress } from '../core/progress.ts'
import { type Random, random } from '../core/random.ts'
import { adamW, openTrainer } from '../graph/index.ts'
import type { TasteCheckpoint } from '../taste/taste-checkpoint.ts'
import { openTaste } from '../taste/taste-model.ts'
import { type TrainingShape, tasteLoss } from '../taste/taste-network.ts'
import { moveTables, tasteBatch, trainedTables } from './taste-batch.ts'
import { type LeftOut, ndcgsOf, tasteScores } from './taste-left-out.ts'
import { reordered, type TasteLesson } from './taste-lesson.ts'
import { type TasteWindow, windowsOf } from './taste-windows.ts'

export interface TasteLoopSettings {
  /** What the progress calls it. */
  readonly stage: string
  readonly shape: TrainingShape
  readonly learningRate: number
  /** Rounds that the learning rate is planned for, and the one to end after when that is earlier. */
  readonly rounds: number
  readonly until?: number
  /** Steps of a round at most; a longer one goes over some of the windows, others each time. */
  readonly roundSteps?: number
  /** Rounds without a better result before it ends. */
  readonly patience: number
  /** A model to go on from: its parameters, and the tables of the lesson's earlier vocabulary. */
  readonly from?: TasteCheckpoint
}

export interface TrainedTaste {
  readonly checkpoint: TasteCheckpoint
  /** Rounds after which it was kept. */
  readonly rounds: number
  /** NDCG@20 of each left-out listener; none without any. */
  readonly ndcg?: Float64Array
}

/** A row of a table moves in few of the steps, so it moves further in each. */
const TABLE_RATE = 3
/** A round goes over the windows as often as it takes to make so many steps, and at most so many times: few listeners take few steps. */
const STEPS_A_ROUND = 40
const TIMES_A_ROUND = 6

/**
 * The training loop: windows, batch, loss, gradients, a step of the parameters and of the rows that the batch touched; judged by left-out
 * listeners after each round. What they were served best with is kept, or what there is at the end where nobody is left out.
 * @throws the signal's reason, TRAINING_DIVERGED when a loss is no number
 */
export async function trainTasteNetwork(
  lesson: TasteLesson,
  leftOut: LeftOut | undefined,
  { stage, shape, learningRate, rounds, until = rounds, roundSteps, patience, from }: TasteLoopSettings,
  progress: Progress,
  signal?: AbortSignal,
): Promise<TrainedTaste> {
  const optimizer = adamW({ learningRate, weightDecay: 0.01 })
  const trainer = await openTrainer(tasteLoss(shape), { optimizer, clipNorm: 1 })
  if (from) trainer.load({ parameters: from.parameters })
  const { batch: _batch, negatives: _negatives, seed, ...built } = shape
  const tables = trainedTables(lesson, shape, from?.tables)
  const rng = random(`${seed}/taste`)
  const checkpoint = (): TasteCheckpoint => ({
    shape: built,
    features: lesson.features,
    vocabulary: lesson.vocabulary,
    tables: {
      artist: tables.artist.values.slice(),
      tags: tables.tags.values.slice(),
      id: tables.id.values.slice(),
    },
    parameters: trainer.parameters(),
  })
  let [kept, best, worse]: [TrainedTaste | undefined, number, number] = [undefined, -1, 0]
  progress.stage(stage, until, 'rounds')
  try {
    for (let round = 1; round <= until && worse < patience; round++) {
      let [sum, steps] = [0, 0]
      const now = reordered(lesson, rng.fork(`order ${round}`))
      const plan = batchesOf(now, shape, rng.fork(`round ${round}`)).slice(0, roundSteps)
      for (const [at, windows] of plan.entries()) {
        const batch = tasteBatch(now, tables, shape, windows, rng)
        if (!batch.inputs.weight!.some((weight) => weight > 0)) continue
        const settings = {
          ...optimizer,
          learningRate: learningRate * rate((round - 1 + at / plan.length) / rounds),
        }
        const { loss, gradientNorm, gradients } = await trainer.step(batch.inputs, settings)
        if (!Number.isFinite(loss + gradientNorm)) throw new DeepcutsError('TRAINING_DIVERGED', { step: at })
        moveTables(lesson, tables, batch, gradients, {
          ...settings,
          learningRate: settings.learningRate * TABLE_RATE,
        })
        sum += loss
        steps++
        await breathe(signal)
      }
      const judged = leftOut && (await judge(checkpoint(), leftOut, lesson))
      const result = judged ? average(judged.long) : 0
      if (!leftOut || result > best) {
        best = result
        kept = { checkpoint: checkpoint(), rounds: round, ...(judged && { ndcg: judged.short }) }
        worse = 0
      } else worse++
      const told = leftOut ? `, NDCG@200 ${result.toFixed(4)}, best ${best.toFixed(4)}` : ''
      progress.at(round, `loss ${(sum / steps).toFixed(4)}${told}`)
    }
  } finally {
    await trainer.close()
  }
  progress.done()
  return kept!
}

/** The batches of a round. */
function batchesOf({ data, listeners }: TasteLesson, { batch, length }: TrainingShape, rng: Random) {
  const batches: TasteWindow[][] = []
  for (let times = 0; times < TIMES_A_ROUND; times++) {
    const windows = windowsOf(data.sequences, listeners, length, rng)
    for (let from = 0; from < windows.length; from += batch) batches.push(windows.slice(from, from + batch))
    if (batches.length === 0 || batches.length >= STEPS_A_ROUND) break
  }
  return batches
}

/** Of each left-out listener the NDCG at 20, and of a longer list: that one moves less by chance, and says when to stop. */
async function judge(checkpoint: TasteCheckpoint, leftOut: LeftOut, { data }: TasteLesson) {
  const model = await openTaste(checkpoint)
  try {
    const tracks = await model.embedTracks(data.content, data.names)
    const score = await tasteScores(model, leftOut.shown, tracks)
    const [short, long] = ndcgsOf(leftOut, score, [20, 200])
    return { short: short!, long: long! }
  } finally {
    await model.close()
  }
}

/** The share of the learning rate: a warm-up over the first twentieth, then a cosine down to a tenth. */
function rate(share: number): number {
  return Math.min(1, share * 20 + 0.05) * (0.55 + 0.45 * Math.cos(Math.PI * share))
}

function average(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
