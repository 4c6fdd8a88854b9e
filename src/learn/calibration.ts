import { fitPlatt, type Platt } from '../model/platt.ts'
import type { View } from './dataset.ts'

/** A held-out slope is drawn towards 1 as if by this many more outcomes of the rarer kind: few plays must not turn the ranking round. */
const SLOPE_PRIOR = 200
const SLOPES = { least: 0.25, most: 2 }

/** How much wider or narrower the log-odds are made, per view. */
export type Slopes = Readonly<Record<View, number>>

/** Calibration that changes nothing. */
export const UNTURNED = { rolling: { a: 1, b: 0 }, frozen: { a: 1, b: 0 } } as const

/** The slope of Platt scaling on held-out plays, drawn towards 1 the more, the fewer they are. */
export function heldOutSlope(logits: ArrayLike<number>, label: Uint8Array): number {
  const finishes = label.reduce((sum, y) => sum + y, 0)
  const rarer = Math.min(finishes, label.length - finishes)
  const slope = 1 + (fitPlatt(logits, label).a - 1) * (rarer / (rarer + SLOPE_PRIOR))
  return Math.min(Math.max(slope, SLOPES.least), SLOPES.most)
}

/** Turns log-odds by a slope about their mean, so that the level of the last fit is kept (docs/decisions/simple-model.md). */
export function turnedAbout(slope: number, logits: ArrayLike<number>): Platt {
  let sum = 0
  for (let i = 0; i < logits.length; i++) sum += logits[i]!
  return { a: slope, b: ((1 - slope) * sum) / logits.length }
}
