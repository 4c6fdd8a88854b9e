import type { Random } from '../core/random.ts'
import {
  FEATURE_COUNT,
  FEATURE_NAMES,
  FEATURES,
  type FeatureGroup,
  type FeatureName,
} from '../features/feature-names.ts'
import type { LikabilityModel } from './likability.ts'
import { sigmoid } from './logistic.ts'

/** How much something moves the log-odds of a finish. */
export interface Effect {
  readonly logOdds: number
  /** Standard deviation over the heads of how much it moves each head's own log-odds. */
  readonly spread: number
}

export interface Attribution {
  /** Log-odds of the background plays, on average; with all effects they add up to those of the row. */
  readonly base: number
  readonly byFeature: Readonly<Record<FeatureName, Effect>>
  /** Sums of the features; their spread is that of the sum. */
  readonly byGroup: Readonly<Record<FeatureGroup, Effect>>
}

/** With 65 features at most 6,501 rows are predicted; why as many: docs/decisions/attribution.md. */
const MOST_WALKS = 100
/**
 * Heads that move less than this share of their log-odds, or of 1, have not moved: in 32 bits the same row may be predicted
 * so differently in another place of a batch.
 */
const ROUNDING = 2e-6

/** Places of the features of each group. */
const GROUPS = new Map<FeatureGroup, number[]>()
FEATURE_NAMES.forEach((name, f) => {
  const { group } = FEATURES[name]
  GROUPS.set(group, [...(GROUPS.get(group) ?? []), f])
})

/** A way from a background row to the explained one, a feature a step. */
interface Walk {
  readonly features: readonly number[]
  /** Which predicted row it stands on before the first step and after each. */
  readonly at: readonly number[]
}

/**
 * Tells how much each feature moves one row's log-odds of a finish (of the heads' mean probability) away from those of the
 * background plays: Owen values (Owen 1977), which are Shapley values in which the features of a group come and go together,
 * estimated by sampling orders in antithetic pairs (Castro et al. 2009; Mitchell et al. 2022). From the background rows one
 * walks to the explained row by putting in its features one after the other, group by group: in a random order, the next
 * walk in the reverse of it. However few the walks, the sum is exact; what the model does not read, or is no different, gets 0.
 * @param raw FEATURE_COUNT raw features of one row
 * @param background n × FEATURE_COUNT raw features, n ≥ 1; of more than 100 rows, 100 evenly spaced ones
 */
export async function attribute(
  model: LikabilityModel,
  raw: Float32Array,
  background: Float32Array,
  random: Random,
): Promise<Attribution> {
  const { rows, walks } = walksFrom(background, raw, random)
  const { heads } = model
  const { finish } = await model.logits(rows)
  const together = logOddsOfMean(finish, heads)
  const hasMoved = (from: number, to: number) => {
    for (let h = 0; h < heads; h++) {
      const [a, b] = [finish[from * heads + h]!, finish[to * heads + h]!]
      if (Math.abs(b - a) > ROUNDING * Math.max(1, Math.abs(a))) return true
    }
    return false
  }
  const moved = new Float64Array(FEATURE_COUNT)
  const movedByHead = new Float64Array(FEATURE_COUNT * heads)
  for (const { features, at } of walks) {
    let from = at[0]!
    features.forEach((f, k) => {
      const to = at[k + 1]!
      if (from === to || !hasMoved(from, to)) return
      moved[f]! += (together[to]! - together[from]!) / walks.length
      for (let h = 0; h < heads; h++)
        movedByHead[f * heads + h]! += (finish[to * heads + h]! - finish[from * heads + h]!) / walks.length
      from = to
    })
  }
  const effectOf = (features: readonly number[]): Effect => {
    const byHead = new Float64Array(heads)
    for (const f of features) for (let h = 0; h < heads; h++) byHead[h]! += movedByHead[f * heads + h]!
    return { logOdds: features.reduce((sum, f) => sum + moved[f]!, 0), spread: deviation(byHead) }
  }
  return {
    // The mean over the walks' first rows, but for what rounding took.
    base: moved.reduce((left, effect) => left - effect, together[0]!),
    byFeature: Object.fromEntries(
      FEATURE_NAMES.map((name, f) => [name, effectOf([f])]),
    ) as Attribution['byFeature'],
    byGroup: Object.fromEntries(
      Array.from(GROUPS, ([group, features]) => [group, effectOf(features)]),
    ) as Attribution['byGroup'],
  }
}

/** The walks from the background to `raw`, and the distinct rows that they step on: `raw` itself is the first of them. */
function walksFrom(background: Float32Array, raw: Float32Array, random: Random) {
  const starts = startsIn(background.length / FEATURE_COUNT)
  const rows = new Float32Array((1 + starts.length * FEATURE_COUNT) * FEATURE_COUNT)
  let count = 0
  const add = (row: Float32Array) => {
    rows.set(row, count * FEATURE_COUNT)
    return count++
  }
  add(raw)
  let order: number[] = []
  const walks = starts.map((b, w): Walk => {
    const row = background.slice(b * FEATURE_COUNT, (b + 1) * FEATURE_COUNT)
    let left = raw.reduce((n, value, f) => n + (Object.is(value, row[f]) ? 0 : 1), 0)
    order = w % 2 === 0 ? groupedOrder(random) : order.toReversed()
    const at = [left === 0 ? 0 : add(row)]
    for (const f of order) {
      const same = Object.is(row[f], raw[f])
      row[f] = raw[f]!
      at.push(same ? at.at(-1)! : --left === 0 ? 0 : add(row))
    }
    return { features: order, at }
  })
  return { rows: rows.subarray(0, count * FEATURE_COUNT), walks }
}

/** The background row where each walk starts: as many rows as may be, each of them equally often. */
function startsIn(n: number): number[] {
  const distinct = Math.min(n, MOST_WALKS)
  const walks = distinct * Math.floor(MOST_WALKS / distinct)
  return Array.from({ length: walks }, (_, w) => Math.floor((w * n) / walks))
}

/** The features in a random order that keeps each group together. */
function groupedOrder(random: Random): number[] {
  return random.shuffle(Array.from(GROUPS.values(), (features) => random.shuffle([...features]))).flat()
}

/** n × heads log-odds → n log-odds of the mean probability; finite where the probability rounds to 1. */
function logOddsOfMean(logits: Float64Array, heads: number): Float64Array {
  return Float64Array.from({ length: logits.length / heads }, (_, row) => {
    let [yes, no] = [0, 0]
    for (let h = 0; h < heads; h++) {
      yes += sigmoid(logits[row * heads + h]!)
      no += sigmoid(-logits[row * heads + h]!)
    }
    return Math.log(yes) - Math.log(no)
  })
}

function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}
