import type { IdentifierScheme, TrackRef } from '../core/track.ts'
import { nameKey } from '../core/track.ts'
import type { Store } from '../store/store.ts'

/** Numbers the names that one import tells, without a look at the store. */
export interface LocalNames {
  /** The number, from 1, of the strongest name of `ref` (Spotify, ISRC, MBID, artist and title, title); 0 when it has none. */
  number(ref: TrackRef): number
  /** The store's identifiers of these names. Read and written in one turn, or two imports give one number to two names. */
  intern(store: Store): Promise<Interned>
}

/** Each (scheme, value) of a store has one identifier for ever. */
export interface Interned {
  /** Local number → identifier; 0 → 0. */
  readonly identifier: Int32Array
  /** Rows that the store does not have yet. */
  readonly added: { readonly id: number[]; readonly scheme: string[]; readonly value: string[] }
}

/** So few names are looked up alone, and not among all. */
const FEW = 1000

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
    async intern(store) {
      const few = numbers.size <= FEW
      const values = few ? Array.from(numbers.keys(), (key) => key.slice(key.indexOf(':') + 1)) : []
      const rows = await store.read(
        'identifiers',
        ['id', 'scheme', 'value'],
        few ? { where: { value: values } } : {},
      )
      const identifier = new Int32Array(numbers.size + 1)
      let next = (await store.max('identifiers', 'id')) + 1
      rows.id.forEach((id, i) => {
        const number = numbers.get(`${rows.scheme[i]}:${rows.value[i]}`)
        if (number !== undefined) identifier[number] = id
      })
      const added = { id: [] as number[], scheme: [] as string[], value: [] as string[] }
      for (const [key, number] of numbers) {
        if (identifier[number] !== 0) continue
        const colon = key.indexOf(':')
        identifier[number] = next
        added.id.push(next++)
        added.scheme.push(key.slice(0, colon))
        added.value.push(key.slice(colon + 1))
      }
      return { identifier, added }
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
