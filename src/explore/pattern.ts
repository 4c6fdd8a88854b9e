import type { Familiarity } from '../core/candidate.ts'
import type { Random } from '../core/random.ts'

/** What decides how likely a pattern of slot types is. */
export interface PatternQuota {
  /** Number of slots; at most `familiar + fresh`. */
  readonly slots: number
  /** Target share of new tracks, 0…1. */
  readonly novelty: number
  /** Tracks of each kind in the pool. A share that they cannot fill is moved to what they can. */
  readonly familiar: number
  readonly fresh: number
}

export interface DrawnPattern {
  readonly pattern: readonly Familiarity[]
  readonly propensity: number
}

/** Draws the slot types: the share of new slots is rounded up or down by one coin, then all arrangements are equally likely. */
export function drawPattern(quota: PatternQuota, random: Random): DrawnPattern {
  const { low, high, chance } = newSlots(quota)
  const count = random.next() < chance ? high : low
  const pattern = Array.from({ length: quota.slots }, (_, k): Familiarity => (k < count ? 'new' : 'familiar'))
  random.shuffle(pattern)
  return { pattern, propensity: patternPropensity(pattern, quota) }
}

/** The exact probability of a pattern under `drawPattern`: P(number of new slots) / C(slots, number); 0 for one never drawn. */
export function patternPropensity(pattern: readonly Familiarity[], quota: PatternQuota): number {
  if (pattern.length !== quota.slots) return 0
  const count = pattern.filter((kind) => kind === 'new').length
  const { low, high, chance } = newSlots(quota)
  const ofCount = (count === low ? 1 - chance : 0) + (count === high ? chance : 0)
  return ofCount === 0 ? 0 : ofCount / combinations(quota.slots, count)
}

/**
 * How likely `drawPattern` is to begin with these slot types: the sum over all patterns that do, P(number of new slots) ·
 * C(slots left, new ones left) / C(slots, number). 1 for no slots; the propensity of the pattern for all of them.
 */
export function patternPrefixPropensity(prefix: readonly Familiarity[], quota: PatternQuota): number {
  const left = quota.slots - prefix.length
  if (left < 0) return 0
  const used = prefix.filter((kind) => kind === 'new').length
  const { low, high, chance } = newSlots(quota)
  const begins = (count: number) =>
    count < used || count - used > left
      ? 0
      : combinations(left, count - used) / combinations(quota.slots, count)
  return (1 - chance) * begins(low) + chance * begins(high)
}

function newSlots({ slots, novelty, familiar, fresh }: PatternQuota) {
  const wanted = novelty * slots
  const whole = Math.floor(wanted + 1e-9)
  const possible = (count: number) => Math.min(fresh, Math.max(slots - familiar, count))
  return { low: possible(whole), high: possible(whole + 1), chance: Math.max(0, wanted - whole) }
}

function combinations(n: number, k: number): number {
  let product = 1
  for (let i = 1; i <= Math.min(k, n - k); i++) product = (product * (n - i + 1)) / i
  return product
}
