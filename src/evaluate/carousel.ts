import { SHAPE } from '../bandits/carousel.ts'
import { inventedPlaylists } from '../bandits/invented-playlists.ts'
import { CAROUSEL_POLICIES, type CarouselPolicyName } from '../bandits/policies.ts'
import type { Course } from '../bandits/simulate.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { Progress } from '../core/progress.ts'
import { random } from '../core/random.ts'
import { type Estimate, repeatedCvInterval } from '../metrics/interval.ts'
import { type ReadFile, readListeners, readPlaylists } from './carousel-files.ts'
import { runAll } from './carousel-threads.ts'

export interface CarouselOptions {
  /** CSV of playlists' weights, or a folder with playlist_features.csv; absent: invented ones. */
  readonly playlists?: string
  /** CSV of listeners' vectors; absent: surrogates. */
  readonly users?: string
  readonly rounds: number
  /** Listeners who come in a round. */
  readonly visitors: number
  /** Rows of the report; absent: `BY_DEFAULT`. `uniform` is another name of `random`. */
  readonly policies?: readonly string[]
  /** How many seeds, from 1 on. */
  readonly seeds: number
}

export interface CarouselMetrics {
  /** Expected clicks that the best carousels would have had beyond the shown ones, over all rounds. */
  readonly regret: Estimate
  /** Expected clicks as a share of those of the best carousels. */
  readonly satisfaction: Estimate
  /** The regret of the last round alone. */
  readonly lastRegret: Estimate
  /** Share of the playlists that somebody was shown in the last round. */
  readonly coverage: Estimate
}

export interface CarouselRow {
  readonly name: CarouselPolicyName
  readonly about: string
  readonly metrics: CarouselMetrics
  /** Cumulative regret after each round. */
  readonly curve: readonly Estimate[]
  /** Cumulative regret at the end, a number a seed. */
  readonly regrets: readonly number[]
}

export interface CarouselComparison {
  readonly model: CarouselPolicyName
  readonly against: CarouselPolicyName
  readonly metric: 'regret'
  /** Of the regrets, paired by seed. */
  readonly ratio: Estimate
}

/** What `evaluate carousel --json` prints. */
export interface CarouselReport {
  readonly task: 'carousel'
  readonly dataset: {
    /** Of the playlists; absent for invented ones. */
    readonly file?: string
    readonly sha256?: string
    readonly playlists: number
    readonly width: number
    readonly users?: ReadFile
    /** Listeners that may come, of one seed. */
    readonly listeners: number
    readonly segments: number
    /** Of the first seed: over pairs of a listener and a playlist, and over best carousels. */
    readonly meanClick: number
    readonly meanBest: number
  }
  readonly protocol: {
    readonly name: 'carousel'
    readonly rounds: number
    readonly visitors: number
    readonly slots: number
    readonly visible: number
    readonly description: string
  }
  readonly seeds: readonly number[]
  readonly notes: readonly string[]
  readonly models: readonly CarouselRow[]
  /** Ours against each other policy. */
  readonly comparisons: readonly CarouselComparison[]
}

const DESCRIPTION =
  'Each round brings listeners, drawn with replacement; a policy shows each of them twelve playlists, knowing their vector and segment but never a playlist’s, and learns ' +
  'of the clicks when the round is over. A listener looks from left to right, clicks with probability σ(x·θ) and stops there; without a click the published policies count all ' +
  'places as seen, as their code does, and ours finds out. Regret is in expected clicks, over all rounds, against the best twelve for each listener. Every policy meets the same listeners with the same luck. ' +
  '95 % intervals: Student’s t over seeds, paired for ratios.'

/**
 * Lets policies fill a carousel of playlists (RecSys 2020, arXiv 2009.06546) and compares what they learn. The same files and options give the same report.
 * @throws DeepcutsError for files that cannot be read or do not fit, and policies that there are not
 */
export async function evaluateCarousel(
  options: CarouselOptions,
  progress: Progress,
  signal?: AbortSignal,
): Promise<CarouselReport> {
  const { rounds, visitors } = options
  const names = policyNames(options.policies)
  progress.stage('Reading', 0)
  const given = options.playlists ? await readPlaylists(options.playlists, SHAPE.slots) : undefined
  const playlists = given?.playlists ?? inventedPlaylists(random('carousel/playlists'))
  const users = options.users
    ? await readListeners(options.users, playlists.width, random('carousel/segments'))
    : undefined
  const seeds = Array.from({ length: options.seeds }, (_, i) => i + 1)
  const tasks = seeds.flatMap((seed) => names.map((policy) => ({ seed, policy })))
  progress.stage(`${tasks.length} carousels`, tasks.length * rounds, 'rounds')
  let done = 0
  const runs = await runAll(
    { playlists, rounds, visitors, ...(users && { users: users.listeners }) },
    tasks,
    () => progress.at(++done),
    signal,
  )
  progress.done()
  const courses = new Map<CarouselPolicyName, Course[]>(names.map((name) => [name, []]))
  for (const [at, { policy }] of tasks.entries()) courses.get(policy)!.push(runs[at]!.course)
  return {
    task: 'carousel',
    dataset: {
      ...(given && { file: given.file, sha256: given.sha256 }),
      playlists: playlists.n,
      width: playlists.width,
      ...(users && { users: { file: users.file, sha256: users.sha256 } }),
      ...runs[0]!.population,
    },
    protocol: { name: 'carousel', rounds, visitors, ...SHAPE, description: DESCRIPTION },
    seeds,
    notes: notesOf(given === undefined, users?.ownSegments, options.seeds),
    models: names.map((name) => rowOf(name, courses.get(name)!)),
    comparisons: names.includes('deepcuts')
      ? names.flatMap((against) =>
          against === 'deepcuts'
            ? []
            : [comparisonOf(against, courses.get('deepcuts')!, courses.get(against)!)],
        )
      : [],
  }
}

const ALL = Object.keys(CAROUSEL_POLICIES) as CarouselPolicyName[]

/** The policies of the published plot that are compared with, and what ours is without its draws. */
const BY_DEFAULT: readonly CarouselPolicyName[] = [
  'deepcuts',
  'greedy',
  'ts-seg-pessimistic',
  'epsilon-greedy-seg',
  'ts-lin-pessimistic',
  'popularity',
  'random',
]

/** Names under which other worlds know a policy. */
const ALSO: Readonly<Record<string, CarouselPolicyName>> = { uniform: 'random' }

/** The policies to compare, ours first. @throws DeepcutsError BAD_VALUE */
function policyNames(asked: readonly string[] = BY_DEFAULT): CarouselPolicyName[] {
  const known = asked.map((name) => ALSO[name] ?? name)
  for (const name of known)
    if (!(ALL as readonly string[]).includes(name))
      throw new DeepcutsError('BAD_VALUE', {
        option: '--policies',
        value: name,
        expected: `some of ${ALL.join(', ')}, with commas`,
      })
  return ALL.filter((name) => known.includes(name))
}

/** Seeds below which an interval over them says little. */
const FEW = 3

function notesOf(invented: boolean, ownSegments: boolean | undefined, seeds: number): string[] {
  return [
    ...(invented
      ? [
          'No playlists were given: these are invented ones of about the published law. Give the published playlist_features.csv for its own.',
        ]
      : []),
    ...(ownSegments === false ? ['The listeners have no segments: k-means made them.'] : []),
    ...(seeds < FEW
      ? [`Intervals over ${seeds === 1 ? 'one seed do not exist' : 'two seeds say little'}.`]
      : []),
  ]
}

function rowOf(name: CarouselPolicyName, courses: readonly Course[]): CarouselRow {
  const cumulative = courses.map(({ regret }) => {
    let total = 0
    return Array.from(regret, (one) => (total += one))
  })
  const rounds = cumulative[0]!.length
  const regrets = cumulative.map((course) => course.at(-1)!)
  const best = courses.map((course) => course.best.reduce((sum, one) => sum + one, 0))
  return {
    name,
    about: CAROUSEL_POLICIES[name].about,
    metrics: {
      regret: overSeeds(regrets),
      satisfaction: overSeeds(regrets.map((regret, seed) => 1 - regret / best[seed]!)),
      lastRegret: overSeeds(courses.map(({ regret }) => regret.at(-1)!)),
      coverage: overSeeds(courses.map(({ coverage }) => coverage.at(-1)!)),
    },
    curve: Array.from({ length: rounds }, (_, round) =>
      overSeeds(cumulative.map((course) => course[round]!)),
    ),
    regrets,
  }
}

function comparisonOf(
  against: CarouselPolicyName,
  ours: readonly Course[],
  theirs: readonly Course[],
): CarouselComparison {
  const total = ({ regret }: Course) => regret.reduce((sum, one) => sum + one, 0)
  const ratios = ours.map((course, seed) => total(course) / total(theirs[seed]!))
  return { model: 'deepcuts', against, metric: 'regret', ratio: overSeeds(ratios) }
}

/** Seeds share nothing, so the correction for shared training rows is zero. */
function overSeeds(values: readonly number[]): Estimate {
  return repeatedCvInterval(values, 0)
}
