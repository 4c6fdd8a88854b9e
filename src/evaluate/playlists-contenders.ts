import type { PlaylistScorer } from '../collaborative/playlist-model.ts'
import { type PlaylistSettings, playlistFamilies } from '../collaborative/playlist-models.ts'
import type { Progress } from '../core/progress.ts'
import type { Random } from '../core/random.ts'
import {
  type Continuation,
  type ContinuationSettings,
  continuationScorer,
  trainContinuation,
} from '../learn/continuation.ts'
import { type ContinuationExample, continuationExamples } from '../learn/continuation-examples.ts'
import type { ContinuationTask } from '../learn/continuation-task.ts'
import { blendContinuation, type TunedContinuation, tuneContinuation } from '../learn/continuation-tuning.ts'
import { type ContinuationValues, judgeContinuation } from './playlists-judge.ts'

export interface ContenderOptions {
  /** Settings each simple model may try. */
  readonly budget: number
  readonly ranker: ContinuationSettings
  readonly random: Random
  readonly progress: Progress
  readonly signal?: AbortSignal | undefined
}

/** A model as the report names it. */
interface ContenderRow {
  readonly name: string
  readonly settings: PlaylistSettings
  readonly validation?: number
  readonly trials?: number
}

/** The simple models with their settings, their blend, and ours, ready for any past. */
interface Contenders {
  readonly tuned: readonly TunedContinuation[]
  /** The weights of the simple models in their blend. */
  readonly blend: readonly number[]
  readonly continuation: Continuation
  /** The simple models, the blend, and ours. */
  readonly rows: readonly ContenderRow[]
}

/** Chooses the settings of the simple models and the weights of their blend on one task, and trains ours on several. */
export async function contend(
  training: readonly ContinuationTask[],
  validation: ContinuationTask,
  { budget, ranker, random, progress, signal }: ContenderOptions,
): Promise<Contenders> {
  const families = playlistFamilies()
  const tuned: TunedContinuation[] = []
  progress.stage('Tuning simple models', families.length)
  for (const family of families) {
    progress.at(tuned.length, family.name)
    tuned.push(await tuneContinuation(family, validation, budget, signal))
    progress.at(tuned.length, family.name)
  }
  const blend = await blendContinuation(
    tuned.map(({ scorer }) => scorer),
    validation,
    signal,
  )
  const examples: ContinuationExample[] = []
  progress.stage('Describing playlists', training.length)
  for (const [at, task] of training.entries()) {
    examples.push(...(await continuationExamples(task, ranker.length, random.fork(`examples ${at}`), signal)))
    progress.at(at + 1)
  }
  const continuation = await trainContinuation(examples, ranker, random.fork('ranker'), progress, signal)
  return {
    tuned,
    blend: blend.weights,
    continuation,
    rows: [
      ...tuned.map(({ model, settings, ndcg, trials }) => ({
        name: model.name,
        settings,
        validation: ndcg,
        trials,
      })),
      {
        name: 'blend',
        validation: blend.ndcg,
        settings: Object.fromEntries(tuned.map(({ model }, at) => [model.name, blend.weights[at]!])),
      },
      {
        name: 'deepcuts',
        settings: {
          heads: ranker.heads,
          hidden: ranker.hidden.join(' '),
          steps: ranker.steps,
          examples: examples.length,
        },
      },
    ],
  }
}

/** The values of each row on a task, whose past all of them are fitted to. */
export async function judgeContenders(
  { tuned, blend, continuation }: Contenders,
  task: ContinuationTask,
  signal?: AbortSignal,
): Promise<ContinuationValues[]> {
  const scorers: PlaylistScorer[] = []
  for (const { model } of tuned) scorers.push(await model.fit(task.past, signal))
  const open = await continuation.open(task.past)
  scorers.push(continuationScorer(open, task))
  const values = await judgeContinuation(task, scorers, { blend: [...blend, 0], signal })
  // The blend comes last from the judge, and before ours in the report.
  return [...values.slice(0, tuned.length), values.at(-1)!, values[tuned.length]!]
}
