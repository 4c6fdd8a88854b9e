import { performance } from 'node:perf_hooks'
import type { Engine } from '../src/engine.ts'

/** Milliseconds on the clock, and of the processor in all threads: what a busy machine's clock cannot say. */
export interface Took {
  readonly clock: number
  readonly processor: number
}

/** How long the parts of one request took. */
export interface Stages {
  start(): void
  /** By part, since `start`. */
  parts(): Readonly<Record<string, Took>>
  timed<A extends readonly unknown[], T>(name: string, work: (...args: A) => T): (...args: A) => T
}

/** Starts to measure; the function that it returns says what it took. */
export function measure(): () => Took {
  const before = process.cpuUsage()
  const started = performance.now()
  return () => {
    const clock = performance.now() - started
    const { user, system } = process.cpuUsage(before)
    return { clock, processor: (user + system) / 1000 }
  }
}

/** An empty record of times. */
export function stagesOf(): Stages {
  let times: Record<string, Took> = {}
  const add = (name: string, { clock, processor }: Took) => {
    const so = times[name] ?? { clock: 0, processor: 0 }
    times[name] = { clock: so.clock + clock, processor: so.processor + processor }
  }
  return {
    start() {
      times = {}
    },
    parts: () => times,
    timed:
      (name, work) =>
      (...args) => {
        const took = measure()
        const result = work(...args)
        if (!(result instanceof Promise)) {
          add(name, took())
          return result
        }
        return result.finally(() => add(name, took())) as typeof result
      },
  }
}

/** An engine that does the same, and tells the stages how long each part took. */
export function staged(engine: Engine, { timed }: Stages): Engine {
  return {
    ...engine,
    listener: timed('find the listener', engine.listener),
    days: timed("find the day's draw", engine.days),
    signals: timed('find the signals', engine.signals),
    shelves: timed('find the catalog', engine.shelves),
    serving: timed('find the model', async (listener) => {
      const serving = await engine.serving(listener)
      const { score, standing } = serving.scorer
      return {
        ...serving,
        scorer: {
          score: timed('score', score),
          ...(standing && { standing: timed('standing', standing) }),
        },
      }
    }),
    describe: timed('describe the listener', engine.describe),
    sourcesOf: (recipe) =>
      engine.sourcesOf(recipe).map((source) => ({
        ...source,
        propose: timed(`source ${source.name}`, source.propose),
      })),
    policy: (settings) => {
      const policy = engine.policy(settings)
      return { ...policy, draw: timed('draw', policy.draw) }
    },
    logExposure: timed(LOG, engine.logExposure),
  }
}

/** The part that writes what was shown, durably. */
export const LOG = 'log the exposure'
