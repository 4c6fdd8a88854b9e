import { outcome, SKIP, statesReasons } from '../core/labels.ts'
import { fold } from '../core/track.ts'
import type { Store } from '../store/store.ts'
import { AUDIO_STRIDE, type Catalog, DURATION } from './catalog.ts'
import { type Excluder, type Exclusion, excluder, readTraits } from './exclusions.ts'
import type { ListenerRow } from './listeners.ts'
import { groupsWith, type Playlists, playlistsOf } from './playlists.ts'

/** As many listeners must stand behind a signal before anybody else sees anything of it. */
export const LEAST_LISTENERS = 5
/** "Lately": the days before the newest play. */
const LATELY_DAYS = 28
/** For so many rows it is remembered what stands beside them: about a kilobyte each. */
const REMEMBERED = 30_000
const DAY = 86_400_000
/** Rows that are kept beside a row. */
const BESIDE = 64
/** Of a row with more listeners than this, as many are looked at, evenly spread. */
const LOOKED_AT = 400

/** Signals made of what several listeners did. No number of fewer than five listeners leaves it. */
export interface Community {
  /** Rows that five listeners or more played on in the last weeks, most listeners first. */
  readonly popular: Int32Array
  /** Row → whether it is one of them. */
  isPopular(row: number): boolean
  /** Row → whether five listeners or more ever played it. */
  isPlayed(row: number): boolean
  /** Rows that five listeners or more played on, or put on playlists, who did so with this row too; strongest first. */
  beside(row: number): readonly Beside[]
}

export interface Beside {
  readonly row: number
  /** Cosine of the two rows' listeners, 0…1. */
  readonly strength: number
}

/**
 * Reads every listener's plays that count, and their playlists: what an exclusion takes out is no play here either. A play stands for
 * its listener unless it was a skip; somebody who plays all day is one listener.
 * @param now what ends later is left out, ms since the epoch
 */
export async function readCommunity(
  store: Store,
  catalog: Catalog,
  listeners: readonly ListenerRow[],
  exclusionsOf: (listener: number) => Promise<readonly Exclusion[]>,
  now: number,
): Promise<Community> {
  const plays = await readPlays(store, catalog, listeners, exclusionsOf, now)
  const columns = ['import', 'listener', 'playlist', 'identifier'] as const
  const items = await store.read('playlistItems', columns, {
    where: { listener: listeners.map(({ id }) => id) },
  })
  return communityOf(plays, playlistsOf(items, catalog), catalog.size)
}

/** Plays of many listeners that were not skipped, in any order. */
export interface CommunityPlays {
  readonly listener: ArrayLike<number>
  readonly row: ArrayLike<number>
  /** Ends, ms since the epoch. */
  readonly endedAt: ArrayLike<number>
}

/** The signals of plays and of listeners' playlists over `rows` rows of a catalog. */
export function communityOf(plays: CommunityPlays, playlists: Playlists, rows: number): Community {
  const heard = new Map<number, Set<number>>()
  const add = (listener: number, row: number) => {
    const known = heard.get(listener)
    if (known) known.add(row)
    else heard.set(listener, new Set([row]))
  }
  let newest = Number.NEGATIVE_INFINITY
  for (let i = 0; i < plays.row.length; i++) {
    add(plays.listener[i]!, plays.row[i]!)
    newest = Math.max(newest, plays.endedAt[i]!)
  }
  const listenersEver = new Int32Array(rows)
  for (const played of heard.values()) for (const row of played) listenersEver[row]!++
  const lately = new Set<number>()
  for (let i = 0; i < plays.row.length; i++)
    if (plays.endedAt[i]! > newest - LATELY_DAYS * DAY) lately.add(plays.listener[i]! * rows + plays.row[i]!)
  const listenersLately = new Int32Array(rows)
  for (const pair of lately) listenersLately[pair % rows]!++
  const popular = Int32Array.from(
    Array.from(listenersLately.keys())
      .filter((row) => listenersLately[row]! >= LEAST_LISTENERS)
      .sort((a, b) => listenersLately[b]! - listenersLately[a]! || a - b),
  )
  const listened = besideIn(heard, rows)
  const listed = besideIn(playlistPairs(playlists), rows)
  /** By row: what stands beside it, a row and its strength in turn. */
  const memo = new Map<number, Float64Array>()
  return {
    popular,
    isPopular: (row) => listenersLately[row]! >= LEAST_LISTENERS,
    isPlayed: (row) => listenersEver[row]! >= LEAST_LISTENERS,
    beside(row) {
      const known = memo.get(row)
      if (known) return besideOf(known)
      const strengths = new Map<number, number>()
      for (const { row: other, strength } of [...listened(row), ...listed(row)])
        strengths.set(other, Math.max(strength, strengths.get(other) ?? 0))
      const beside = Array.from(strengths, ([other, strength]) => ({ row: other, strength }))
        .sort((a, b) => b.strength - a.strength || a.row - b.row)
        .slice(0, BESIDE)
      memo.set(row, Float64Array.from(beside.flatMap((one) => [one.row, one.strength])))
      if (memo.size > REMEMBERED) memo.delete(memo.keys().next().value!)
      return beside
    },
  }
}

function besideOf(told: Float64Array): Beside[] {
  return Array.from({ length: told.length / 2 }, (_, i) => ({
    row: told[2 * i]!,
    strength: told[2 * i + 1]!,
  }))
}

/** Each listener's playlists as one set of rows for each: a pair counts a listener once, on however many playlists it stands. */
function playlistPairs({ size, offsets, row, owner }: Playlists): ReadonlyMap<number, ReadonlySet<number>[]> {
  const lists = new Map<number, Set<number>[]>()
  for (let p = 0; p < size; p++) {
    const rows = new Set(row.subarray(offsets[p]!, offsets[p + 1]!))
    const known = lists.get(owner[p]!)
    if (known) known.push(rows)
    else lists.set(owner[p]!, [rows])
  }
  return lists
}

/** Which rows stand beside a row in the groups of five listeners or more: cosine of the two rows' sets of listeners. */
function besideIn(
  groups: ReadonlyMap<number, ReadonlySet<number> | readonly ReadonlySet<number>[]>,
  rows: number,
): (row: number) => Beside[] {
  const flat = Array.from(groups, ([listener, of]) =>
    (of instanceof Set ? [of as ReadonlySet<number>] : (of as readonly ReadonlySet<number>[])).map((set) => ({
      listener,
      set,
    })),
  ).flat()
  const offsets = new Int32Array(flat.length + 1)
  flat.forEach(({ set }, g) => {
    offsets[g + 1] = offsets[g]! + set.size
  })
  const member = new Int32Array(offsets[flat.length]!)
  flat.forEach(({ set }, g) => {
    member.set([...set], offsets[g]!)
  })
  const groupsOf = groupsWith(member, offsets, rows)
  const listeners = new Int32Array(rows)
  const lastOf = new Int32Array(rows).fill(-1)
  for (const { listener, set } of flat)
    for (const row of set) {
      if (lastOf[row] !== listener) listeners[row]!++
      lastOf[row] = listener
    }
  return (row) => {
    const own = groupsOf(row)
    const all = listeners[row]!
    if (all < LEAST_LISTENERS) return []
    const step = Math.max(1, own.length / LOOKED_AT)
    const counts = new Map<number, number>()
    const last = new Map<number, number>()
    let seen = 0
    // Groups of one listener follow each other, so that a listener is told by the last that counted.
    for (let at = 0; at < own.length; at += step) {
      const group = own[Math.floor(at)]!
      const { listener } = flat[group]!
      seen++
      for (let i = offsets[group]!; i < offsets[group + 1]!; i++) {
        const other = member[i]!
        if (other === row || last.get(other) === listener) continue
        last.set(other, listener)
        counts.set(other, (counts.get(other) ?? 0) + 1)
      }
    }
    const beside: Beside[] = []
    for (const [other, count] of counts) {
      if (count < LEAST_LISTENERS) continue
      const both = (count * own.length) / seen
      beside.push({ row: other, strength: Math.min(1, both / Math.sqrt(all * listeners[other]!)) })
    }
    return beside.sort((a, b) => b.strength - a.strength || a.row - b.row).slice(0, BESIDE)
  }
}

async function readPlays(
  store: Store,
  catalog: Catalog,
  listeners: readonly ListenerRow[],
  exclusionsOf: (listener: number) => Promise<readonly Exclusion[]>,
  now: number,
): Promise<CommunityPlays> {
  const excluders = new Map<number, Excluder>()
  const excluding = new Set((await store.read('exclusions', ['listener'])).listener)
  for (const { id, timeZone } of listeners)
    if (excluding.has(id)) excluders.set(id, excluder(await exclusionsOf(id), timeZone, catalog))
  const columns = ['listener', 'identifier', 'endedAt', 'msPlayed', 'reasonEnd', 'skipped', 'exact'] as const
  const query = { where: { hidden: 0 }, orderBy: ['id'] } as const
  const plays = await store.read('plays', columns, query)
  const traits = await readTraits(store, query, [...excluders.values()])
  const kept: number[] = []
  const rowAt = (i: number) => catalog.rowOfIdentifier[plays.identifier[i]!] ?? -1
  for (let i = 0; i < plays.endedAt.length; i++) {
    const row = rowAt(i)
    if (row < 0 || plays.endedAt[i]! > now) continue
    const lengthMs = catalog.audio[row * AUDIO_STRIDE + DURATION]!
    const skipped = plays.skipped[i] === -1 ? undefined : plays.skipped[i] === 1
    const [reasonEnd, msPlayed] = [plays.reasonEnd[i]!, plays.msPlayed[i]!]
    const hasReasons = statesReasons(reasonEnd, plays.exact[i]!)
    if (outcome({ reasonEnd, skipped, msPlayed, lengthMs, hasReasons }) === SKIP) continue
    const artist = () => fold(catalog.artists.at(catalog.artist[row]!))
    const excludes = excluders.get(plays.listener[i]!)
    if (excludes?.matches({ endedAt: plays.endedAt[i]!, artist: artist(), row, ...traits(i) })) continue
    kept.push(i)
  }
  return {
    listener: Int32Array.from(kept, (i) => plays.listener[i]!),
    row: Int32Array.from(kept, rowAt),
    endedAt: Float64Array.from(kept, (i) => plays.endedAt[i]!),
  }
}
