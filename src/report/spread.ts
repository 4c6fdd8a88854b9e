import { random } from '../core/random.ts'
import { bootstrapInterval, type Estimate } from '../metrics/interval.ts'
import { sampledSpearman } from '../metrics/rank-correlation.ts'
import { type SampledMetric, sampledMean } from '../metrics/sample.ts'
import { bySitting } from './by-sitting.ts'
import { type Judged, OURS } from './rows.ts'

/** Plays a bin, and bins, at most. */
const LEAST_IN_BIN = 50
const MOST_BINS = 8
const DRAWS = 500
/** Plays of the artist from which on a group begins. */
const ARTIST_PLAYS = [0, 1, 5, 20, 100]

/** Plays on which the heads disagree alike; the bins hold as many plays each. */
export interface SpreadBin {
  readonly n: number
  readonly spread: number
  /** Mean distance of the probability from what happened (0 or 1). */
  readonly error: Estimate
  /** The same distance as the probabilities themselves foretell it: mean 2p(1 − p). */
  readonly foretold: number
}

/** Plays of artists that had been played about as often, with or without known sound. */
export interface SpreadGroup {
  readonly from: number
  /** None: no end. */
  readonly to?: number
  readonly hasAudio: boolean
  readonly n: number
  readonly spread: Estimate
}

/** What the heads' disagreement says about being wrong. */
export interface SpreadReport {
  readonly bins: readonly SpreadBin[]
  /** Spearman's correlation of spread and error. */
  readonly rankCorrelation: Estimate
  /** The same with p(1 − p) held fixed: both are largest near one half in any case. */
  readonly beyondProbability: Estimate
  readonly groups: readonly SpreadGroup[]
}

/** Compares spread and error; none where the heads never disagree, as with a model of one head. */
export function judgeSpread(judged: Judged, seed: string): SpreadReport | undefined {
  const { label, sitting, spread } = judged
  if (judged.n < 2 || spread.every((value) => value === spread[0])) return undefined
  const p = judged.predictions[OURS]!
  const error = p.map((probability, i) => Math.abs(label[i]! - probability))
  const foretold = p.map((probability) => 2 * probability * (1 - probability))
  const bootstrap = (what: string, groups: readonly number[], statistic: SampledMetric) =>
    bySitting(
      groups,
      bootstrapInterval({ groups, statistic, next: random(`${seed}/${what}`).next, draws: DRAWS }),
    )
  const meanOf = (what: string, values: readonly number[], rows: readonly number[]) =>
    bootstrap(
      what,
      rows.map((i) => sitting[i]!),
      sampledMean(Float64Array.from(rows, (i) => values[i]!)),
    )
  const average = (values: readonly number[], rows: readonly number[]) =>
    rows.reduce((sum, i) => sum + values[i]!, 0) / rows.length

  const bins = equalParts(spread).map((rows, bin) => ({
    n: rows.length,
    spread: average(spread, rows),
    error: meanOf(`bin ${bin}`, error, rows),
    foretold: average(foretold, rows),
  }))
  const groups = ARTIST_PLAYS.flatMap((from, k) =>
    [true, false].flatMap((hasAudio): SpreadGroup[] => {
      const next = ARTIST_PLAYS[k + 1]
      const rows = Array.from(spread.keys()).filter((i) => {
        const plays = judged.artistPlays[i]!
        return (
          plays >= from && (next === undefined || plays < next) && (judged.hasAudio[i] === 1) === hasAudio
        )
      })
      if (rows.length === 0) return []
      const end = next === undefined ? {} : { to: next - 1 }
      const estimate = meanOf(`${from} ${hasAudio}`, spread, rows)
      return [{ from, ...end, hasAudio, n: rows.length, spread: estimate }]
    }),
  )
  return {
    bins,
    rankCorrelation: bootstrap('correlation', sitting, sampledSpearman(spread, error)),
    beyondProbability: bootstrap('beyond', sitting, sampledPartial(spread, error, foretold)),
    groups,
  }
}

/** Rows in the order of their values, cut into parts of one size. */
function equalParts(values: readonly number[]): number[][] {
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]! || a - b)
  const parts = Math.max(2, Math.min(MOST_BINS, Math.floor(order.length / LEAST_IN_BIN)))
  const at = (part: number) => Math.floor((part * order.length) / parts)
  return Array.from({ length: parts }, (_, part) => order.slice(at(part), at(part + 1)))
}

/** Spearman's partial correlation of a and b given c (Kendall & Stuart, Advanced Theory of Statistics 2, ch. 27). */
function sampledPartial(a: readonly number[], b: readonly number[], c: readonly number[]): SampledMetric {
  const [ab, ac, bc] = [sampledSpearman(a, b), sampledSpearman(a, c), sampledSpearman(b, c)]
  return (times) => {
    const [xy, xz, yz] = [ab(times), ac(times), bc(times)]
    return (xy - xz * yz) / Math.sqrt((1 - xz * xz) * (1 - yz * yz))
  }
}
