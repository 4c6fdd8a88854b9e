import { breathe } from '../core/breathe.ts'
import type { Random } from '../core/random.ts'
import { logLoss } from '../metrics/binary.ts'
import { sigmoid } from '../model/logistic.ts'
import { applyPlatt, fitPlatt, type Platt } from '../model/platt.ts'
import type { Candidate, Contender, Fitted, Predictor } from './contenders.ts'
import { randomParts, type Split, stratifiedFolds } from './folds.ts'
import type { Table } from './table.ts'

/** A contender fitted to a training part, with what its inner folds chose. */
export interface Tuned {
  readonly predict: Predictor
  readonly chosen: string
  /** Sentences about what went wrong. */
  readonly warnings: readonly string[]
}

/** Fits of candidates to a training part and its inner folds, so that contenders which share a candidate fit it once. */
export type Fits = Map<string, Promise<Fitted>>

const INNER_FOLDS = 3
/** Larger training parts are sampled down to this many rows for choosing, and to this many for the last fit. */
export const ROWS_TO_CHOOSE = 2_000
export const ROWS_TO_FIT = 20_000
/** A member of an average has at most the say of one error in 250: none of them can know more from a few hundred rows. */
const SUREST = 0.004

/**
 * Chooses and fits a contender on a training part and nothing else. Three stratified, grouped inner folds choose among candidates by log-loss, where
 * there is a choice, and tell whether Platt scaling, cross-fitted over them, lowers it. Then everything is fitted on the whole part.
 * @param fits those of this training part and `random`; contenders may share them
 */
export async function tune(
  contender: Contender,
  table: Table,
  part: Uint32Array,
  random: Random,
  signal?: AbortSignal,
  fits: Fits = new Map(),
): Promise<Tuned> {
  const { families, takes, calibrates } = contender
  const training = sample(table, part, ROWS_TO_FIT, random)
  const fitted = async (candidate: Candidate, rows: Uint32Array, label: string) => {
    const key = `${label} ${candidate.setting}`
    const known = fits.get(key)
    if (known) return known
    await breathe(signal)
    const made = candidate.fit(rows, random.fork(key), signal)
    fits.set(key, made)
    return made
  }
  const fitAll = (candidates: readonly (readonly Candidate[])[], rows: Uint32Array, label: string) =>
    each(candidates, (family) => each(family, (candidate) => fitted(candidate, rows, label)))

  let used = families
  let platt: Platt | undefined
  if (calibrates || takes === 'best') {
    const choosing = sample(table, training, ROWS_TO_CHOOSE, random)
    const folds = stratifiedFolds(table.y, table.groups, choosing, INNER_FOLDS, random.fork('inner folds'))
    const y = folds.flatMap(({ test }) => Array.from(test, (row) => table.y[row]!))
    const heldOut = async (some: readonly (readonly Candidate[])[]) => {
      const parts = await each([...folds.entries()], async ([fold, { training: rows, test }]) =>
        Array.from(average(await fitAll(some, rows, `inner ${fold}`))(test)),
      )
      return Float64Array.from(parts.flat())
    }
    let held: Float64Array | undefined
    if (takes === 'average') held = await heldOut(families)
    else {
      let least = Number.POSITIVE_INFINITY
      for (const candidate of families.flat()) {
        const p = await heldOut([[candidate]])
        const loss = logLoss(p, y)
        if (held && loss >= least) continue
        least = loss
        held = p
        used = [[candidate]]
      }
    }
    if (calibrates && held) platt = worthwhilePlatt(held, y, folds)
  }
  const whole = await fitAll(used, training, 'fit')
  const predict = average(whole)
  const settings = used.flat().map(({ setting }) => setting)
  return {
    predict: platt ? (rows) => predict(rows).map((p) => applyPlatt(platt, logOdds(p, 0.001))) : predict,
    chosen: [...settings, ...(platt ? ['calibrated'] : [])].join(' + '),
    warnings: [...new Set(whole.flat().flatMap(({ warning }) => warning ?? []))],
  }
}

/** One after the other. */
async function each<A, B>(items: readonly A[], of: (item: A) => Promise<B>): Promise<B[]> {
  const out: B[] = []
  for (const item of items) out.push(await of(item))
  return out
}

function sample(table: Table, rows: Uint32Array, size: number, random: Random): Uint32Array {
  if (rows.length <= size) return rows
  return randomParts(table.groups, rows, [size, rows.length - size], random.fork(`sample ${size}`))[0]!
}

/** The mean of the log-odds within each family, then over the families; one model alone stays as it is. */
function average(families: readonly (readonly Fitted[])[]): Predictor {
  const [only, ...others] = families.flat()
  if (only && others.length === 0) return only.predict
  return (rows) => {
    const sum = new Float64Array(rows.length)
    for (const family of families)
      for (const { predict } of family) {
        const share = 1 / (families.length * family.length)
        predict(rows).forEach((p, i) => {
          sum[i] = sum[i]! + share * logOdds(p, SUREST)
        })
      }
    return sum.map(sigmoid)
  }
}

/** Platt scaling fitted on all held-out predictions, if fitting it on two folds improved the third. */
function worthwhilePlatt(
  held: Float64Array,
  y: readonly number[],
  folds: readonly Split[],
): Platt | undefined {
  const scores = held.map((p) => logOdds(p, 0.001))
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

function logOdds(p: number, edge: number): number {
  const bounded = Math.min(Math.max(p, edge), 1 - edge)
  return Math.log(bounded / (1 - bounded))
}
