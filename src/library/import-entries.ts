import type { Store, Where } from '../store/store.ts'
import type { Listeners } from './listeners.ts'

/** An import as `deepcuts imports` lists it. */
export interface ImportEntry {
  readonly id: number
  readonly listener: string
  readonly name: string
  readonly format: string
  readonly at: number
  /** NaN while the import stands. */
  readonly undoneAt: number
  /** JSON. */
  readonly report: string
}

/** Some imports of a listener, the newest first. */
export interface ImportPage {
  readonly entries: readonly ImportEntry[]
  /** Whether there are older ones. */
  readonly more: boolean
}

const COLUMNS = ['id', 'listener', 'name', 'format', 'at', 'undoneAt', 'report'] as const

/** The imports that match, the oldest first. */
export async function importEntries(
  store: Store,
  listeners: Listeners,
  where: Where<'imports'> = {},
): Promise<ImportEntry[]> {
  const rows = await store.read('imports', COLUMNS, { where, orderBy: ['id'] })
  const names = await listeners.names()
  return Array.from(rows.id, (id, i) => ({
    id,
    listener: names.get(rows.listener[i]!) ?? '',
    name: rows.name[i]!,
    format: rows.format[i]!,
    at: rows.at[i]!,
    undoneAt: rows.undoneAt[i]!,
    report: rows.report[i]!,
  }))
}

/**
 * Imports of one listener, the newest first.
 * @param before only those whose number is smaller; absent: from the newest on
 */
export async function importPage(
  store: Store,
  listeners: Listeners,
  listener: number,
  { before = Number.POSITIVE_INFINITY, limit }: { readonly before?: number; readonly limit: number },
): Promise<ImportPage> {
  const newest = { where: { listener }, orderBy: ['id'], descending: true } as const
  const older = (await store.read('imports', ['id'], newest)).id.filter((id) => id < before)
  const entries = await importEntries(store, listeners, { id: Array.from(older.subarray(0, limit)) })
  return { entries: entries.reverse(), more: older.length > limit }
}
