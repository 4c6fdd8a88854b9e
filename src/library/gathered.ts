import { setImmediate, setTimeout } from 'node:timers/promises'

const MOMENT_MS = 2

/** What came of one call of a group. */
export type Outcome<R> = { readonly done: R } | { readonly error: unknown }

/**
 * Lets calls that come while a group is under way wait and be one group together, in the order they were made.
 * @param most no more calls than this are one group
 * @param work what is done with a group; gives an outcome for each call, or throws for all of them
 */
export function gathered<T, R>(
  most: number,
  work: (calls: readonly T[]) => Promise<readonly Outcome<R>[]>,
): (call: T) => Promise<R> {
  interface Waiting {
    readonly call: T
    resolve(result: R): void
    reject(error: unknown): void
  }
  let waiting: Waiting[] = []
  let running = false
  let last = 1
  /** Those who were answered together ask again together: waits until as many have come, or for a moment. */
  const noMoreCome = async (): Promise<void> => {
    await setImmediate()
    if (waiting.length < last) await setTimeout(MOMENT_MS)
  }
  const run = async (): Promise<void> => {
    running = true
    while (waiting.length > 0) {
      await noMoreCome()
      const group = waiting.slice(0, most)
      last = group.length
      waiting = waiting.slice(most)
      try {
        const outcomes = await work(group.map(({ call }) => call))
        group.forEach(({ resolve, reject }, i) => {
          const outcome = outcomes[i]!
          if ('done' in outcome) resolve(outcome.done)
          else reject(outcome.error)
        })
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    running = false
  }
  return (call) =>
    new Promise((resolve, reject) => {
      waiting.push({ call, resolve, reject })
      if (!running) void run()
    })
}
