import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Random, random } from '../src/core/random.ts'
import {
  type BanditLog,
  directMethod,
  doublyRobust,
  ipw,
  optimisticShrinkage,
  selfNormalisedIpw,
} from '../src/off-policy/bandit.ts'
import type { PolicyEstimate } from '../src/off-policy/estimate.ts'
import { crossFittedRewards } from '../src/off-policy/reward-model.ts'
import {
  cascadeDoublyRobust,
  independentIps,
  rewardInteractionIps,
  standardIps,
} from '../src/off-policy/slates.ts'
import {
  type BanditWorld,
  banditWorld,
  drawBandit,
  populationValue,
  trueValue,
} from '../src/off-policy/synthetic-bandit.ts'
import { drawSlates, slateWorld } from '../src/off-policy/synthetic-slates.ts'
import type { Figure } from './measure.ts'

const ACTIONS = 30
const CONTEXT = 5
const BETA = -3
/** scikit-learn's C = 100. */
const PENALTY = 0.01

/** Mean relative errors of Open Bandit Pipeline's own example (20 runs); a fifth more is allowed. */
const BANDIT = { dm: 0.07439, ipw: 0.009481, snipw: 0.006665, dr: 0.006175, dros: 0.021951 }
/** Squared errors of its example of lists (one run). */
const SLATES = { iips: 3.849e-3, sips: 2.83e-4, rips: 2.01e-4, 'cascade-dr': Number.NaN }

/**
 * How far the estimators are from the truth on invented logs, and how often their intervals hold it, beside what Open Bandit Pipeline prints
 * of the same kind of logs.
 */
export default async function (_: string, args: readonly string[]): Promise<readonly Figure[]> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string', default: '200' },
      rounds: { type: 'string', default: '10000' },
      coverage: { type: 'string', default: '1000' },
      worlds: { type: 'string', default: '100' },
      seed: { type: 'string', default: '1' },
      log: { type: 'string' },
      logs: { type: 'string' },
    },
  })
  const { seed } = values
  const rounds = Number(values.rounds)
  if (values.log !== undefined) await writeLog(values.log, seed, rounds)
  if (values.logs !== undefined) return errorsOnLogs(values.logs)
  return [
    ...banditErrors(Number(values.runs), rounds, seed),
    ...coverage(Number(values.coverage), seed),
    ...slateErrors(Number(values.worlds), rounds, seed),
  ]
}

function estimates(log: BanditLog, q: Float64Array): PolicyEstimate[] {
  return [
    directMethod(log, q),
    ipw(log),
    selfNormalisedIpw(log),
    doublyRobust(log, q),
    optimisticShrinkage(log, q),
  ]
}

function oneLog(rounds: number, name: string) {
  const rng = random(name)
  return logIn(banditWorld(ACTIONS, CONTEXT, rng), rounds, rng)
}

function logIn(world: BanditWorld, rounds: number, rng: Random) {
  const log = drawBandit(world, { rounds, beta: BETA, random: rng })
  const q = crossFittedRewards(log, { context: log.context, d: CONTEXT, penalty: PENALTY, random: rng })
  return { log, q }
}

function banditErrors(runs: number, rounds: number, seed: string): Figure[] {
  const errors = tally()
  for (let run = 0; run < runs; run++) {
    const { log, q } = oneLog(rounds, `bandit/${seed}/${run}`)
    addErrors(errors, log, q, trueValue(log))
  }
  return besideTheirs(errors, runs)
}

/** The same on logs that bench/peers/off_policy_logs.py has written with Open Bandit Pipeline's own generator. */
async function errorsOnLogs(folder: string): Promise<Figure[]> {
  const errors = tally()
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()
  for (const name of files) {
    const { truth, context, ...log } = JSON.parse(await readFile(join(folder, name), 'utf8')) as TheirLog
    const groups = log.action.map((_, i) => i)
    const settings = {
      context: Float32Array.from(context),
      d: CONTEXT,
      penalty: PENALTY,
      random: random(name),
    }
    addErrors(errors, { ...log, groups }, crossFittedRewards(log, settings), truth)
  }
  return besideTheirs(errors, files.length)
}

interface TheirLog {
  readonly actions: number
  readonly action: readonly number[]
  readonly reward: readonly number[]
  readonly propensity: readonly number[]
  readonly target: readonly number[]
  readonly context: readonly number[]
  readonly truth: number
}

function addErrors(errors: Tally, log: BanditLog, q: Float64Array, truth: number): void {
  for (const { estimator, value } of estimates(log, q)) errors.add(estimator, Math.abs(value - truth) / truth)
}

function besideTheirs(errors: Tally, runs: number): Figure[] {
  return errors.all(runs).map(([estimator, { mean, ci95 }]) => {
    const reference = BANDIT[estimator as keyof typeof BANDIT]
    return {
      name: `bandit, ${estimator}, relative error (theirs ${reference.toFixed(4)})`,
      ...{ value: mean, unit: '', atMost: Number((1.2 * reference).toPrecision(3)), ci95, digits: 4 },
    }
  })
}

const COVERAGE_ROUNDS = 2000
const LOGS_A_WORLD = 50

function coverage(runs: number, seed: string): Figure[] {
  const covered = tally()
  for (let run = 0; run < runs; run += LOGS_A_WORLD) {
    const rng = random(`coverage/${seed}/${run}`)
    const world = banditWorld(ACTIONS, CONTEXT, rng)
    const truth = populationValue(world, 200_000, rng)
    for (let more = run; more < Math.min(runs, run + LOGS_A_WORLD); more++) {
      const { log, q } = logIn(world, COVERAGE_ROUNDS, rng)
      for (const { estimator, ci95 } of estimates(log, q))
        if (estimator !== 'dm') covered.add(estimator, Number(ci95[0] <= truth && truth <= ci95[1]))
    }
  }
  return covered.all(runs).map(([estimator, { mean, ci95 }]) => ({
    name: `bandit, ${estimator}, 95 % intervals that hold the truth`,
    ...{ value: 100 * mean, unit: '%', ci95: [100 * ci95[0], 100 * ci95[1]] as const, digits: 1 },
  }))
}

function slateErrors(worlds: number, rounds: number, seed: string): Figure[] {
  const errors = tally()
  const covered = tally()
  for (let run = 0; run < worlds; run++) {
    const rng = random(`slates/${seed}/${run}`)
    const { slates, truth } = drawSlates(slateWorld(rng), rounds, rng)
    for (const estimate of [independentIps, standardIps, rewardInteractionIps, cascadeDoublyRobust]) {
      const { estimator, value, ci95 } = estimate(slates)
      errors.add(estimator, (value - truth) ** 2)
      covered.add(estimator, Number(ci95[0] <= truth && truth <= ci95[1]))
    }
  }
  const held = new Map(covered.all(worlds))
  return errors.all(worlds).flatMap(([estimator, { mean, ci95 }]) => {
    const reference = SLATES[estimator as keyof typeof SLATES]
    const theirs = Number.isNaN(reference) ? '' : ` (theirs ${reference.toExponential(1)})`
    return [
      { name: `lists, ${estimator}, squared error${theirs}`, value: mean, unit: '', ci95, digits: 6 },
      {
        name: `lists, ${estimator}, 95 % intervals that hold the truth`,
        ...{ value: 100 * held.get(estimator)!.mean, unit: '%', digits: 1 },
      },
    ]
  })
}

type Tally = ReturnType<typeof tally>

/** Values by name, and their means with normal intervals. */
function tally() {
  const values = new Map<string, number[]>()
  return {
    add: (name: string, value: number) => void values.set(name, [...(values.get(name) ?? []), value]),
    all: (runs: number) =>
      [...values].map(([name, list]) => {
        const mean = list.reduce((sum, value) => sum + value, 0) / runs
        const variance = list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (runs - 1)
        const half = 1.96 * Math.sqrt(variance / runs)
        return [name, { mean, ci95: [mean - half, mean + half] as const }] as const
      }),
  }
}

/** One log with its model and our estimates, for bench/peers/off_policy.py. */
async function writeLog(path: string, seed: string, rounds: number): Promise<void> {
  const { log, q } = oneLog(rounds, `bandit/${seed}/0`)
  const plain = (values: ArrayLike<number>) => Array.from(values)
  const { actions, action, reward, propensity, target } = log
  await writeFile(
    path,
    JSON.stringify({
      actions,
      ...{ action: plain(action), reward: plain(reward), propensity: plain(propensity) },
      ...{ target: plain(target), q: plain(q) },
      estimates: Object.fromEntries(estimates(log, q).map(({ estimator, value }) => [estimator, value])),
    }),
  )
  console.log(`Wrote ${path}.`)
}
