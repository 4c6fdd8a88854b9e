import type { Random } from '../core/random.ts'
import type { BanditLog } from './bandit.ts'

/** A bandit whose truth is known: the mean reward of each action in each context. */
export interface BanditWorld {
  readonly actions: number
  readonly d: number
  /** actions × (1 + d): the log-odds of a reward, as an intercept and slopes by the context. */
  readonly logits: Float64Array
}

/**
 * Draws the bandit that Open Bandit Pipeline's `SyntheticBanditDataset` describes with its logistic reward function (Saito et al. 2021): the
 * log-odds of action a in context x are linear in x, a and their products with coefficients uniform in −1…1, then standardised over contexts
 * and actions (exactly, for x standard normal). Its published figures are of this form; since August 2022 it no longer divides the log-odds.
 */
export function banditWorld(actions: number, d: number, random: Random): BanditWorld {
  const uniform = () => 2 * random.next() - 1
  const vector = (n: number) => Float64Array.from({ length: n }, uniform)
  const width = 1 + d
  const [byContext, byAction] = [vector(width), vector(1 + actions)]
  const products = Array.from({ length: 1 + actions }, () => vector(width))
  const logits = new Float64Array(actions * width)
  for (let a = 0; a < actions; a++)
    for (let j = 0; j < width; j++)
      logits[a * width + j] =
        byContext[j]! +
        products[0]![j]! +
        products[1 + a]![j]! +
        (j === 0 ? byAction[0]! + byAction[1 + a]! : 0)
  const intercepts = Array.from({ length: actions }, (_, a) => logits[a * width]!)
  const centre = intercepts.reduce((sum, value) => sum + value, 0) / actions
  let variance = 0
  for (let a = 0; a < actions; a++)
    for (let j = 0; j < width; j++)
      variance += (j === 0 ? (intercepts[a]! - centre) ** 2 : logits[a * width + j]! ** 2) / actions
  for (let a = 0; a < actions; a++) logits[a * width]! -= centre
  return { actions, d, logits: logits.map((value) => value / Math.sqrt(variance)) }
}

/** A log with the contexts it was drawn in and, beside it, the truth. */
export interface DrawnBandit extends BanditLog {
  readonly context: Float32Array
  /** n × actions. */
  readonly truth: Float64Array
}

export interface BanditDraws {
  readonly rounds: number
  /** Inverse temperature of the logging policy, softmax(beta · mean reward). */
  readonly beta: number
  /** Rounds that share one context and one group, as those of a listener do; 1 when absent. */
  readonly perGroup?: number
  readonly random: Random
}

/**
 * Draws a log. The target is softmax(mean reward of the action / that of all actions): what the pipeline's example, a softmax over a
 * classifier of rewarded actions, tends to.
 */
export function drawBandit(
  world: BanditWorld,
  { rounds, beta, perGroup = 1, random }: BanditDraws,
): DrawnBandit {
  const { actions, d } = world
  const context = new Float32Array(rounds * d)
  const [truth, target] = [new Float64Array(rounds * actions), new Float64Array(rounds * actions)]
  const action = new Int32Array(rounds)
  const [reward, propensity] = [new Float64Array(rounds), new Float64Array(rounds)]
  const groups = Int32Array.from({ length: rounds }, (_, i) => Math.floor(i / perGroup))
  for (let i = 0; i < rounds; i++) {
    if (i % perGroup === 0) for (let j = 0; j < d; j++) context[i * d + j] = random.normal()
    else context.copyWithin(i * d, (i - 1) * d, i * d)
    const mine = meanRewards(world, context.subarray(i * d, (i + 1) * d))
    truth.set(mine, i * actions)
    target.set(targetOf(mine), i * actions)
    const chances = softmax(mine, beta)
    const a = random.pick(chances)
    action[i] = a
    propensity[i] = chances[a]!
    reward[i] = Number(random.next() < mine[a]!)
  }
  return { actions, action, reward, propensity, target, groups, context, truth }
}

/** What the target is worth in the contexts of a log: mean of Σ_a π(a | x) q(x, a). */
export function trueValue({ truth, target, reward }: DrawnBandit): number {
  let sum = 0
  for (let at = 0; at < truth.length; at++) sum += target[at]! * truth[at]!
  return sum / reward.length
}

/** What the target is worth over all contexts, from `draws` of them. */
export function populationValue(world: BanditWorld, draws: number, random: Random): number {
  const context = new Float32Array(world.d)
  let sum = 0
  for (let i = 0; i < draws; i++) {
    for (let j = 0; j < world.d; j++) context[j] = random.normal()
    const mine = meanRewards(world, context)
    const target = targetOf(mine)
    for (let a = 0; a < world.actions; a++) sum += target[a]! * mine[a]!
  }
  return sum / draws
}

function meanRewards({ actions, d, logits }: BanditWorld, context: Float32Array): Float64Array {
  return Float64Array.from({ length: actions }, (_, a) => {
    let z = logits[a * (1 + d)]!
    for (let j = 0; j < d; j++) z += logits[a * (1 + d) + 1 + j]! * context[j]!
    return 1 / (1 + Math.exp(-z))
  })
}

function targetOf(rewards: Float64Array): Float64Array {
  const total = rewards.reduce((sum, value) => sum + value, 0)
  return softmax(rewards, 1 / total)
}

function softmax(values: Float64Array, beta: number): Float64Array {
  const highest = values.reduce((max, value) => Math.max(max, beta * value), Number.NEGATIVE_INFINITY)
  const weights = values.map((value) => Math.exp(beta * value - highest))
  const total = weights.reduce((sum, value) => sum + value, 0)
  return weights.map((value) => value / total)
}
