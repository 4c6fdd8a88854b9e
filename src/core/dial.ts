/** How a listener wants to be surprised, kept until it is changed; what is absent is the recipe's own. */
export interface Dial {
  /** Share of new tracks, 0…1, or as the listener has received what was new so far. */
  readonly novelty?: number | 'auto'
  /** What the recipes' temperatures are multiplied by. */
  readonly boldness?: number
  /** Share of lists that blind chance draws. */
  readonly floor?: number
}

/** What a dial can be turned to. */
export const DIAL_BOUNDS = {
  novelty: { min: 0, max: 1 },
  boldness: { min: 0.5, max: 2 },
  floor: { min: 0, max: 0.5 },
} as const
