import type { Random } from '../core/random.ts'
import { type ColdData, type ColdRows, coldRows } from './cold-data.ts'

/** Listeners and tracks that are new, and what there is to learn from without them. */
export interface ColdSplit {
  /** What the others had of the other tracks. */
  readonly taught: ColdRows
  /** The listeners of `taught`, by their number in the data. */
  readonly teachers: readonly number[]
  readonly newTracks: ReadonlySet<number>
  /** Of each new listener what is shown, newest last, none of it new tracks; and what is to be foreseen. */
  readonly asked: readonly Asked[]
}

export interface Asked {
  /** Events. */
  readonly shown: readonly number[]
  /** Tracks had later, none of them new or shown. */
  readonly wanted: ReadonlySet<number>
  /** New tracks that the listener had at any time. */
  readonly wantedNew: ReadonlySet<number>
}

/** How many tracks new listeners have shown along the curve. */
export const SHOWN = [0, 1, 5, 10, 20]

const LISTENERS = { share: 0.2, most: 500 } as const
/** The share of a new listener's events that is kept for what is to be foreseen, the last ones. */
const FORESEEN = 0.2
/** A new listener has at least so many tracks to show. */
const LEAST_SHOWN = 5
const TRACKS = 0.1

/** Draws new listeners and new tracks among some listeners; undefined where nobody has enough. */
export function coldSplit(data: ColdData, among: readonly number[], random: Random): ColdSplit | undefined {
  const { sequences } = data
  const playlist = sequences.playlist[0] === 1 ? 1 : 0
  const had = new Set<number>()
  for (const s of among) for (const event of eventsOf(data, s)) had.add(sequences.item[event]!)
  const newTracks = new Set(random.shuffle([...had]).slice(0, Math.floor(had.size * TRACKS)))
  const most = Math.min(Math.floor(among.length * LISTENERS.share), LISTENERS.most)
  const asked: Asked[] = []
  const newListeners = new Set<number>()
  for (const s of random.shuffle([...among])) {
    if (asked.length >= most) break
    const one = askedOf(data, s, newTracks)
    if (!one) continue
    asked.push(one)
    newListeners.add(s)
  }
  if (asked.length === 0) return undefined
  const teachers = among.filter((s) => !newListeners.has(s))
  const known = teachers.map((s) =>
    eventsOf(data, s).filter((event) => !newTracks.has(sequences.item[event]!)),
  )
  return { taught: coldRows(data, known, playlist), teachers, newTracks, asked }
}

function askedOf(data: ColdData, s: number, newTracks: ReadonlySet<number>): Asked | undefined {
  const { item } = data.sequences
  const all = eventsOf(data, s)
  const events = all.filter((event) => !newTracks.has(item[event]!))
  const foreseen = Math.ceil(events.length * FORESEEN)
  const shown = onceEach(item, events.slice(0, events.length - foreseen))
  if (shown.length < LEAST_SHOWN) return undefined
  const before = new Set(shown.map((event) => item[event]!))
  const later = events.slice(events.length - foreseen).map((event) => item[event]!)
  const wanted = new Set(later.filter((track) => !before.has(track)))
  const wantedNew = new Set(all.map((event) => item[event]!).filter((track) => newTracks.has(track)))
  return wanted.size === 0 ? undefined : { shown, wanted, wantedNew }
}

/** Of each track its last event. */
function onceEach(item: Int32Array, events: readonly number[]): number[] {
  const last = new Map(events.map((event) => [item[event]!, event]))
  return events.filter((event) => last.get(item[event]!) === event)
}

function eventsOf({ sequences: { offsets } }: ColdData, s: number): number[] {
  return Array.from({ length: offsets[s + 1]! - offsets[s]! }, (_, k) => offsets[s]! + k)
}

/** What new listeners show when they have shown so many tracks, the last ones; all of them without a number. */
export function shownRows(data: ColdData, asked: readonly Asked[], n?: number): ColdRows {
  const playlist = data.sequences.playlist[0] === 1 ? 1 : 0
  return coldRows(
    data,
    asked.map(({ shown }) =>
      n === undefined ? shown : shown.slice(shown.length - Math.min(n, shown.length)),
    ),
    playlist,
  )
}
