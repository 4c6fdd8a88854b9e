/** One play of a track. Times are milliseconds since the epoch, UTC. */
export interface Play {
  /** When the play *ended* (the export's `ts`). */
  readonly endedAt: number
  /** Time heard, not the length of the track. */
  readonly msPlayed: number
  /** Open enumerations; '' when the source does not say. */
  readonly reasonStart: string
  readonly reasonEnd: string
  /** `undefined` when the source does not say. */
  readonly skipped?: boolean
  readonly shuffle?: boolean
  readonly offline?: boolean
  /** The device string, for exclusions by device; '' when unknown. */
  readonly device: string
  /**
   * 'second' where the end is exact; 'minute' for sources that round it down to the minute; 'start' for those that tell when a play began:
   * then that, `endedAt − msPlayed`, is what is exact.
   */
  readonly precision: keyof typeof PRECISION
}

/** How the store writes the precision of a play. */
export const PRECISION = { minute: 0, second: 1, start: 2 } as const

/** What a listener says about a track or an artist, by hand or in an imported library. */
export type FeedbackKind = 'like' | 'dislike' | 'snooze' | 'never'

export interface Feedback {
  readonly id: number
  readonly kind: FeedbackKind
  /** False when an imported library or playlist says it. */
  readonly byHand: boolean
  /** The track; absent for `never`, which is about an artist. */
  readonly trackId?: number
  /** Every identifier that the track had when this was said: it is about whatever they are now. Absent when there is one. */
  readonly identifiers?: readonly number[]
  readonly artist?: string
  /** When it was said; absent for the undated likes and bans of a library file. */
  readonly at?: number
  /** A snooze ends here. */
  readonly until?: number
}
