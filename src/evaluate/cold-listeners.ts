import type { RankingScorer } from '../collaborative/ranking-model.ts'
import type { Random } from '../core/random.ts'
import { blended, eachUser } from '../learn/ranking-lists.ts'
import { bootstrapInterval, type Estimate } from '../metrics/interval.ts'
import { ndcgAtK, recallAtK, topK } from '../metrics/ranking.ts'
import { type SampledMetric, sampledMean } from '../metrics/sample.ts'
import type { ColdData, ColdRows } from './cold-data.ts'
import type { ColdModel } from './cold-models.ts'
import { type Asked, type ColdSplit, SHOWN, shownRows } from './cold-split.ts'

/** A model on new listeners. */
export interface ListenerRow {
  readonly name: string
  readonly settings?: Readonly<Record<string, number | string>>
  /** For listeners who have shown few tracks, where they are others. */
  readonly settingsWhenFew?: Readonly<Record<string, number | string>>
  /** The warm figures: everything is shown. */
  readonly metrics: Readonly<Record<string, Estimate>>
  /** After so many tracks; `share` is of the warm NDCG@20, `weights` those of the blend. */
  readonly curve: readonly {
    readonly shown: number
    readonly metrics: Readonly<Record<string, Estimate>>
    readonly share: Estimate
    readonly weights?: Readonly<Record<string, number>>
  }[]
}

interface Values {
  readonly ndcg: Float64Array
  readonly recall: Float64Array
}

const K = 20

/** The curve of each model and of their blend at the end, and how the blend stands after five tracks. */
export async function judgeListeners(
  data: ColdData,
  { asked }: ColdSplit,
  models: readonly ColdModel[],
  weights: readonly (readonly number[])[],
  random: Random,
  signal?: AbortSignal,
) {
  const steps: Values[][] = []
  for (const [at, n] of [...SHOWN, undefined].entries())
    steps.push(await valuesOf(shownRows(data, asked, n), asked, models, weights[at]!, signal))
  const names = [...models.map(({ name }) => name), 'deepcuts']
  const groups = asked.map((_, row) => row)
  const estimated = (statistic: SampledMetric) => bootstrapInterval({ groups, statistic, next: random.next })
  const metrics = ({ ndcg, recall }: Values) => ({
    [`ndcg@${K}`]: estimated(sampledMean(ndcg)),
    [`recall@${K}`]: estimated(sampledMean(recall)),
  })
  const rows = names.map((name, model): ListenerRow => {
    const warm = steps.at(-1)![model]!
    return {
      name,
      metrics: metrics(warm),
      curve: SHOWN.map((shown, at) => ({
        shown,
        metrics: metrics(steps[at]![model]!),
        share: estimated(ratio(steps[at]![model]!.ndcg, warm.ndcg)),
        ...(model === models.length && { weights: named(models, weights[at]!) }),
      })),
    }
  })
  const five = steps[SHOWN.indexOf(5)]!
  const comparisons = models.map(({ name: against }, model) => ({
    against,
    difference: estimated(
      sampledMean(five[models.length]!.ndcg.map((value, row) => value - five[model]!.ndcg[row]!)),
    ),
  }))
  return { models: rows, comparisons }
}

async function valuesOf(
  shown: ColdRows,
  asked: readonly Asked[],
  models: readonly ColdModel[],
  weights: readonly number[],
  signal?: AbortSignal,
): Promise<Values[]> {
  const scorers: RankingScorer[] = []
  for (const model of models) scorers.push(await model.serve(shown))
  const values = [...models, 'blend'].map(() => ({
    ndcg: new Float64Array(asked.length),
    recall: new Float64Array(asked.length),
  }))
  const look = (row: number, parts: readonly Float32Array[]) => {
    for (const [at, scores] of [...parts, blended(parts, weights)].entries()) {
      const list = topK(scores, K)
      values[at]!.ndcg[row] = ndcgAtK(list, asked[row]!.wanted, K)
      values[at]!.recall[row] = recallAtK(list, asked[row]!.wanted, K)
    }
  }
  await eachUser(scorers, shown.matrix, Array.from(asked.keys()), look, signal)
  return values
}

/** The share that one mean is of another. */
function ratio(over: Float64Array, under: Float64Array): SampledMetric {
  const [above, below] = [sampledMean(over), sampledMean(under)]
  return (times) => above(times) / below(times)
}

function named(models: readonly ColdModel[], weights: readonly number[]): Readonly<Record<string, number>> {
  return Object.fromEntries(models.map(({ name }, at) => [name, weights[at]!]))
}

const [TIMED, WARM_UP] = [60, 10]

/** How long a list takes for one new listener who has shown five tracks: everything from their events on, one listener at a time. */
export async function timeServing(
  data: ColdData,
  { asked }: ColdSplit,
  models: readonly ColdModel[],
  weights: readonly number[],
): Promise<{ readonly median: number; readonly p99: number }> {
  const times: number[] = []
  const used = models.filter((_, at) => weights[at]! > 0)
  const counted = weights.filter((weight) => weight > 0)
  for (let k = 0; k < TIMED + WARM_UP; k++) {
    const one = asked[k % asked.length]!
    const started = performance.now()
    const shown = shownRows(data, [one], 5)
    const scorers: RankingScorer[] = []
    for (const model of used) scorers.push(await model.serve(shown))
    const look = (_: number, parts: readonly Float32Array[]) => {
      topK(blended(parts, counted), K)
    }
    await eachUser(scorers, shown.matrix, [0], look)
    if (k >= WARM_UP) times.push(performance.now() - started)
  }
  times.sort((a, b) => a - b)
  return { median: times[Math.floor(times.length / 2)]!, p99: times[Math.floor(times.length * 0.99)]! }
}
