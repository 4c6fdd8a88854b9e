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

/** Queues by name. A step must not wait for another of the same name. */
export function namedTurns(): <T>(name: string, step: () => Promise<T>) => Promise<T> {
  const queues = new Map<string, { readonly inTurn: InTurn; waiting: number }>()
  return async (name, step) => {
    const queue = queues.get(name) ?? { inTurn: turns(), waiting: 0 }
    queues.set(name, queue)
    queue.waiting++
    try {
      return await queue.inTurn(step)
    } finally {
      if (--queue.waiting === 0) queues.delete(name)
    }
  }
}
