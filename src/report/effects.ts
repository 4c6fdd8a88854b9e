import { breathe } from '../core/breathe.ts'
import { FEATURE_COUNT, FEATURE_INDEX, FEATURE_NAMES, FEATURES } from '../features/feature-names.ts'
import type { LikabilityModel } from '../model/likability.ts'
import { sigmoid } from '../model/logistic.ts'
import type { ToldFeature } from './feature-words.ts'

/** Values that a feature is set to, at most. */
const GRID = 9
/** Features that are shown: of the first rows, then of the sitting. */
const SHOWN = { forMix: 9, sitting: 3 }
/** A feature that is known in fewer background rows is not told about. */
const LEAST_KNOWN = 8
/** Four features tell the hour together: to set one of them alone would be no hour at all. */
const HOUR = ['hourSin', 'hourCos', 'hourSin2', 'hourCos2'] as const

/** The mean probability of a finish when a feature has a value in all background rows. */
export interface EffectPoint {
  /** As the model reads it; the hour 0…23 for `hour`. */
  readonly value: number
  readonly probability: number
  /** Standard deviation of that mean over the heads. */
  readonly spread: number
  /** Share of the background rows whose own value is nearest to this one. */
  readonly share: number
}

/** The partial dependence of the probability on a feature. */
export interface FeatureEffect {
  readonly feature: ToldFeature
  readonly points: readonly EffectPoint[]
  /** Standard deviation of the probability over the points, by their shares. */
  readonly moves: number
  /** Background rows in which the feature is known, and that were averaged over. */
  readonly rows: number
}

export interface Effects {
  /** From before the sitting, as a mix is drawn; strongest first. */
  readonly forMix: readonly FeatureEffect[]
  /** What the sitting adds, play by play; strongest first. */
  readonly sitting: readonly FeatureEffect[]
}

/** n × FEATURE_COUNT raw features of plays, as they stood before the sitting or play by play. */
export type Background = (inSitting: boolean) => Float32Array

/** The effects of the features that move a model most. */
export async function strongestEffects(
  model: LikabilityModel,
  background: Background,
  signal?: AbortSignal,
): Promise<Effects> {
  const features = FEATURE_NAMES.filter((name) => !HOUR.some((hour) => hour === name) && name !== 'noSitting')
  const inSitting = features.filter((name) => FEATURES[name].group === 'sitting')
  const others = features.filter((name) => FEATURES[name].group !== 'sitting')
  const strongest = async (names: readonly ToldFeature[], rows: Float32Array, most: number) => {
    const effects: FeatureEffect[] = []
    for (const name of names) {
      await breathe(signal)
      effects.push(await partialDependence(model, rows, name))
    }
    return effects
      .filter(({ moves }) => moves > 0)
      .sort((a, b) => b.moves - a.moves)
      .slice(0, most)
  }
  return {
    forMix: await strongest([...others, 'hour'], background(false), SHOWN.forMix),
    sitting: await strongest(inSitting, background(true), SHOWN.sitting),
  }
}

/**
 * Partial dependence (Friedman 2001, §8.2): the mean probability over the background rows when a feature is set to one value in
 * all of them, at quantiles of its own values. Rows in which it is missing are left out: days since the last play of a track
 * that was never played would mean nothing. How much it moves is the standard deviation over the values (Greenwell et al. 2018).
 * @param background n × FEATURE_COUNT raw features
 */
export async function partialDependence(
  model: LikabilityModel,
  background: Float32Array,
  feature: ToldFeature,
): Promise<FeatureEffect> {
  const rows = feature === 'hour' ? background : knownRows(background, FEATURE_INDEX[feature])
  const n = rows.length / FEATURE_COUNT
  const own = Float64Array.from({ length: n }, (_, i) =>
    feature === 'hour' ? hourOf(rows, i * FEATURE_COUNT) : rows[i * FEATURE_COUNT + FEATURE_INDEX[feature]]!,
  )
  const grid = feature === 'hour' ? Array.from({ length: 24 }, (_, hour) => hour) : gridOf(own)
  if (n < LEAST_KNOWN || grid.length < 2) return { feature, points: [], moves: 0, rows: n }

  const raw = new Float32Array(grid.length * rows.length)
  grid.forEach((value, g) => {
    raw.set(rows, g * rows.length)
    for (let i = 0; i < n; i++) put(raw, g * rows.length + i * FEATURE_COUNT, feature, value)
  })
  const { finish } = await model.logits(raw)
  const shares = sharesOf(own, grid)
  const points = grid.map((value, g): EffectPoint => {
    const byHead = Array.from({ length: model.heads }, (_, h) => {
      let sum = 0
      for (let i = 0; i < n; i++) sum += sigmoid(finish[(g * n + i) * model.heads + h]!)
      return sum / n
    })
    const probability = mean(byHead)
    const spread = Math.sqrt(mean(byHead.map((one) => (one - probability) ** 2)))
    return { value, probability, spread, share: shares[g]! }
  })
  const middle = points.reduce((sum, { probability, share }) => sum + share * probability, 0)
  const variance = points.reduce(
    (sum, { probability, share }) => sum + share * (probability - middle) ** 2,
    0,
  )
  return { feature, points, moves: Math.sqrt(variance), rows: n }
}

function knownRows(rows: Float32Array, feature: number): Float32Array {
  const known = Array.from({ length: rows.length / FEATURE_COUNT }, (_, i) => i).filter(
    (i) => !Number.isNaN(rows[i * FEATURE_COUNT + feature]!),
  )
  const kept = new Float32Array(known.length * FEATURE_COUNT)
  known.forEach((i, at) => {
    kept.set(rows.subarray(i * FEATURE_COUNT, (i + 1) * FEATURE_COUNT), at * FEATURE_COUNT)
  })
  return kept
}

/** All values where they are few, else nine quantiles from the 2.5th to the 97.5th percentile. */
function gridOf(own: Float64Array): number[] {
  const sorted = own.toSorted()
  const distinct = [...new Set(sorted)]
  if (distinct.length <= 3) return distinct
  const at = (q: number) => sorted[Math.round(q * (sorted.length - 1))]!
  return [...new Set(Array.from({ length: GRID }, (_, g) => at(0.025 + (0.95 * g) / (GRID - 1))))]
}

function put(raw: Float32Array, at: number, feature: ToldFeature, value: number): void {
  if (feature !== 'hour') {
    raw[at + FEATURE_INDEX[feature]] = value
    return
  }
  const angle = (2 * Math.PI * value) / 24
  raw[at + FEATURE_INDEX.hourSin] = Math.sin(angle)
  raw[at + FEATURE_INDEX.hourCos] = Math.cos(angle)
  raw[at + FEATURE_INDEX.hourSin2] = Math.sin(2 * angle)
  raw[at + FEATURE_INDEX.hourCos2] = Math.cos(2 * angle)
}

function hourOf(rows: Float32Array, at: number): number {
  const angle = Math.atan2(rows[at + FEATURE_INDEX.hourSin]!, rows[at + FEATURE_INDEX.hourCos]!)
  return (Math.round((24 * angle) / (2 * Math.PI)) + 24) % 24
}

function sharesOf(own: Float64Array, grid: readonly number[]): number[] {
  const counts = grid.map(() => 0)
  for (const value of own) {
    const distances = grid.map((point) => Math.abs(point - value))
    counts[distances.indexOf(Math.min(...distances))]!++
  }
  return counts.map((count) => count / own.length)
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
