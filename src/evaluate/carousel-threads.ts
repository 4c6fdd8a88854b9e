import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import {
  type CarouselRun,
  type CarouselSetup,
  type CarouselTask,
  type RunTask,
  runner,
} from './carousel-runs.ts'
import type { CarouselMessage } from './carousel-worker.ts'

/** In the package, the compiled thread lies beside this file; where sources run as they are there is none. */
const WORKER = fileURLToPath(new URL('./carousel-worker.js', import.meta.url))

interface Lane {
  readonly run: RunTask
  close(): Promise<unknown>
}

/**
 * Runs all tasks, a thread a core where the package is compiled and in this thread otherwise, and gives what came out in their order. The
 * number of threads changes nothing but the time.
 * @throws what a run throws; the reason of `signal` when it is aborted
 */
export async function runAll(
  setup: CarouselSetup,
  tasks: readonly CarouselTask[],
  onRound: () => void,
  signal?: AbortSignal,
  threads = existsSync(WORKER) ? availableParallelism() : 0,
): Promise<CarouselRun[]> {
  const lanes = Array.from({ length: Math.max(1, Math.min(threads, tasks.length)) }, () =>
    threads > 0 ? thread(setup, signal) : here(setup, signal),
  )
  const runs: CarouselRun[] = []
  let next = 0
  try {
    await Promise.all(
      lanes.map(async ({ run }) => {
        for (let at = next++; at < tasks.length; at = next++) runs[at] = await run(tasks[at]!, onRound)
      }),
    )
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()))
  }
  return runs
}

function here(setup: CarouselSetup, signal: AbortSignal | undefined): Lane {
  const run = runner(setup)
  return {
    run: (task, onRound) =>
      run(task, () => {
        signal?.throwIfAborted()
        onRound()
      }),
    close: async () => {},
  }
}

function thread(setup: CarouselSetup, signal: AbortSignal | undefined): Lane {
  const worker = new Worker(WORKER, { workerData: setup })
  return {
    run: (task, onRound) =>
      new Promise((resolve, reject) => {
        const stop = () => finish(() => reject(signal?.reason))
        const finish = (settle: () => void) => {
          worker.off('message', hear).off('error', fail)
          signal?.removeEventListener('abort', stop)
          settle()
        }
        const fail = (error: Error) => finish(() => reject(error))
        const hear = (message: CarouselMessage) => {
          if ('run' in message) finish(() => resolve(message.run))
          else onRound()
        }
        worker.on('message', hear).on('error', fail)
        if (signal?.aborted) stop()
        signal?.addEventListener('abort', stop)
        worker.postMessage(task)
      }),
    close: () => worker.terminate(),
  }
}
