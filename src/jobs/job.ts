import type { JobKind, JobState } from '../core/job.ts'
import type { Progress } from '../core/progress.ts'

/** How far the stage of a job is. */
export interface JobProgress {
  readonly stage: string
  readonly done: number
  /** 0 when unknown. */
  readonly total: number
  readonly unit?: string
  /** How it goes, in words. */
  readonly told?: string
}

/** A job as it stands; plain JSON. */
export interface Job {
  /** Unguessable; known until the server ends. */
  readonly id: string
  readonly kind: JobKind
  /** Whose it is; absent where it is about everybody. */
  readonly listener?: number
  readonly state: JobState
  /** Changes with everything else here; it grows. */
  readonly change: number
  readonly createdAt: number
  readonly startedAt?: number
  readonly endedAt?: number
  readonly progress?: JobProgress
  /** What came of it, once it is done. */
  readonly result?: JobResult
  /** Why it failed. */
  readonly problem?: { readonly code: string; readonly detail: string }
}

/** What came of a job: a number that names it (import, model version), and all there is to tell. */
export interface JobResult {
  readonly import?: number
  readonly version?: number
  /** Of a training: whether its version serves. */
  readonly serves?: boolean
  /** Of a training: nothing had changed since the version that serves, so there was nothing to learn. */
  readonly unchanged?: boolean
  /** The report of the import or training. */
  readonly report?: unknown
}

/** What a job does. It stops when the signal is aborted, and then leaves nothing. */
export type Work = (context: {
  readonly progress: Progress
  readonly signal: AbortSignal
}) => Promise<JobResult>

/** A job that is asked for. */
export interface JobRequest {
  readonly kind: JobKind
  readonly listener?: number
  readonly work: Work
  /** Called once when the job is over, whatever became of it, and also when it never began. */
  readonly cleanUp?: () => Promise<void>
}
