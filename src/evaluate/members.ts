import type { InputsName } from './table-inputs.ts'

/** Networks of the deep ensemble that are fitted alike. */
export interface DeepMember {
  readonly reads: InputsName
  readonly penalty: number
  readonly steps: number
  readonly batch?: number
  readonly mixup?: number
}

/** Tables with fewer rows than this are small. */
const SMALL = 1000
/** The rows on which the settings of large tables were found; larger ones get as many rounds, up to this many times the steps. */
const LARGE_ROWS = 1600
const MOST_TIMES = 6

/** Whether a table has so few rows that choosing settings in inner folds costs more than it brings (docs/decisions/small-tables.md). */
export function isSmall(n: number): boolean {
  return n < SMALL
}

/** What the deep ensemble consists of; nothing is chosen among it. */
export function deepMembers(n: number): DeepMember[] {
  if (isSmall(n))
    return [
      { reads: 'shaped', penalty: 1, steps: 150 },
      { reads: 'shaped', penalty: 0.3, mixup: 0.4, steps: 200 },
      { reads: 'products', penalty: 4, steps: 100 },
    ]
  const times = Math.min(Math.max(n / LARGE_ROWS, 1), MOST_TIMES)
  const batch = 256
  return [
    { reads: 'shaped', penalty: 2, steps: Math.round(200 * times), batch },
    { reads: 'binned', penalty: 4, steps: Math.round(100 * times), batch },
    { reads: 'binned', penalty: 2, mixup: 0.4, steps: Math.round(200 * times), batch },
  ]
}

/** Of the trees beside it: how many, the fewest rows to split, and the share of columns tried at a node. */
export const TREE_MEMBERS = {
  small: [
    [60, 2, 1],
    [60, 5, 1],
    [60, 2, 1 / 3],
  ],
  large: [
    [60, 5, 1 / 3],
    [60, 10, 0.7],
  ],
} as const
