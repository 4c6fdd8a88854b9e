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

/** The same name with lengths further apart than this is two recordings (a radio edit, a live version). */
const SAME_LENGTH_MS = 10_000

/**
 * Groups identifiers into recordings: `root[identifier]` is the smallest identifier of its recording, 0 where nothing is claimed.
 *
 * Conservative, and the same in any order of imports: identifiers meet over an ISRC, an MBID, or the same folded artist and
 * title with lengths that agree (or are unknown). Claims without an artist join the one recording with that title, when
 * exactly one artist has it. Identifiers in `split` meet nobody by name.
 * @param size largest identifier + 1
 */
export function groupRecordings(claims: Claims, size: number, split: ReadonlySet<number>): Int32Array {
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
  const byName = new Map<string, number[]>()
  const untitled: number[] = []
  const named = new Uint8Array(size)
  claims.identifier.forEach((id, c) => {
    if (!Number.isNaN(claims.duration_ms[c]!)) length[id] = claims.duration_ms[c]!
    for (const code of [claims.isrc[c], claims.mbid[c]]) {
      if (!code || split.has(id)) continue
      const first = byCode.get(code)
      if (first === undefined) byCode.set(code, id)
      else union(first, id)
    }
    if (named[id] || split.has(id)) return
    if (!claims.artist[c]) {
      if (claims.title[c]) untitled.push(c)
      return
    }
    named[id] = 1
    const key = nameKey(claims.artist[c]!, claims.title[c]!)
    const group = byName.get(key)
    if (group) group.push(id)
    else byName.set(key, [id])
  })

  for (const group of byName.values()) if (group.length > 1) mergeByLength(group, length, union)
  attachByTitle(untitled, claims, named, byName, union)
  for (let id = 1; id < size; id++) if (root[id]) root[id] = find(id)
  return root
}

/** Merges identifiers of one name whose lengths agree; those of unknown length join the first. */
function mergeByLength(group: number[], length: Float64Array, union: (a: number, b: number) => void): void {
  const known = group
    .filter((id) => !Number.isNaN(length[id]!))
    .sort((a, b) => length[a]! - length[b]! || a - b)
  let shortest = known[0]!
  for (const id of known) {
    if (length[id]! - length[shortest]! <= SAME_LENGTH_MS) union(shortest, id)
    else shortest = id
  }
  const unknown = group.filter((id) => Number.isNaN(length[id]!))
  const anchor = known.length ? Math.min(...known) : unknown[0]!
  for (const id of unknown) if (id !== anchor) union(anchor, id)
}

/** Claims that give a title and no artist: they join the recording of that title when one artist alone has it. */
function attachByTitle(
  untitled: readonly number[],
  claims: Claims,
  named: Uint8Array,
  byName: ReadonlyMap<string, readonly number[]>,
  union: (a: number, b: number) => void,
): void {
  if (untitled.length === 0) return
  const byTitle = new Map<string, number>()
  for (const [key, group] of byName) {
    const title = key.slice(key.indexOf('\u001f') + 1)
    byTitle.set(title, byTitle.has(title) ? -1 : group[0]!)
  }
  for (const c of untitled) {
    const id = claims.identifier[c]!
    const match = named[id] ? undefined : byTitle.get(fold(claims.title[c]!))
    if (match !== undefined && match > 0) union(match, id)
  }
}
