import { logBefore } from '../collaborative/playlist-log.ts'
import type { PlaylistSettings } from '../collaborative/playlist-models.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { Progress } from '../core/progress.ts'
import { type Random, random } from '../core/random.ts'
import { CONTINUATION, type ContinuationSettings } from '../learn/continuation.ts'
import { type ContinuationTask, continuationAfter, daysOf } from '../learn/continuation-task.ts'
import type { Estimate } from '../metrics/interval.ts'
import { contend, judgeContenders } from './playlists-contenders.ts'
import { dayOf, isoDay, type PlaylistArchive, readPlaylistArchive } from './playlists-file.ts'
import {
  type ContinuationMetrics,
  type ContinuationValues,
  continuationComparison,
  continuationMetrics,
  SUBSETS,
  type Subset,
} from './playlists-judge.ts'
import { judgeWithheld, WITHHELD } from './playlists-withheld.ts'

export interface PlaylistsOptions {
  readonly file: string
  /** A date like 2020-07-31: what was added before it is known, what was added on it or later is foreseen. */
  readonly until: string
  readonly seed: number
  /** How the ranker is trained; default `CONTINUATION`. */
  readonly ranker?: ContinuationSettings
}

/** A model, its settings, and how good its lists are. */
export interface PlaylistsRow {
  readonly name: string
  readonly metrics: Readonly<Record<Subset, ContinuationMetrics>>
  /** Mean of NDCG@100 over all and over warm tracks on the last inner cut; absent for ours, which learns from it. */
  readonly validation?: number
  /** How many settings were tried there; absent for what has none to try. */
  readonly trials?: number
  readonly settings: PlaylistSettings
  /** Shown tracks → how good the lists are that go on from them; of playlists that the model never saw. */
  readonly withheld: Readonly<Record<string, ContinuationMetrics>>
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
    /** How many playlists were withheld for the second protocol, and how many of their tracks are on no other one. */
    readonly withheld: {
      readonly playlists: number
      readonly unknownTracks: number
      readonly description: string
    }
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
  'candidate because somebody added it later: real lists of new releases are longer. warm and cold rank and judge these tracks alone; models that ' +
  'know only who has what rank cold ones by chance. Ids with one title and the same artists are one track. Every simple model tries at most ' +
  `${BUDGET} settings by NDCG@100 (the mean of all and warm) on the last inner cut. 95 % intervals: bootstrap over playlists.`

/**
 * Judges how well models foresee what playlists get after a date. The same file, options and seed give the same report.
 * @throws DeepcutsError when the file cannot be read, has no dates, or there is nothing before or after the date
 */
export async function evaluatePlaylists(
  options: PlaylistsOptions,
  progress: Progress,
  signal?: AbortSignal,
): Promise<PlaylistsReport> {
  const { file, until: asked, seed } = options
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

  const ranker = options.ranker ?? CONTINUATION
  const contenders = await contend(
    inner.map((one) => one.task),
    inner.at(-1)!.task,
    {
      budget: BUDGET,
      ranker,
      random: rng.fork('until'),
      progress,
      signal,
    },
  )
  progress.stage('Judging', 0)
  const values = await judgeContenders(contenders, task, signal)
  await contenders.continuation.close()
  const withheld = await judgeWithheld(archive, {
    budget: BUDGET,
    ranker,
    random: rng.fork('withheld'),
    progress,
    signal,
  })
  progress.done()

  const names = contenders.rows.map(({ name }) => name)
  const withheldJudged = Math.max(
    0,
    ...Object.values(withheld.values).map(([first]) => first!.all.get('ndcg@100')!.length),
  )
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
      withheld: {
        playlists: withheld.playlists,
        unknownTracks: withheld.unknownTracks,
        description: WITHHELD,
      },
    },
    seed,
    notes: [...archive.notes, ...fewNotes(task.cases.length, withheldJudged)],
    models: contenders.rows.map((row, at) => ({
      ...row,
      metrics: metricsOf(values[at]!, bootstrap),
      withheld: Object.fromEntries(
        Object.entries(withheld.values).map(([seeds, own]) => [
          seeds,
          continuationMetrics(own[at]!, 'all', bootstrap),
        ]),
      ),
    })),
    comparisons: comparisonsOf(values, names, 'deepcuts', bootstrap),
  }
}

/** Playlists below which a bootstrap over them says little. */
const FEW = 10

function fewNotes(judged: number, withheld: number): string[] {
  const said = (what: string, n: number) =>
    n > 0 && n < FEW ? [`Playlists ${what}: only ${n}. Intervals over so few say little.`] : []
  return [...said('judged', judged), ...said('withheld', withheld)]
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
