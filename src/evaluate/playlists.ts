import { logBefore } from '../collaborative/playlist-log.ts'
import { type PlaylistSettings, playlistFamilies } from '../collaborative/playlist-models.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { Progress } from '../core/progress.ts'
import { type Random, random } from '../core/random.ts'
import { type ContinuationTask, continuationAfter, daysOf } from '../learn/continuation-task.ts'
import { blendContinuation, type TunedContinuation, tuneContinuation } from '../learn/continuation-tuning.ts'
import type { Estimate } from '../metrics/interval.ts'
import { dayOf, isoDay, type PlaylistArchive, readPlaylistArchive } from './playlists-file.ts'
import {
  type ContinuationMetrics,
  type ContinuationValues,
  continuationComparison,
  continuationMetrics,
  judgeContinuation,
  SUBSETS,
  type Subset,
} from './playlists-judge.ts'

export interface PlaylistsOptions {
  readonly file: string
  /** A date like 2020-07-31: what was added before it is known, what was added on it or later is foreseen. */
  readonly until: string
  readonly seed: number
}

/** A model, its settings, and how good its lists are. */
export interface PlaylistsRow {
  readonly name: string
  readonly metrics: Readonly<Record<Subset, ContinuationMetrics>>
  /** NDCG@100 on the inner cut, before the date. */
  readonly validation: number
  /** How many settings were tried there; absent for what has none to try. */
  readonly trials?: number
  readonly settings: PlaylistSettings
}

export interface PlaylistsComparison {
  readonly model: string
  readonly against: string
  readonly subset: Subset
  readonly metric: string
  readonly difference: Estimate
  readonly ratio: Estimate
}

/** What `evaluate playlists --json` prints. */
export interface PlaylistsReport {
  readonly task: 'playlists'
  readonly dataset: {
    readonly file: string
    readonly sha256: string
    readonly rows: number
    readonly playlists: number
    readonly tracks: number
    readonly first: string
    readonly last: string
  }
  readonly protocol: {
    readonly name: 'until'
    readonly until: string
    /** The inner cuts before the date: what was added after each, to the day before `to`, is learned from. */
    readonly inner: readonly { readonly from: string; readonly to: string }[]
    readonly candidates: Readonly<Record<Subset, number>>
    readonly trials: number
    readonly description: string
  }
  readonly seed: number
  readonly notes: readonly string[]
  readonly models: readonly PlaylistsRow[]
  /** NDCG@100 of ours against each other model, paired over playlists. */
  readonly comparisons: readonly PlaylistsComparison[]
}

/** Settings each simple model may try. */
const BUDGET = 8
const PLAYLISTS_NEEDED = 2

const DESCRIPTION =
  'What was added before the date is known; for every playlist of then, what was put on it from the date on is foreseen, except tracks that were ' +
  'on it on that day (one that had left may come back). Candidates: all = every track of the file; warm = those that were on some playlist before ' +
  'the date; cold = those first seen on any playlist after it, known by artist, title, album and length, as new releases are. A cold track is a ' +
  'candidate because somebody added it later: real lists of new releases are longer. warm and cold rank and judge these tracks alone. Ids with ' +
  `one title and the same artists are one track. Every simple model tries at most ${BUDGET} settings by NDCG@100 on the last inner cut. 95 % ` +
  'intervals: bootstrap over playlists.'

/**
 * Judges how well models foresee what playlists get after a date. The same file, options and seed give the same report.
 * @throws DeepcutsError when the file cannot be read, has no dates, or there is nothing before or after the date
 */
export async function evaluatePlaylists(
  { file, until: asked, seed }: PlaylistsOptions,
  progress: Progress,
  signal?: AbortSignal,
): Promise<PlaylistsReport> {
  const until = dayOf(asked)
  if (Number.isNaN(until))
    throw new DeepcutsError('BAD_VALUE', {
      option: '--until',
      value: asked === '' ? 'empty' : asked,
      expected: 'a date like 2020-07-31',
    })
  progress.stage('Reading', 0)
  const archive = await readPlaylistArchive(file)
  const { first, last } = daysOf(archive.log)
  const task = testTask(archive, until)
  const inner = innerTasks(archive, until)
  const rng = random(seed)

  const families = playlistFamilies()
  const tuned: TunedContinuation[] = []
  progress.stage('Tuning simple models', families.length)
  for (const family of families) {
    progress.at(tuned.length, family.name)
    tuned.push(await tuneContinuation(family, inner.at(-1)!.task, BUDGET, signal))
  }
  const blend = await blendContinuation(
    tuned.map(({ scorer }) => scorer),
    inner.at(-1)!.task,
    signal,
  )
  progress.stage('Judging', 0)
  const scorers = []
  for (const { model } of tuned) scorers.push(await model.fit(task.past, signal))
  const values = await judgeContinuation(task, scorers, { blend: blend.weights, signal })
  progress.done()

  const names = [...tuned.map(({ model }) => model.name), 'blend']
  const bootstrap = rng.fork('bootstrap')
  return {
    task: 'playlists',
    dataset: {
      file: archive.file,
      sha256: archive.sha256,
      rows: archive.rows,
      playlists: archive.log.playlists,
      tracks: archive.log.tracks,
      first: isoDay(first),
      last: isoDay(last),
    },
    protocol: {
      name: 'until',
      until: isoDay(until),
      inner: inner.map(({ from, to }) => ({ from: isoDay(from), to: isoDay(to) })),
      candidates: countsOf(task),
      trials: BUDGET,
      description: DESCRIPTION,
    },
    seed,
    notes: archive.notes,
    models: [
      ...tuned.map(({ model, settings, ndcg, trials }, at) => ({
        name: model.name,
        metrics: metricsOf(values[at]!, bootstrap),
        validation: ndcg,
        trials,
        settings,
      })),
      {
        name: 'blend',
        metrics: metricsOf(values.at(-1)!, bootstrap),
        validation: blend.ndcg,
        settings: Object.fromEntries(tuned.map(({ model }, at) => [model.name, blend.weights[at]!])),
      },
    ],
    comparisons: comparisonsOf(values, names, 'blend', bootstrap),
  }
}

/** The task of the report. @throws DeepcutsError when there is nothing to learn from or to judge */
function testTask(archive: PlaylistArchive, until: number): ContinuationTask {
  const { file, log } = archive
  const { first, last } = daysOf(log)
  const span = { file, until: isoDay(until), first: isoDay(first), last: isoDay(last) }
  if (until <= first) throw new DeepcutsError('PLAYLISTS_NOTHING_BEFORE', span)
  const task = continuationAfter(archive, until, last + 1)
  const found = new Set(task.past.log.playlist).size
  if (found < PLAYLISTS_NEEDED)
    throw new DeepcutsError('PLAYLISTS_TOO_FEW', { ...span, found: 'one playlist', needed: PLAYLISTS_NEEDED })
  if (task.cases.length === 0) throw new DeepcutsError('PLAYLISTS_NOTHING_AFTER', span)
  return task
}

interface InnerTask {
  readonly from: number
  readonly to: number
  readonly task: ContinuationTask
}

/** At most so many inner cuts, the last one as far before the date as the test goes after it, or half of the known days. */
const INNER_CUTS = 8

/**
 * Tasks like the test's that end before the date, oldest first: they read a log that holds nothing of later days.
 * @throws DeepcutsError PLAYLISTS_TOO_SHORT when not one has a case
 */
function innerTasks(archive: PlaylistArchive, until: number): InnerTask[] {
  const { file, log, content, names } = archive
  const { first, last } = daysOf(log)
  const known = { log: logBefore(log, until), content, names }
  const horizon = Math.max(Math.min(last + 1 - until, Math.floor((until - first) / 2)), 1)
  const latest = until - horizon
  const step = Math.max((latest - first) / (INNER_CUTS + 2), 1)
  const found: InnerTask[] = []
  for (let cut = 0; cut < INNER_CUTS; cut++) {
    const from = Math.floor(latest - cut * step)
    if (from <= first) break
    const task = continuationAfter(known, from, from + horizon)
    if (task.cases.length > 0) found.unshift({ from, to: from + horizon, task })
  }
  if (found.length === 0)
    throw new DeepcutsError('PLAYLISTS_TOO_SHORT', {
      file,
      until: isoDay(until),
      days: until - first,
      first: isoDay(first),
      last: isoDay(last),
    })
  return found
}

function countsOf({ candidate, warm }: ContinuationTask): Record<Subset, number> {
  let [all, known] = [0, 0]
  for (let track = 0; track < candidate.length; track++) {
    all += candidate[track]!
    known += warm[track]!
  }
  return { all, warm: known, cold: all - known }
}

function metricsOf(values: ContinuationValues, random: Random): Record<Subset, ContinuationMetrics> {
  const own = (subset: Subset) => continuationMetrics(values, subset, random)
  return { all: own('all'), warm: own('warm'), cold: own('cold') }
}

function comparisonsOf(
  values: readonly ContinuationValues[],
  names: readonly string[],
  model: string,
  random: Random,
): PlaylistsComparison[] {
  const ours = values[names.indexOf(model)]!
  const metric = 'ndcg@100'
  return SUBSETS.filter((subset) => (ours[subset].get(metric)?.length ?? 0) > 0).flatMap((subset) =>
    names.flatMap((against, at) =>
      against === model
        ? []
        : [
            {
              model,
              against,
              subset,
              metric,
              ...continuationComparison(ours, values[at]!, subset, metric, random),
            },
          ],
    ),
  )
}
