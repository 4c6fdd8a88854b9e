/** A request for a mix. */
export interface Query {
  readonly listener: string
  readonly recipe: string
  /** The length of the list. */
  readonly n: number
  /** 0 = only what the listener knows … 1 = only what they have never heard. Absent: the recipe's own quota. */
  readonly novelty?: number
  /** Fixes the draw; absent: the day's seed. */
  readonly seed?: number
  /** When it is asked, ms since the epoch. */
  readonly at: number
}
