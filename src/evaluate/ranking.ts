import { type Interactions, lengthsOf } from '../collaborative/interactions.ts'
import type { RankingScorer } from '../collaborative/ranking-model.ts'
import { type RankingFamily, rankingFamilies, type Settings } from '../collaborative/ranking-models.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { Progress } from '../core/progress.ts'
import { type Random, random } from '../core/random.ts'
import type { BlendWeights } from '../learn/blend-weights.ts'
import { findBlend } from '../learn/ranking-blend.ts'
import { type HeldOutItems, holdOut } from '../learn/ranking-split.ts'
import { type Tuned, tuneRanking } from '../learn/ranking-tuning.ts'
import { sequenceFamily } from '../learn/taste-ranking.ts'
import { type RankingData, rankingData } from './ranking-data.ts'
import { type RankingFormat, readRankingFile } from './ranking-files.ts'
import { type JudgedLists, judgeLists, type RankingComparison, type RankingMetrics } from './ranking-judge.ts'

export interface RankingOptions {
  /** Rows to learn from, and rows to foresee. */
  readonly train: string
  readonly test: string
  /** Rows to choose settings on, where a split comes with such a part; the models then never learn from them. */
  readonly validation?: string
  readonly format: RankingFormat
  /** Cutoffs, ascending. */
  readonly ks: readonly number[]
  readonly seed: number
}

interface RankingFileFacts {
  readonly file: string
  readonly sha256: string
  readonly rows: number
}

interface RankingRow {
  readonly name: string
  readonly metrics: RankingMetrics
  /** NDCG@20 on the part held out of the training file. */
  readonly validation: number
  /** How many settings were tried there, and which were best; of a blend the weights of its parts. */
  readonly trials?: number
  readonly settings: Settings
}

/** What `evaluate ranking --json` prints. */
export interface RankingReport {
  readonly task: 'ranking'
  readonly dataset: {
    readonly train: RankingFileFacts
    readonly test: RankingFileFacts
    readonly validation?: RankingFileFacts
    readonly users: number
    readonly items: number
    readonly pairs: number
    /** Users judged, and the pairs of theirs to foresee. */
    readonly testUsers: number
    readonly testPairs: number
  }
  readonly protocol: {
    readonly name: 'full-catalogue'
    readonly ks: readonly number[]
    /** How long the lists are that coverage, novelty and gini are about. */
    readonly listLength: number
    readonly heldOut: { readonly share: number; readonly by: 'time' | 'chance' | 'file' }
    readonly trials: number
    readonly description: string
  }
  readonly seed: number
  readonly notes: readonly string[]
  readonly models: readonly RankingRow[]
  /** NDCG of ours minus that of each other model, paired over users. */
  readonly comparisons: readonly RankingComparison[]
}

const SHARE = 0.2
/** Settings each family may try. */
const BUDGET = 8

const describeProtocol = (chosen: string) =>
  'Every item of the training file is ranked for every user, but for those the user has there. Recall divides by the number of the ' +
  "user's test items, also where k is smaller. Test items that are not in the training file count as misses. Every model tries at most " +
  `${BUDGET} settings by NDCG@20 on ${chosen}; the test is read once. deepcuts is ` +
  'the sum of the z-scores of the other models with weights found there. 95 % intervals: bootstrap over users.'
const BY_FIFTH = "a fifth of each user's training rows, then learns from all of them"
const BY_FILE = 'the rows of the validation file, which it never learns from'

/**
 * Judges how well models that learn from who has what foresee what else they will have.
 * The same files, options and seed give the same report.
 * @throws DeepcutsError when a file cannot be read, or there is nothing to learn from or to judge
 */
export async function evaluateRanking(
  options: RankingOptions,
  progress: Progress,
  signal?: AbortSignal,
): Promise<RankingReport> {
  const train = await readRankingFile(options.train, options.format)
  const test = await readRankingFile(options.test, options.format)
  const data = rankingData(train, test)
  const rng = random(options.seed)
  const validation = options.validation
    ? await readRankingFile(options.validation, options.format)
    : undefined
  const heldOut = validation
    ? ({ training: data.matrix, held: rankingData(train, validation).relevant, by: 'file' } as const)
    : holdOut(data.matrix, SHARE, rng.fork('validation'))
  if (heldOut.held.size === 0)
    throw new DeepcutsError('RANKING_TOO_FEW', { file: train.file, needed: Math.ceil(1 / SHARE) })

  const every = [...rankingFamilies({ timed: data.matrix.time !== undefined }), sequenceFamily()]
  const { families, asides } = takingPart(every, data.matrix)
  const { tuned, blend, scorers: parts } = await choose(families, heldOut, rng.fork('fit'), progress, signal)
  const scorers = parts ?? (await learnAll(tuned, data.matrix, rng.fork('fit'), progress, signal))
  progress.stage('Judging', 0)
  const names = tuned.map(({ model }) => model.name)
  const judged = await judgeLists(
    data,
    scorers,
    names,
    blend.weights,
    options.ks,
    rng.fork('bootstrap'),
    signal,
  )
  progress.done()

  return {
    task: 'ranking',
    dataset: {
      ...describe(data),
      train: factsOf(train),
      test: factsOf(test),
      ...(validation && { validation: factsOf(validation) }),
    },
    protocol: {
      name: 'full-catalogue',
      ks: options.ks,
      listLength: judged.listLength,
      heldOut: { share: shareOf(heldOut), by: heldOut.by },
      trials: BUDGET,
      description: describeProtocol(validation ? BY_FILE : BY_FIFTH),
    },
    seed: options.seed,
    notes: [...data.notes, ...asides],
    models: rowsOf(tuned, blend, judged),
    comparisons: judged.comparisons,
  }
}

/** The families that can learn from a matrix, and what the others say. */
export function takingPart(every: readonly RankingFamily[], matrix: Interactions) {
  const said = every.map((family) => family.aside?.(matrix))
  return {
    families: every.filter((_, at) => said[at] === undefined),
    asides: said.filter((sentence) => sentence !== undefined),
  }
}

type Chosen = Omit<Tuned, 'scorer'>

/**
 * The best settings of each family and the best weights of them, on what was held out. What was fitted there is kept where it knows all that
 * the models may learn from, and let go elsewhere.
 */
async function choose(
  families: readonly RankingFamily[],
  heldOut: HeldOutItems,
  random: Random,
  progress: Progress,
  signal?: AbortSignal,
): Promise<{
  readonly tuned: readonly Chosen[]
  readonly blend: BlendWeights
  readonly scorers?: readonly RankingScorer[]
}> {
  const tuned: Tuned[] = []
  for (const family of families)
    tuned.push(await tuneRanking(family, heldOut, { budget: BUDGET, random, progress, signal }))
  progress.stage('Blending', 0)
  const scorers = tuned.map(({ scorer }) => scorer)
  const blend = await findBlend(scorers, heldOut.training, heldOut.held, signal)
  return {
    tuned: tuned.map(({ scorer: _, ...rest }) => rest),
    blend,
    ...(heldOut.by === 'file' && { scorers }),
  }
}

/** Every model with its best settings, fitted on all rows. */
async function learnAll(
  tuned: readonly Chosen[],
  matrix: Interactions,
  random: Random,
  progress: Progress,
  signal?: AbortSignal,
): Promise<RankingScorer[]> {
  progress.stage('Learning from all rows', tuned.length)
  const scorers: RankingScorer[] = []
  for (const { model } of tuned) {
    progress.at(scorers.length, model.name)
    scorers.push(await model.fit(matrix, { random: random.fork(model.name), signal }))
  }
  return scorers
}

/** What is held out as a share of all that was there to learn or choose from. */
function shareOf({ training, held, by }: HeldOutItems): number {
  if (by !== 'file') return SHARE
  const pairs = [...held.values()].reduce((sum, items) => sum + items.size, 0)
  return pairs / (pairs + training.item.length)
}

function rowsOf(tuned: readonly Chosen[], blend: BlendWeights, { metrics }: JudgedLists): RankingRow[] {
  const parts = tuned.map(({ model, settings, ndcg, trials }, row) => ({
    name: model.name,
    metrics: metrics[row]!,
    validation: ndcg,
    trials,
    settings,
  }))
  const weights = Object.fromEntries(tuned.map(({ model }, part) => [model.name, blend.weights[part]!]))
  return [...parts, { name: 'deepcuts', metrics: metrics.at(-1)!, validation: blend.ndcg, settings: weights }]
}

function describe({ matrix, relevant }: RankingData) {
  return {
    users: lengthsOf(matrix).filter((length) => length > 0).length,
    items: matrix.items,
    pairs: matrix.item.length,
    testUsers: relevant.size,
    testPairs: [...relevant.values()].reduce((sum, items) => sum + items.size, 0),
  }
}

function factsOf({ file, sha256, user }: { file: string; sha256: string; user: readonly string[] }) {
  return { file, sha256, rows: user.length }
}
