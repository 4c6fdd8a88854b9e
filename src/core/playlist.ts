import type { TrackRef } from './track.ts'

/** One track of a playlist file: whatever names the file gives. */
export interface PlaylistEntry extends TrackRef {
  readonly durationMs?: number
  /** The sentence that a mix put beside it. */
  readonly reason?: string
}
