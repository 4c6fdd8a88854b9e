import { FEATURE_COUNT, FEATURE_INDEX, type FeatureName } from '../../src/features/feature-names.ts'
import type { HeldOut } from '../../src/learn/evaluation.ts'
import type { LikabilityModel } from '../../src/model/likability.ts'

/** What a test says of held-out plays; the frozen view foresees the opposite of the rolling one. */
export interface InventedPlays {
  readonly label: readonly number[]
  readonly sitting: readonly number[]
  readonly firstPlay: readonly number[]
  readonly artistPlays: readonly number[]
  readonly hasAudio: readonly number[]
  readonly predictions: Readonly<Record<string, readonly number[]>>
  readonly spread: readonly number[]
}

/** Three hundred plays that were given 15, 55 or 85 %, of which exactly so many were finished. */
export function onTheDiagonal(): InventedPlays {
  const rows = Array.from({ length: 300 }, (_, i) => i)
  const given = (i: number) => [0.15, 0.55, 0.85][i % 3]!
  const p = rows.map(given)
  return {
    label: rows.map((i) => (Math.floor(i / 3) % 100 < Math.round(100 * given(i)) ? 1 : 0)),
    sitting: rows.map((i) => (i * 7) % 30),
    firstPlay: rows.map((i) => (i % 3 === 0 ? 1 : 0)),
    artistPlays: rows.map((i) => (i % 3 === 0 ? 0 : 10)),
    hasAudio: rows.map((i) => (i % 3 === 0 ? 0 : 1)),
    predictions: { 'base-rate': rows.map(() => 0.52), deepcuts: p },
    spread: p.map((one) => 0.1 * one * (1 - one)),
  }
}

/** Held-out plays as a training keeps them. */
export function heldOutOf({ predictions, spread, ...columns }: InventedPlays): HeldOut {
  const mirrored = Object.fromEntries(
    Object.entries(predictions).map(([name, p]) => [name, p.map((one) => 1 - one)]),
  )
  return {
    ...columns,
    views: { rolling: { predictions, spread }, frozen: { predictions: mirrored, spread } },
  }
}

/** A model whose log-odds are the sum of features times their weights, times the slope of each head. */
export function inventedModel(
  weights: Readonly<Partial<Record<FeatureName, number>>>,
  slopes: readonly number[] = [1],
): LikabilityModel {
  const entries = Object.entries(weights) as [FeatureName, number][]
  return {
    heads: slopes.length,
    async logits(raw) {
      const finish = Float64Array.from({ length: (raw.length / FEATURE_COUNT) * slopes.length }, (_, k) => {
        const at = Math.floor(k / slopes.length) * FEATURE_COUNT
        const sum = entries.reduce(
          (total, [name, weight]) => total + weight * raw[at + FEATURE_INDEX[name]]!,
          0,
        )
        return sum * slopes[k % slopes.length]!
      })
      return { finish }
    },
  }
}

/** Raw features of as many plays as the columns have values; other features are missing. */
export function backgroundOf(
  columns: Readonly<Partial<Record<FeatureName, readonly number[]>>>,
): Float32Array {
  const entries = Object.entries(columns) as [FeatureName, readonly number[]][]
  const n = entries[0]![1].length
  const raw = new Float32Array(n * FEATURE_COUNT).fill(Number.NaN)
  for (const [name, values] of entries)
    values.forEach((value, i) => {
      raw[i * FEATURE_COUNT + FEATURE_INDEX[name]] = value
    })
  return raw
}
