import { type Weighting, weighed } from './interactions.ts'
import { itemNeighbors, neighborScores } from './item-neighbors.ts'
import type { RankingModel } from './ranking-model.ts'

export interface ItemKnnSettings {
  readonly k: number
  /** Added to the product of the two lengths: keeps items of few users from being nearest by chance. */
  readonly shrink: number
  readonly weighting: Weighting
}

/**
 * Scores an item by the sum of the cosines to what the user has, each item keeping its k nearest (Sarwar et al. 2001, with the
 * shrinkage of Ferrari Dacrema et al. 2021): cos = a·b / (|a||b| + shrink).
 */
export function itemKnn({ k, shrink, weighting }: ItemKnnSettings): RankingModel {
  return {
    name: 'item-knn',
    async fit(matrix, { signal }) {
      const counted = weighed(matrix, weighting)
      const square = new Float64Array(matrix.items)
      for (let at = 0; at < counted.item.length; at++) square[counted.item[at]!]! += counted.weight[at]! ** 2
      const cosine = (common: number, a: number, b: number) =>
        common / (Math.sqrt(square[a]! * square[b]!) + shrink)
      // What is near to an item lends it score: the row is the one whose neighbours are kept.
      const near = await itemNeighbors(counted, counted, k, cosine, signal)
      return { score: async (users) => neighborScores(counted, near, users) }
    },
  }
}
