import type { Random } from '../core/random.ts'
import { type Described, ridge } from './ridge.ts'

/** A slot that was seen, and the ways in which the target could have filled it. */
export interface ModelledSlot {
  readonly reward: number
  readonly shown: Described
  /** With the target's probability of each, given what came before; they sum to 1. */
  readonly options: readonly { readonly chance: number; readonly described: Described }[]
}

export interface SlateModelSettings {
  /** How many columns there are. */
  readonly columns: number
  readonly penalty: number
  readonly folds?: number
  readonly random: Random
}

/**
 * What is foreseen from each seen slot on, for Cascade-DR: Q̂_k ≈ r_k + E_π[Q̂_{k+1}], slot by slot from the last, by ridge regression
 * (Kiyohara et al. 2022, section 3.1), each slate by a model fitted on the other folds. A slot that was not seen is worth 0.
 */
export function foreseeSlates(
  slates: readonly (readonly ModelledSlot[])[],
  { columns, penalty, folds = 3, random }: SlateModelSettings,
): { readonly shown: Float64Array; readonly expected: Float64Array }[] {
  const foreseen = slates.map(({ length }) => ({
    shown: new Float64Array(length),
    expected: new Float64Array(length),
  }))
  const order = random.shuffle(slates.map((_, i) => i))
  const longest = slates.reduce((most, { length }) => Math.max(most, length), 0)
  for (let fold = 0; fold < folds; fold++) {
    const others = order.filter((_, at) => at % folds !== fold)
    const own = order.filter((_, at) => at % folds === fold)
    /** E_π[Q̂] of the slot after the one that is fitted. */
    const next = new Float64Array(slates.length)
    for (let k = longest - 1; k >= 0; k--) {
      const rows = others.filter((i) => k < slates[i]!.length)
      const weights = ridge(
        rows.map((i) => slates[i]![k]!.shown),
        rows.map((i) => slates[i]![k]!.reward + next[i]!),
        columns,
        penalty,
      )
      for (const i of rows) next[i] = expectation(weights, slates[i]![k]!)
      for (const i of own) {
        const slot = slates[i]![k]
        if (!slot) continue
        foreseen[i]!.shown[k] = foreseenOf(weights, slot.shown)
        foreseen[i]!.expected[k] = expectation(weights, slot)
      }
    }
  }
  return foreseen
}

function expectation(weights: Float64Array, { options }: ModelledSlot): number {
  let sum = 0
  for (const { chance, described } of options) sum += chance * foreseenOf(weights, described)
  return sum
}

function foreseenOf(weights: Float64Array, { columns, values }: Described): number {
  let sum = 0
  for (let j = 0; j < columns.length; j++) sum += weights[columns[j]!]! * values[j]!
  return sum
}
