import type { ErrorCode } from '../core/errors.ts'
import type { PresetName } from '../index.ts'

/** What the process of a training is told to do. */
export interface TrainingTask {
  /** The snapshot: a data folder that is nobody else's. */
  readonly folder: string
  /** Whose taste; absent: everybody's. */
  readonly listener?: string
  readonly preset: PresetName
  readonly seed: number
  /** Go on from the version that serves, where that can be done. */
  readonly refresh: boolean
  readonly timeZone: string
}

/** What came of it. */
export type TrainingOutcome =
  /** Nothing had changed since the version that serves. */
  | { readonly unchanged: number }
  | {
      /** Of the new version in the snapshot. */
      readonly version: number
      /** The version that it was compared with; absent where none served. */
      readonly against?: number
      /** Whether it is not worse than that. */
      readonly serves: boolean
      readonly report: object
    }

/** What the process of a training says. */
export type TrainingMessage =
  | { readonly stage: string; readonly total: number; readonly unit?: string }
  | { readonly at: number; readonly told?: string }
  | { readonly outcome: TrainingOutcome }
  | { readonly refused: ErrorCode; readonly details: Record<string, string | number> }
  | { readonly failed: string }
