import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import type { Store } from '../store/store.ts'
import { type Catalog, hasAudio } from './catalog.ts'
import { buildCatalog } from './catalog-build.ts'
import { readCatalogFile, writeCatalogFile } from './catalog-file.ts'
import { type Exclusions, exclusionsOf } from './exclusions.ts'
import { type Exposures, exposuresOf } from './exposures.ts'
import { type FeedbackLog, feedbackOf } from './feedback.ts'
import { type ImportLog, importLog } from './imports.ts'
import { type ListenerRow, type Listeners, listenersOf } from './listeners.ts'
import { type ListeningLog, readLog } from './listening-log.ts'
import { type Models, modelsOf } from './models.ts'
import { type Recordings, recordingsOf } from './recordings-edit.ts'
import { catalogRevision } from './revision.ts'
import { readSaved, type SavedTracks } from './saved.ts'

/** Typed access to everything one store knows. */
export interface Library {
  readonly store: Store
  readonly imports: ImportLog
  readonly listeners: Listeners
  readonly feedback: FeedbackLog
  readonly exclusions: Exclusions
  readonly exposures: Exposures
  readonly recordings: Recordings
  readonly models: Models
  /** The snapshot of all recordings; kept in memory and in a file until a claim changes. */
  catalog(): Promise<Catalog>
  /** The plays of a listener that count. */
  log(listener: ListenerRow): Promise<ListeningLog>
  /** Tracks in the listener's library or on their playlists. */
  saved(listener: ListenerRow): Promise<SavedTracks>
  /** A secret of this store, from which the seeds of its mixes are derived. */
  secret(): Promise<string>
}

/** @param folder where the catalog snapshot is kept */
export function openLibrary(store: Store, folder: string, now: Clock, timeZone: string): Library {
  const revision = catalogRevision(store)
  const listeners = listenersOf(store, now, timeZone)
  const exclusions = exclusionsOf(store, now)
  let snapshot: Catalog | undefined

  const catalog = async (): Promise<Catalog> => {
    const current = await revision.current()
    if (snapshot?.revision === current) return snapshot
    const path = join(folder, 'cache')
    snapshot = await readCatalogFile(path, current)
    if (!snapshot) {
      snapshot = await buildCatalog(store, current)
      await writeCatalogFile(path, snapshot)
    }
    return snapshot
  }
  const haveAudio = async (identifiers: Int32Array) => {
    const rows = await catalog()
    return Uint8Array.from(identifiers, (id) => Number(hasAudio(rows, rows.rowOfIdentifier[id] ?? -1)))
  }
  return {
    store,
    listeners,
    exclusions,
    imports: importLog({ store, listeners, revision, now, haveAudio }),
    feedback: feedbackOf(store, now),
    exposures: exposuresOf(store),
    recordings: recordingsOf(store, revision),
    models: modelsOf(store, folder, now),
    catalog,
    async log({ id, timeZone: zone }) {
      return readLog(store, await catalog(), {
        listener: id,
        timeZone: zone,
        exclusions: await exclusions.list(id),
      })
    },
    saved: async ({ id }) => readSaved(store, await catalog(), id),
    async secret() {
      const known = (await store.read('meta', ['value'], { where: { key: 'secret' } })).value[0]
      if (known) return known
      const secret = randomBytes(32).toString('hex')
      await store.write([{ insert: 'meta', columns: { key: ['secret'], value: [secret] } }])
      return secret
    },
  }
}
