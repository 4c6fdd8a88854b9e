import type { Clock } from '../core/clock.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { InTurn } from '../core/turns.ts'
import type { Write } from '../store/store.ts'
import { keptWhile, type WatchedStore } from '../store/watched.ts'
import { lastListener } from './forgotten.ts'

export interface ListenerRow {
  readonly id: number
  readonly name: string
  /** IANA. */
  readonly timeZone: string
}

/** The people of a store. Nothing but a name and a time zone is kept of them. */
export interface Listeners {
  list(): Promise<ListenerRow[]>
  find(name: string): Promise<ListenerRow | undefined>
  /** @throws UNKNOWN_LISTENER with the names there are */
  get(name: string): Promise<ListenerRow>
  /** Makes a listener, in that zone or the usual one. Durable when it resolves. @throws LISTENER_EXISTS */
  create(name: string, zone?: string): Promise<ListenerRow>
  /** The listener, or a new one together with the writes that make them. */
  findOrCreate(name: string): Promise<ListenerRow & { readonly writes: Write[] }>
  /** The numbers of these listeners, in their order, with the writes that make those who are new. */
  findOrCreateAll(
    names: readonly string[],
  ): Promise<{ readonly ids: readonly number[]; readonly writes: Write[] }>
  names(): Promise<ReadonlyMap<number, string>>
  setTimeZone(name: string, timeZone: string): Promise<void>
}

/** @param timeZone the zone of a new listener */
export function listenersOf(store: WatchedStore, now: Clock, timeZone: string, inTurn: InTurn): Listeners {
  const kept = keptWhile(store, ['listeners'], async (_: 0) => {
    const rows = await store.read('listeners', ['id', 'name', 'timeZone'], { orderBy: ['id'] })
    const people = new Map<string, ListenerRow>()
    rows.id.forEach((id, i) => {
      const name = rows.name[i]!
      people.set(name, { id, name, timeZone: rows.timeZone[i]! })
    })
    return { people, names: new Map(Array.from(people.values(), ({ id, name }) => [id, name])) }
  })
  const list = async () => [...(await kept(0)).people.values()]
  const find = async (name: string) => (await kept(0)).people.get(name)
  const get = async (name: string) => {
    const found = await find(name)
    if (found) return found
    throw new DeepcutsError('UNKNOWN_LISTENER', { listener: name, known: knownNames(await list()) })
  }
  return {
    list,
    find,
    get,
    create: (name, zone = timeZone) =>
      inTurn(async () => {
        if (await find(name)) throw new DeepcutsError('LISTENER_EXISTS', { listener: name })
        const id = (await lastListener(store)) + 1
        const columns = { id: [id], name: [name], timeZone: [zone], createdAt: [now()] }
        await store.write([{ insert: 'listeners', columns }])
        return { id, name, timeZone: zone }
      }),
    async findOrCreate(name) {
      const known = await find(name)
      if (known) return { ...known, writes: [] }
      const id = (await lastListener(store)) + 1
      const row = { id: [id], name: [name], timeZone: [timeZone], createdAt: [now()] }
      return { id, name, timeZone, writes: [{ insert: 'listeners', columns: row }] }
    },
    async findOrCreateAll(names) {
      const { people } = await kept(0)
      const created = [...new Set(names)].filter((name) => !people.has(name))
      const first = created.length > 0 ? (await lastListener(store)) + 1 : 0
      const fresh = new Map(created.map((name, i) => [name, first + i]))
      const idOf = (name: string) => people.get(name)?.id ?? fresh.get(name)!
      const columns = {
        id: created.map(idOf),
        name: created,
        timeZone: created.map(() => timeZone),
        createdAt: created.map(() => now()),
      }
      return {
        ids: names.map(idOf),
        writes: created.length > 0 ? [{ insert: 'listeners', columns }] : [],
      }
    },
    names: async () => (await kept(0)).names,
    async setTimeZone(name, zone) {
      const { id } = await get(name)
      await store.write([{ update: 'listeners', set: { timeZone: zone }, where: { id } }])
    },
  }
}

/** As many names are told in a sentence. */
const TOLD = 10

/** Who is known, for a sentence: some of them, where they are many. */
export function knownNames(people: readonly Pick<ListenerRow, 'name'>[]): string {
  const names = people.slice(0, TOLD).map(({ name }) => name)
  if (people.length > TOLD) return `${names.join(', ')} and ${people.length - TOLD} more`
  return names.join(', ') || 'nobody yet'
}
