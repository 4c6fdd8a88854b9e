import type { Feedback } from '../core/event.ts'
import type { WatchedStore } from '../store/watched.ts'
import type { Catalog } from './catalog.ts'
import type { Library } from './library.ts'
import type { ListenerRow } from './listeners.ts'
import type { SavedTracks } from './saved.ts'

/** What a listener said, and has in their library. */
export interface Sayings {
  readonly row: ListenerRow
  readonly saved: SavedTracks
  readonly feedback: readonly Feedback[]
}

/** What listeners said, each read once. */
export interface KeptSayings {
  /** The same object while they say nothing more. */
  of(listener: ListenerRow): Promise<Sayings>
  drop(listener: number): void
}

interface Kept {
  readonly timeZone: string
  readonly catalog: Catalog
  readonly said: Promise<Sayings>
}

/** What was said is kept until it is dropped, or that listener says something else. */
export function keptSayingsOf(store: WatchedStore, library: Library): KeptSayings {
  const kept = new Map<number, Kept>()
  const forget = (listeners: ArrayLike<number | string>) => {
    for (let i = 0; i < listeners.length; i++) kept.delete(Number(listeners[i]))
  }
  for (const table of ['feedback', 'playlistItems'] as const)
    store.follow(table, (rows) => {
      if (rows) for (const { listener } of rows) forget(listener)
      else kept.clear()
    })
  const read = async (row: ListenerRow): Promise<Sayings> => {
    return { row, saved: await library.saved(row), feedback: await library.feedback.list(row.id) }
  }
  return {
    async of(row) {
      const catalog = await library.catalog()
      const known = kept.get(row.id)
      if (known?.timeZone === row.timeZone && known.catalog === catalog) return known.said
      const mine = { timeZone: row.timeZone, catalog, said: read(row) }
      kept.set(row.id, mine)
      mine.said.catch(() => {
        if (kept.get(row.id) === mine) kept.delete(row.id)
      })
      return mine.said
    },
    drop: (listener) => void kept.delete(listener),
  }
}
