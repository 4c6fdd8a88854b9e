import type { PolicyName, PolicySettings } from '../core/candidate.ts'
import type { Dial } from '../core/dial.ts'
import type { Recipe } from './recipe.ts'

/** Draws of a listener's own linear posterior. */
const SAMPLES = 32
/** Share of slots that epsilon-greedy leaves to blind chance. */
const EPSILON = 0.1

/** How a recipe is drawn by that policy, for a listener with this dial. */
export function policySettings(
  recipe: Pick<Recipe, 'temperature' | 'floor'>,
  { boldness = 1, floor = recipe.floor }: Dial,
  name: PolicyName = 'mixture',
): PolicySettings {
  const temperature = recipe.temperature * boldness
  switch (name) {
    case 'mixture':
    case 'softmax':
      return { name, temperature, floor }
    case 'linear-thompson':
      return { name, temperature, floor, samples: SAMPLES }
    case 'epsilon-greedy':
      return { name, epsilon: EPSILON }
    case 'greedy':
    case 'uniform':
      return { name }
  }
}
