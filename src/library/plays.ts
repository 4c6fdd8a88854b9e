import { breathe } from '../core/breathe.ts'
import { PRECISION } from '../core/event.ts'
import { fold, nameKey } from '../core/track.ts'
import type { Store, Write } from '../store/store.ts'
import { duplicates } from './deduplicate.ts'

/** The columns that telling duplicates apart reads. */
export const PLAY_KEYS = [
  'id',
  'import',
  'listener',
  'identifier',
  'endedAt',
  'msPlayed',
  'exact',
  'hidden',
] as const

/** Rows of plays, as far as telling duplicates apart reads them. */
export interface PlayRows {
  readonly id: Int32Array
  readonly import: Int32Array
  readonly listener: Int32Array
  readonly identifier: Int32Array
  readonly endedAt: Float64Array
  readonly msPlayed: Float64Array
  readonly exact: Int8Array
  readonly hidden: Int8Array
}

/** What a play's import calls an identifier. */
export interface PlayName {
  readonly identifier: number
  readonly artist: string
  readonly title: string
}

/** The names of plays as numbers: identifiers that were ever called the same share one. */
export interface NameClasses {
  /** How much it holds: identifiers and names. */
  readonly size: number
  tell(name: PlayName): void
  find(identifier: number): number
}

/** No names at all: each identifier has a number of its own. */
function nameClasses(): NameClasses {
  const parent: number[] = []
  const find = (node: number): number => {
    let at = node
    while (parent[at] !== at) at = parent[at] = parent[parent[at]!]!
    return at
  }
  const nodes = new Map<string | number, number>()
  const nodeOf = (name: string | number): number => {
    const known = nodes.get(name)
    if (known !== undefined) return known
    nodes.set(name, parent.length)
    return parent.push(parent.length) - 1
  }
  return {
    get size() {
      return parent.length
    },
    tell({ identifier, artist, title }) {
      if (title)
        parent[find(nodeOf(identifier))] = find(nodeOf(artist ? nameKey(artist, title) : fold(title)))
    },
    find: (identifier) => find(nodeOf(identifier)),
  }
}

/**
 * The names that these imports, whichever said so first, and `more` call identifiers by; what catalogs call them does not count.
 */
export async function namesOfPlays(
  store: Store,
  imports: Iterable<number>,
  more: readonly PlayName[],
): Promise<NameClasses> {
  const claims = await store.read('claims', ['identifier', 'artist', 'title'], {
    where: { import: [...new Set(imports)] },
  })
  const names = nameClasses()
  claims.identifier.forEach((identifier, i) => {
    names.tell({ identifier, artist: claims.artist[i]!, title: claims.title[i]! })
  })
  for (const name of more) names.tell(name)
  return names
}

/**
 * Which plays of these listeners are duplicates once `added` rows, called `names`, join and those of import `without` leave. Nobody's plays
 * hide anybody else's.
 * @returns flags for `added`, and the writes that bring the stored rows' flags up to date
 */
export async function refreshHidden(
  store: Store,
  listeners: readonly number[],
  change: { readonly added?: PlayRows; readonly names?: readonly PlayName[]; readonly without?: number },
): Promise<{ hidden: Int8Array; writes: Write[] }> {
  const stored = await store.read('plays', PLAY_KEYS, { where: { listener: listeners } })
  const added = change.added
  const hidden = new Int8Array(added?.id.length ?? 0)
  const changed: [number[], number[]] = [[], []]
  const [before, more] = [byListener(stored, change.without), byListener(added)]
  for (const listener of listeners) {
    const [stays, joins] = [before.get(listener) ?? [], more.get(listener) ?? []]
    if (stays.length + joins.length === 0) continue
    const flags = await flagsOf(store, stored, stays, added, joins, change.names ?? [])
    stays.forEach((i, at) => {
      if (flags[at] !== stored.hidden[i]) changed[flags[at] as 0 | 1].push(stored.id[i]!)
    })
    joins.forEach((i, at) => {
      hidden[i] = flags[stays.length + at]!
    })
  }
  const writes: Write[] = []
  for (const flag of [0, 1] as const)
    if (changed[flag].length)
      writes.push({ update: 'plays', set: { hidden: flag }, where: { id: changed[flag] } })
  return { hidden, writes }
}

/** Of more plays than this the event loop gets turns in between: requests are answered meanwhile. */
const MANY = 10_000

/** Flags of one listener's rows: those that stay, then those that join. */
async function flagsOf(
  store: Store,
  stored: PlayRows,
  stays: readonly number[],
  added: PlayRows | undefined,
  joins: readonly number[],
  names: readonly PlayName[],
): Promise<Int8Array> {
  const pick = <A extends Int32Array | Float64Array | Int8Array>(of: (rows: PlayRows) => A): A => {
    const [column, more] = [of(stored), added && of(added)]
    const joined = new (column.constructor as new (n: number) => A)(stays.length + joins.length)
    stays.forEach((i, at) => {
      joined[at] = column[i]!
    })
    joins.forEach((i, at) => {
      joined[stays.length + at] = more![i]!
    })
    return joined
  }
  const identifier = pick((rows) => rows.identifier)
  if (identifier.length > MANY) await breathe()
  const exact = pick((rows) => rows.exact)
  // Among rows of exact ends names tell nothing that identifiers do not.
  const nameOf = exact.some((code) => code !== PRECISION.second)
    ? (
        await namesOfPlays(
          store,
          stays.map((i) => stored.import[i]!),
          names,
        )
      ).find
    : (id: number) => id
  const keys = {
    import: pick((rows) => rows.import),
    identifier,
    name: identifier.map(nameOf),
    endedAt: pick((rows) => rows.endedAt),
    msPlayed: pick((rows) => rows.msPlayed),
    exact,
  }
  if (identifier.length > MANY) await breathe()
  return duplicates(keys)
}

/** Listener → indices of their rows, those of import `without` left out. */
function byListener(rows: PlayRows | undefined, without?: number): Map<number, number[]> {
  const own = new Map<number, number[]>()
  rows?.listener.forEach((listener, i) => {
    if (rows.import[i] === without) return
    const known = own.get(listener)
    if (known) known.push(i)
    else own.set(listener, [i])
  })
  return own
}
