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
      const components = componentsOf(pool, policy)
      const { order, choices } = drawOrder(pool, rules, components, drawn.pattern, random)
      const stated = state(pool, choices, components, order)
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
  return state(pool, choices, componentsOf(pool, settings), order)
}

/** @param choices what was allowed at each slot */
function state(
  pool: readonly ScoredCandidate[],
  choices: readonly Choice[],
  components: readonly Component[],
  order: readonly number[],
): SlotPropensity[] {
  const logs = components.map(({ weight }) => Math.log(weight))
  let before = 0
  return order.map((position, k) => {
    const choice = choices[k]!
    const at = choice.allowed.indexOf(position)
    const eases = choice.costs.map((cost) => Math.exp(-cost))
    const slot = components.map((component) =>
      at < 0 ? -Infinity : component.logWeight(choice, at) - component.logTotal(choice, eases),
    )
    for (let m = 0; m < logs.length; m++) logs[m]! += slot[m]!
    const after = logSumExp(logs)
    const propensity = after === -Infinity ? 0 : Math.exp(after - before)
    before = after
    return {
      propensity,
      prefixPropensity: Math.exp(after),
      explored: pool[position]!.familiarity === 'new' && isExploration(components, slot),
      relaxed: choice.relaxed,
    }
  })
}

interface Component {
  readonly uniform: boolean
  readonly weight: number
  /** ln w of the track at a place of the choice. */
  logWeight(choice: Choice, at: number): number
  /** ln Σ w over the choice. @param eases exp(−cost) of each of its tracks */
  logTotal(choice: Choice, eases: Float64Array): number
}

function componentsOf(
  pool: readonly ScoredCandidate[],
  { floor, temperature }: Omit<PolicySettings, 'name'>,
): Component[] {
  const heads = pool[0]?.scores.length ?? 0
  const uniform: Component = {
    uniform: true,
    weight: heads === 0 ? 1 : floor,
    logWeight: () => 0,
    logTotal: ({ allowed }) => Math.log(allowed.length),
  }
  const components = Array.from({ length: heads }, (_, head) =>
    headComponent(
      Float64Array.from(pool, ({ scores }) => scores[head]! / temperature),
      (1 - floor) / heads,
    ),
  )
  return [...components, uniform].filter(({ weight }) => weight > 0)
}

/** Below this a sum of weights may have lost digits to numbers too small to be held. */
const TINY = 1e-280

/** @param logs ln w of each track of the pool, flow aside */
function headComponent(logs: Float64Array, weight: number): Component {
  const highest = logs.reduce((most, log) => Math.max(most, log), -Infinity)
  const weights = logs.map((log) => Math.exp(log - highest))
  const logWeight = ({ allowed, costs }: Choice, at: number) => logs[allowed[at]!]! - costs[at]!
  return {
    uniform: false,
    weight,
    logWeight,
    logTotal(choice, eases) {
      const { allowed } = choice
      let sum = 0
      for (let i = 0; i < allowed.length; i++) sum += weights[allowed[i]!]! * eases[i]!
      if (sum > TINY) return highest + Math.log(sum)
      return logSumExp(Array.from(allowed, (_, at) => logWeight(choice, at)))
    },
  }
}

function drawOrder(
  pool: readonly ScoredCandidate[],
  rules: DrawRules,
  components: readonly Component[],
  pattern: readonly Familiarity[],
  random: Random,
): { readonly order: readonly number[]; readonly choices: readonly Choice[] } {
  const component = components[random.pick(components.map(({ weight }) => weight))]!
  const list = walk(pool, rules)
  const choices: Choice[] = []
  const order = pattern.map((kind) => {
    const choice = list.choice(kind)
    const logs = Float64Array.from(choice.allowed, (_, at) => component.logWeight(choice, at))
    const highest = logs.reduce((most, log) => Math.max(most, log), -Infinity)
    const position = choice.allowed[random.pick(logs.map((log) => Math.exp(log - highest)))]!
    list.take(position)
    choices.push(choice)
    return position
  })
  return { order, choices }
}

/** How many times likelier blind chance must be to draw a new track than the heads are, before it is called an exploration. */
const FAR_FROM_SAFE = 2

/** Whether the uniform component gives this slot's track a far higher probability than the heads do on average. */
function isExploration(components: readonly Component[], slot: readonly number[]): boolean {
  const heads = slot.filter((_, m) => !components[m]!.uniform)
  const uniform = components.findIndex(({ uniform }) => uniform)
  if (uniform < 0) return false
  const byModel = heads.reduce((sum, log) => sum + Math.exp(log), 0) / Math.max(1, heads.length)
  return Math.exp(slot[uniform]!) > FAR_FROM_SAFE * byModel
}

function logSumExp(logs: readonly number[]): number {
  const highest = Math.max(...logs)
  if (highest === -Infinity) return -Infinity
  let sum = 0
  for (const log of logs) sum += Math.exp(log - highest)
  return highest + Math.log(sum)
}
