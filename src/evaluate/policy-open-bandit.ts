import { basename } from 'node:path'
import { DeepcutsError } from '../core/errors.ts'
import { type Random, random } from '../core/random.ts'
import {
  type BanditLog,
  directMethod,
  doublyRobust,
  ipw,
  optimisticShrinkage,
  selfNormalisedIpw,
  weightsOf,
} from '../off-policy/bandit.ts'
import { meanEstimate, type PolicyEstimate } from '../off-policy/estimate.ts'
import { crossFittedRewards } from '../off-policy/reward-model.ts'
import { describeWeights, refusal } from '../off-policy/weights.ts'
import { type OpenBanditFile, readOpenBandit } from './open-bandit-file.ts'
import { type PolicyReport, policyMetrics } from './policy-metrics.ts'

/** What can be asked of a log of single items: every item alike, or each as often as the other log shows it at that position. */
export const OPEN_BANDIT_POLICIES = ['uniform', 'logged'] as const

export interface OpenBanditOptions {
  readonly log: string
  /** The log of the policy that is reweighted; LOG is then one of the policy asked about, and says what it really got. */
  readonly behaviour?: string
  readonly policy: (typeof OPEN_BANDIT_POLICIES)[number]
  readonly seed: number
}

const UNIT = { one: 'round', many: 'rounds' }
/** scikit-learn's C = 1. */
const PENALTY = 1

const DESCRIPTION =
  'A round is one item at one position; its weight is the probability of that item under the policy asked about over the logged one. DM, DR and ' +
  'DRos foresee clicks by logistic regression on the item, the position and the user features, each round by a model fitted on two other thirds. ' +
  '95 % intervals: normal, round by round, since the layout names no listeners; DM has none, because its error is its model.'

/**
 * Judges a policy on logs in the layout of the Open Bandit Dataset (Saito et al. 2021). With two logs the one that the policy drew itself says
 * what it really got and the other is reweighted: FILE, unless it is FILE whose propensities are those of the policy.
 * @throws DeepcutsError where a file cannot be read; BAD_VALUE for 'logged' without a second log
 */
export async function evaluateOpenBandit(options: OpenBanditOptions): Promise<PolicyReport> {
  const log = await readOpenBandit(options.log)
  const file = options.behaviour === undefined ? undefined : await readOpenBandit(options.behaviour)
  const actions = [log, ...(file ? [file] : [])].reduce(
    (most, { item }) => item.reduce((highest, one) => Math.max(highest, one + 1), most),
    0,
  )
  if (options.policy === 'logged' && !file)
    throw new DeepcutsError('BAD_VALUE', {
      option: '--policy',
      value: 'logged',
      expected: 'uniform, or come with --behaviour and the log that is to be reweighted',
    })
  const swapped =
    options.policy === 'uniform' && file !== undefined && isUniform(file, actions) && !isUniform(log, actions)
  const reweighted = !file || swapped ? log : file
  const names = namesOf(options)
  const chances = options.policy === 'uniform' ? () => 1 / actions : sharesByPosition(log, actions)
  const bandit = banditLog(reweighted, actions, chances)
  const weights = describeWeights(weightsOf(bandit))
  const refused = refusal(weights, 0, UNIT)
  const rng = random(options.seed).fork('folds')
  return {
    task: 'policy',
    dataset: {
      name: file ? `${names.log} and ${names.behaviour}` : names.log,
      sha256: [log, ...(file ? [file] : [])].map(({ sha256 }) => sha256),
      rounds: reweighted.item.length,
      listeners: null,
      unit: UNIT.one,
    },
    protocol: { name: 'off-policy', description: DESCRIPTION },
    policy:
      options.policy === 'uniform'
        ? `uniform over ${actions} items`
        : `the average of ${names.log} by position`,
    seed: options.seed,
    notes: [
      `${reweighted === log ? names.log : names.behaviour} is reweighted.`,
      ...(swapped
        ? [`${names.behaviour} is drawn by the policy asked about, so it says what that really got.`]
        : []),
    ],
    metrics: policyMetrics({
      onPolicy: drawnValue(log),
      ...(file && { behaviour: drawnValue(file) }),
      weights,
      unsupported: 0,
      refused,
      estimates: refused === null ? estimatesOf(bandit, reweighted, rng) : [],
    }),
  }
}

/** Names to tell the files apart by: with their folders, where the file names are the same. */
function namesOf({ log, behaviour = '' }: OpenBanditOptions): {
  readonly log: string
  readonly behaviour: string
} {
  if (basename(log) !== basename(behaviour)) return { log: basename(log), behaviour: basename(behaviour) }
  const parts = (path: string) => path.split(/[\\/]/)
  const [one, other] = [parts(log), parts(behaviour)]
  let shared = 1
  while (shared < one.length && one.at(-shared) === other.at(-shared)) shared++
  return { log: one.slice(-shared).join('/'), behaviour: other.slice(-shared).join('/') }
}

function isUniform({ propensity }: OpenBanditFile, actions: number): boolean {
  return propensity.every((p) => Math.abs(p * actions - 1) < 1e-6)
}

/** How often a log shows an item at a position, as a share. Positions that it lacks: 0. */
function sharesByPosition({ item, position }: OpenBanditFile, actions: number) {
  const counts = new Map<number, Float64Array>()
  const totals = new Map<number, number>()
  item.forEach((one, i) => {
    const place = position[i]!
    const mine = counts.get(place) ?? new Float64Array(actions)
    mine[one]!++
    counts.set(place, mine)
    totals.set(place, (totals.get(place) ?? 0) + 1)
  })
  return (one: number, place: number) => (counts.get(place)?.[one] ?? 0) / (totals.get(place) ?? 1)
}

function banditLog(
  { item, position, click, propensity }: OpenBanditFile,
  actions: number,
  chance: (item: number, position: number) => number,
): BanditLog {
  const target = new Float64Array(item.length * actions)
  for (let i = 0; i < item.length; i++)
    for (let a = 0; a < actions; a++) target[i * actions + a] = chance(a, position[i]!)
  return { actions, action: item, reward: click, propensity, target, groups: item.map((_, i) => i) }
}

function drawnValue({ click }: OpenBanditFile): PolicyEstimate {
  return meanEstimate(
    'on-policy',
    click,
    click.map((_, i) => i),
  )
}

function estimatesOf(
  bandit: BanditLog,
  { position, features }: OpenBanditFile,
  random: Random,
): PolicyEstimate[] {
  const { context, d } = oneHot([position.map(String), ...features])
  const q = crossFittedRewards(bandit, { context, d, penalty: PENALTY, random })
  return [
    directMethod(bandit, q),
    ipw(bandit),
    selfNormalisedIpw(bandit),
    doublyRobust(bandit, q),
    optimisticShrinkage(bandit, q),
  ]
}

/** A column for each value of each list, but for the first of each. */
function oneHot(lists: readonly (readonly string[])[]): {
  readonly context: Float32Array
  readonly d: number
} {
  let d = 0
  const places = lists.map((list) => new Map([...new Set(list)].slice(1).map((value) => [value, d++])))
  const n = lists[0]!.length
  const context = new Float32Array(n * d)
  places.forEach((place, at) => {
    for (let i = 0; i < n; i++) {
      const column = place.get(lists[at]![i]!)
      if (column !== undefined) context[i * d + column] = 1
    }
  })
  return { context, d }
}
