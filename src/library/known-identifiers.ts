import type { Store } from '../store/store.ts'
import type { Appended } from '../store/watched.ts'

/** Rows for the table `identifiers`. */
export interface AddedIdentifiers {
  readonly id: number[]
  readonly scheme: string[]
  readonly value: string[]
}

/** Identifiers, kept in memory: each (scheme, value) of a store has one for ever. */
export interface KnownIdentifiers {
  /** The identifiers of these names (`scheme:value`), with the rows that the store does not have yet: `clear` where those are not written. */
  intern(names: Iterable<string>): Promise<{
    readonly identifier: ReadonlyMap<string, number>
    readonly added: AddedIdentifiers
  }>
  /** Takes over what somebody else appended. */
  add(identifiers: Appended<'identifiers'>): void
  /** Forgets what is kept. */
  clear(): void
}

/** As many names are kept, some 30 MB: all of a store where it has no more, else those asked for last. */
const MOST = 300_000
/** More names than this are looked up by reading all. */
const MANY = 50_000

/** The identifiers of a store. @param all whether to read all that there are, where they can be kept, the first time that one is not known */
export function knownIdentifiers(store: Store, all = false): KnownIdentifiers {
  let kept = new Map<string, number>()
  /** Whether a name that is not kept is not there. */
  let complete = false
  let next: number | undefined
  const keep = (name: string, id: number) => {
    if (kept.size >= MOST) {
      kept = new Map()
      complete = false
    }
    kept.set(name, id)
  }
  const read = async (names: readonly string[], found: Map<string, number>): Promise<void> => {
    const whole = all && (await store.count('identifiers')) < MOST
    const values = names.map((name) => name.slice(name.indexOf(':') + 1))
    const where = whole || names.length > MANY ? {} : { where: { value: values } }
    const rows = await store.read('identifiers', ['id', 'scheme', 'value'], where)
    const wanted = new Set(names)
    rows.id.forEach((id, i) => {
      const name = `${rows.scheme[i]}:${rows.value[i]}`
      if (wanted.has(name)) found.set(name, id)
      if (whole) keep(name, id)
    })
    complete = whole
  }
  return {
    async intern(names) {
      const identifier = new Map<string, number>()
      const unknown: string[] = []
      for (const name of names) {
        const known = kept.get(name)
        if (known === undefined) unknown.push(name)
        else identifier.set(name, known)
      }
      if (unknown.length > 0 && !complete) await read(unknown, identifier)
      next ??= (await store.max('identifiers', 'id')) + 1
      const added: AddedIdentifiers = { id: [], scheme: [], value: [] }
      for (const name of unknown) {
        const known = identifier.get(name)
        const id = known ?? next + added.id.length
        if (all) keep(name, id)
        if (known !== undefined) continue
        identifier.set(name, id)
        const colon = name.indexOf(':')
        added.id.push(id)
        added.scheme.push(name.slice(0, colon))
        added.value.push(name.slice(colon + 1))
      }
      next += added.id.length
      return { identifier, added }
    },
    add({ id, scheme, value }) {
      for (let i = 0; i < id.length; i++) keep(`${scheme[i]}:${value[i]}`, Number(id[i]))
      next = undefined
    },
    clear() {
      kept = new Map()
      complete = false
      next = undefined
    },
  }
}
