import type { TableName } from './schema.ts'
import type { Store, Write } from './store.ts'

/** A store that knows how often each table was written to, so that what was read of it can be kept until it changes. */
export interface WatchedStore extends Store {
  /** Changes with every group of writes that touches one of these tables. */
  version(tables: readonly TableName[]): number
}

/** Watches a store. The store has one owner, so every write to it comes through here. */
export function watched(store: Store): WatchedStore {
  const writes = new Map<TableName, number>()
  return {
    read: (table, columns, query) => store.read(table, columns, query),
    count: (table, where) => store.count(table, where),
    max: (table, column) => store.max(table, column),
    close: () => store.close(),
    async write(group) {
      try {
        await store.write(group)
      } finally {
        // After the write: what was read while it was under way is then read again.
        for (const table of new Set(group.map(tableOf))) writes.set(table, (writes.get(table) ?? 0) + 1)
      }
    },
    version: (tables) => tables.reduce((sum, table) => sum + (writes.get(table) ?? 0), 0),
  }
}

function tableOf(write: Write): TableName {
  if ('insert' in write) return write.insert
  return 'delete' in write ? write.delete : write.update
}

/** Keeps what was made of these tables until one of them changes; the `most` asked for last are kept. */
export function keptWhile<K, V>(
  store: WatchedStore,
  tables: readonly TableName[],
  make: (key: K) => Promise<V>,
  most = 64,
): (key: K) => Promise<V> {
  const kept = new Map<K, { readonly version: number; readonly value: Promise<V> }>()
  return (key) => {
    const version = store.version(tables)
    const known = kept.get(key)
    kept.delete(key)
    if (known?.version === version) {
      kept.set(key, known)
      return known.value
    }
    const value = make(key)
    const mine = { version, value }
    kept.set(key, mine)
    value.catch(() => {
      if (kept.get(key) === mine) kept.delete(key)
    })
    if (kept.size > most) kept.delete(kept.keys().next().value!)
    return value
  }
}
