import { breathe } from '../core/breathe.ts'
import type { Progress } from '../core/progress.ts'
import { random } from '../core/random.ts'
import { type Engine, openEngine } from '../engine.ts'
import { train } from '../learn/train.ts'
import { bootstrapInterval, type Estimate } from '../metrics/interval.ts'
import type { SampledMetric } from '../metrics/sample.ts'
import { prepareDemo } from './demo.ts'
import { DRAWERS, type Drawer, type DrawnList, type DrawRequest, drawLists } from './mixes-draws.ts'
import { type JudgeFacts, judgeList, MIX_METRICS, type MixMetric, type MixScores } from './mixes-judge.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

/** When invented listeners are asked for: the same worlds give the same figures on every day. */
const INVENTED_NOW = Date.UTC(2026, 9, 1, 18)
const LIST_LENGTH = 30

export interface MixesOptions {
  /** A listener of a store; absent: invented ones, whose truth is known. */
  readonly own?: { readonly engine: Engine; readonly listener: string; readonly now: number }
  /** How many invented worlds, of one listener each; their seeds count up from `seed`. */
  readonly worlds: number
  readonly days: number
  readonly seed: number
}

export type MixMetrics = { readonly n: number } & { readonly [M in MixMetric]: Estimate }

/** What `evaluate mixes --json` prints. */
export interface MixesReport {
  readonly task: 'mixes'
  readonly dataset: {
    readonly listeners: readonly string[]
    readonly invented: boolean
    readonly tracks: number
  }
  readonly protocol: {
    readonly name: 'days-in-a-row'
    readonly days: number
    readonly listLength: number
    readonly description: string
  }
  readonly seed: number
  /** By recipe, each with its number of lists. */
  readonly models: readonly {
    readonly name: Drawer
    readonly metrics: Readonly<Record<string, MixMetrics>>
  }[]
  /** Ours beside the same drawing without balance, paired: shares of its KL that are gone, and of its NDCG that are lost. */
  readonly calibration: readonly {
    readonly recipe: string
    readonly klCut: Estimate
    readonly ndcgLoss: Estimate
  }[]
}

const DESCRIPTION =
  'Every recipe is drawn on days in a row by the request path, without new plays in between; nothing is logged. top-n: the best of the same pool by value. ' +
  'uncalibrated: the same drawing without the balance of corners. 95 % intervals: bootstrap over listeners, over days where there is one listener.'

/** A list as it was judged. */
interface JudgedList {
  readonly recipe: string
  readonly drawer: Drawer
  /** What is drawn together for intervals: the listener, or the day of the only one. */
  readonly group: number
  readonly day: number
  readonly scores: MixScores
}

/**
 * Judges mixes as a whole, beside the n best tracks of the same pool. The same options give the same report.
 * @throws UNKNOWN_LISTENER, MODEL_DAMAGED, MODEL_OLD
 */
export async function evaluateMixes(
  options: MixesOptions,
  progress: Progress,
  signal?: AbortSignal,
): Promise<MixesReport> {
  const { own, worlds, seed, days } = options
  const parts: Awaited<ReturnType<typeof judgeListener>>[] = []
  const drawnBy = (world: number) => `${seed}/${world}`
  if (own)
    parts.push(
      await judgeListener(own.engine, { ...own, from: own.now, seed: drawnBy(0) }, options, progress, signal),
    )
  else
    for (let world = 0; world < worlds; world++)
      parts.push(await judgeInvented(seed + world, drawnBy(world), options, progress, signal))
  const judged = parts.flatMap(({ lists }, listener) =>
    lists.map((list): JudgedList => ({ ...list, group: parts.length > 1 ? listener : list.day })),
  )
  const recipes = [...new Set(judged.map(({ recipe }) => recipe))]
  const of = (drawer: Drawer, recipe: string) =>
    judged.filter((list) => list.drawer === drawer && list.recipe === recipe)
  return {
    task: 'mixes',
    dataset: {
      listeners: parts.map(({ name }) => name),
      invented: own === undefined,
      tracks: parts[0]!.tracks,
    },
    protocol: { name: 'days-in-a-row', days, listLength: LIST_LENGTH, description: DESCRIPTION },
    seed,
    models: DRAWERS.map((name) => ({
      name,
      metrics: Object.fromEntries(
        recipes
          .map((recipe) => [recipe, of(name, recipe)] as const)
          .filter(([, lists]) => lists.length > 0)
          .map(([recipe, lists]) => [recipe, metricsOf(lists, seed)]),
      ),
    })),
    calibration: recipes
      .map((recipe) => ({ recipe, ours: of('deepcuts', recipe), without: of('uncalibrated', recipe) }))
      .filter(({ without }) => without.length > 0)
      .map(({ recipe, ours, without }) => ({
        recipe,
        klCut: lostShare(ours, without, 'calibrationKl', seed),
        ndcgLoss: lostShare(ours, without, 'ndcg', seed),
      })),
  }
}

/** The mixes of the listener of one invented world, whom a model is trained on first. */
async function judgeInvented(
  worldSeed: number,
  seed: string,
  options: MixesOptions,
  progress: Progress,
  signal?: AbortSignal,
) {
  return inTemporaryFolder(async (folder) => {
    const engine = await openEngine({ data: folder, now: () => INVENTED_NOW, timeZone: 'UTC' })
    try {
      const { world, listener } = await prepareDemo(engine.library, worldSeed, INVENTED_NOW, progress)
      await train(engine.library, { listener, seed: 1 }, progress, signal)
      const { catalog } = await engine.shelves()
      const truth = (row: number) => world.finishProbability(0, world.rowOf(catalog.spotify.at(row))!)
      return await judgeListener(
        engine,
        { listener, from: INVENTED_NOW, seed, truth },
        options,
        progress,
        signal,
      )
    } finally {
      await engine.close()
    }
  })
}

async function judgeListener(
  engine: Engine,
  {
    listener,
    from,
    seed,
    truth,
  }: Pick<DrawRequest, 'listener' | 'from' | 'seed'> & Pick<JudgeFacts, 'truth'>,
  { days }: MixesOptions,
  progress: Progress,
  signal?: AbortSignal,
) {
  progress.stage(`Drawing mixes for ${listener}`, 0, 'mixes')
  let drawn = 0
  const lists = await drawLists(engine, { listener, from, days, n: LIST_LENGTH, seed }, async () => {
    progress.at(++drawn)
    await breathe(signal)
  })
  const { catalog, audio } = await engine.shelves()
  const facts = { catalog, audio, ...(truth && { truth }) }
  const latest = new Map<string, DrawnList>()
  const judged = lists.map((list) => {
    const { recipe, drawer, day } = list
    const before = latest.get(`${recipe.name} ${drawer}`)
    latest.set(`${recipe.name} ${drawer}`, list)
    return { recipe: recipe.name, drawer, day, scores: judgeList(list, before, facts) }
  })
  progress.done()
  return { name: listener, tracks: catalog.size, lists: judged }
}

function metricsOf(lists: readonly JudgedList[], seed: number): MixMetrics {
  const estimates = MIX_METRICS.map((metric) => {
    const statistic = knownMean(lists.map(({ scores }) => scores[metric]))
    const groups = lists.map(({ group }) => group)
    return [metric, bootstrapInterval({ groups, statistic, next: random(`${seed}/${metric}`).next })]
  })
  return { n: lists.length, ...Object.fromEntries(estimates) } as MixMetrics
}

/** 1 − ours / theirs of a metric's means, over lists drawn in pairs. */
function lostShare(
  ours: readonly JudgedList[],
  theirs: readonly JudgedList[],
  metric: MixMetric,
  seed: number,
): Estimate {
  const [mine, other] = [ours, theirs].map((lists) => knownMean(lists.map(({ scores }) => scores[metric])))
  return bootstrapInterval({
    groups: ours.map(({ group }) => group),
    statistic: (times) => 1 - mine!(times) / other!(times),
    next: random(`${seed}/lost/${metric}`).next,
  })
}

/** The mean over a sample of the values that are none NaN. */
function knownMean(values: readonly number[]): SampledMetric {
  return (times) => {
    let [sum, count] = [0, 0]
    values.forEach((value, i) => {
      if (Number.isNaN(value)) return
      sum += times[i]! * value
      count += times[i]!
    })
    return sum / count
  }
}
