import type { PolicySettings } from '../core/candidate.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { Progress } from '../core/progress.ts'
import { type Conditions, conditionsOf, HABIT, WORLD } from '../loop/conditions.ts'
import { CONTENDERS, contenderOf } from '../loop/contenders.ts'
import type { Estimate } from '../metrics/interval.ts'
import { type GridPoint, playGrid } from './world-grid.ts'
import { playWorlds, ratioOf, type WorldMetrics } from './world-play.ts'

export interface WorldOptions {
  /** Sittings a listener. */
  readonly rounds: number
  readonly users: number
  readonly seeds: number
  /** Contenders beside ours and greedy; absent: all. */
  readonly policies?: readonly string[]
  /** Whether the conditions are varied too. */
  readonly grid: boolean
}

interface PolicyRow {
  readonly name: string
  readonly metrics: WorldMetrics
  /** Value up to each sitting as a share of the oracle's. */
  readonly cumulative: readonly number[]
  readonly settings: PolicySettings
}

export interface WorldComparison {
  readonly model: 'deepcuts'
  readonly against: string
  readonly metric: 'satisfaction' | 'sittingsToTaste'
  /** Ours divided by theirs, paired over worlds. */
  readonly ratio: Estimate
}

/** What `evaluate world --json` prints. */
export interface WorldReport {
  readonly task: 'world'
  readonly dataset: {
    readonly listeners: number
    readonly newListeners: number
    readonly sittings: number
    readonly slots: number
    readonly conditions: Conditions
    /** Value of a sitting of the oracle. */
    readonly oracle: Estimate
  }
  readonly protocol: { readonly name: 'closed-loop'; readonly description: string }
  readonly seeds: readonly number[]
  readonly models: readonly PolicyRow[]
  readonly comparisons: readonly WorldComparison[]
  readonly grid?: readonly GridPoint[]
}

const DESCRIPTION =
  'Invented listeners whose truth is known hear a slate a sitting and leave when disappointed; what they finish and skip is learned from before the ' +
  'next. Satisfaction is the expected value (core/value.ts) of the slates that were shown, as a share of what a myopic oracle gets that knows ' +
  'the truth of each moment and recommends to the same listeners from their first sitting on. All policies meet the same listeners, days, moods ' +
  'and chances; ours and greedy have the same model. 95 % intervals: Student’s t over worlds, a seed each; ratios are paired by world.'

/** The names that --policies takes. */
const WORLD_POLICIES: readonly string[] = CONTENDERS.map(({ name }) => name)

/**
 * Lets policies recommend to invented listeners in a closed loop and judges them by the truth. The same options give the same report.
 * @throws DeepcutsError BAD_VALUE for a policy that does not exist
 */
export async function evaluateWorld(
  { rounds, users, seeds: count, policies, grid }: WorldOptions,
  progress: Progress,
  signal?: AbortSignal,
): Promise<WorldReport> {
  for (const name of policies ?? [])
    if (!WORLD_POLICIES.includes(name))
      throw new DeepcutsError('BAD_VALUE', {
        option: '--policies',
        value: name,
        expected: `one of ${WORLD_POLICIES.join(', ')}`,
      })
  const names = WORLD_POLICIES.filter(
    (name) => name === 'deepcuts' || name === 'greedy' || !policies || policies.includes(name),
  )
  const contenders = names.map(contenderOf)
  const seeds = Array.from({ length: count }, (_, i) => i + 1)
  const conditions = conditionsOf()
  const played = await playWorlds(
    { conditions, contenders, seeds, listeners: users, sittings: rounds },
    progress,
    'Listening',
    signal,
  )
  const others = names.filter((name) => name !== 'deepcuts')
  const against = (metric: WorldComparison['metric']) =>
    others.map(
      (other): WorldComparison => ({
        model: 'deepcuts',
        against: other,
        metric,
        ratio: ratioOf(played.outcomes, 'deepcuts', other, metric),
      }),
    )
  return {
    task: 'world',
    dataset: {
      listeners: users,
      newListeners: Math.round(users * HABIT.newListeners.value),
      sittings: rounds,
      slots: HABIT.slots.value,
      conditions,
      oracle: played.oracle,
    },
    protocol: { name: 'closed-loop', description: DESCRIPTION },
    seeds,
    models: contenders.map(({ name, policy }) => ({
      name,
      metrics: played.estimates.get(name)!,
      cumulative: played.curves.get(name)!,
      settings: policy,
    })),
    comparisons: [...against('satisfaction'), ...against('sittingsToTaste')],
    ...(grid && { grid: await playGrid(progress, signal) }),
  }
}

/** The parameters of the world with their reasons, for a page. */
export const PARAMETERS: readonly { readonly name: string; readonly value: number; readonly why: string }[] =
  Object.entries({ ...WORLD, ...HABIT }).map(([name, { value, why }]) => ({ name, value, why }))
