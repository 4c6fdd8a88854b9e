import type { Store } from '../store/store.ts'
import type { Catalog } from './catalog.ts'

/** Playlists as columns: playlist p holds rows row[offsets[p] … offsets[p + 1] − 1], each once. */
export interface Playlists {
  readonly size: number
  /** size + 1. */
  readonly offsets: Int32Array
  readonly row: Int32Array
  /** Playlist → the listener whose it is; 0: of a catalog. */
  readonly owner: Int32Array
  /** The playlists that a row is on. */
  on(row: number): Int32Array
}

/** Reads the playlists of these owners; listener 0 is nobody: the playlists that catalogs tell. */
export async function readPlaylists(
  store: Store,
  catalog: Catalog,
  owners?: readonly number[],
): Promise<Playlists> {
  const columns = ['import', 'listener', 'playlist', 'identifier'] as const
  const where = owners ? { listener: owners } : {}
  return playlistsOf(await store.read('playlistItems', columns, { where }), catalog)
}

interface Items {
  readonly import: Int32Array
  readonly listener: Int32Array
  readonly playlist: readonly string[]
  readonly identifier: Int32Array
}

/** Groups items by import, owner and name; tracks that no claim knows are left out, and playlists of less than two. */
export function playlistsOf(items: Items, catalog: Catalog): Playlists {
  const groups = new Map<string, { owner: number; rows: Set<number> }>()
  for (let i = 0; i < items.identifier.length; i++) {
    const row = catalog.rowOfIdentifier[items.identifier[i]!] ?? -1
    if (row < 0) continue
    const key = `${items.import[i]}/${items.listener[i]}/${items.playlist[i]}`
    const known = groups.get(key)
    if (known) known.rows.add(row)
    else groups.set(key, { owner: items.listener[i]!, rows: new Set([row]) })
  }
  const lists = [...groups.values()].filter(({ rows }) => rows.size > 1)
  const offsets = new Int32Array(lists.length + 1)
  lists.forEach(({ rows }, p) => {
    offsets[p + 1] = offsets[p]! + rows.size
  })
  const row = new Int32Array(offsets[lists.length]!)
  lists.forEach(({ rows }, p) => {
    row.set([...rows], offsets[p]!)
  })
  const owner = Int32Array.from(lists, (list) => list.owner)
  return { size: lists.length, offsets, row, owner, on: groupsWith(row, offsets, catalog.size) }
}

const NONE = new Int32Array()

/** A function that gives the groups (of offsets over members) in which a member is. Built when it is first asked. */
export function groupsWith(
  member: Int32Array,
  offsets: Int32Array,
  members: number,
): (member: number) => Int32Array {
  let built: { readonly starts: Int32Array; readonly group: Int32Array } | undefined
  const build = () => {
    const starts = new Int32Array(members + 1)
    for (const one of member) starts[one + 1]!++
    for (let one = 0; one < members; one++) starts[one + 1]! += starts[one]!
    const next = starts.slice(0, members)
    const group = new Int32Array(member.length)
    for (let g = 0; g + 1 < offsets.length; g++)
      for (let at = offsets[g]!; at < offsets[g + 1]!; at++) group[next[member[at]!]!++] = g
    return { starts, group }
  }
  return (one) => {
    if (member.length === 0) return NONE
    built ??= build()
    return built.group.subarray(built.starts[one]!, built.starts[one + 1]!)
  }
}
