import { listenersOf, type Weighting, weighed } from './interactions.ts'
import { itemNeighbors, neighborScores } from './item-neighbors.ts'
import type { RankingModel } from './ranking-model.ts'

export interface RandomWalkSettings {
  readonly k: number
  /** Power of the probabilities of the steps; below 1 makes them more alike. */
  readonly alpha: number
  /** Power of an item's number of users that its score is divided by. */
  readonly beta: number
  readonly weighting: Weighting
}

/**
 * RP3β (Paudel et al. 2017): the chance of a walk of three steps user → item → user → item, each step's probability to the power α,
 * over the last item's number of users to the power β. Of each item the k likeliest next ones are kept.
 */
export function randomWalk({ k, alpha, beta, weighting }: RandomWalkSettings): RankingModel {
  return {
    name: 'rp3beta',
    async fit(matrix, { signal }) {
      const counted = weighed(matrix, weighting)
      const ofItem = new Float64Array(matrix.items)
      for (let at = 0; at < counted.item.length; at++) ofItem[counted.item[at]!]! += counted.weight[at]!
      const fromItem = counted.weight.map((weight, at) => (weight / ofItem[counted.item[at]!]!) ** alpha)
      const fromUser = new Float32Array(counted.weight.length)
      for (let user = 0; user < matrix.users; user++) {
        const [start, end] = [counted.starts[user]!, counted.starts[user + 1]!]
        const total = counted.weight.subarray(start, end).reduce((sum, weight) => sum + weight, 0)
        for (let at = start; at < end; at++) fromUser[at] = (counted.weight[at]! / total) ** alpha
      }
      const listeners = listenersOf(matrix)
      const likely = (chance: number, _: number, item: number) => chance / listeners[item]! ** beta
      const walk = { ...counted, weight: fromUser }
      const near = await itemNeighbors({ ...counted, weight: fromItem }, walk, k, likely, signal)
      return { score: async (users) => neighborScores(walk, near, users) }
    },
  }
}
