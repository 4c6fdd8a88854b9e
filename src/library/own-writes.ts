import type { TableName } from '../store/schema.ts'
import type { Write } from '../store/store.ts'
import type { Appended, WatchedStore } from '../store/watched.ts'

/** Tells what is kept in memory of tables from what was done to them by others. */
export interface OwnWrites {
  /** What others appended to a table since this was asked last, [] for nothing; undefined where what is kept of it is to be read again. */
  byOthers<T extends TableName>(table: T): readonly Appended<T>[] | undefined
  /** Writes, and knows it for its own. */
  write(group: readonly Write[]): Promise<void>
}

/** The writes of one keeper; a write that fails counts as one of somebody else. */
export function ownWrites(store: WatchedStore): OwnWrites {
  const seen = new Map<TableName, number>()
  return {
    byOthers(table) {
      const [before, version] = [seen.get(table), store.version([table])]
      seen.set(table, version)
      if (before === version) return []
      return before === undefined ? undefined : store.appended(table, before)
    },
    async write(group) {
      const before = new Map(Array.from(seen.keys(), (table) => [table, store.version([table])]))
      await store.write(group)
      const touched = store.touched(group)
      for (const [table, version] of before) {
        const after = version + Number(touched.has(table))
        if (seen.get(table) === version && store.version([table]) === after) seen.set(table, after)
      }
    },
  }
}
