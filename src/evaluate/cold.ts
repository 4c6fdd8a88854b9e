import { DeepcutsError } from '../core/errors.ts'
import type { Progress } from '../core/progress.ts'
import { random } from '../core/random.ts'
import type { TasteChoice } from '../learn/taste-choice.ts'
import { teachTaste, trainTaste } from '../learn/taste-train.ts'
import type { Estimate } from '../metrics/interval.ts'
import { type ColdData, type ColdFormat, readColdData } from './cold-data.ts'
import { type ColdChoice, tuneCold } from './cold-families.ts'
import { judgeListeners, type ListenerRow, timeServing } from './cold-listeners.ts'
import { byShown, type ColdModel, coldWeights, learnCold, tasteColdModel } from './cold-models.ts'
import { type ColdSplit, coldSplit, SHOWN } from './cold-split.ts'
import { judgeTracks, type TrackRow, trackModels, trackWeights } from './cold-tracks.ts'

export interface ColdOptions {
  readonly file: string
  /** Absent: what the header says. */
  readonly format?: ColdFormat
  readonly seed: number
}

/** What `evaluate cold --json` prints. */
export interface ColdReport {
  readonly task: 'cold'
  readonly dataset: {
    readonly file: string
    readonly sha256: string
    readonly rows: number
    readonly users: number
    readonly items: number
    readonly newListeners: number
    readonly newTracks: number
  }
  readonly protocol: {
    readonly name: 'left-out-listeners'
    /** How many tracks a new listener has shown; the warm figure is of all of them. */
    readonly shown: readonly number[]
    readonly listLength: number
    readonly order: 'time' | 'chance'
    readonly description: string
  }
  readonly seed: number
  readonly notes: readonly string[]
  readonly models: readonly ListenerRow[]
  /** Absent where nothing is known of tracks but who has them. */
  readonly tracks?: readonly TrackRow[]
  /** Which taste model was chosen on the validation part, and why. */
  readonly taste: TasteChoice
  /** Milliseconds for one new listener who has shown five tracks, all models and the list, one at a time. */
  readonly servedMs: { readonly median: number; readonly p99: number }
  /** NDCG@20 of ours after five tracks minus that of each other model. */
  readonly comparisons: readonly { readonly against: string; readonly difference: Estimate }[]
}

const DESCRIPTION =
  'A fifth of the listeners, at most 500, teach nothing; nor does anybody teach a tenth of the tracks. Of each new listener the last fifth of ' +
  'the events is to be foreseen, and of the tracks before it the last 0, 1, 5, 10 or 20 are shown (all, where there are fewer): every track is ' +
  'ranked that was not shown. Warm is the same listeners with all of those tracks shown. Nothing is trained for them: item-kNN, EASE, iALS and the ' +
  'encoder fold them in, exactly, each with settings for those who have shown up to seven tracks and others for those who have shown more. ' +
  'Settings and the weights of deepcuts, a blend of the other models by how much was shown, are found on a split of the same kind inside of ' +
  'those who teach. New tracks are ranked for the same listeners, all of whose other tracks are shown. 95 % ' +
  'intervals: bootstrap over listeners.'

/**
 * Judges how well listeners are served whom nothing was trained on, and tracks that nobody had.
 * The same file, options and seed give the same report, but for the times.
 * @throws DeepcutsError when the file cannot be read or is too small
 */
export async function evaluateCold(
  options: ColdOptions,
  progress: Progress,
  signal?: AbortSignal,
): Promise<ColdReport> {
  const data = await readColdData(options.file, options.format)
  const rng = random(options.seed)
  const everyone = Array.from({ length: data.sequences.offsets.length - 1 }, (_, s) => s)
  const outer = coldSplit(data, everyone, rng.fork('new'))
  const inner = outer && coldSplit(data, outer.teachers, rng.fork('validation'))
  if (!outer || !inner) throw new DeepcutsError('COLD_TOO_FEW', { file: data.file })

  const choices = await tuneCold(data, inner, rng.fork('fit'), progress, signal)
  const settings = { seed: options.seed }
  const chosen = await trainTaste({ ...data, ...inner.taught }, settings, progress, signal)
  const validation = await modelsOf(data, inner, choices, chosen.trained?.model, rng.fork('fit'), signal)
  progress.stage('Weighing', SHOWN.length + 1)
  const weights: (readonly number[])[] = []
  for (const n of [...SHOWN, undefined]) weights.push(await coldWeights(data, validation, inner, n, signal))
  const byTrack = await trackWeights(data, inner, chosen.trained?.model, signal)

  const { plan } = chosen.choice
  const taste = plan && (await teachTaste({ ...data, ...outer.taught }, plan, settings, progress, signal))
  const models = await modelsOf(data, outer, choices, taste?.model, rng.fork('fit'), signal)
  progress.stage('Judging', SHOWN.length + 1)
  const judged = await judgeListeners(data, outer, models, weights, rng.fork('bootstrap'), signal)
  const servedMs = await timeServing(data, outer, models, weights[SHOWN.indexOf(5)]!)
  const tracks =
    byTrack &&
    (await judgeTracks(
      data,
      outer,
      await trackModels(data, outer, taste?.model, signal),
      byTrack,
      rng,
      signal,
    ))
  progress.done()
  await Promise.all([chosen.trained?.model.close(), taste?.model.close()])
  return {
    task: 'cold',
    dataset: {
      file: data.file,
      sha256: data.sha256,
      rows: data.rows,
      users: everyone.length,
      items: data.content.items,
      newListeners: outer.asked.length,
      newTracks: outer.newTracks.size,
    },
    protocol: {
      name: 'left-out-listeners',
      shown: SHOWN,
      listLength: 20,
      order: data.ordered ? 'time' : 'chance',
      description: DESCRIPTION,
    },
    seed: options.seed,
    notes: [...data.notes, ...notesOf(data, plan !== undefined)],
    models: judged.models.map((row) => ({ ...row, ...settingsOf(row.name, choices) })),
    ...(tracks && { tracks }),
    taste: chosen.choice,
    servedMs,
    comparisons: judged.comparisons,
  }
}

async function modelsOf(
  data: ColdData,
  split: ColdSplit,
  choices: readonly ColdChoice[],
  taste: Parameters<typeof tasteColdModel>[0] | undefined,
  rng: ReturnType<typeof random>,
  signal?: AbortSignal,
): Promise<ColdModel[]> {
  const settings = [...new Set(choices.flatMap(({ few, many }) => [few, many]))]
  const learned = await learnCold(settings, split, rng, signal)
  const of = (model: ColdChoice['few']) => learned[settings.indexOf(model)]!
  const linear = choices.map(({ few, many }) => byShown(of(few), of(many)))
  return taste ? [...linear, await tasteColdModel(taste, data)] : linear
}

function settingsOf(name: string, choices: readonly ColdChoice[]) {
  const choice = choices.find(({ many }) => many.name === name)
  if (!choice) return {}
  const { few, many } = choice
  return { settings: many.settings, ...(few !== many && { settingsWhenFew: few.settings }) }
}

function notesOf({ content, ordered }: ColdData, taste: boolean): string[] {
  const notes: string[] = []
  if (!ordered) notes.push('The file tells no order: which tracks come first is random.')
  if (content.artist.every((artist) => artist === 0))
    notes.push('Nothing is known of tracks but who has them: one that nobody has had cannot be ranked.')
  if (!taste)
    notes.push('The taste model stays off: on the validation part nothing was better than popularity.')
  return notes
}
