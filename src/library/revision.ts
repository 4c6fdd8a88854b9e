import type { Write } from '../store/store.ts'
import { keptWhile, type WatchedStore } from '../store/watched.ts'

/** A number that grows with every change of the claims: it names the catalog snapshot. */
export interface Revision {
  current(): Promise<number>
  /** The writes that raise it, to go into the same group as the change. */
  bump(): Promise<Write[]>
}

const KEY = 'catalogRevision'

/** The store's catalog revision, 0 in a new store. */
export function catalogRevision(store: WatchedStore): Revision {
  const kept = keptWhile(store, ['meta'], async (key: string) =>
    Number((await store.read('meta', ['value'], { where: { key } })).value[0] ?? 0),
  )
  const current = () => kept(KEY)
  return {
    current,
    async bump() {
      const next = String((await current()) + 1)
      return [
        { delete: 'meta', where: { key: KEY } },
        { insert: 'meta', columns: { key: [KEY], value: [next] } },
      ]
    },
  }
}
