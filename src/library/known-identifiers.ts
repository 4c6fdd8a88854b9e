import type { Store } from '../store/store.ts'

/** Rows for the table `identifiers`. */
export interface AddedIdentifiers {
  readonly id: number[]
  readonly scheme: string[]
  readonly value: string[]
}

/** Identifiers looked up before are kept in memory: each (scheme, value) of a store has one for ever. */
export interface KnownIdentifiers {
  /** The identifiers of these names (`scheme:value`), with the rows that the store does not have yet: `clear` where those are not written. */
  intern(names: Iterable<string>): Promise<{
    readonly identifier: ReadonlyMap<string, number>
    readonly added: AddedIdentifiers
  }>
  /** Forgets what is kept. */
  clear(): void
}

/** As many names are kept, some 20 MB; beyond them all are forgotten. */
const MOST = 200_000
/** More names than this are looked up by reading all. */
const MANY = 50_000

/** The identifiers of a store. */
export function knownIdentifiers(store: Store): KnownIdentifiers {
  let kept = new Map<string, number>()
  let next: number | undefined
  return {
    async intern(names) {
      const identifier = new Map<string, number>()
      const unknown: string[] = []
      for (const name of names) {
        const known = kept.get(name)
        if (known === undefined) unknown.push(name)
        else identifier.set(name, known)
      }
      if (unknown.length > 0) {
        const wanted = new Set(unknown)
        const values = unknown.map((name) => name.slice(name.indexOf(':') + 1))
        const where = unknown.length <= MANY ? { where: { value: values } } : {}
        const rows = await store.read('identifiers', ['id', 'scheme', 'value'], where)
        rows.id.forEach((id, i) => {
          const name = `${rows.scheme[i]}:${rows.value[i]}`
          if (wanted.has(name)) identifier.set(name, id)
        })
      }
      next ??= (await store.max('identifiers', 'id')) + 1
      const added: AddedIdentifiers = { id: [], scheme: [], value: [] }
      for (const name of unknown) {
        if (identifier.has(name)) continue
        const id = next + added.id.length
        identifier.set(name, id)
        const colon = name.indexOf(':')
        added.id.push(id)
        added.scheme.push(name.slice(0, colon))
        added.value.push(name.slice(colon + 1))
      }
      next += added.id.length
      if (kept.size + unknown.length > MOST) kept = new Map()
      if (unknown.length <= MOST) for (const name of unknown) kept.set(name, identifier.get(name)!)
      return { identifier, added }
    },
    clear() {
      kept = new Map()
      next = undefined
    },
  }
}
