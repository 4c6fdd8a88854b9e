import type { Clock } from '../core/clock.ts'
import type { Dial } from '../core/dial.ts'
import type { Feedback } from '../core/event.ts'
import { type Appended, keptWhile, type WatchedStore } from '../store/watched.ts'
import type { Catalog } from './catalog.ts'
import { type Community, readCommunity } from './community.ts'
import type { Library } from './library.ts'
import type { ListenerRow } from './listeners.ts'
import {
  type GrowingLog,
  type ListeningLog,
  readGrowingLog,
  type StoredPlay,
  withPlays,
} from './listening-log.ts'
import type { ModelManifest } from './models.ts'
import { readCatalogTracks, readOpenTracks } from './open-tracks.ts'
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
  /** Number → name of everybody. */
  names(): Promise<ReadonlyMap<number, string>>
  /** The manifest of the model that serves a listener (0: everybody), if there is one. */
  active(listener: number): Promise<ModelManifest | undefined>
  /** When the days' slates of this recipe were drawn, oldest first. */
  days(listener: number, recipe: string): Promise<Float64Array>
  /** How a listener wants to be surprised. */
  dial(listener: number): Promise<Dial>
  /** The same object while nothing changes. @throws UNKNOWN_LISTENER */
  facts(name: string): Promise<ListenerFacts>
  /**
   * Row → 1 where anybody may be told of it: those of catalogs and, where the community counts, those that several listeners played. The same
   * object while nothing changes.
   */
  sharedTracks(withCommunity: boolean): Promise<Uint8Array>
  /** Row → 1 where a listener may be told of it, and 0 where only somebody else's listening brought it in. */
  openTracks(listener: number, withCommunity: boolean): Promise<Uint8Array>
  /** The listener's own playlists, and those that catalogs tell. @throws UNKNOWN_LISTENER */
  playlists(name: string): Promise<Playlists>
  /** What several listeners did; up to an hour old where only plays came since, so that not every play reads them all again. */
  community(): Promise<Community>
}

/** For how many listeners what they did is kept, and their playlists beside those of catalogs. */
const KEPT_LISTENERS = 32
const KEPT_PLAYLISTS = 4
/** For so many listeners and recipes it is kept when the days' slates were drawn. */
const KEPT_DAYS = 256
const HOUR = 3_600_000

/** @param store the one that the library reads and writes */
export function keptLibrary(store: WatchedStore, library: Library, now: Clock): KeptLibrary {
  const catalog = keptWhile(store, ['meta'], (_: 0) => library.catalog())
  const listener = keptWhile(store, ['listeners'], (name: string) => library.listeners.get(name))
  const names = keptWhile(store, ['listeners'], (_: 0) => library.listeners.names())
  const active = keptWhile(store, ['models'], (id: number) => library.models.active(id))
  const dial = keptWhile(store, ['meta'], (id: number) => library.dials.of(id))
  const days = keptDays(store, library)
  const logs = keptLogs(store, library, listener)
  const sayings = keptWhile(
    store,
    ['listeners', 'feedback', 'playlistItems', 'meta'],
    async (name: string) => {
      const row = await listener(name)
      return { row, saved: await library.saved(row), feedback: await library.feedback.list(row.id) }
    },
    KEPT_LISTENERS,
  )
  /** By what they said: the last facts made of it. */
  const made = new WeakMap<object, ListenerFacts>()
  const facts = async (name: string): Promise<ListenerFacts> => {
    const [log, said] = [await logs(name), await sayings(name)]
    const known = made.get(said)
    if (known?.log === log) return known
    const next = { ...said, log }
    made.set(said, next)
    return next
  }
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
  const communityNow = () => community(Math.floor(now() / HOUR))
  let catalogTracks: { readonly of: Catalog; readonly open: Promise<Uint8Array> } | undefined
  const ofCatalogs = (of: Catalog) => {
    if (catalogTracks?.of !== of) catalogTracks = { of, open: readCatalogTracks(store, of) }
    return catalogTracks.open
  }
  const withPlayed = new WeakMap<Community, Uint8Array>()
  const sharedTracks = async (withCommunity: boolean): Promise<Uint8Array> => {
    const open = await ofCatalogs(await catalog(0))
    if (!withCommunity) return open
    const many = await communityNow()
    const known = withPlayed.get(many)
    if (known?.length === open.length) return known
    const played = open.map((one, row) => Number(one === 1 || many.isPlayed(row)))
    withPlayed.set(many, played)
    return played
  }
  return {
    catalog: () => catalog(0),
    listener,
    names: () => names(0),
    active,
    dial,
    days,
    facts,
    sharedTracks,
    async openTracks(id, withCommunity) {
      return readOpenTracks(store, await catalog(0), id, await sharedTracks(withCommunity))
    },
    playlists: async (name) => playlists((await listener(name)).id),
    community: communityNow,
  }
}

/** Logs, each read once; plays that are added at its end are taken over from the write. */
function keptLogs(store: WatchedStore, library: Library, listener: (name: string) => Promise<ListenerRow>) {
  interface KeptLog {
    /** Versions of what it was read of: all but the plays, and the plays. */
    readonly all: number
    readonly plays: number
    readonly growing: Promise<GrowingLog>
  }
  const kept = new Map<string, KeptLog>()
  const read = async (name: string): Promise<GrowingLog> => {
    const { id, timeZone } = await listener(name)
    const exclusions = await library.exclusions.list(id)
    return readGrowingLog(store, await library.catalog(), { listener: id, timeZone, exclusions })
  }
  const grown = async (name: string, before: KeptLog, added: readonly Appended<'plays'>[]) => {
    const [growing, { id }] = [await before.growing, await listener(name)]
    const plays = added.flatMap((columns) => visiblePlays(columns, id))
    const next = withPlays(growing, plays, await library.catalog(), await library.exclusions.list(id))
    return next ?? read(name)
  }
  return async (name: string): Promise<ListeningLog> => {
    const all = store.version(['listeners', 'exclusions', 'meta'])
    const plays = store.version(['plays'])
    const before = kept.get(name)
    kept.delete(name)
    if (before?.all === all && before.plays === plays) {
      kept.set(name, before)
      return (await before.growing).log
    }
    const added = before?.all === all ? store.appended('plays', before.plays) : undefined
    const mine = { all, plays, growing: before && added ? grown(name, before, added) : read(name) }
    kept.set(name, mine)
    mine.growing.catch(() => {
      if (kept.get(name) === mine) kept.delete(name)
    })
    if (kept.size > KEPT_LISTENERS) kept.delete(kept.keys().next().value!)
    return (await mine.growing).log
  }
}

function visiblePlays(columns: Appended<'plays'>, listener: number): StoredPlay[] {
  const plays: StoredPlay[] = []
  for (let i = 0; i < columns.id.length; i++) {
    if (columns.listener[i] !== listener || columns.hidden[i] !== 0) continue
    plays.push({
      id: Number(columns.id[i]),
      identifier: Number(columns.identifier[i]),
      endedAt: Number(columns.endedAt[i]),
      msPlayed: Number(columns.msPlayed[i]),
      reasonEnd: String(columns.reasonEnd[i]),
      skipped: Number(columns.skipped[i]),
      exact: Number(columns.exact[i]),
    })
  }
  return plays
}

/** When the days' slates were drawn, each read once; those that are drawn later are taken over from the write. */
function keptDays(store: WatchedStore, library: Library): KeptLibrary['days'] {
  interface KeptDays {
    readonly version: number
    readonly days: Promise<Float64Array>
  }
  const kept = new Map<string, KeptDays>()
  return (listener, recipe) => {
    const key = JSON.stringify([listener, recipe])
    const version = store.version(['exposures'])
    const before = kept.get(key)
    if (before?.version === version) return before.days
    const added = before && store.appended('exposures', before.version)
    const drawn = (added ?? []).flatMap(({ listener: whose, recipe: what, occasion, at }) =>
      Array.from({ length: at.length }, (_, i) => i)
        .filter((i) => whose[i] === listener && what[i] === recipe && occasion[i] === 'day')
        .map((i) => Number(at[i])),
    )
    // What was read while a write was under way may hold it already.
    const days =
      before && added
        ? before.days.then((known) =>
            drawn.length ? Float64Array.from(new Set([...known, ...drawn])).sort() : known,
          )
        : library.exposures.days(listener, recipe)
    const mine = { version, days }
    kept.delete(key)
    kept.set(key, mine)
    days.catch(() => {
      if (kept.get(key) === mine) kept.delete(key)
    })
    if (kept.size > KEPT_DAYS) kept.delete(kept.keys().next().value!)
    return days
  }
}
