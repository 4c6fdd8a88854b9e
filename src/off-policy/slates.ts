import { meanEstimate, type PolicyEstimate } from './estimate.ts'

/** What one list that was shown tells: the slots that were seen, from the first on. Everything is by slot. */
export interface LoggedSlate {
  /** Slates of one group (a listener) go together. */
  readonly group: number
  readonly rewards: ArrayLike<number>
  /** π(a_1 … a_k) / π₀(a_1 … a_k): what was shown up to and with the slot, by the target and by the logging policy. */
  readonly prefixWeights: ArrayLike<number>
  /** The same of the slot's own track alone. */
  readonly slotWeights: ArrayLike<number>
  /** What a model foresees from the slot on: with what was shown in it, and on average over what the target would show. */
  readonly foreseen?: { readonly shown: ArrayLike<number>; readonly expected: ArrayLike<number> }
}

/** Independent IPS: Σ_k w_k r_k (Li et al. 2018). Unbiased where a slot's reward hangs on its own track alone. */
export function independentIps(slates: readonly LoggedSlate[]): PolicyEstimate {
  return estimate('iips', slates, ({ rewards, slotWeights }) =>
    sum(rewards, (reward, k) => slotWeights[k]! * reward),
  )
}

/** Standard IPS: w_{1:K} Σ_k r_k, with the weight of all that was seen (Precup, Sutton & Singh 2000). Unbiased whatever the slots do to each other. */
export function standardIps(slates: readonly LoggedSlate[]): PolicyEstimate {
  return estimate('sips', slates, (slate) => slateWeight(slate) * sum(slate.rewards, (reward) => reward))
}

/** Reward interaction IPS: Σ_k w_{1:k} r_k (McInerney et al. 2020). Unbiased where a slot's reward hangs on nothing after it. */
export function rewardInteractionIps(slates: readonly LoggedSlate[]): PolicyEstimate {
  return estimate('rips', slates, ({ rewards, prefixWeights }) =>
    sum(rewards, (reward, k) => prefixWeights[k]! * reward),
  )
}

/**
 * Cascade doubly robust: Σ_k w_{1:k} (r_k − Q̂_k) + w_{1:k−1} E_π[Q̂_k] (Kiyohara et al. 2022, eq. 8). Unbiased where RIPS is, whatever Q̂ is, and
 * the steadier the better it foresees.
 * @throws RangeError for a slate of which nothing is foreseen
 */
export function cascadeDoublyRobust(slates: readonly LoggedSlate[]): PolicyEstimate {
  return estimate('cascade-dr', slates, ({ rewards, prefixWeights, foreseen }) => {
    if (!foreseen) throw new RangeError('Cascade-DR needs what is foreseen of every slate.')
    const { shown, expected } = foreseen
    return sum(
      rewards,
      (reward, k) => prefixWeights[k]! * (reward - shown[k]!) + (prefixWeights[k - 1] ?? 1) * expected[k]!,
    )
  })
}

/** What the logged lists were worth: mean of Σ_k r_k. */
export function onPolicy(slates: readonly LoggedSlate[]): PolicyEstimate {
  return estimate('on-policy', slates, ({ rewards }) => sum(rewards, (reward) => reward))
}

/** The weight of all that was seen of a slate; 1 of nothing. Its mean over a log is 1, where the log covers the target. */
export function slateWeight({ prefixWeights }: LoggedSlate): number {
  return prefixWeights[prefixWeights.length - 1] ?? 1
}

function estimate(name: string, slates: readonly LoggedSlate[], worth: (slate: LoggedSlate) => number) {
  return meanEstimate(
    name,
    slates.map(worth),
    slates.map(({ group }) => group),
  )
}

function sum(values: ArrayLike<number>, of: (value: number, k: number) => number): number {
  let total = 0
  for (let k = 0; k < values.length; k++) total += of(values[k]!, k)
  return total
}
