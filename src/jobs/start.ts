import type { Settings } from '../config.ts'
import type { Engine } from '../index.ts'
import { drawNights } from '../night.ts'
import { createJobs, type Jobs } from './jobs.ts'
import { startScheduler } from './scheduler.ts'

export interface StartOptions {
  readonly engine: Engine
  readonly settings: Settings
  /** Whether what several listeners did may count for all of them. */
  readonly community: boolean
  /** Told what no request caused, for a log. */
  onFailure(error: unknown): void
}

/** The jobs of a server, with those that start by themselves: trainings that are due, and the day's mixes. Close them before the engine. */
export function startJobs({ engine, settings, community, onFailure }: StartOptions): Jobs {
  const jobs = createJobs({
    engine,
    community,
    uploadMegabytes: settings.DEEPCUTS_UPLOAD_MB,
    trainingMegabytes: settings.DEEPCUTS_TRAINING_MB,
    onFailure,
  })
  const scheduler = startScheduler({
    engine,
    jobs,
    rules: { hours: settings.DEEPCUTS_TRAIN_HOURS, plays: settings.DEEPCUTS_TRAIN_PLAYS },
    community,
    drawNight: drawNights(engine),
    onFailure,
  })
  return {
    ...jobs,
    async close() {
      scheduler.stop()
      await jobs.close()
    },
  }
}
