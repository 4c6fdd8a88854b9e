import { constants } from 'node:fs'
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { DeepcutsError } from '../core/errors.ts'
import { type Engine, EVERYBODY, type PresetName, readVersion } from '../index.ts'
import type { JobRequest, JobResult } from './job.ts'
import type { RunTraining } from './training-run.ts'
import type { TrainingOutcome } from './training-task.ts'

export interface TrainingChoice {
  readonly preset: PresetName
  readonly refresh: boolean
  /** What is left to chance in it; the same every time where it is absent, as for the verb. */
  readonly seed?: number
}

/** Whose taste is learned; undefined: everybody's. */
export type Learner = { readonly id: number; readonly name: string; readonly timeZone: string } | undefined

const SEED = 1

/**
 * A training as a job: on a snapshot, in a process of its own, so that neither its computing nor its memory is taken from requests. The owner of
 * the store takes over the version that it made, and lets it serve where it is not worse than what it was compared with, and that still serves.
 * @param folder where the snapshot is put; it is removed when the job is over
 */
export function trainingRequest(
  engine: Engine,
  run: RunTraining,
  learner: Learner,
  { preset, refresh, seed = SEED }: TrainingChoice,
  folder: string,
): JobRequest {
  return {
    kind: 'training',
    ...(learner && { listener: learner.id }),
    async work({ progress, signal }) {
      progress.stage('taking a snapshot', 0)
      await snapshot(engine, learner?.id ?? EVERYBODY, folder)
      signal.throwIfAborted()
      const task = { folder, preset, seed, refresh, timeZone: learner?.timeZone ?? 'UTC' }
      const outcome = await run({ ...task, ...(learner && { listener: learner.name }) }, progress, signal)
      signal.throwIfAborted()
      return takeOver(engine, learner, folder, outcome)
    },
    cleanUp: () => rm(folder, { recursive: true, force: true }),
  }
}

/** A data folder with all that a training reads: the store, the version that serves, and the catalog as it was built. */
async function snapshot({ library, folder }: Engine, id: number, to: string): Promise<void> {
  await library.store.copyTo(to)
  const version = (await library.models.active(id))?.version
  if (version !== undefined)
    await copyFiles(join(folder, 'models', `${version}`), join(to, 'models', `${version}`))
  // It only saves time, so a file that goes away meanwhile is not missed.
  await copyFiles(join(folder, 'cache'), join(to, 'cache'), (name) => name.startsWith('catalog-')).catch(
    () => undefined,
  )
}

async function copyFiles(from: string, to: string, wanted = (_name: string) => true): Promise<void> {
  await mkdir(to, { recursive: true })
  const names = await readdir(from).catch(() => [])
  for (const name of names)
    if (wanted(name)) await copyFile(join(from, name), join(to, name), constants.COPYFILE_FICLONE)
}

async function takeOver(
  engine: Engine,
  learner: Learner,
  folder: string,
  outcome: TrainingOutcome,
): Promise<JobResult> {
  if ('unchanged' in outcome) return { version: outcome.unchanged, serves: true, unchanged: true }
  const { library } = engine
  const { against, serves, report } = outcome
  const id = learner?.id ?? EVERYBODY
  const files = await readVersion(folder, outcome.version)
  if (learner && !(await library.listeners.list()).some((row) => row.id === id))
    throw new DeepcutsError('UNKNOWN_LISTENER', { listener: learner.name, known: 'others' })
  const kept = await library.models.saveAfter(against, id, files, report, { serve: serves })
  if (!kept) {
    // Somebody chose another version meanwhile: it goes on serving, and the new one can be promoted by hand.
    const { version } = await library.models.save(id, files, report, { serve: false })
    return { version, serves: false, report: { version, ...report } }
  }
  // So that it is no request that waits until it is loaded.
  if (serves && learner) await engine.serving(learner.name).catch(() => undefined)
  const { version } = kept
  return { version, serves, report: { version, ...report } }
}

/** Which moments of trainings still count against what a listener may have of them within a day. */
export function recentTrainings(moments: readonly number[], now: ReturnType<Clock>): readonly number[] {
  return moments.filter((at) => Math.abs(now - at) < 86_400_000)
}
