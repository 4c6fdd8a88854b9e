import type { Clock } from '../core/clock.ts'
import type { Dial } from '../core/dial.ts'
import { keptWhile, type WatchedStore } from '../store/watched.ts'
import type { Catalog } from './catalog.ts'
import { type Community, readCommunity } from './community.ts'
import { keptLogsOf } from './kept-logs.ts'
import { keptSayingsOf, type Sayings } from './kept-sayings.ts'
import type { Library } from './library.ts'
import type { ListenerRow } from './listeners.ts'
import type { ListeningLog } from './listening-log.ts'
import type { ModelManifest } from './models.ts'
import { readCatalogTracks, readOpenTracks } from './open-tracks.ts'
import { type Playlists, readPlaylists } from './playlists.ts'

/** Owner of the models and playlists that are nobody's own. */
export const EVERYBODY = 0

/** What one listener did and said. */
export interface ListenerFacts extends Sayings {
  readonly log: ListeningLog
  /** The same object as long as the listener is kept, whatever they do: what is made of them hangs on it. */
  readonly place: object
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
  /** The same, of these rows alone: what everybody may be told is not looked up for each. */
  openAmong(listener: number, rows: readonly number[], withCommunity: boolean): Promise<Uint8Array>
  /** The listener's own playlists, and those that catalogs tell. @throws UNKNOWN_LISTENER */
  playlists(name: string): Promise<Playlists>
  /** What several listeners did; up to an hour old where only plays came since, so that not every play reads them all again. */
  community(): Promise<Community>
}

/** What a listener takes of memory while they are kept, with all that is worked out for them, and each of their plays: measured, about. */
const LISTENER_BYTES = 150_000
const PLAY_BYTES = 250
/** For how many listeners it is kept who they are, what serves them, and how they want to be surprised. */
const KEPT_NAMES = 4096
/** For how many listeners with playlists of their own those are kept. */
const KEPT_PLAYLISTS = 16
/** For so many listeners and recipes it is kept when the days' slates were drawn. */
const KEPT_DAYS = 16_384
const HOUR = 3_600_000

/**
 * @param store the one that the library reads and writes
 * @param room what may be kept of listeners, bytes, about
 */
export function keptLibrary(store: WatchedStore, library: Library, now: Clock, room: number): KeptLibrary {
  const catalog = keptWhile(store, ['meta'], (_: 0) => library.catalog())
  const listener = keptWhile(store, ['listeners'], (name: string) => library.listeners.get(name), KEPT_NAMES)
  const names = keptWhile(store, ['listeners'], (_: 0) => library.listeners.names())
  const active = keptWhile(store, ['models'], (id: number) => library.models.active(id), KEPT_NAMES)
  const dial = keptWhile(store, ['meta'], (id: number) => library.dials.of(id), KEPT_NAMES)
  const days = keptDays(store, library)
  const logs = keptLogsOf(store, library)
  const sayings = keptSayingsOf(store, library)
  /** Listeners that are kept, the one that was asked for last at the end, and what they take together. */
  const listeners = new Map<number, { readonly place: object; bytes: number }>()
  let bytes = 0
  const place = (id: number, plays: number): object => {
    const mine = listeners.get(id) ?? { place: {}, bytes: 0 }
    listeners.delete(id)
    listeners.set(id, mine)
    bytes -= mine.bytes
    mine.bytes = LISTENER_BYTES + PLAY_BYTES * plays
    bytes += mine.bytes
    for (const [other, { bytes: its }] of listeners) {
      if (bytes <= room || listeners.size === 1) break
      listeners.delete(other)
      bytes -= its
      logs.drop(other)
      sayings.drop(other)
    }
    return mine.place
  }
  /** By what they said: the last facts made of it. */
  const made = new WeakMap<object, ListenerFacts>()
  const facts = async (name: string): Promise<ListenerFacts> => {
    const row = await listener(name)
    const [log, said] = [await logs.of(row), await sayings.of(row)]
    const where = place(row.id, log.size)
    const known = made.get(said)
    if (known?.log === log && known.place === where) return known
    const next = { ...said, log, place: where }
    made.set(said, next)
    return next
  }
  const playlists = keptWhile(
    store,
    ['playlistItems', 'meta'],
    async (id: number) => readPlaylists(store, await catalog(0), [EVERYBODY, id]),
    KEPT_PLAYLISTS,
  )
  const itemsOf = keptWhile(
    store,
    ['playlistItems'],
    (id: number) => store.count('playlistItems', { listener: id }),
    KEPT_NAMES,
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
    async playlists(name) {
      const { id } = await listener(name)
      return playlists((await itemsOf(id)) > 0 ? id : EVERYBODY)
    },
    async openAmong(id, rows, withCommunity) {
      const shared = await sharedTracks(withCommunity)
      if (rows.every((row) => shared[row] === 1)) return shared
      return readOpenTracks(store, await catalog(0), id, shared)
    },
    community: communityNow,
  }
}

/** When the days' slates were drawn, each read once; those that are drawn later are taken over from their write. */
function keptDays(store: WatchedStore, library: Library): KeptLibrary['days'] {
  const kept = new Map<string, { read: Promise<Float64Array>; added: number[] }>()
  const keyOf = (listener: unknown, recipe: unknown) => `${listener}/${recipe}`
  store.follow('exposures', (rows) => {
    if (!rows) kept.clear()
    for (const { listener, recipe, occasion, at } of rows ?? [])
      for (let i = 0; i < at.length; i++)
        if (occasion[i] === 'day') kept.get(keyOf(listener[i], recipe[i]))?.added.push(Number(at[i]))
  })
  return async (listener, recipe) => {
    const key = keyOf(listener, recipe)
    const mine = kept.get(key) ?? { read: library.exposures.days(listener, recipe), added: [] }
    kept.delete(key)
    kept.set(key, mine)
    if (kept.size > KEPT_DAYS) kept.delete(kept.keys().next().value!)
    if (mine.added.length > 0) {
      const { added } = mine
      mine.added = []
      // What was read while a write was under way may hold it already.
      mine.read = mine.read.then((known) => Float64Array.from(new Set([...known, ...added])).sort())
    }
    try {
      return await mine.read
    } catch (error) {
      if (kept.get(key) === mine) kept.delete(key)
      throw error
    }
  }
}
