import type { EverybodyBlend } from './everybody-blend.ts'
import type { Judged } from './everybody-judge.ts'
import type { TasteChoice } from './taste-choice.ts'
import type { TrainingReport } from './train.ts'

/** What a training over all listeners did; plain JSON. Like the report of one listener's, its held-out plays being those of the left-out listeners. */
export interface EverybodyReport extends TrainingReport {
  readonly everybody: {
    readonly listeners: number
    /** The largest share of the loss that one listener had, 0…1. */
    readonly largestShare: number
    /** Listeners of whom nothing was learned before they were foreseen. */
    readonly leftOut: Judged
    /** Who was left out, and who validated, as places in the order that belongs to names: a later training is compared on those alone. */
    readonly leftOutUpTo: number
    readonly validatorsUpTo: number
    /** The last tenth of the time of those who were learned from. */
    readonly tail: Judged
    /** Of the taste model, which proposes: how much of one the data carries, by listeners left out of it, and why. */
    readonly taste: TasteChoice
    /** How much the taste adds to what ranks; absent without a taste model, and where it was stopped before. */
    readonly blend?: EverybodyBlend
  }
}
