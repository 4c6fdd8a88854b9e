import type { RankingModel } from './ranking-model.ts'

const DAY = 86_400_000

export interface PopularitySettings {
  /** After so many days a play counts half. Without times there is no decay. */
  readonly halfLifeDays: number | 'none'
}

/** Ranks by how many users have an item, recent ones counting more: Σ 2^(−age / half-life), the age before the last time in the matrix. */
export function popularity({ halfLifeDays }: PopularitySettings): RankingModel {
  return {
    name: 'popularity',
    async fit({ items, item, time }) {
      const scores = new Float32Array(items)
      const last = time?.reduce((latest, one) => Math.max(latest, one), Number.NEGATIVE_INFINITY) ?? 0
      for (let at = 0; at < item.length; at++)
        scores[item[at]!]! +=
          time && halfLifeDays !== 'none' ? 2 ** (-(last - time[at]!) / DAY / halfLifeDays) : 1
      return {
        async score(users) {
          const out = new Float32Array(users.length * items)
          for (let row = 0; row < users.length; row++) out.set(scores, row * items)
          return out
        },
      }
    },
  }
}
