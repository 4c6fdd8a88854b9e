import type { Choice } from './walk.ts'

/** Components of a mixture that go by scores: each has a categorical law over what is allowed at a slot. */
export interface Beliefs {
  readonly count: number
  /** How much of a slot each allowed track takes under one component, in any unit; not all 0. */
  weights(component: number, choice: Choice): Float64Array
  /** Writes ln π(allowed[place] | prefix) under each component, −∞ where that never draws it. */
  logProbabilities(choice: Choice, place: number, out: Float64Array): void
}

/** Below this a sum of weights may have lost digits to numbers too small to be held. */
const TINY = 1e-280

/**
 * A softmax a column: π(a | prefix) = exp(logs_a − cost_a) / Σ_allowed.
 * @param logs pool × count, finite
 */
export function softmaxBeliefs(logs: Float64Array, count: number): Beliefs {
  const highest = new Float64Array(count).fill(-Infinity)
  for (let at = 0; at < logs.length; )
    for (let m = 0; m < count; m++, at++) if (logs[at]! > highest[m]!) highest[m] = logs[at]!
  const scaled = new Float64Array(logs.length)
  for (let at = 0; at < logs.length; )
    for (let m = 0; m < count; m++, at++) scaled[at] = Math.exp(logs[at]! - highest[m]!)

  const logWeights = (component: number, { allowed, costs }: Choice) => {
    const out = new Float64Array(allowed.length)
    for (let i = 0; i < allowed.length; i++) out[i] = logs[allowed[i]! * count + component]! - costs[i]!
    return out
  }
  const sums = new Float64Array(count)

  return {
    count,
    weights(component, choice) {
      const weights = logWeights(component, choice)
      let most = -Infinity
      for (let i = 0; i < weights.length; i++) if (weights[i]! > most) most = weights[i]!
      for (let i = 0; i < weights.length; i++) weights[i] = Math.exp(weights[i]! - most)
      return weights
    },
    logProbabilities(choice, place, out) {
      const { allowed, costs } = choice
      sums.fill(0)
      for (let i = 0; i < allowed.length; i++) {
        const ease = costs[i] === 0 ? 1 : Math.exp(-costs[i]!)
        const base = allowed[i]! * count
        for (let m = 0; m < count; m++) sums[m]! += scaled[base + m]! * ease
      }
      const own = allowed[place]! * count
      for (let m = 0; m < count; m++) {
        const sum = sums[m]!
        const total = sum > TINY ? highest[m]! + Math.log(sum) : logSumExp(logWeights(m, choice))
        out[m] = logs[own + m]! - costs[place]! - total
      }
    },
  }
}

/**
 * One component that takes the highest score allowed; of equal ones the smoothest to hear next, then the first in the pool.
 * @param scores one a position of the pool
 */
export function bestBelief(scores: Float64Array): Beliefs {
  const best = ({ allowed, costs }: Choice) => {
    let place = 0
    for (let i = 1; i < allowed.length; i++) {
      const ahead = scores[allowed[i]!]! - scores[allowed[place]!]!
      if (ahead > 0 || (ahead === 0 && costs[i]! < costs[place]!)) place = i
    }
    return place
  }
  return {
    count: 1,
    weights(_, choice) {
      const out = new Float64Array(choice.allowed.length)
      out[best(choice)] = 1
      return out
    },
    logProbabilities(choice, place, out) {
      out[0] = best(choice) === place ? 0 : -Infinity
    },
  }
}

/** ln Σ exp of some logarithms, without overflow; −∞ where all of them are. */
export function logSumExp(logs: Float64Array): number {
  let highest = -Infinity
  for (let i = 0; i < logs.length; i++) if (logs[i]! > highest) highest = logs[i]!
  if (highest === -Infinity) return -Infinity
  let sum = 0
  for (let i = 0; i < logs.length; i++) sum += Math.exp(logs[i]! - highest)
  return highest + Math.log(sum)
}
