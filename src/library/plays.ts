import { fold, nameKey } from '../core/track.ts'
import type { Store, Write } from '../store/store.ts'
import { duplicates } from './deduplicate.ts'

/** The columns that telling duplicates apart reads. */
const KEYS = ['id', 'import', 'identifier', 'endedAt', 'msPlayed', 'exact', 'hidden'] as const

interface PlayRows {
  readonly id: Int32Array
  readonly import: Int32Array
  readonly identifier: Int32Array
  readonly endedAt: Float64Array
  readonly msPlayed: Float64Array
  readonly exact: Int8Array
  readonly hidden: Int8Array
}

/** Names of identifiers as numbers: equal for the same folded artist and title. */
export type NameOf = (identifier: number) => number

/** Reads the names of all claimed identifiers; `more` are claims not in the store yet. */
export async function namesOfIdentifiers(
  store: Store,
  more: readonly { identifier: number; artist: string; title: string }[],
): Promise<NameOf> {
  const claims = await store.read('claims', ['identifier', 'artist', 'title'])
  const numbers = new Map<string, number>()
  const byIdentifier = new Map<number, number>()
  const tell = (identifier: number, artist: string, title: string) => {
    if (byIdentifier.has(identifier) || !title) return
    const key = artist ? nameKey(artist, title) : fold(title)
    let number = numbers.get(key)
    if (number === undefined) {
      number = numbers.size + 1
      numbers.set(key, number)
    }
    byIdentifier.set(identifier, number)
  }
  claims.identifier.forEach((id, i) => {
    tell(id, claims.artist[i]!, claims.title[i]!)
  })
  for (const { identifier, artist, title } of more) tell(identifier, artist, title)
  return (identifier) => byIdentifier.get(identifier) ?? -identifier
}

/**
 * Which plays of the listener are duplicates once `added` rows join and those of import `without` leave.
 * @returns flags for `added`, and the writes that bring the stored rows' flags up to date
 */
export async function refreshHidden(
  store: Store,
  listener: number,
  nameOf: NameOf,
  change: { readonly added?: PlayRows; readonly without?: number },
): Promise<{ hidden: Int8Array; writes: Write[] }> {
  const all = await store.read('plays', KEYS, { where: { listener } })
  const stays = Array.from(all.id.keys()).filter((i) => all.import[i] !== change.without)
  const added = change.added
  const pick = <A extends Int32Array | Float64Array | Int8Array>(column: A, more: A | undefined): A => {
    const joined = new (column.constructor as new (n: number) => A)(stays.length + (more?.length ?? 0))
    stays.forEach((i, at) => {
      joined[at] = column[i]!
    })
    if (more) joined.set(more as never, stays.length)
    return joined
  }
  const identifier = pick(all.identifier, added?.identifier)
  const flags = duplicates({
    import: pick(all.import, added?.import),
    identifier,
    name: identifier.map(nameOf),
    endedAt: pick(all.endedAt, added?.endedAt),
    msPlayed: pick(all.msPlayed, added?.msPlayed),
    exact: pick(all.exact, added?.exact),
  })
  const changed: [number[], number[]] = [[], []]
  stays.forEach((i, at) => {
    if (flags[at] !== all.hidden[i]) changed[flags[at] as 0 | 1].push(all.id[i]!)
  })
  const writes: Write[] = []
  for (const hidden of [0, 1] as const)
    if (changed[hidden].length)
      writes.push({ update: 'plays', set: { hidden }, where: { id: changed[hidden] } })
  return { hidden: flags.subarray(stays.length), writes }
}
