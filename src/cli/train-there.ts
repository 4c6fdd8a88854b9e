import { DeepcutsError, type ErrorCode } from '../core/errors.ts'
import type { Progress } from '../core/progress.ts'
import type { PresetName } from '../index.ts'
import type { Job } from '../jobs/job.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Learner } from '../jobs/training.ts'

interface Choice {
  readonly seed: number
  readonly preset: PresetName
  readonly refresh?: boolean
}

/**
 * Trains as a job of the server, beside its requests, and waits until it is over.
 * @returns the report of the training
 * @throws STOPPED, and what a training refuses
 */
export async function trainThere<Report>(
  jobs: Jobs,
  learner: Learner,
  { refresh = false, ...choice }: Choice,
  progress: Progress,
  signal: AbortSignal,
): Promise<Report> {
  const { id } = jobs.train(learner, { ...choice, refresh })
  const cancel = () => void jobs.cancel(id).catch(() => undefined)
  signal.addEventListener('abort', cancel, { once: true })
  if (signal.aborted) cancel()
  let forget = () => {}
  try {
    const { state, problem, result } = await new Promise<Job>((resolve) => {
      const tell = told(progress)
      const look = (job: Job) => {
        tell(job)
        if (job.endedAt !== undefined) resolve(job)
      }
      forget = jobs.watch(id, look)
      look(jobs.get(id))
    })
    progress.done()
    if (state === 'done')
      return { version: result?.version, ...(withNaN(result?.report) as object) } as Report
    if (!problem) throw new DeepcutsError('STOPPED')
    throw Object.assign(new DeepcutsError(problem.code as ErrorCode), { message: problem.detail })
  } finally {
    forget()
    signal.removeEventListener('abort', cancel)
  }
}

/** Tells the changes of a job as progress. */
function told(progress: Progress): (job: Job) => void {
  let stage: string | undefined
  return ({ progress: at }) => {
    if (!at) return
    if (at.stage !== stage) progress.stage(at.stage, at.total, at.unit)
    stage = at.stage
    progress.at(at.done, at.told)
  }
}

/** What came between processes as JSON: a number that is none came as null. */
function withNaN(value: unknown): unknown {
  if (value === null) return Number.NaN
  if (Array.isArray(value)) return value.map(withNaN)
  if (typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withNaN(part)]))
}
