import type { Familiarity, PolicySettings, ScoredCandidate, SlateTrack } from '../core/candidate.ts'
import type { DrawRules } from '../core/draw-rules.ts'
import type { Random } from '../core/random.ts'
import { drawPattern } from './pattern.ts'
import type { Policy } from './policy.ts'
import { cutPool } from './pool.ts'
import { type Choice, walk } from './walk.ts'

/** What is known about one slot of an ordered list. */
export type SlotPropensity = Omit<SlateTrack, 'candidate'>

/**
 * The default policy: a finite mixture of one component a model head, (1 − floor)/M each, and a uniform one of weight
 * `floor`. The component is drawn once; then each slot is a categorical draw with π_m(a | prefix) = w_m(a) / Σ_{allowed} w_m,
 * w_m(j) = exp(s_m(j)/τ − flow(previous, j)), or w = 1 for the uniform component. What is drawn is the order shown.
 * @param settings temperature > 0; floor 0…1
 * @throws RangeError for settings outside those bounds and for scores that are not finite
 */
export function mixturePolicy(settings: Omit<PolicySettings, 'name'>): Policy {
  if (!(settings.temperature > 0)) throw new RangeError('The temperature must be above 0.')
  if (!(settings.floor >= 0 && settings.floor <= 1)) throw new RangeError('The floor must be from 0 to 1.')
  const policy: PolicySettings = { name: 'mixture', ...settings }
  return {
    name: policy.name,
    draw(candidates, rules, n, random) {
      const pool = cutPool(candidates, rules.novelty)
      const familiar = pool.filter((candidate) => candidate.familiarity === 'familiar').length
      const fresh = pool.length - familiar
      const slots = Math.min(Math.max(0, n), pool.length)
      const drawn = drawPattern({ slots, novelty: rules.novelty, familiar, fresh }, random)
      const mixture = mixtureOf(pool, policy)
      const { order, choices } = drawOrder(pool, rules, mixture, drawn.pattern, random)
      const stated = state(pool, choices, mixture, order)
      return {
        tracks: stated.map((slot, k) => ({ candidate: pool[order[k]!]!, ...slot })),
        pattern: drawn.pattern,
        patternPropensity: drawn.propensity,
        pool,
        policy,
      }
    },
  }
}

/**
 * How likely the mixture policy is to draw this order, slot by slot, given the pattern: for a log, a test or another policy's
 * settings. A list that the policy never draws has propensity 0 from the first impossible slot on. Sums are of products over
 * the prefix, taken in logarithms; a `prefixPropensity` below 1e-308 (beyond some 130 slots) reads 0, the slots' own stay exact.
 * @param pool the slate's own pool, already cut
 * @param order positions in the pool, as long as the pattern
 */
export function propensities(
  pool: readonly ScoredCandidate[],
  rules: DrawRules,
  settings: PolicySettings,
  pattern: readonly Familiarity[],
  order: readonly number[],
): SlotPropensity[] {
  const list = walk(pool, rules)
  const choices = order.map((position, k) => {
    const choice = list.choice(pattern[k]!)
    list.take(position)
    return choice
  })
  return state(pool, choices, mixtureOf(pool, settings), order)
}

/** @param choices what was allowed at each slot */
function state(
  pool: readonly ScoredCandidate[],
  choices: readonly Choice[],
  mixture: Mixture,
  order: readonly number[],
): SlotPropensity[] {
  const logs = Float64Array.from(mixture.chances, Math.log)
  let before = 0
  return order.map((position, k) => {
    const choice = choices[k]!
    const slot = logProbabilities(mixture, choice, position)
    for (let m = 0; m < logs.length; m++) logs[m]! += slot[m]!
    const after = logSumExp(logs)
    const propensity = after === -Infinity ? 0 : Math.exp(after - before)
    before = after
    return {
      propensity,
      prefixPropensity: Math.exp(after),
      explored: pool[position]!.familiarity === 'new' && isExploration(mixture, slot),
      relaxed: choice.relaxed,
    }
  })
}

/** The components over one pool: the heads, then the uniform one, those of no weight left out. */
interface Mixture {
  readonly heads: number
  readonly hasUniform: boolean
  /** p_m of each component. */
  readonly chances: readonly number[]
  /** pool × heads: ln w of each track, flow aside, and w ⁄ the highest of its head. */
  readonly logs: Float64Array
  readonly weights: Float64Array
  /** ln of that highest. */
  readonly highest: Float64Array
}

function mixtureOf(
  pool: readonly ScoredCandidate[],
  { floor, temperature }: Omit<PolicySettings, 'name'>,
): Mixture {
  const scored = pool[0]?.scores.length ?? 0
  const heads = floor < 1 ? scored : 0
  const hasUniform = floor > 0 || scored === 0
  const chances = new Array<number>(heads).fill((1 - floor) / heads)
  if (hasUniform) chances.push(scored === 0 ? 1 : floor)
  const logs = new Float64Array(pool.length * heads)
  const highest = new Float64Array(heads).fill(-Infinity)
  for (let position = 0, at = 0; position < pool.length; position++) {
    const { scores } = pool[position]!
    for (let head = 0; head < heads; head++, at++) {
      const log = scores[head]! / temperature
      logs[at] = log
      if (log > highest[head]!) highest[head] = log
    }
  }
  const weights = new Float64Array(logs.length)
  for (let at = 0; at < logs.length; at++) weights[at] = Math.exp(logs[at]! - highest[at % heads]!)
  return { heads, hasUniform, chances, logs, weights, highest }
}

/** Below this a sum of weights may have lost digits to numbers too small to be held. */
const TINY = 1e-280

/** ln π_m of a position at a slot, for each component: −∞ where it is not allowed. */
function logProbabilities(mixture: Mixture, choice: Choice, position: number): Float64Array {
  const { heads, logs, weights, highest } = mixture
  const { allowed, costs } = choice
  const out = new Float64Array(mixture.chances.length)
  const place = allowed.indexOf(position)
  if (place < 0) return out.fill(-Infinity)
  const sums = new Float64Array(heads)
  for (let i = 0; i < allowed.length; i++) {
    const ease = Math.exp(-costs[i]!)
    for (let head = 0, at = allowed[i]! * heads; head < heads; head++, at++)
      sums[head]! += weights[at]! * ease
  }
  for (let head = 0; head < heads; head++) {
    const sum = sums[head]!
    const total = sum > TINY ? highest[head]! + Math.log(sum) : logSumExp(logWeights(mixture, choice, head))
    out[head] = logs[position * heads + head]! - costs[place]! - total
  }
  if (mixture.hasUniform) out[heads] = -Math.log(allowed.length)
  return out
}

/** ln w of each allowed track by one head. */
function logWeights({ heads, logs }: Mixture, { allowed, costs }: Choice, head: number): Float64Array {
  const out = new Float64Array(allowed.length)
  for (let i = 0; i < allowed.length; i++) out[i] = logs[allowed[i]! * heads + head]! - costs[i]!
  return out
}

function drawOrder(
  pool: readonly ScoredCandidate[],
  rules: DrawRules,
  mixture: Mixture,
  pattern: readonly Familiarity[],
  random: Random,
): { readonly order: readonly number[]; readonly choices: readonly Choice[] } {
  const component = random.pick(mixture.chances)
  const list = walk(pool, rules)
  const choices: Choice[] = []
  const order = pattern.map((kind) => {
    const choice = list.choice(kind)
    const position = choice.allowed[random.pick(pickWeights(mixture, choice, component))]!
    list.take(position)
    choices.push(choice)
    return position
  })
  return { order, choices }
}

/** w of each allowed track by a component, the highest of them 1. */
function pickWeights(mixture: Mixture, choice: Choice, component: number): Float64Array {
  if (component === mixture.heads) return new Float64Array(choice.allowed.length).fill(1)
  const weights = logWeights(mixture, choice, component)
  let highest = -Infinity
  for (let i = 0; i < weights.length; i++) if (weights[i]! > highest) highest = weights[i]!
  for (let i = 0; i < weights.length; i++) weights[i] = Math.exp(weights[i]! - highest)
  return weights
}

/** How many times likelier blind chance must be to draw a new track than the heads are, before it is called an exploration. */
const FAR_FROM_SAFE = 2

/** Whether the uniform component gives this slot's track a far higher probability than the heads do on average. */
function isExploration({ heads, hasUniform }: Mixture, slot: Float64Array): boolean {
  if (!hasUniform) return false
  let byModel = 0
  for (let head = 0; head < heads; head++) byModel += Math.exp(slot[head]!)
  return Math.exp(slot[heads]!) > (FAR_FROM_SAFE * byModel) / Math.max(1, heads)
}

function logSumExp(logs: Float64Array): number {
  let highest = -Infinity
  for (let i = 0; i < logs.length; i++) if (logs[i]! > highest) highest = logs[i]!
  if (highest === -Infinity) return -Infinity
  let sum = 0
  for (let i = 0; i < logs.length; i++) sum += Math.exp(logs[i]! - highest)
  return highest + Math.log(sum)
}
