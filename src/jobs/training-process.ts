/** A process that trains on a snapshot and ends: started by training.ts, and a file of its own in the package. */
import { writeFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { DeepcutsError } from '../core/errors.ts'
import type { Progress } from '../core/progress.ts'
import { learnFrom } from './learning.ts'
import type { TrainingMessage, TrainingTask } from './training-task.ts'

/** Between two messages about one stage, ms. */
const TELL_EVERY_MS = 250

process.once('message', async (task: TrainingTask) => {
  giveWay()
  // Without the server nobody would take what is learned.
  process.once('disconnect', () => process.exit(1))
  await say(await outcomeOf(task))
  process.exit(0)
})

async function outcomeOf(task: TrainingTask): Promise<TrainingMessage> {
  try {
    return { outcome: await learnFrom(task, progress) }
  } catch (error) {
    if (error instanceof DeepcutsError) return { refused: error.code, details: { ...error.details } }
    return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

let told = 0
const progress: Progress = {
  stage(stage, total, unit) {
    told = performance.now()
    void say({ stage, total, ...(unit !== undefined && { unit }) })
  },
  at(done, words) {
    if (performance.now() - told < TELL_EVERY_MS) return
    told = performance.now()
    void say({ at: done, ...(words !== undefined && { told: words }) })
  },
  done() {},
}

function say(message: TrainingMessage): Promise<void> {
  return new Promise((resolve) => process.send!(message, () => resolve()))
}

/** Requests go first; and where memory runs out, it is this process that the system ends. */
function giveWay(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
    if (process.platform === 'linux') writeFileSync('/proc/self/oom_score_adj', '800')
  } catch {
    // A system that does not allow it trains all the same.
  }
}
