/** What a group of calls is applied with. One transaction at a time. */
export interface Transaction<T> {
  begin(): Promise<void>
  apply(item: T): Promise<void>
  /** Resolves when the transaction is durable. */
  commit(): Promise<void>
  /** Undoes everything since `begin`; must not throw. */
  rollback(): Promise<void>
}

/**
 * Commits calls that wait at the same time in one transaction, in the order they were made.
 *
 * When a call of a group cannot be applied, the group is rolled back and its calls are tried one by one, so that only
 * the bad one rejects. When the commit itself fails, all calls of the transaction reject and none is tried again:
 * whether it was kept is then for the next opening to say, and trying again could keep it twice.
 */
export function groupCommit<T>(transaction: Transaction<T>): (item: T) => Promise<void> {
  interface Call {
    readonly item: T
    resolve(): void
    reject(error: unknown): void
  }
  let waiting: Call[] = []
  let running = false

  async function attempt(calls: readonly Call[]): Promise<void> {
    try {
      await transaction.begin()
      for (const call of calls) await transaction.apply(call.item)
    } catch (error) {
      await transaction.rollback()
      if (calls.length === 1) calls[0]!.reject(error)
      else for (const call of calls) await attempt([call])
      return
    }
    try {
      await transaction.commit()
    } catch (error) {
      await transaction.rollback()
      for (const call of calls) call.reject(error)
      return
    }
    for (const call of calls) call.resolve()
  }

  async function drain(): Promise<void> {
    running = true
    while (waiting.length > 0) {
      const calls = waiting
      waiting = []
      await attempt(calls)
    }
    running = false
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (!running) void drain()
    })
}
