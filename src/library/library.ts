import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { turns } from '../core/turns.ts'
import type { Store } from '../store/store.ts'
import { watched } from '../store/watched.ts'
import { type ArtistIds, artistIdsOf } from './artist-ids.ts'
import { type Catalog, hasAudio } from './catalog.ts'
import { buildCatalog } from './catalog-build.ts'
import { readCatalogFile, writeCatalogFile } from './catalog-file.ts'
import { type Dials, dialsOf } from './dials.ts'
import { type Exclusions, exclusionsOf } from './exclusions.ts'
import { type Exposures, exposuresOf } from './exposures.ts'
import { type FeedbackLog, feedbackOf } from './feedback.ts'
import { type Forgetting, forgettingOf } from './forgetting.ts'
import { type ImportLog, importLog } from './imports.ts'
import { type ApiKeys, keysOf } from './keys.ts'
import { type ListenerRow, type Listeners, listenersOf } from './listeners.ts'
import { type ListeningLog, type LogOptions, readLog, readLogs } from './listening-log.ts'
import { type ModelCheck, type Models, modelsOf } from './models.ts'
import { refreshHidden } from './plays.ts'
import { type PreparedMixes, preparedMixesOf } from './prepared-mixes.ts'
import { type Recordings, recordingsOf } from './recordings-edit.ts'
import { catalogRevision } from './revision.ts'
import { saidNames } from './said-names.ts'
import { readSaved, type SavedTracks } from './saved.ts'
import { type StatedTracks, statedTracks } from './stated-tracks.ts'

/** Typed access to everything one store knows. */
export interface Library {
  readonly store: Store
  readonly imports: ImportLog
  readonly listeners: Listeners
  readonly feedback: FeedbackLog
  readonly exclusions: Exclusions
  readonly exposures: Exposures
  readonly preparedMixes: PreparedMixes
  readonly dials: Dials
  readonly recordings: Recordings
  readonly forgetting: Forgetting
  readonly stated: StatedTracks
  readonly models: Models
  readonly keys: ApiKeys
  readonly artistIds: ArtistIds
  /** The snapshot of all recordings; kept in memory and in a file until a claim changes. */
  catalog(): Promise<Catalog>
  /** Deletes plays of a listener; others that they had hidden show again. Durable when it resolves. */
  removePlays(listener: number, ids: readonly number[]): Promise<void>
  /** The plays of a listener that count. */
  log(listener: ListenerRow): Promise<ListeningLog>
  /** As `log`, of many listeners at once, in their order. */
  logs(listeners: readonly ListenerRow[]): Promise<ListeningLog[]>
  /** Tracks in the listener's library or on their playlists. */
  saved(listener: ListenerRow): Promise<SavedTracks>
  /** A secret of this store, from which the seeds of its mixes are derived. */
  secret(): Promise<string>
}

/**
 * @param folder where the catalog snapshot and the models are kept
 * @param check asked before a model that was saved earlier comes to serve
 */
export function openLibrary(
  opened: Store,
  folder: string,
  now: Clock,
  timeZone: string,
  check: ModelCheck = () => {},
): Library {
  const store = watched(opened)
  const inTurn = turns()
  const revision = catalogRevision(store)
  const listeners = listenersOf(store, now, timeZone, inTurn)
  const exclusions = exclusionsOf(store, now, inTurn)
  const meta = async (key: string) => (await store.read('meta', ['value'], { where: { key } })).value[0]
  const readSecret = async (): Promise<string> => {
    const known = await meta('secret')
    if (known) return known
    const secret = randomBytes(32).toString('hex')
    await store.write([{ insert: 'meta', columns: { key: ['secret'], value: [secret] } }])
    return secret
  }
  const readCatalog = async (current: number): Promise<Catalog> => {
    const path = join(folder, 'cache')
    const name = (await meta('createdAt')) ?? ''
    const kept = await readCatalogFile(path, name, current)
    if (kept) return kept
    const built = await buildCatalog(store, current)
    // The file only saves time: where it cannot be written, everything works without it.
    await writeCatalogFile(path, name, built).catch(() => undefined)
    return built
  }
  const logOptions = async ({ id, timeZone: zone }: ListenerRow) => {
    return { listener: id, timeZone: zone, exclusions: await exclusions.list(id) }
  }
  const secret = shared(readSecret)
  const snapshot = shared(readCatalog)
  const catalog = async () => snapshot(await revision.current())
  const haveAudio = async (identifiers: Int32Array) => {
    const rows = await catalog()
    return Uint8Array.from(identifiers, (id) => Number(hasAudio(rows, rows.rowOfIdentifier[id] ?? -1)))
  }
  return {
    store,
    listeners,
    exclusions,
    imports: importLog({ store, listeners, revision, now, inTurn, haveAudio }),
    feedback: feedbackOf(store, now, inTurn, async (id) => saidNames(store, await catalog(), id)),
    exposures: exposuresOf(store),
    preparedMixes: preparedMixesOf(store, inTurn),
    dials: dialsOf(store, inTurn),
    recordings: recordingsOf(store, revision, inTurn),
    forgetting: forgettingOf(store, revision, inTurn),
    stated: statedTracks(store, now, revision, inTurn),
    models: modelsOf({ store, folder, now, inTurn, check }),
    keys: keysOf(store, now, inTurn),
    artistIds: artistIdsOf(store, inTurn),
    catalog,
    removePlays: (listener, ids) =>
      inTurn(async () => {
        if (ids.length === 0) return
        await store.write([{ delete: 'plays', where: { listener, id: ids } }])
        const { writes } = await refreshHidden(store, [listener], {})
        if (writes.length > 0) await store.write(writes)
      }),
    log: async (listener) => readLog(store, await catalog(), await logOptions(listener)),
    async logs(people) {
      const excluding = new Set((await store.read('exclusions', ['listener'])).listener)
      const options: LogOptions[] = []
      for (const person of people)
        if (excluding.has(person.id)) options.push(await logOptions(person))
        else options.push({ listener: person.id, timeZone: person.timeZone, exclusions: [] })
      return readLogs(store, await catalog(), options)
    },
    saved: async ({ id }) => readSaved(store, await catalog(), id),
    secret: () => secret(0),
  }
}

/** Lets calls with the same argument as the last share its result; a failure is not kept. */
function shared<T>(work: (key: number) => Promise<T>): (key: number) => Promise<T> {
  let last: { readonly key: number; readonly result: Promise<T> } | undefined
  return (key) => {
    if (last && last.key === key) return last.result
    const result = work(key)
    const mine = { key, result }
    last = mine
    result.catch(() => {
      if (last === mine) last = undefined
    })
    return result
  }
}
