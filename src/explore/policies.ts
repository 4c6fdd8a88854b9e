import type { PolicySettings, ScoredCandidate } from '../core/candidate.ts'
import { type Beliefs, bestBelief, softmaxBeliefs } from './beliefs.ts'
import { componentPolicy } from './components.ts'
import type { Policy } from './policy.ts'
import { inSpreads, poolScores } from './pool-scores.ts'

/**
 * The policy of these settings. All are finite mixtures whose components draw slot by slot, so that draw and propensities are one law:
 * - `mixture`: one softmax a model head, π_m(a | prefix) ∝ exp((s_m(a) − μ)/(τσ) − flow), where μ and σ are the mean and the spread of the
 *   scores of the pool's tracks of that kind, and lists of blind chance of weight `floor`;
 * - `softmax`: the same of the mean of the heads;
 * - `linear-thompson`: the same as `mixture`, over candidates whose scores are draws of the listener's linear posterior;
 * - `greedy`: the best mean score that the rules allow, without chance but for the pattern;
 * - `epsilon-greedy`: greedy but for the slots, a share of `epsilon`, that are left to blind chance;
 * - `uniform`: blind chance alone.
 * @throws RangeError for a temperature not above 0, a floor or an epsilon outside 0…1
 */
export function policyOf(settings: PolicySettings): Policy {
  if ('temperature' in settings && !(settings.temperature > 0))
    throw new RangeError('The temperature must be above 0.')
  if ('floor' in settings && !(settings.floor >= 0 && settings.floor <= 1))
    throw new RangeError('The floor must be from 0 to 1.')
  switch (settings.name) {
    case 'mixture':
    case 'linear-thompson':
      return componentPolicy(settings, (pool) => {
        const { scores } = poolScores(pool)
        return {
          beliefs: softmaxes(pool, scores, settings.temperature),
          blindLists: settings.floor,
          blindSlots: 0,
        }
      })
    case 'softmax':
      return componentPolicy(settings, (pool) => {
        const { means } = poolScores(pool)
        return {
          beliefs: softmaxes(pool, means, settings.temperature),
          blindLists: settings.floor,
          blindSlots: 0,
        }
      })
    case 'greedy':
      return componentPolicy(settings, best(0), NEVER_STRAYS)
    case 'epsilon-greedy':
      if (!(settings.epsilon >= 0 && settings.epsilon <= 1))
        throw new RangeError('The epsilon must be from 0 to 1.')
      return componentPolicy(
        settings,
        best(settings.epsilon),
        settings.epsilon > 0 ? undefined : NEVER_STRAYS,
      )
    case 'uniform':
      return componentPolicy(settings, () => ({ beliefs: NONE, blindLists: 1, blindSlots: 0 }))
  }
}

const NEVER_STRAYS = 'it always draws the same list, so that its log tells nothing of any other'

const NONE: Beliefs = softmaxBeliefs(new Float64Array(0), 0)

const best = (blindSlots: number) => (pool: readonly ScoredCandidate[]) => ({
  beliefs: bestBelief(poolScores(pool).means),
  blindLists: 0,
  blindSlots,
})

/** Below this it makes no difference any more. */
const COLDEST = 1e-6

/** @param scores pool × columns, a softmax each */
function softmaxes(pool: readonly ScoredCandidate[], scores: Float64Array, temperature: number): Beliefs {
  const tau = Math.max(temperature, COLDEST)
  return softmaxBeliefs(
    inSpreads(pool, scores).map((score) => score / tau),
    pool.length === 0 ? 0 : scores.length / pool.length,
  )
}
