import type { Random } from '../core/random.ts'
import type { Described } from './ridge.ts'
import { foreseeSlates, type ModelledSlot } from './slate-model.ts'
import type { LoggedSlate } from './slates.ts'
import { type BanditWorld, banditWorld } from './synthetic-bandit.ts'

const ACTIONS = 10
const SLOTS = 3
const CONTEXT = 2

/** A world of lists of 3 of 10 actions, whose truth is known: what stands before an action changes its reward. */
export interface SlateWorld {
  readonly base: BanditWorld
  /** actions × actions, symmetric: what an action before moves the log-odds of one after it by. */
  readonly interaction: Float64Array
}

/** Draws the additive cascade of Open Bandit Pipeline's `SyntheticSlateBanditDataset` (Kiyohara et al. 2022, section 5): normal interactions of deviation 5. */
export function slateWorld(random: Random): SlateWorld {
  const base = banditWorld(ACTIONS, CONTEXT, random)
  const interaction = new Float64Array(ACTIONS * ACTIONS)
  for (let a = 0; a < ACTIONS; a++)
    for (let b = 0; b <= a; b++)
      interaction[a * ACTIONS + b] = interaction[b * ACTIONS + a] = 5 * random.normal()
  return { base, interaction }
}

/** A log of slates, and what the target is worth in its contexts. */
export interface DrawnSlates {
  readonly slates: readonly LoggedSlate[]
  readonly truth: number
}

/**
 * Draws lists without repetition, uniformly; the target draws them slot by slot with probability in proportion to exp(3 · mean reward). Weights
 * are exact, those of single slots by going through all 720 lists; so is the truth.
 */
export function drawSlates(world: SlateWorld, rounds: number, random: Random): DrawnSlates {
  const logged: { rewards: Float64Array; prefixWeights: Float64Array; slotWeights: Float64Array }[] = []
  const modelled: ModelledSlot[][] = []
  let truth = 0
  for (let i = 0; i < rounds; i++) {
    const context = Float64Array.from({ length: CONTEXT }, () => random.normal())
    const odds = logOdds(world.base, context)
    const pull = odds.map((z) => Math.exp(3 * sigmoid(z)))
    const order = random.shuffle(Array.from({ length: ACTIONS }, (_, a) => a)).slice(0, SLOTS)
    const { value, marginal } = goThrough(world, odds, pull)
    truth += value / rounds
    const [rewards, prefixWeights, slotWeights] = [0, 1, 2].map(() => new Float64Array(SLOTS)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ]
    let weight = 1
    for (let k = 0; k < SLOTS; k++) {
      const before = order.slice(0, k)
      rewards[k] = Number(random.next() < rewardOf(world, odds, before, order[k]!))
      weight *= chanceOf(pull, before, order[k]!) * (ACTIONS - k)
      prefixWeights[k] = weight
      slotWeights[k] = marginal[k * ACTIONS + order[k]!]! * ACTIONS
    }
    logged.push({ rewards, prefixWeights, slotWeights })
    modelled.push(order.map((action, k) => slotOf(context, pull, order.slice(0, k), action, rewards[k]!)))
  }
  const foreseen = foreseeSlates(modelled, { columns: COLUMNS, penalty: 1, random: random.fork('folds') })
  return { slates: logged.map((slate, i) => ({ ...slate, group: i, foreseen: foreseen[i]! })), truth }
}

/** Every list with its probability under the target: what it is worth, and how often each action stands in each slot. */
function goThrough({ interaction }: SlateWorld, odds: Float64Array, pull: Float64Array) {
  const marginal = new Float64Array(SLOTS * ACTIONS)
  const taken = new Uint8Array(ACTIONS)
  const visit = (k: number, chance: number, left: number, moved: Float64Array): number => {
    let value = 0
    for (let action = 0; action < ACTIONS; action++) {
      if (taken[action] === 1) continue
      const own = (chance * pull[action]!) / left
      marginal[k * ACTIONS + action]! += own
      value += own * sigmoid(moved[action]!)
      if (k === SLOTS - 1) continue
      taken[action] = 1
      const after = moved.map((z, other) => z + interaction[other * ACTIONS + action]!)
      value += visit(k + 1, own, left - pull[action]!, after)
      taken[action] = 0
    }
    return value
  }
  const all = pull.reduce((sum, value) => sum + value, 0)
  return { value: visit(0, 1, all, odds), marginal }
}

function rewardOf(
  { interaction }: SlateWorld,
  odds: Float64Array,
  before: readonly number[],
  action: number,
) {
  let z = odds[action]!
  for (const other of before) z += interaction[action * ACTIONS + other]!
  return sigmoid(z)
}

function chanceOf(pull: Float64Array, before: readonly number[], action: number): number {
  let total = 0
  for (let a = 0; a < ACTIONS; a++) if (!before.includes(a)) total += pull[a]!
  return pull[action]! / total
}

/** The action, with the context, with each before it; those before it, for what comes after; the context. */
const COLUMNS = ACTIONS * (1 + CONTEXT + ACTIONS + 1) + CONTEXT

function slotOf(
  context: Float64Array,
  pull: Float64Array,
  before: readonly number[],
  action: number,
  reward: number,
): ModelledSlot {
  const options = Array.from({ length: ACTIONS }, (_, a) => a)
    .filter((a) => !before.includes(a))
    .map((a) => ({ chance: chanceOf(pull, before, a), described: describe(context, before, a) }))
  return { reward, shown: describe(context, before, action), options }
}

function describe(context: Float64Array, before: readonly number[], action: number): Described {
  const width = 1 + CONTEXT + ACTIONS + 1
  const columns = [action * width]
  const values = [1]
  const put = (column: number, value: number) => {
    columns.push(column)
    values.push(value)
  }
  for (let j = 0; j < CONTEXT; j++) {
    put(action * width + 1 + j, context[j]!)
    put(ACTIONS * width + j, context[j]!)
  }
  for (const other of before) {
    put(action * width + 1 + CONTEXT + other, 1)
    put(other * width + width - 1, 1)
  }
  return { columns, values }
}

function logOdds({ actions, d, logits }: BanditWorld, context: Float64Array): Float64Array {
  return Float64Array.from({ length: actions }, (_, a) => {
    let z = logits[a * (1 + d)]!
    for (let j = 0; j < d; j++) z += logits[a * (1 + d) + 1 + j]! * context[j]!
    return z
  })
}

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z))
}
