import { breathe } from '../core/breathe.ts'
import type { Progress } from '../core/progress.ts'
import type { Conditions } from '../loop/conditions.ts'
import type { Contender } from '../loop/contenders.ts'
import { cumulativeShares, judgeCourses, MEASURES, type Outcome } from '../loop/measures.ts'
import { type Course, courseOf } from '../loop/run.ts'
import { makeSetting } from '../loop/setting.ts'
import { type Estimate, repeatedCvInterval } from '../metrics/interval.ts'

export interface WorldsToPlay {
  readonly conditions: Conditions
  readonly contenders: readonly Contender[]
  readonly seeds: readonly number[]
  readonly listeners: number
  readonly sittings: number
  /** Other listeners whose plays the model learned from; absent: as usual. */
  readonly logListeners?: number
}

export type WorldMetrics = Readonly<Record<keyof Outcome, Estimate>>

export interface PlayedWorlds {
  /** By contender, one outcome a seed. */
  readonly outcomes: ReadonlyMap<string, readonly Outcome[]>
  readonly estimates: ReadonlyMap<string, WorldMetrics>
  /** By contender, what it brought up to each sitting as a share of the oracle's, the mean over the seeds. */
  readonly curves: ReadonlyMap<string, readonly number[]>
  /** What the oracle gets from a sitting. */
  readonly oracle: Estimate
}

/** Lets every contender recommend to the same listeners of the same worlds. @throws the signal's reason once it is aborted */
export async function playWorlds(
  { conditions, contenders, seeds, listeners, sittings, logListeners }: WorldsToPlay,
  progress: Progress,
  stage: string,
  signal?: AbortSignal,
): Promise<PlayedWorlds> {
  const outcomes = new Map<string, Outcome[]>(contenders.map(({ name }) => [name, []]))
  const curves = new Map<string, number[][]>(contenders.map(({ name }) => [name, []]))
  const perSitting: number[] = []
  const units = seeds.length * (contenders.length + 1)
  progress.stage(stage, units * listeners, 'listener')
  let done = 0
  for (const seed of seeds) {
    await breathe(signal)
    const setting = makeSetting(seed, conditions, { listeners, sittings }, logListeners)
    const play = async (contender: Contender | 'oracle') => {
      const courses: Course[] = []
      for (let i = 0; i < listeners; i++) {
        courses.push(courseOf(setting, i, contender, seed))
        progress.at(++done, contender === 'oracle' ? 'oracle' : contender.name)
        await breathe(signal)
      }
      return courses
    }
    const oracle = await play('oracle')
    perSitting.push(meanOf(oracle.map(({ value }) => value.reduce((a, b) => a + b, 0) / sittings)))
    for (const contender of contenders) {
      const courses = await play(contender)
      outcomes.get(contender.name)!.push(judgeCourses(setting, courses, oracle))
      curves.get(contender.name)!.push(cumulativeShares(courses, oracle))
    }
  }
  progress.done()
  return {
    outcomes,
    estimates: new Map([...outcomes].map(([name, of]) => [name, metricsOf(of)])),
    curves: new Map(
      [...curves].map(([name, of]) => [name, of[0]!.map((_, s) => meanOf(of.map((curve) => curve[s]!)))]),
    ),
    oracle: overSeeds(perSitting),
  }
}

/** A measure of one contender divided by that of another in the same worlds, the mean over the seeds. */
export function ratioOf(
  outcomes: ReadonlyMap<string, readonly Outcome[]>,
  one: string,
  other: string,
  measure: keyof Outcome = 'satisfaction',
): Estimate {
  const others = outcomes.get(other)!
  return overSeeds(outcomes.get(one)!.map((outcome, seed) => outcome[measure] / others[seed]![measure]))
}

function metricsOf(outcomes: readonly Outcome[]): WorldMetrics {
  return Object.fromEntries(
    MEASURES.map((measure) => [measure, overSeeds(outcomes.map((outcome) => outcome[measure]))]),
  ) as WorldMetrics
}

/** Mean and 95 % t interval over independent worlds. */
function overSeeds(values: readonly number[]): Estimate {
  return repeatedCvInterval(values, 0)
}

const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
