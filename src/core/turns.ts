/** Runs a step that reads and then writes what it read, after the steps asked for before it have ended. */
export type InTurn = <T>(step: () => Promise<T>) => Promise<T>

/** One queue of steps. A step that fails does not hold up the next; a step must not wait for another of the same queue. */
export function turns(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return (step) => {
    const result = last.then(step)
    last = result.catch(() => undefined)
    return result
  }
}
