/**
 * Work on many things at a time: what is asked for while a batch is under way waits, and is the next batch. A batch that fails fails for all
 * that were in it, and for nobody else.
 */
export function inBatches<Item>(
  work: (items: readonly Item[]) => Promise<void>,
): (item: Item) => Promise<void> {
  let waiting: { items: Item[]; done: Promise<void> } | undefined
  let last: Promise<void> = Promise.resolve()
  return (item) => {
    if (waiting) {
      waiting.items.push(item)
      return waiting.done
    }
    const items = [item]
    const done = last.then(() => {
      waiting = undefined
      return work(items)
    })
    waiting = { items, done }
    last = done.catch(() => undefined)
    return done
  }
}
