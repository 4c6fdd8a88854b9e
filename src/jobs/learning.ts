import { UNKNOWN } from '../core/labels.ts'
import type { Progress } from '../core/progress.ts'
import {
  dataState,
  type Engine,
  EVERYBODY,
  learnToContinue,
  openEngine,
  type TrainingReport,
  train,
  trainEverybody,
} from '../index.ts'
import type { TrainingOutcome, TrainingTask } from './training-task.ts'

type Library = Engine['library']
type ListenerRow = Awaited<ReturnType<Engine['listener']>>

/** Trains on a snapshot, of which it is the one owner meanwhile; what is learned is a version in it. @throws what a training refuses */
export async function learnFrom(
  { folder, listener, refresh, ...options }: TrainingTask,
  progress: Progress,
): Promise<TrainingOutcome> {
  const { preset, seed, timeZone } = options
  const engine = await openEngine({ data: folder, now: Date.now, timeZone })
  const { library } = engine
  const choice = { preset, seed, ...(refresh && { refresh }) }
  try {
    const row = listener === undefined ? undefined : await library.listeners.get(listener)
    const id = row?.id ?? EVERYBODY
    const before = await library.models.active(id)
    if (row && before && refresh && (await knows(library, row, before.training)))
      return { unchanged: before.version }
    const report = row
      ? await train(
          library,
          {
            listener: row.name,
            playlists: (given) => learnToContinue(engine, row, given, progress),
            ...choice,
          },
          progress,
        )
      : await trainEverybody(library, choice, progress)
    const { version, ...learned } = report
    const serves = (await library.models.active(id))?.version === version
    return { version, serves, report: learned, ...(before && { against: before.version }) }
  } finally {
    await engine.close()
  }
}

/** Whether a version was taught everything that is known of its listener. An import of events grows, so its plays are counted too. */
async function knows(library: Library, row: ListenerRow, training: unknown): Promise<boolean> {
  const { state, finishes = 0, skips = 0, lastPlayAt } = training as Partial<TrainingReport>
  if (state !== (await dataState(library, row))) return false
  const { outcome, endedAt } = await library.log(row)
  const told = outcome.reduce((sum, one) => sum + Number(one !== UNKNOWN), 0)
  return told === finishes + skips && endedAt.at(-1) === lastPlayAt
}
