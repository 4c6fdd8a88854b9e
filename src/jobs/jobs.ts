import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { DeepcutsError } from '../core/errors.ts'
import type { Engine } from '../index.ts'
import { importRequest } from './importing.ts'
import type { Job, JobRequest } from './job.ts'
import { createQueue, type JobQueue } from './queue.ts'
import { type Learner, recentTrainings, type TrainingChoice, trainingRequest } from './training.ts'
import { inProcess, type RunTraining } from './training-run.ts'
import { receive } from './upload.ts'

/** Trainings of one listener within a day: one after every sitting, and some by hand. */
const TRAININGS_A_DAY = 24

/** Everything a server does beside answering requests. */
export interface Jobs
  extends Pick<JobQueue, 'get' | 'list' | 'cancel' | 'forget' | 'watch' | 'add' | 'onEnd' | 'close'> {
  /**
   * Takes an upload to its end, and asks for its import.
   * @throws JOBS_FULL, UPLOAD_TOO_LARGE, UPLOADS_FULL, UPLOAD_CUT, STORE_FULL; nothing is left of it then
   */
  importUpload(listener: NonNullable<Learner>, upload: Upload): Promise<Job>
  /** Asks for a training. @throws JOBS_FULL, TRAININGS_SPENT, COMMUNITY_OFF for everybody's where it is off */
  train(learner: Learner, choice: TrainingChoice): Job
}

/** A file as it comes over the network. */
export interface Upload {
  readonly body: Readable
  /** Bytes, as the client says. */
  readonly announced?: number
  readonly name: string
  readonly as?: string
}

export interface JobsOptions {
  readonly engine: Engine
  /** Whether a model of everybody may be made. */
  readonly community?: boolean
  /** Megabytes of one upload at most. */
  readonly uploadMegabytes?: number
  /** An upload of which nothing comes for as long is given up, ms. */
  readonly patience?: number
  /** Megabytes that a training may take for what JavaScript keeps. */
  readonly trainingMegabytes?: number
  readonly runTraining?: RunTraining
  /** Told what no request caused, for a log. */
  onFailure?(error: unknown): void
}

/** The jobs of an engine. What an earlier process left of its own is removed; close them before the engine. */
export function createJobs({
  engine,
  community = false,
  uploadMegabytes = 1024,
  patience = 30_000,
  trainingMegabytes = 2048,
  runTraining = inProcess({ memory: trainingMegabytes }),
  onFailure = () => {},
}: JobsOptions): Jobs {
  const folder = join(engine.folder, 'jobs')
  rmSync(folder, { recursive: true, force: true })
  const queue = createQueue({ now: engine.now, onFailure })
  const trained = new Map<number, readonly number[]>()
  const newName = () => randomBytes(12).toString('hex')

  /** Asks for a job; where there is no room for it, what it would have cleaned up is cleaned up now. */
  const added = async (request: JobRequest): Promise<Job> => {
    try {
      return queue.add(request)
    } catch (error) {
      await request.cleanUp?.()
      throw error
    }
  }

  return {
    ...queue,
    async importUpload(listener, { body, announced, name, as }) {
      queue.checkRoom('import', listener.id)
      const limits = { most: uploadMegabytes, patience }
      const path = await receive(body, join(folder, 'uploads'), newName(), announced, limits)
      return added(importRequest(engine, listener, { path, name, ...(as !== undefined && { as }) }))
    },
    train(learner, choice) {
      if (!learner && !community) throw new DeepcutsError('COMMUNITY_OFF')
      const id = learner?.id ?? 0
      const recent = recentTrainings(trained.get(id) ?? [], engine.now())
      if (recent.length >= TRAININGS_A_DAY)
        throw new DeepcutsError('TRAININGS_SPENT', { most: TRAININGS_A_DAY })
      const snapshot = join(folder, `training-${newName()}`)
      const job = queue.add(trainingRequest(engine, runTraining, learner, choice, snapshot))
      trained.set(id, [...recent, job.createdAt])
      return job
    },
  }
}
