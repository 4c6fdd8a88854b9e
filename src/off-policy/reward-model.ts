import type { Random } from '../core/random.ts'
import { fitLogistic, type Logistic, sigmoid } from '../model/logistic.ts'
import type { BanditLog } from './bandit.ts'

export interface RewardModelSettings {
  /** n × d: what is known before an action is chosen. */
  readonly context: Float32Array
  readonly d: number
  /** Strength of the penalty, as scikit-learn's 1/C: on the scale of the summed loss. */
  readonly penalty: number
  readonly folds?: number
  readonly random: Random
}

/**
 * The reward that logistic regression on the context and one column an action foresees for every action, each round by a model fitted on
 * the other folds (cross-fitting, Chernozhukov et al. 2018).
 * @returns n × actions probabilities of a reward of 1
 * @throws RangeError for rewards other than 0 and 1
 */
export function crossFittedRewards(
  log: Pick<BanditLog, 'actions' | 'action' | 'reward'>,
  settings: RewardModelSettings,
): Float64Array {
  const { actions, action, reward } = log
  const { context, d, penalty, folds = 3, random } = settings
  const n = reward.length
  for (let i = 0; i < n; i++)
    if (reward[i] !== 0 && reward[i] !== 1)
      throw new RangeError('The reward model is for rewards of 0 and 1.')
  const order = random.shuffle(Array.from({ length: n }, (_, i) => i))
  const q = new Float64Array(n * actions)
  for (let fold = 0; fold < folds; fold++) {
    const others = order.filter((_, at) => at % folds !== fold)
    const X = new Float32Array(others.length * (d + actions))
    others.forEach((i, row) => {
      X.set(context.subarray(i * d, (i + 1) * d), row * (d + actions))
      X[row * (d + actions) + d + action[i]!] = 1
    })
    const model = fitLogistic(
      X,
      others.map((i) => reward[i]!),
      { d: d + actions, l2: penalty / others.length, maxIterations: 100, tolerance: 1e-4 },
    )
    for (let at = fold; at < n; at += folds) foresee(model, order[at]!, settings, actions, q)
  }
  return q
}

function foresee(
  { weights, bias }: Logistic,
  i: number,
  { context, d }: RewardModelSettings,
  actions: number,
  q: Float64Array,
): void {
  let base = bias
  for (let j = 0; j < d; j++) base += weights[j]! * context[i * d + j]!
  for (let a = 0; a < actions; a++) q[i * actions + a] = sigmoid(base + weights[d + a]!)
}
