import { setImmediate } from 'node:timers/promises'
import type { Random } from '../core/random.ts'
import { logLoss } from '../metrics/binary.ts'
import { applyPlatt, fitPlatt, type Platt } from '../model/platt.ts'
import type { Candidate, Contender, Predictor } from './contenders.ts'
import { randomParts, type Split, stratifiedFolds } from './folds.ts'
import type { Table } from './table.ts'

/** A contender fitted to a training part, with what its inner folds chose. */
export interface Tuned {
  readonly predict: Predictor
  readonly chosen: string
}

const INNER_FOLDS = 3
/** Larger training parts are sampled down to this many rows for choosing, and to this many for the last fit. */
export const ROWS_TO_CHOOSE = 2_000
export const ROWS_TO_FIT = 20_000
/** Weights tried for averaging the families. */
const STEPS = 4

/**
 * Chooses and fits a contender on a training part and nothing else: candidates by their log-loss over three stratified, grouped
 * inner folds, then the weights of the families on the same held-out predictions, then Platt scaling of the result if
 * cross-fitting it over the inner folds lowers the log-loss. The chosen candidates are refitted on the whole part.
 */
export async function tune(
  contender: Contender,
  table: Table,
  part: Uint32Array,
  random: Random,
  signal?: AbortSignal,
): Promise<Tuned> {
  const training = sample(table, part, ROWS_TO_FIT, random)
  const only = contender.families.flat()
  if (only.length === 1) {
    const candidate = only[0]!
    return { predict: candidate.fit(table, training, random), chosen: candidate.setting }
  }
  const choosing = sample(table, training, ROWS_TO_CHOOSE, random)
  const folds = stratifiedFolds(table.y, table.groups, choosing, INNER_FOLDS, random.fork('inner folds'))
  const y = folds.flatMap(({ test }) => Array.from(test, (row) => table.y[row]!))

  const best: { candidate: Candidate; held: Float64Array }[] = []
  for (const family of contender.families) {
    let least = Number.POSITIVE_INFINITY
    let winner: { candidate: Candidate; held: Float64Array } | undefined
    for (const candidate of family) {
      await setImmediate()
      signal?.throwIfAborted()
      const held = heldOut(candidate, table, folds, random)
      const loss = logLoss(held, y)
      if (winner && loss >= least) continue
      least = loss
      winner = { candidate, held }
    }
    if (winner) best.push(winner)
  }
  const weights = bestWeights(
    best.map(({ held }) => held),
    y,
  )
  const held = blend(
    best.map(({ held }) => held),
    weights,
  )
  const platt = worthwhilePlatt(held, y, folds)
  const used = best
    .map(({ candidate }, i) => ({ candidate, weight: weights[i]! }))
    .filter(({ weight }) => weight > 0)
  const fitted = used.map(({ candidate }) =>
    candidate.fit(table, training, random.fork(`fit ${candidate.setting}`)),
  )
  return {
    predict(rows) {
      const p = blend(
        fitted.map((predictor) => predictor(rows)),
        used.map(({ weight }) => weight),
      )
      return platt ? p.map((value) => applyPlatt(platt, logOdds(value))) : p
    },
    chosen: [
      ...used.map(({ candidate, weight }) => (weight < 1 ? `${weight} × ` : '') + candidate.setting),
      ...(platt ? ['calibrated'] : []),
    ].join(' + '),
  }
}

function sample(table: Table, rows: Uint32Array, size: number, random: Random): Uint32Array {
  if (rows.length <= size) return rows
  return randomParts(table.groups, rows, [size, rows.length - size], random.fork(`sample ${size}`))[0]!
}

/** Predictions for the inner folds, each by a model that did not see it, in the order of the folds. */
function heldOut(candidate: Candidate, table: Table, folds: readonly Split[], random: Random): Float64Array {
  return Float64Array.from(
    folds.flatMap(({ training, test }, fold) =>
      Array.from(candidate.fit(table, training, random.fork(`inner ${fold} ${candidate.setting}`))(test)),
    ),
  )
}

/** The weights of the simplex grid with the least log-loss; the first family wins ties. */
function bestWeights(predictions: readonly Float64Array[], y: readonly number[]): number[] {
  let best: number[] = []
  let least = Number.POSITIVE_INFINITY
  for (const weights of simplex(predictions.length, STEPS)) {
    const shares = weights.map((weight) => weight / STEPS)
    const loss = logLoss(blend(predictions, shares), y)
    if (loss >= least) continue
    least = loss
    best = shares
  }
  return best
}

/** All ways to give `left` equal parts to `count` families, most to the first one first. */
function simplex(count: number, left: number): number[][] {
  if (count === 1) return [[left]]
  return Array.from({ length: left + 1 }, (_, k) => left - k).flatMap((first) =>
    simplex(count - 1, left - first).map((rest) => [first, ...rest]),
  )
}

function blend(predictions: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const out = new Float64Array(predictions[0]?.length ?? 0)
  predictions.forEach((p, f) => {
    for (let i = 0; i < out.length; i++) out[i] = out[i]! + weights[f]! * p[i]!
  })
  return out
}

/** Platt scaling fitted on all held-out predictions, if fitting it on two folds improved the third. */
function worthwhilePlatt(
  held: Float64Array,
  y: readonly number[],
  folds: readonly Split[],
): Platt | undefined {
  const scores = held.map(logOdds)
  const calibrated = new Float64Array(y.length)
  let start = 0
  for (const { test } of folds) {
    const end = start + test.length
    const others = [...scores.keys()].filter((i) => i < start || i >= end)
    const platt = fitPlatt(
      others.map((i) => scores[i]!),
      others.map((i) => y[i]!),
    )
    for (let i = start; i < end; i++) calibrated[i] = applyPlatt(platt, scores[i]!)
    start = end
  }
  return logLoss(calibrated, y) < logLoss(held, y) ? fitPlatt(scores, y) : undefined
}

function logOdds(p: number): number {
  const bounded = Math.min(Math.max(p, 0.001), 0.999)
  return Math.log(bounded / (1 - bounded))
}
