import type { Familiarity, PolicySettings, ScoredCandidate } from '../core/candidate.ts'
import type { DrawRules } from '../core/draw-rules.ts'
import type { Random } from '../core/random.ts'
import { type Beliefs, logSumExp } from './beliefs.ts'
import { drawPattern } from './pattern.ts'
import type { Policy, SlotPropensity } from './policy.ts'
import { cutPool } from './pool.ts'
import { type Choice, walk } from './walk.ts'

/**
 * A policy over one pool: a finite mixture. One component is drawn for the whole list, p_m = (1 − blindLists)/M for each belief and
 * `blindLists` for blind chance, under which all that is allowed is equally likely; within a belief's list, each slot is left to
 * blind chance with probability `blindSlots`.
 */
export interface Components {
  readonly beliefs: Beliefs
  readonly blindLists: number
  readonly blindSlots: number
}

/** The policy whose components over a pool are these: it draws and states by one law. */
export function componentPolicy(
  settings: PolicySettings,
  componentsOf: (pool: readonly ScoredCandidate[]) => Components,
  unweighable?: string,
): Policy {
  return {
    settings,
    ...(unweighable !== undefined && { unweighable }),
    draw(candidates, rules, n, random) {
      const pool = cutPool(candidates, rules.novelty)
      const familiar = pool.filter((candidate) => candidate.familiarity === 'familiar').length
      const fresh = pool.length - familiar
      const slots = Math.min(Math.max(0, n), pool.length)
      const drawn = drawPattern({ slots, novelty: rules.novelty, familiar, fresh }, random)
      const components = componentsOf(pool)
      const { order, choices } = drawOrder(pool, rules, components, drawn.pattern, random)
      const stated = state(pool, choices, components, order)
      return {
        tracks: stated.map((slot, k) => ({ candidate: pool[order[k]!]!, ...slot })),
        pattern: drawn.pattern,
        patternPropensity: drawn.propensity,
        pool,
        policy: settings,
      }
    },
    propensities(pool, rules, pattern, order) {
      const list = walk(pool, rules, pattern)
      const choices = order.map((position) => {
        const choice = list.choice()
        list.take(position)
        return choice
      })
      return state(pool, choices, componentsOf(pool), order)
    },
  }
}

/** p_m: of each belief, then of blind chance; only of those that there are. */
function chancesOf({ beliefs, blindLists }: Components): { believed: number; chances: Float64Array } {
  const believed = blindLists < 1 ? beliefs.count : 0
  const blind = believed === 0 ? 1 : blindLists
  const chances = new Float64Array(believed + (blind > 0 ? 1 : 0)).fill((1 - blind) / believed, 0, believed)
  if (blind > 0) chances[believed] = blind
  return { believed, chances }
}

function drawOrder(
  pool: readonly ScoredCandidate[],
  rules: DrawRules,
  components: Components,
  pattern: readonly Familiarity[],
  random: Random,
): { readonly order: readonly number[]; readonly choices: readonly Choice[] } {
  const { believed, chances } = chancesOf(components)
  const component = random.pick(chances)
  const { beliefs, blindSlots } = components
  const list = walk(pool, rules, pattern)
  const choices: Choice[] = []
  const order = pattern.map(() => {
    const choice = list.choice()
    const blind = component === believed || (blindSlots > 0 && random.next() < blindSlots)
    const place = blind ? random.int(choice.allowed.length) : random.pick(beliefs.weights(component, choice))
    const position = choice.allowed[place]!
    list.take(position)
    choices.push(choice)
    return position
  })
  return { order, choices }
}

/** @param choices what was allowed at each slot */
function state(
  pool: readonly ScoredCandidate[],
  choices: readonly Choice[],
  components: Components,
  order: readonly number[],
): SlotPropensity[] {
  const { believed, chances } = chancesOf(components)
  const { beliefs, blindSlots } = components
  const logs = Float64Array.from(chances, Math.log)
  const slot = new Float64Array(chances.length)
  let before = 0
  return order.map((position, k) => {
    const { allowed, relaxed } = choices[k]!
    const place = allowed.indexOf(position)
    const blind = 1 / allowed.length
    let explored = false
    if (place < 0) slot.fill(-Infinity)
    else {
      if (believed > 0) beliefs.logProbabilities(choices[k]!, place, slot)
      const canStray = chances.length > believed || blindSlots > 0
      explored = canStray && pool[position]!.familiarity === 'new' && isFar(slot, believed, blind)
      if (blindSlots > 0)
        for (let m = 0; m < believed; m++)
          slot[m] = Math.log((1 - blindSlots) * Math.exp(slot[m]!) + blindSlots * blind)
      if (chances.length > believed) slot[believed] = Math.log(blind)
    }
    for (let m = 0; m < logs.length; m++) logs[m]! += slot[m]!
    const after = logSumExp(logs)
    const propensity = after === -Infinity ? 0 : Math.exp(after - before)
    before = after
    return { propensity, prefixPropensity: Math.exp(after), explored, relaxed }
  })
}

/** How many times likelier blind chance must be to draw a new track than the beliefs are, before it is called an exploration. */
const FAR_FROM_SAFE = 2

/** Whether blind chance gives a slot's track a far higher probability than the beliefs do on average. */
function isFar(logs: Float64Array, believed: number, blind: number): boolean {
  let byBelief = 0
  for (let m = 0; m < believed; m++) byBelief += Math.exp(logs[m]!)
  return blind > (FAR_FROM_SAFE * byBelief) / Math.max(1, believed)
}
