import type { Familiarity, PolicySettings, ScoredCandidate } from '../core/candidate.ts'
import type { LoggedSlate } from '../explore/exposure.ts'
import { type PatternQuota, patternPrefixPropensity } from '../explore/pattern.ts'
import { policyOf } from '../explore/policies.ts'
import { cutPool } from '../explore/pool.ts'

/** What is asked about: how to draw. What is left out stays as each slate was drawn. */
export interface TargetPolicy {
  readonly name: (typeof TARGET_POLICIES)[number]
  /** Share of new tracks, 0…1. */
  readonly novelty?: number
  readonly temperature?: number
  readonly floor?: number
  readonly epsilon?: number
}

/** Those that draw by what every log holds. The scores of linear-thompson are in its own logs alone. */
export const TARGET_POLICIES = ['mixture', 'softmax', 'greedy', 'epsilon-greedy', 'uniform'] as const

/** Which settings each of them has. */
export const SETTINGS_OF: Readonly<
  Record<TargetPolicy['name'], readonly ('temperature' | 'floor' | 'epsilon')[]>
> = {
  mixture: ['temperature', 'floor'],
  softmax: ['temperature', 'floor'],
  greedy: [],
  'epsilon-greedy': ['epsilon'],
  uniform: [],
}

/** Where neither the question nor the log says. */
const DEFAULTS = { temperature: 0.35, floor: 0.05, epsilon: 0.1 }

/** The settings of the target on a slate. */
function settingsOn(target: TargetPolicy, logged: PolicySettings): PolicySettings {
  const known = { ...DEFAULTS, ...logged }
  const { name, temperature = known.temperature, floor = known.floor, epsilon = known.epsilon } = target
  if (name === 'mixture' || name === 'softmax') return { name, temperature, floor }
  return name === 'epsilon-greedy' ? { name, epsilon } : { name }
}

/** A slate reweighted, as far as it was seen. Everything is by slot. */
export interface ReweightedSlate {
  readonly prefixWeights: Float64Array
  /** Of the slot's own type and track, given what came before. */
  readonly slotWeights: Float64Array
  /** How likely the target is to give the slot each type, given the types before it; 0 for both where it never gets there. */
  readonly types: readonly Readonly<Record<Familiarity, number>>[]
  /** Share of the target's slates, as far as this one was seen, that the log never draws. */
  readonly unsupported: number
}

/** Why a log entry cannot be reweighted, as the part of a sentence; undefined where it can. */
export function unweighable({ policy, ...slate }: LoggedSlate, seen: number): string | undefined {
  const { unweighable: why } = policyOf(policy)
  if (why !== undefined) return `${policy.name} drew them, which cannot be reweighted, because ${why}`
  if (slate.patternPropensity === 0 || slate.prefixPropensities.slice(0, seen).some((p) => p === 0))
    return 'their logged propensity is 0, but what was shown cannot have been impossible'
  const stated = [slate.patternPropensity, ...slate.prefixPropensities.slice(0, seen)]
  if (!stated.every((p) => p > 0 && p <= 1 + 1e-9)) return 'their logged propensity is above 1 or no number'
  return undefined
}

/**
 * Reweights the first `seen` slots of a slate that can be. The action is the types of the slots and the tracks: P(types up to the slot) ·
 * P(tracks up to the slot | types), of the target over that of the log. Where artists are so few that a slot looks ahead to the types after it, those are
 * taken to be the log's: exact under its own share of new tracks.
 */
export function reweigh(slate: LoggedSlate, seen: number, target: TargetPolicy): ReweightedSlate {
  const { pool, rules, n } = slate
  const novelty = target.novelty ?? rules.novelty
  const theirs = target.novelty === undefined ? pool : cutPool(pool, novelty)
  const pattern = slate.pattern.slice(0, seen)
  const order = placesIn(theirs, slate, seen)
  const stated = policyOf(settingsOn(target, slate.policy)).propensities(
    theirs,
    { ...rules, novelty },
    slate.pattern,
    order,
  )
  const quotas = { logged: quotaOf(pool, n, rules.novelty), target: quotaOf(theirs, n, novelty) }
  const [prefixWeights, slotWeights] = [new Float64Array(seen), new Float64Array(seen)]
  const types: Record<Familiarity, number>[] = []
  for (let k = 0; k < seen; k++) {
    const before = pattern.slice(0, k)
    const upTo = pattern.slice(0, k + 1)
    const chances = typeChances(before, quotas.target)
    types.push(chances)
    const drawn = stated[k]
    const loggedPattern = patternPrefixPropensity(upTo, quotas.logged)
    const logged = loggedPattern * slate.prefixPropensities[k]!
    const loggedBefore =
      k === 0 ? 1 : patternPrefixPropensity(before, quotas.logged) * slate.prefixPropensities[k - 1]!
    prefixWeights[k] =
      (patternPrefixPropensity(upTo, quotas.target) * (drawn?.prefixPropensity ?? 0)) / logged
    slotWeights[k] = (chances[pattern[k]!] * (drawn?.propensity ?? 0) * loggedBefore) / logged
  }
  return { prefixWeights, slotWeights, types, unsupported: unsupportedShare(slate, seen, quotas, novelty) }
}

/** Where the first slots' tracks are in the target's pool, up to the first that is not there. */
function placesIn(pool: readonly ScoredCandidate[], slate: LoggedSlate, seen: number): number[] {
  const places = new Map(pool.map(({ trackId }, at) => [trackId, at]))
  const order: number[] = []
  for (const position of slate.order.slice(0, seen)) {
    const place = places.get(slate.pool[position]!.trackId)
    if (place === undefined) break
    order.push(place)
  }
  return order
}

function quotaOf(pool: readonly ScoredCandidate[], n: number, novelty: number): PatternQuota {
  const fresh = pool.filter(({ familiarity }) => familiarity === 'new').length
  return { slots: Math.min(n, pool.length), novelty, familiar: pool.length - fresh, fresh }
}

function typeChances(before: readonly Familiarity[], quota: PatternQuota): Record<Familiarity, number> {
  const reached = patternPrefixPropensity(before, quota)
  const chance = (kind: Familiarity) =>
    reached === 0 ? 0 : patternPrefixPropensity([...before, kind], quota) / reached
  return { familiar: chance('familiar'), new: chance('new') }
}

/**
 * The share of the target's types for the first `seen` slots that the log never draws. All of it, where the log's pool was cut without the
 * kind that the target wants: nobody knows what would have been in it.
 */
function unsupportedShare(
  { rules, pool }: LoggedSlate,
  seen: number,
  { logged, target }: Readonly<Record<'logged' | 'target', PatternQuota>>,
  novelty: number,
): number {
  const lacks = (kind: Familiarity) => !pool.some(({ familiarity }) => familiarity === kind)
  if (rules.novelty === 0 && novelty > 0 && lacks('new')) return 1
  if (rules.novelty === 1 && novelty < 1 && lacks('familiar')) return 1
  let share = 0
  let ways = 1
  for (let fresh = 0; fresh <= seen; fresh++) {
    const prefix = Array.from({ length: seen }, (_, k): Familiarity => (k < fresh ? 'new' : 'familiar'))
    if (patternPrefixPropensity(prefix, logged) === 0) share += ways * patternPrefixPropensity(prefix, target)
    ways = (ways * (seen - fresh)) / (fresh + 1)
  }
  return share
}
