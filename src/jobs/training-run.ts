import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { DeepcutsError } from '../core/errors.ts'
import type { Progress } from '../core/progress.ts'
import type { TrainingMessage, TrainingOutcome, TrainingTask } from './training-task.ts'

/**
 * Trains on a snapshot.
 * @throws what the training refuses, with its sentence; TRAINING_MEMORY, TRAINING_CRASHED; the signal's reason
 */
export type RunTraining = (
  task: TrainingTask,
  progress: Progress,
  signal: AbortSignal,
) => Promise<TrainingOutcome>

export interface ProcessSettings {
  /** Megabytes that what JavaScript keeps may take. */
  readonly memory: number
  /** The file that is run; absent: the one of the package. */
  readonly entry?: string
  /** Given to Node before it. */
  readonly execArgv?: readonly string[]
}

/** In the package the compiled process lies beside this file; sources are run as this process runs them. */
const ENTRY = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? './training-process.ts' : './training-process.js',
    import.meta.url,
  ),
)
/** What is kept of what a process says before it dies. */
const LAST_WORDS = 4000

/** Runs trainings in processes of their own: whatever becomes of one, the server stays whole. */
export function inProcess({
  memory,
  entry = ENTRY,
  execArgv = process.execArgv,
}: ProcessSettings): RunTraining {
  return (task, progress, signal) => {
    const child = fork(entry, [], {
      execArgv: [...execArgv, `--max-old-space-size=${memory}`],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // A report has numbers that are none, which JSON does not.
      serialization: 'advanced',
      env: withoutSettings(process.env),
    })
    const stop = () => void child.kill('SIGKILL')
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    else child.send(task, () => undefined)
    return outcomeOf(child, progress, memory, signal).finally(() => signal.removeEventListener('abort', stop))
  }
}

/** It needs none of them, and some are secrets. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('DEEPCUTS_')))
}

function outcomeOf(
  child: ChildProcess,
  progress: Progress,
  memory: number,
  signal: AbortSignal,
): Promise<TrainingOutcome> {
  let lastWords = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS)
  })
  return new Promise((resolve, reject) => {
    let said: Extract<TrainingMessage, { outcome: unknown } | { refused: unknown } | { failed: unknown }>
    child.on('message', (message: TrainingMessage) => {
      if ('stage' in message) progress.stage(message.stage, message.total, message.unit)
      else if ('at' in message) progress.at(message.at, message.told)
      else said = message
    })
    child.once('error', reject)
    // Only once it is gone: the snapshot is then nobody's.
    child.once('close', (code, killer) => {
      progress.done()
      if (signal.aborted) reject(signal.reason)
      else if (!said) reject(deathOf(code, killer, lastWords, memory))
      else if ('outcome' in said) resolve(said.outcome)
      else if ('refused' in said) reject(new DeepcutsError(said.refused, said.details))
      else reject(new Error(`A training failed: ${said.failed}`))
    })
  })
}

/** Why a process ended without a word; killed from outside, it was most likely the system that ran out of memory. */
function deathOf(
  code: number | null,
  killer: NodeJS.Signals | null,
  lastWords: string,
  most: number,
): DeepcutsError {
  const cause = new Error(lastWords.trim() || 'it said nothing')
  if (killer === 'SIGKILL' || /heap out of memory|bad_alloc|allocation failed/i.test(lastWords))
    return new DeepcutsError('TRAINING_MEMORY', { most }, { cause })
  return new DeepcutsError('TRAINING_CRASHED', { how: killer ?? `status ${code}` }, { cause })
}
