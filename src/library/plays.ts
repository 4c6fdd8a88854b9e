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

/** What a play's import calls an identifier. */
export interface PlayName {
  readonly identifier: number
  readonly artist: string
  readonly title: string
}

/**
 * The names of plays as numbers. Identifiers that were ever called the same share one, whichever import said so first; what
 * catalogs call them does not count.
 */
async function namesOfPlays(
  store: Store,
  imports: Iterable<number>,
  more: readonly PlayName[],
): Promise<(identifier: number) => number> {
  const claims = await store.read('claims', ['identifier', 'artist', 'title'], {
    where: { import: [...new Set(imports)] },
  })
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
  const tell = ({ identifier, artist, title }: PlayName) => {
    if (title) parent[find(nodeOf(identifier))] = find(nodeOf(artist ? nameKey(artist, title) : fold(title)))
  }
  claims.identifier.forEach((identifier, i) => {
    tell({ identifier, artist: claims.artist[i]!, title: claims.title[i]! })
  })
  more.forEach(tell)
  return (identifier) => find(nodeOf(identifier))
}

/**
 * Which plays of the listener are duplicates once `added` rows, called `names`, join and those of import `without` leave.
 * @returns flags for `added`, and the writes that bring the stored rows' flags up to date
 */
export async function refreshHidden(
  store: Store,
  listener: number,
  change: { readonly added?: PlayRows; readonly names?: readonly PlayName[]; readonly without?: number },
): Promise<{ hidden: Int8Array; writes: Write[] }> {
  const all = await store.read('plays', KEYS, { where: { listener } })
  const stays = Array.from(all.id.keys()).filter((i) => all.import[i] !== change.without)
  const added = change.added
  const nameOf = await namesOfPlays(
    store,
    stays.map((i) => all.import[i]!),
    change.names ?? [],
  )
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
