import type { IdentifierScheme, TrackRef } from '../core/track.ts'
import { nameKey } from '../core/track.ts'

/** Numbers the names that one import tells, without a look at the store. */
export interface LocalNames {
  /** The number, from 1, of the strongest name of `ref` (Spotify, ISRC, MBID, artist and title, title); 0 when it has none. */
  number(ref: TrackRef): number
  /** The names as `scheme:value`, by their numbers. */
  all(): Iterable<string>
  /** Local number → identifier; 0 → 0. */
  identifiers(of: ReadonlyMap<string, number>): Int32Array
}

/** The names of one import. */
export function localNames(): LocalNames {
  const numbers = new Map<string, number>()
  return {
    number(ref) {
      const name = strongest(ref)
      if (!name) return 0
      const key = `${name.scheme}:${name.value}`
      const known = numbers.get(key)
      if (known !== undefined) return known
      numbers.set(key, numbers.size + 1)
      return numbers.size
    },
    all: () => numbers.keys(),
    identifiers(of) {
      const identifier = new Int32Array(numbers.size + 1)
      for (const [key, number] of numbers) identifier[number] = of.get(key)!
      return identifier
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
