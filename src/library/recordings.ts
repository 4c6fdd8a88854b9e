import { fold, nameKey } from '../core/track.ts'

/** What the claims say about identifiers, columns of one length, in the order in which they were made. */
export interface Claims {
  readonly identifier: Int32Array
  readonly isrc: readonly string[]
  readonly mbid: readonly string[]
  readonly title: readonly string[]
  readonly artist: readonly string[]
  /** NaN when unknown. */
  readonly duration_ms: Float32Array
}

/** Pairs of identifiers that somebody said are one recording. */
export interface Merges {
  readonly identifier: Int32Array
  readonly other: Int32Array
}

/** The same name with lengths further apart than this is two recordings (a radio edit, a live version). */
const SAME_LENGTH_MS = 10_000

/**
 * Groups identifiers into recordings: `root[identifier]` is the smallest identifier of its recording, 0 where nothing is claimed.
 *
 * Conservative, and the same in any order of imports: identifiers meet over an ISRC, an MBID, or the same folded artist and
 * title with lengths that agree; an unknown length joins the shortest. Where claims of one identifier differ, the first name in the
 * alphabet and the shortest length count. Identifiers with a title and no artist join the recording with that title, when
 * exactly one artist has it. Identifiers in `split` meet nobody in these ways. Those of `merged` are one because somebody said so.
 * @param size largest identifier + 1
 */
export function groupRecordings(
  claims: Claims,
  size: number,
  split: ReadonlySet<number>,
  merged: Merges = { identifier: new Int32Array(), other: new Int32Array() },
): Int32Array {
  const root = new Int32Array(size)
  const find = (i: number): number => {
    let at = i
    while (root[at] !== at) {
      root[at] = root[root[at]!]!
      at = root[at]!
    }
    return at
  }
  const union = (a: number, b: number) => {
    const [x, y] = [find(a), find(b)]
    if (x < y) root[y] = x
    else root[x] = y
  }
  for (const id of claims.identifier) root[id] = id

  const length = new Float64Array(size).fill(Number.NaN)
  const byCode = new Map<string, number>()
  const nameOf = new Map<number, string>()
  const titleOf = new Map<number, string>()
  claims.identifier.forEach((id, c) => {
    const told = claims.duration_ms[c]!
    if (told < length[id]! || Number.isNaN(length[id]!)) length[id] = told
    if (split.has(id)) return
    for (const code of [claims.isrc[c], claims.mbid[c]]) {
      if (!code) continue
      const first = byCode.get(code)
      if (first === undefined) byCode.set(code, id)
      else union(first, id)
    }
    const title = claims.title[c]
    if (!title) return
    const [names, name] = claims.artist[c]
      ? ([nameOf, nameKey(claims.artist[c]!, title)] as const)
      : ([titleOf, fold(title)] as const)
    const known = names.get(id)
    if (known === undefined || name < known) names.set(id, name)
  })

  const byName = new Map<string, number[]>()
  for (const [id, name] of nameOf) {
    const group = byName.get(name)
    if (group) group.push(id)
    else byName.set(name, [id])
  }
  for (const group of byName.values()) mergeByLength(group, length, union)
  for (const id of nameOf.keys()) titleOf.delete(id)
  attachByTitle(titleOf, byName, union)
  merged.identifier.forEach((id, i) => {
    const other = merged.other[i]!
    if (root[id] && root[other]) union(id, other)
  })
  for (let id = 1; id < size; id++) if (root[id]) root[id] = find(id)
  return root
}

/**
 * Merges identifiers of one name whose lengths agree; those of unknown length join the shortest. Leaves the group
 * sorted by length, the unknown ones last.
 */
function mergeByLength(group: number[], length: Float64Array, union: (a: number, b: number) => void): void {
  if (group.length === 1) return
  const sortable = (id: number) => (Number.isNaN(length[id]!) ? Number.POSITIVE_INFINITY : length[id]!)
  group.sort((a, b) => sortable(a) - sortable(b) || a - b)
  const first = group[0]!
  let shortest = first
  for (const id of group) {
    if (Number.isNaN(length[id]!)) union(first, id)
    else if (length[id]! - length[shortest]! <= SAME_LENGTH_MS) union(shortest, id)
    else shortest = id
  }
}

/** Titles told without an artist join the first recording of that title when one artist alone has it. */
function attachByTitle(
  titleOf: ReadonlyMap<number, string>,
  byName: ReadonlyMap<string, readonly number[]>,
  union: (a: number, b: number) => void,
): void {
  if (titleOf.size === 0) return
  const byTitle = new Map<string, number>()
  for (const [name, group] of byName) {
    const title = name.slice(name.indexOf('\u001f') + 1)
    byTitle.set(title, byTitle.has(title) ? 0 : group[0]!)
  }
  for (const [id, title] of titleOf) {
    const match = byTitle.get(title)
    if (match) union(match, id)
  }
}
