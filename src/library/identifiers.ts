import type { IdentifierScheme, TrackRef } from '../core/track.ts'
import { nameKey } from '../core/track.ts'
import type { Store } from '../store/store.ts'

/** Interns the names of recordings: each (scheme, value) has one number for ever. */
export interface Identifiers {
  /** The number of the strongest name of `ref` (Spotify, ISRC, MBID, artist and title, title), new or known; 0 when it has none. */
  intern(ref: TrackRef): number
  /** Rows that the store does not have yet. */
  readonly added: { readonly id: number[]; readonly scheme: string[]; readonly value: string[] }
}

/** Reads the known identifiers into memory. */
export async function loadIdentifiers(store: Store): Promise<Identifiers> {
  const rows = await store.read('identifiers', ['id', 'scheme', 'value'])
  const known = new Map<string, number>()
  let next = 1
  rows.id.forEach((id, i) => {
    known.set(`${rows.scheme[i]}:${rows.value[i]}`, id)
    if (id >= next) next = id + 1
  })
  const added = { id: [] as number[], scheme: [] as string[], value: [] as string[] }
  return {
    added,
    intern(ref) {
      const name = strongest(ref)
      if (!name) return 0
      const key = `${name.scheme}:${name.value}`
      const id = known.get(key)
      if (id !== undefined) return id
      known.set(key, next)
      added.id.push(next)
      added.scheme.push(name.scheme)
      added.value.push(name.value)
      return next++
    },
  }
}

/** The name that a record's events hang on. */
function strongest(ref: TrackRef): { scheme: IdentifierScheme; value: string } | undefined {
  if (ref.spotify) return { scheme: 'spotify', value: ref.spotify }
  if (ref.isrc) return { scheme: 'isrc', value: ref.isrc }
  if (ref.mbid) return { scheme: 'mbid', value: ref.mbid }
  if (!ref.title) return undefined
  return ref.artist
    ? { scheme: 'name', value: nameKey(ref.artist, ref.title) }
    : { scheme: 'title', value: nameKey('', ref.title) }
}
