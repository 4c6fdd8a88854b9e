import { randomBytes } from 'node:crypto'
import type { Clock } from '../core/clock.ts'
import { DeepcutsError } from '../core/errors.ts'
import { JOB_KINDS, type JobKind } from '../core/job.ts'
import type { Progress } from '../core/progress.ts'
import type { Job, JobProgress, JobRequest } from './job.ts'

/** Jobs of one listener that wait or run at most, by kind: enough for all parts of an export, and nobody holds up the others. */
const MOST_OF_ONE: Readonly<Record<JobKind, number>> = { import: 20, training: 1, nightly: 1 }
/** Jobs that wait at most, of all listeners. */
const MOST_WAITING = 500
/** A finished job is told of for as long, and as many of them. */
const KEPT_MS = 86_400_000
const KEPT = 1000
/** What no file that was sent is to blame for. */
const OUR_FAULT = /^(STORE|TRAINING|MODEL)_/
/** Between two changes that are told of one stage, ms. */
const TELL_EVERY_MS = 200

/** Jobs that wait, run, and are over: one of a kind at a time, in the order they were asked for. */
export interface JobQueue {
  /** @throws JOBS_FULL */
  add(request: JobRequest): Job
  /** @throws JOBS_FULL when the listener, or all of them, may not ask for another job of that kind */
  checkRoom(kind: JobKind, listener?: number): void
  /** A job. @param listener whose it must be; undefined: anybody's. @throws UNKNOWN_JOB */
  get(id: string, listener?: number): Job
  /** Those that are known, the newest first. @param listener whose; undefined: all */
  list(listener?: number): readonly Job[]
  /** Ends a job; one that is over stays as it is. Resolves once it is over. @throws UNKNOWN_JOB */
  cancel(id: string, listener?: number): Promise<Job>
  /** Ends what is under way for a listener, and tells nothing of them any more. A training of everybody has them in its snapshot, so it is ended too. */
  forget(listener: number): Promise<void>
  /** Calls `onChange` whenever the job is another, until the returned function is called. It must not take long, or throw. */
  watch(id: string, onChange: (job: Job) => void): () => void
  /** Calls `tell` whenever a job is over. It must not take long, or throw. */
  onEnd(tell: (job: Job) => void): void
  /** Ends all jobs, and takes no more. */
  close(): Promise<void>
}

export interface QueueSettings {
  readonly now: Clock
  /** Told what no request caused, for a log. */
  onFailure(error: unknown): void
}

interface Kept {
  job: Job
  readonly request: JobRequest
  readonly stop: AbortController
  readonly watchers: Set<(job: Job) => void>
  readonly atEnd: (() => void)[]
}

/** An empty queue. */
export function createQueue({ now, onFailure }: QueueSettings): JobQueue {
  /** Oldest first. */
  const jobs = new Map<string, Kept>()
  const busy = new Set<JobKind>()
  const atEnds: ((job: Job) => void)[] = []
  let change = 0
  let closed = false

  const all = () => [...jobs.values()]
  const isOver = ({ job }: Kept) => job.endedAt !== undefined
  const waiting = (kind?: JobKind) =>
    all().filter(({ job }) => job.state === 'waiting' && (kind === undefined || job.kind === kind))

  const set = (kept: Kept, part: Partial<Job>) => {
    kept.job = { ...kept.job, ...part, change: ++change }
    for (const tell of kept.watchers) tell(kept.job)
  }
  const end = async (kept: Kept, part: Partial<Job>) => {
    await kept.request.cleanUp?.().catch(onFailure)
    set(kept, { ...part, endedAt: now() })
    for (const tell of atEnds) tell(kept.job)
    for (const done of kept.atEnd) done()
  }
  const run = async (kept: Kept) => {
    const { signal } = kept.stop
    set(kept, { state: 'running', startedAt: now() })
    const progress = progressOf((told) => set(kept, { progress: told }), now)
    try {
      const result = await kept.request.work({ progress, signal })
      await end(kept, { state: 'done', result })
    } catch (error) {
      if (signal.aborted) return await end(kept, { state: 'cancelled' })
      const told = error instanceof DeepcutsError ? error : new DeepcutsError('SERVER_FAILED')
      if (told !== error || OUR_FAULT.test(told.code)) onFailure(error)
      await end(kept, { state: 'failed', problem: { code: told.code, detail: told.message } })
    }
  }
  const next = (kind: JobKind): void => {
    const [first] = waiting(kind)
    if (busy.has(kind) || !first) return
    busy.add(kind)
    void run(first).finally(() => {
      busy.delete(kind)
      next(kind)
    })
  }
  const forgetOld = () => {
    const over = all().filter(isOver)
    const old = over.filter(
      ({ job }, i) => over.length - i > KEPT || Math.abs(now() - job.endedAt!) > KEPT_MS,
    )
    for (const { job } of old) jobs.delete(job.id)
  }
  const find = (id: string, listener?: number): Kept => {
    const kept = jobs.get(id)
    if (!kept || (listener !== undefined && kept.job.listener !== listener))
      throw new DeepcutsError('UNKNOWN_JOB')
    return kept
  }
  const stop = async (kept: Kept): Promise<void> => {
    if (isOver(kept)) return
    const over = new Promise<void>((resolve) => void kept.atEnd.push(resolve))
    kept.stop.abort()
    if (kept.job.state === 'waiting') {
      // At once, so that it is not begun while it is cleared away.
      kept.job = { ...kept.job, state: 'cancelled' }
      await end(kept, {})
    }
    await over
  }
  const checkRoom = (kind: JobKind, listener?: number) => {
    if (closed) throw new DeepcutsError('JOBS_FULL', { kind })
    const open = all().filter((kept) => !isOver(kept) && kept.job.kind === kind)
    const own = open.filter(({ job }) => job.listener === listener)
    if (own.length >= MOST_OF_ONE[kind] || waiting().length >= MOST_WAITING)
      throw new DeepcutsError('JOBS_FULL', { kind })
  }

  return {
    checkRoom,
    add(request) {
      forgetOld()
      const { kind, listener } = request
      checkRoom(kind, listener)
      const job: Job = {
        id: randomBytes(12).toString('base64url'),
        kind,
        ...(listener !== undefined && { listener }),
        state: 'waiting',
        change: ++change,
        createdAt: now(),
      }
      const kept: Kept = { job, request, stop: new AbortController(), watchers: new Set(), atEnd: [] }
      jobs.set(job.id, kept)
      next(kind)
      return kept.job
    },
    get: (id, listener) => find(id, listener).job,
    list(listener) {
      forgetOld()
      return all()
        .filter(({ job }) => listener === undefined || job.listener === listener)
        .reverse()
        .map(({ job }) => job)
    },
    async cancel(id, listener) {
      const kept = find(id, listener)
      await stop(kept)
      return kept.job
    },
    async forget(listener) {
      const own = all().filter(({ job }) => job.listener === listener)
      const shared = all().filter(({ job }) => job.kind === 'training' && job.listener === undefined)
      await Promise.all([...own, ...shared].map(stop))
      for (const { job } of own) jobs.delete(job.id)
    },
    watch(id, onChange) {
      const { watchers } = find(id)
      watchers.add(onChange)
      return () => void watchers.delete(onChange)
    },
    onEnd: (tell) => void atEnds.push(tell),
    async close() {
      closed = true
      for (const kind of JOB_KINDS) await Promise.all(waiting(kind).map(stop))
      await Promise.all(all().map(stop))
    },
  }
}

/** Tells of progress: of each stage at once, of what is done in it not too often. */
function progressOf(tell: (progress: JobProgress) => void, now: Clock): Progress {
  let [current, told]: [JobProgress | undefined, number] = [undefined, 0]
  return {
    stage(stage, total, unit) {
      current = { stage, done: 0, total, ...(unit !== undefined && { unit }) }
      told = now()
      tell(current)
    },
    at(done, words) {
      if (!current) return
      current = { ...current, done, ...(words !== undefined && { told: words }) }
      // The clock may go back.
      if (Math.abs(now() - told) < TELL_EVERY_MS) return
      told = now()
      tell(current)
    },
    done() {
      if (current) tell(current.total > 0 ? { ...current, done: current.total } : current)
    },
  }
}
