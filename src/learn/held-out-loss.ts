import { breathe } from '../core/breathe.ts'
import type { Predictor } from '../graph/index.ts'
import { clip } from '../metrics/binary.ts'
import { meanProbability } from '../model/likability.ts'

/** Held-out plays that say when to stop: encoded views, the label of a finish, and the sitting that each is in. */
export interface ValidationSet {
  readonly views: readonly Float32Array[]
  readonly label: Uint8Array
  readonly sitting: Int32Array
}

/** Rows that go through the network together: more only costs memory. */
const ROWS_A_RUN = 1024

/** Log-loss on the validation plays. */
export interface HeldOutLoss {
  readonly mean: number
  /** Of each play, over its views. */
  readonly each: Float64Array
}

/** The log-loss of the heads' mean probability of a finish, with the parameters as they are. */
export async function heldOutLoss(
  predictor: Predictor,
  { views, label }: ValidationSet,
  heads: number,
): Promise<HeldOutLoss> {
  const each = new Float64Array(label.length)
  for (const view of views) {
    const width = view.length / label.length
    for (let from = 0; from < label.length; from += ROWS_A_RUN) {
      const x = view.subarray(from * width, Math.min(from + ROWS_A_RUN, label.length) * width)
      const { finish } = await predictor.run({ x })
      meanProbability(byRow(finish!, heads), heads).forEach((p, k) => {
        const i = from + k
        each[i] = each[i]! - Math.log(label[i] ? clip(p) : 1 - clip(p)) / views.length
      })
      await breathe()
    }
  }
  return { mean: each.reduce((sum, loss) => sum + loss, 0) / each.length, each }
}

/**
 * Whether a loss is worse than the best by more than one standard error of the paired difference, whole sittings being one draw. After the
 * one-standard-error rule of Breiman et al. 1984, section 3.4.3, which takes the simplest of what nothing separates; here it is the longest trained. A loss that is no number is worse than any.
 */
export function isWorse(loss: HeldOutLoss, best: HeldOutLoss, sitting: Int32Array): boolean {
  const bySitting = new Map<number, number>()
  sitting.forEach((s, i) => {
    bySitting.set(s, (bySitting.get(s) ?? 0) + loss.each[i]! - best.each[i]!)
  })
  let squares = 0
  for (const difference of bySitting.values()) squares += difference ** 2
  return !Number.isFinite(loss.mean) || loss.mean - best.mean > Math.sqrt(squares) / sitting.length
}

/** [heads, rows] → rows × heads. */
function byRow(values: ArrayLike<number>, heads: number): Float64Array {
  const n = values.length / heads
  return Float64Array.from(
    { length: values.length },
    (_, at) => values[(at % heads) * n + Math.floor(at / heads)]!,
  )
}
