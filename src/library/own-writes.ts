import type { TableName } from '../store/schema.ts'
import type { Write } from '../store/store.ts'
import type { WatchedStore } from '../store/watched.ts'

/** Tells what is kept in memory of tables from what was done to them by others. */
export interface OwnWrites {
  /** Whether nothing but `write` was done to a table since this was asked last; what is kept of it is to be read again where not. */
  unchanged(table: TableName): boolean
  /** Writes, and knows it for its own. */
  write(group: readonly Write[]): Promise<void>
}

/** The writes of one keeper; a write that fails counts as one of somebody else. */
export function ownWrites(store: WatchedStore): OwnWrites {
  const seen = new Map<TableName, number>()
  return {
    unchanged(table) {
      const version = store.version([table])
      const same = seen.get(table) === version
      seen.set(table, version)
      return same
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
