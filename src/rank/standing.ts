import { type RowValues, rowValues } from '../core/row-values.ts'
import { trackValues } from '../core/value.ts'
import { FEATURE_COUNT } from '../features/feature-names.ts'
import type { Moment } from '../features/history.ts'
import type { LikabilityModel } from '../model/likability.ts'

/** So many rows are remembered for one listener at most. */
const REMEMBERED = 50_000
/** The moment that counts is so long after the last play. */
const LATER_MS = 60_000

/** What it reads of a listener. */
export interface StandingListener {
  readonly history: {
    /** End of the last play, NaN before the first. */
    readonly endedAt: number
    describe(row: number, moment: Moment, out: Float32Array, offset: number): void
  }
}

/**
 * What rows are worth to a listener by all they have done, as of the end of their last play and outside of any sitting: the mean of the heads'
 * values. It hangs on the history alone and not on when somebody asks, so it is worked out once for a history and a row.
 */
export type Standing = (listener: StandingListener, rows: readonly number[]) => Promise<Float64Array>

/** The standing of rows by a model. */
export function standingBy(model: LikabilityModel): Standing {
  const byHistory = new WeakMap<StandingListener['history'], RowValues>()
  return async ({ history }, rows) => {
    const before = byHistory.get(history)
    const known = before && before.size <= REMEMBERED ? before : rowValues()
    byHistory.set(history, known)
    const missing = rows.filter((row) => Number.isNaN(known.get(row)))
    const moment = { at: (history.endedAt || 0) + LATER_MS, inSitting: false }
    const raw = new Float32Array(missing.length * FEATURE_COUNT)
    missing.forEach((row, i) => {
      history.describe(row, moment, raw, i * FEATURE_COUNT)
    })
    const values = missing.length ? trackValues(await model.logits(raw)) : raw
    missing.forEach((row, i) => {
      let sum = 0
      for (let head = i * model.heads; head < (i + 1) * model.heads; head++) sum += values[head]!
      known.set(row, sum / model.heads)
    })
    return Float64Array.from(rows, known.get)
  }
}
