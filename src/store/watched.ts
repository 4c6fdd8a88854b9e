import type { TableName } from './schema.ts'
import type { Store, Write, WriteTo } from './store.ts'

/** Columns of rows that were appended to a table. */
export type Appended<T extends TableName> = Extract<WriteTo<T>, { insert: T }>['columns']

/** A store that knows how often each table was written to, so that what was read of it can be kept until it changes. */
export interface WatchedStore extends Store {
  /** Changes with every group of writes that touches one of these tables. */
  version(tables: readonly TableName[]): number
  /** The tables that a group of writes changes, as far as it tells: those to which it appends nothing are none of them. */
  touched(group: readonly Write[]): ReadonlySet<TableName>
  /**
   * The rows that were appended to a table since its version was that, in order; undefined when anything else was done to it, or more than is
   * remembered. Rows of a version that was asked for before a read may have been read already.
   */
  appended<T extends TableName>(table: T, since: number): readonly Appended<T>[] | undefined
  /** Tells of every group of writes to a table, once it is durable and before its writer goes on: the rows, or undefined where anything but appending was done. */
  follow<T extends TableName>(table: T, told: (rows: readonly Appended<T>[] | undefined) => void): void
}

/** What is remembered of a table's last groups of writes: rows of small ones that only appended, and so many of them all together. */
const GROUPS = 512
const SMALL = 1000
const ROWS = 50_000
/** Of slates fewer: each is as large as a thousand plays. */
const SLATES = 64

const WATCHERS = new WeakMap<Store, WatchedStore>()

/** Watches a store, for all who ask alike. The store has one owner, so every write to it comes through here. */
export function watched(store: Store): WatchedStore {
  const watcher = WATCHERS.get(store) ?? watcherOf(store)
  WATCHERS.set(store, watcher).set(watcher, watcher)
  return watcher
}

function watcherOf(store: Store): WatchedStore {
  const writes = new Map<TableName, number>()
  const last = new Map<TableName, Noted[]>()
  const remembered = new Map<TableName, number>()
  const followers = new Map<TableName, ((rows: readonly unknown[] | undefined) => void)[]>()
  const note = (group: readonly Write[], done: boolean) => {
    for (const table of new Set(group.map(tableOf))) {
      const version = (writes.get(table) ?? 0) + 1
      writes.set(table, version)
      const its = group.filter((write) => tableOf(write) === table)
      const appended = its.flatMap((write) => ('insert' in write ? [write.columns] : []))
      const rowsTold = done && appended.length === its.length ? appended : undefined
      for (const told of followers.get(table) ?? []) told(rowsTold)
      const small = its.filter((write) => 'insert' in write && sizeOf(write) <= SMALL)
      const rows = small.map((write) => 'insert' in write && write.columns)
      const noted = last.get(table) ?? []
      noted.push({ version, ...(done && rows.length === its.length && { rows }) })
      const held = (remembered.get(table) ?? 0) + small.reduce((sum, write) => sum + sizeOf(write), 0)
      // Not one by one: of many small groups each would move all that are remembered.
      const full = noted.length > 2 * GROUPS || held > (table === 'exposures' ? SLATES : ROWS)
      last.set(table, full ? noted.slice(-1) : noted)
      remembered.set(table, full ? 0 : held)
    }
  }
  const telling = (group: readonly Write[]) =>
    group.filter((write) => !('insert' in write) || sizeOf(write) > 0)
  return {
    read: (table, columns, query) => store.read(table, columns, query),
    count: (table, where) => store.count(table, where),
    max: (table, column) => store.max(table, column),
    bytes: () => store.bytes(),
    copyTo: (folder) => store.copyTo(folder),
    close: () => store.close(),
    async write(group) {
      let done = false
      try {
        await store.write(group)
        done = true
      } finally {
        // After the write: what was read while it was under way is then read again.
        note(telling(group), done)
      }
    },
    version: (tables) => tables.reduce((sum, table) => sum + (writes.get(table) ?? 0), 0),
    touched: (group) => new Set(telling(group).map(tableOf)),
    follow<T extends TableName>(table: T, told: (rows: readonly Appended<T>[] | undefined) => void) {
      const all = followers.get(table) ?? []
      followers.set(table, all)
      all.push(told as (rows: readonly unknown[] | undefined) => void)
    },
    appended<T extends TableName>(table: T, since: number) {
      const noted = last.get(table) ?? []
      const first = noted[0]?.version ?? 0
      const groups = since < first ? noted : noted.slice(since + 1 - first)
      if (groups.length !== (writes.get(table) ?? 0) - since) return undefined
      if (groups.some(({ rows }) => !rows)) return undefined
      return groups.flatMap(({ rows }) => rows as readonly Appended<T>[])
    },
  }
}

interface Noted {
  readonly version: number
  readonly rows?: readonly unknown[]
}

function sizeOf(write: Write): number {
  if (!('insert' in write)) return 0
  return Math.max(0, ...Object.values(write.columns).map(({ length }) => length))
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
