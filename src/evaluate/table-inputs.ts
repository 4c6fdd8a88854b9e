import { AUDIO_FEATURES } from '../core/track.ts'
import { besideRows, type NamedRows, pickRows, soundInputs } from '../features/sound-inputs.ts'
import type { TablePart } from '../features/table-encoding.ts'
import type { Table } from './table.ts'

/** Ways to write a row for a network. */
export type InputsName = 'shaped' | 'binned' | 'products'

/** The columns of a table as its models read them. */
export interface TableInputs {
  /** Features, what the catalog's networks hear, and facts on the artists: what every model but the base rate reads. */
  readonly all: NamedRows
  readonly parts: Readonly<Record<InputsName, readonly TablePart[]>>
  readonly words: Readonly<Record<InputsName, string>>
}

const NONE: NamedRows = { names: [], values: new Float64Array(0), d: 0 }
const BINS = 8
const BINS_TO_PAIR = 16

/** The columns of a table as its models read them. */
export function tableInputs({ n, features, values, sound = NONE, facts = NONE }: Table): TableInputs {
  const own: NamedRows = { names: features, values, d: features.length }
  const others = pickRows(
    own,
    features.filter((name) => !AUDIO_FEATURES.some((feature) => feature === name)),
  )
  const heard = besideRows(n, own, sound)
  const all = besideRows(n, heard, facts)
  const shaped = besideRows(n, soundInputs(features, own), others, sound, facts)
  return {
    all,
    parts: {
      shaped: [
        { rows: shaped, as: 'values' },
        { rows: others, as: 'bins', bins: BINS },
      ],
      binned: [
        { rows: shaped, as: 'values' },
        { rows: heard, as: 'bins', bins: BINS },
      ],
      products: [
        { rows: all, as: 'values' },
        { rows: heard, as: 'bins', bins: BINS },
        { rows: heard, as: 'products', bins: BINS_TO_PAIR },
      ],
    },
    words: {
      shaped: 'shaped values',
      binned: 'shaped values and bins',
      products: 'values, bins and products',
    },
  }
}
