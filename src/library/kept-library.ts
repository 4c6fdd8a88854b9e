import type { Clock } from '../core/clock.ts'
import type { Feedback } from '../core/event.ts'
import { keptWhile, type WatchedStore } from '../store/watched.ts'
import type { Catalog } from './catalog.ts'
import { type Community, readCommunity } from './community.ts'
import type { Library } from './library.ts'
import type { ListenerRow } from './listeners.ts'
import type { ListeningLog } from './listening-log.ts'
import type { ModelManifest } from './models.ts'
import { type Playlists, readPlaylists } from './playlists.ts'
import type { SavedTracks } from './saved.ts'

/** Owner of the models and playlists that are nobody's own. */
export const EVERYBODY = 0

/** What one listener did and said. */
export interface ListenerFacts {
  readonly row: ListenerRow
  readonly log: ListeningLog
  readonly saved: SavedTracks
  readonly feedback: readonly Feedback[]
}

/** What a library tells, read once and kept in memory until it changes: a request that repeats itself reads nothing. */
export interface KeptLibrary {
  catalog(): Promise<Catalog>
  /** @throws UNKNOWN_LISTENER */
  listener(name: string): Promise<ListenerRow>
  /** The manifest of the model that serves a listener (0: everybody), if there is one. */
  active(listener: number): Promise<ModelManifest | undefined>
  /** When the days' slates of this recipe were drawn, oldest first. */
  days(listener: number, recipe: string): Promise<Float64Array>
  /** The same object while nothing changes. @throws UNKNOWN_LISTENER */
  facts(name: string): Promise<ListenerFacts>
  /** The listener's own playlists, and those that catalogs tell. @throws UNKNOWN_LISTENER */
  playlists(name: string): Promise<Playlists>
  /** What several listeners did; up to an hour old where only plays came since, so that not every play reads them all again. */
  community(): Promise<Community>
}

/** For how many listeners what they did is kept, and their playlists beside those of catalogs. */
const KEPT_LISTENERS = 32
const KEPT_PLAYLISTS = 4
const HOUR = 3_600_000

/** @param store the one that the library reads and writes */
export function keptLibrary(store: WatchedStore, library: Library, now: Clock): KeptLibrary {
  const catalog = keptWhile(store, ['meta'], (_: 0) => library.catalog())
  const listener = keptWhile(store, ['listeners'], (name: string) => library.listeners.get(name))
  const active = keptWhile(store, ['models'], (id: number) => library.models.active(id))
  const days = keptWhile(store, ['exposures'], (of: string) => {
    const [id, recipe] = JSON.parse(of) as [number, string]
    return library.exposures.days(id, recipe)
  })
  const facts = keptWhile(
    store,
    ['listeners', 'plays', 'feedback', 'playlistItems', 'exclusions', 'meta'],
    async (name: string): Promise<ListenerFacts> => {
      const row = await listener(name)
      const [log, saved] = [await library.log(row), await library.saved(row)]
      return { row, log, saved, feedback: await library.feedback.list(row.id) }
    },
    KEPT_LISTENERS,
  )
  const playlists = keptWhile(
    store,
    ['playlistItems', 'meta'],
    async (id: number) => readPlaylists(store, await catalog(0), [EVERYBODY, id]),
    KEPT_PLAYLISTS,
  )
  const community = keptWhile(
    store,
    ['playlistItems', 'exclusions', 'listeners', 'meta'],
    async (_hour: number) => {
      const listeners = await library.listeners.list()
      return readCommunity(store, await catalog(0), listeners, library.exclusions.list, now())
    },
    1,
  )
  return {
    catalog: () => catalog(0),
    listener,
    active,
    days: (id, recipe) => days(JSON.stringify([id, recipe])),
    facts,
    playlists: async (name) => playlists((await listener(name)).id),
    community: () => community(Math.floor(now() / HOUR)),
  }
}
