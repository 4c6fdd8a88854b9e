import { random } from '../core/random.ts'
import { sampledCalibrationSlope } from '../metrics/calibration.ts'
import { bootstrapInterval } from '../metrics/interval.ts'
import type { Platt } from '../model/platt.ts'
import type { View } from './dataset.ts'

/** How much wider or narrower the log-odds are made, per view. */
export type Slopes = Readonly<Record<View, number>>

/** Calibration that changes nothing. */
export const UNTURNED = { rolling: { a: 1, b: 0 }, frozen: { a: 1, b: 0 } } as const

/** Few plays must not turn the ranking round, nor make a guess a certainty. */
const SLOPES = { least: 0.25, most: 2 }
const DRAWS = 200
/** Of fewer sittings an interval says nothing. */
export const FEWEST_SITTINGS = 20

/**
 * The calibration slope that held-out plays prove: the end of its 95 % interval (bootstrap by sitting) that is nearer to 1, and 1 when the
 * interval has it inside or there are under 20 sittings. The slope itself, put to use, made later plays of real listeners worse as often as better.
 * @param p probabilities of plays that the model had not seen
 * @param sitting the sitting of each play
 */
export function heldOutSlope(p: ArrayLike<number>, label: Uint8Array, sitting: ArrayLike<number>): number {
  if (new Set(Array.from(sitting)).size < FEWEST_SITTINGS) return 1
  const { ci95 } = bootstrapInterval({
    groups: sitting,
    statistic: sampledCalibrationSlope(p, label),
    next: random('held-out slope').next,
    draws: DRAWS,
  })
  const proven = ci95[0] > 1 ? ci95[0] : ci95[1] < 1 ? ci95[1] : 1
  return Math.min(Math.max(proven, SLOPES.least), SLOPES.most)
}

/** Turns log-odds by a slope about their mean, so that the level of the last fit is kept (docs/decisions/simple-model.md). */
export function turnedAbout(slope: number, logits: ArrayLike<number>): Platt {
  let sum = 0
  for (let i = 0; i < logits.length; i++) sum += logits[i]!
  return { a: slope, b: ((1 - slope) * sum) / logits.length }
}
