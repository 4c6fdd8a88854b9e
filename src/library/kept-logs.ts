import type { Appended, WatchedStore } from '../store/watched.ts'
import type { Catalog } from './catalog.ts'
import type { Library } from './library.ts'
import type { ListenerRow } from './listeners.ts'
import {
  type GrowingLog,
  type ListeningLog,
  readGrowingLog,
  type StoredPlay,
  withPlays,
} from './listening-log.ts'

/** Listeners' logs, each read once. */
export interface KeptLogs {
  /** The same log while it is the same. */
  of(listener: ListenerRow): Promise<ListeningLog>
  drop(listener: number): void
}

interface KeptLog {
  readonly timeZone: string
  readonly catalog: Catalog
  /** How often exclusions had changed. */
  readonly exclusions: number
  growing: Promise<GrowingLog>
  /** Plays that were written since, as they were. */
  added: StoredPlay[]
}

/** Logs are kept until they are dropped; plays that are added at the end of one are taken over from their write. */
export function keptLogsOf(store: WatchedStore, library: Library): KeptLogs {
  const kept = new Map<number, KeptLog>()
  store.follow('plays', (rows) => {
    if (rows) for (const columns of rows) addPlays(kept, columns)
    else kept.clear()
  })
  const read = async ({ id, timeZone }: ListenerRow, catalog: Catalog): Promise<GrowingLog> => {
    const exclusions = await library.exclusions.list(id)
    return readGrowingLog(store, catalog, { listener: id, timeZone, exclusions })
  }
  return {
    async of(listener) {
      const { id, timeZone } = listener
      const catalog = await library.catalog()
      const exclusions = store.version(['exclusions'])
      let log = kept.get(id)
      const stands = log?.timeZone === timeZone && log.catalog === catalog && log.exclusions === exclusions
      if (!log || !stands) {
        log = { timeZone, catalog, exclusions, growing: read(listener, catalog), added: [] }
        kept.set(id, log)
      }
      const mine = log
      if (mine.added.length > 0) {
        const { added } = mine
        mine.added = []
        mine.growing = mine.growing.then(
          async (growing) =>
            withPlays(growing, added, catalog, await library.exclusions.list(id)) ?? read(listener, catalog),
        )
      }
      try {
        return (await mine.growing).log
      } catch (error) {
        if (kept.get(id) === mine) kept.delete(id)
        throw error
      }
    },
    drop: (listener) => void kept.delete(listener),
  }
}

/** Hands visible plays to the logs that they belong to. What was read while its write was under way may have them already: by their ids. */
function addPlays(kept: ReadonlyMap<number, KeptLog>, columns: Appended<'plays'>): void {
  for (let i = 0; i < columns.id.length; i++) {
    const log = columns.hidden[i] === 0 ? kept.get(Number(columns.listener[i])) : undefined
    log?.added.push({
      id: Number(columns.id[i]),
      identifier: Number(columns.identifier[i]),
      endedAt: Number(columns.endedAt[i]),
      msPlayed: Number(columns.msPlayed[i]),
      reasonEnd: String(columns.reasonEnd[i]),
      skipped: Number(columns.skipped[i]),
      exact: Number(columns.exact[i]),
    })
  }
}
