import { PRECISION } from '../core/event.ts'
import type { Store, Write } from '../store/store.ts'
import { duplicates } from './deduplicate.ts'
import { type HeardRows, heardRows } from './heard-rows.ts'
import { type NameClasses, namesOfPlays, PLAY_KEYS, type PlayName, type PlayRows } from './plays.ts'

/** A name that an import tells, and the listener whose plays it is told with. */
export interface ToldName extends PlayName {
  readonly import: number
  readonly listener: number
}

/** What joins: the flags of the new rows, and the writes that bring those of the stored ones up to date. */
export interface Joined {
  readonly hidden: Int8Array
  readonly writes: Write[]
}

/** The plays of the listeners heard of last, kept so that another one is told from a duplicate without reading them all. */
export interface HeardIndex {
  /** As `refreshHidden` with rows added has it, whichever listeners they are of; they are kept at once, so `clear` where they are not written. */
  join(added: PlayRows, names: readonly ToldName[]): Promise<Joined>
  /** Forgets what is kept. */
  clear(): void
}

interface Heard {
  readonly rows: HeardRows
  readonly imports: Set<number>
  /** Absent while every play has an exact end: among those names tell nothing that identifiers do not. */
  names?: NameClasses
}

/** Plays and names kept of all listeners together: a play takes some 30 bytes, a name some 100. */
const MOST_PLAYS = 2_500_000
const PLAYS_OF_A_NAME = 4

/** The plays of a store. */
export function heardIndex(store: Store): HeardIndex {
  let kept = new Map<number, Heard>()
  let weight = 0
  const weightOf = ({ rows, names }: Heard) => rows.size + PLAYS_OF_A_NAME * (names?.size ?? 0)
  const forget = (listener: number) => {
    const heard = kept.get(listener)
    if (heard) weight -= weightOf(heard)
    kept.delete(listener)
  }
  /** All of these, in memory; those asked for last at the end. */
  const load = async (listeners: readonly number[]): Promise<ReadonlyMap<number, Heard>> => {
    const found = new Map<number, Heard>()
    const missing: number[] = []
    for (const listener of listeners) {
      const known = kept.get(listener)
      if (known) {
        kept.delete(listener)
        kept.set(listener, known)
        found.set(listener, known)
      } else missing.push(listener)
    }
    if (missing.length === 0) return found
    const stored = await store.read('plays', PLAY_KEYS, {
      where: { listener: missing },
      orderBy: ['listener', 'identifier', 'id'],
    })
    for (let from = 0, to = 0; from < stored.id.length; from = to) {
      const listener = stored.listener[from]!
      while (stored.listener[to] === listener) to++
      found.set(listener, heardOf(heardRows(stored, from, to)))
    }
    for (const listener of missing) {
      const heard = found.get(listener) ?? heardOf(heardRows(stored, 0, 0))
      found.set(listener, heard)
      kept.set(listener, heard)
      weight += heard.rows.size
    }
    return found
  }

  return {
    async join(added, names) {
      const [joining, telling] = [byListener(added.listener), byListener(names.map((name) => name.listener))]
      const found = await load([...new Set([...joining.keys(), ...telling.keys()])])
      const hidden = new Int8Array(added.id.length)
      const changed: [number[], number[]] = [[], []]
      for (const [listener, heard] of found) {
        const rows = joining.get(listener) ?? []
        const told = (telling.get(listener) ?? []).map((i) => names[i]!)
        const before = weightOf(heard)
        const affected = await rename(heard, added, rows, told)
        weight += weightOf(heard) - before
        for (const [row, flag] of flagsOf(heard, added, rows, affected, hidden))
          changed[flag as 0 | 1].push(heard.rows.id(row))
      }
      changed.forEach((ids, flag) => {
        if (ids.length > 0) for (const { rows } of found.values()) rows.flag(new Set(ids), flag)
      })
      for (const [listener, { rows, imports }] of found) {
        const joins = joining.get(listener) ?? []
        rows.add(added, hidden, joins)
        for (const i of joins) imports.add(added.import[i]!)
        weight += joins.length
      }
      for (const listener of kept.keys()) {
        if (weight <= MOST_PLAYS) break
        forget(listener)
      }
      return {
        hidden,
        writes: ([0, 1] as const).flatMap((flag): Write[] =>
          changed[flag].length
            ? [{ update: 'plays', set: { hidden: flag }, where: { id: changed[flag] } }]
            : [],
        ),
      }
    },
    clear() {
      kept = new Map()
      weight = 0
    },
  }

  /** Brings the names of a listener up to date where they count. @returns the identifiers whose plays that touches; 'all' where it may be any */
  async function rename(
    heard: Heard,
    added: PlayRows,
    joins: readonly number[],
    told: readonly ToldName[],
  ): Promise<Affected> {
    const joined = new Set(joins.map((i) => added.identifier[i]!))
    const exact = heard.rows.allExact && joins.every((i) => added.exact[i] === PRECISION.second)
    if (exact && !heard.names) return joined
    const imports = new Set([...heard.imports, ...joins.map((i) => added.import[i]!)])
    const anew = !heard.names || imports.size > heard.imports.size
    if (anew) heard.names = await namesOfPlays(store, imports, [])
    for (const name of told) {
      if (!imports.has(name.import)) continue
      heard.names!.tell(name)
      joined.add(name.identifier)
    }
    return anew ? 'all' : joined
  }
}

type Affected = ReadonlySet<number> | 'all'

function heardOf(rows: HeardRows): Heard {
  return { rows, imports: rows.imports() }
}

/**
 * Sets the flags of the rows that join a listener's, and tells the stored ones whose flag changes with what it becomes. Rows of other
 * names keep theirs: what is a duplicate hangs on the plays of one name alone.
 */
function flagsOf(
  { rows, names }: Heard,
  added: PlayRows,
  joins: readonly number[],
  affected: Affected,
  hidden: Int8Array,
): (readonly [row: number, flag: number])[] {
  const classOf = names ? names.find : (identifier: number) => identifier
  const wanted = affected === 'all' ? undefined : new Set(Array.from(affected, classOf))
  const stays = names
    ? rows.where((identifier) => wanted?.has(classOf(identifier)) ?? true)
    : rows.of([...(affected as ReadonlySet<number>)])
  if (!names && joins.length === 1 && !rows.has(stays, added, joins[0]!)) return []
  const column = <A extends Int32Array | Float64Array | Int8Array>(
    empty: A,
    stored: (row: number) => number,
    more: A,
  ): A => {
    stays.forEach((row, at) => {
      empty[at] = stored(row)
    })
    joins.forEach((i, at) => {
      empty[stays.length + at] = more[i]!
    })
    return empty
  }
  const size = stays.length + joins.length
  const ints = () => new Int32Array(size)
  const identifier = column(ints(), rows.identifier, added.identifier)
  const flags = duplicates({
    identifier,
    import: column(ints(), rows.import, added.import),
    name: identifier.map(classOf),
    endedAt: column(new Float64Array(size), rows.endedAt, added.endedAt),
    msPlayed: column(new Float64Array(size), rows.msPlayed, added.msPlayed),
    exact: column(new Int8Array(size), rows.exact, added.exact),
  })
  joins.forEach((i, at) => {
    hidden[i] = flags[stays.length + at]!
  })
  return stays.flatMap((row, at) => (flags[at] === rows.hidden(row) ? [] : [[row, flags[at]!] as const]))
}

/** Listener → where they stand. */
function byListener(listeners: ArrayLike<number>): Map<number, number[]> {
  const at = new Map<number, number[]>()
  for (let i = 0; i < listeners.length; i++) {
    const known = at.get(listeners[i]!)
    if (known) known.push(i)
    else at.set(listeners[i]!, [i])
  }
  return at
}
