import type { Engine } from './engine.ts'
import type { Catalog } from './library/catalog.ts'
import type { ListenerRow } from './library/listeners.ts'
import { type TodaysMix, type TodaysRecipe, todaysMix } from './todays-mixes.ts'

/** Mixes of the day that were shown, encoded and ready to be sent again. */
export interface KeptMixes {
  /** Today's mix of a recipe; nothing is read or worked out where it was asked for before and nothing was said since. @throws UNKNOWN_LISTENER */
  of(listener: string, recipe: TodaysRecipe): Promise<Buffer>
}

interface Kept extends Pick<TodaysMix, 'from' | 'until'> {
  readonly bytes: Buffer
  readonly listener: ListenerRow
  readonly catalog: Catalog
  /** The versions of what may change how it is shown, when that was looked at last. */
  seen: Seen
}

interface Seen {
  readonly all: number
  readonly feedback: number
}

/** What all kept mixes may take together. */
const MOST_BYTES = 96 * 2 ** 20

/** @param encode what is sent of a mix */
export function keptMixes(engine: Engine, encode: (today: TodaysMix) => Buffer): KeptMixes {
  const { changes } = engine
  /** By recipe and listener, those asked for last at the end. */
  const kept = new Map<string, Kept>()
  const underWay = new Map<string, Promise<Buffer>>()
  let bytes = 0
  const drop = (key: string) => {
    bytes -= kept.get(key)?.bytes.byteLength ?? 0
    kept.delete(key)
  }
  const seenNow = (): Seen => ({
    all: changes.version(['listeners', 'feedback', 'meta']),
    feedback: changes.version(['feedback']),
  })
  /** Whether what was written since is about others. */
  const stands = async ({ listener, catalog, seen }: Kept): Promise<boolean> => {
    const said = changes.appended('feedback', seen.feedback)
    if (!said || said.some((rows) => isAbout(listener.id, rows.listener))) return false
    const same = await engine.listener(listener.name)
    if (same.id !== listener.id || same.timeZone !== listener.timeZone) return false
    return (await engine.library.catalog()) === catalog
  }
  const make = async (key: string, name: string, recipe: TodaysRecipe): Promise<Buffer> => {
    const seen = seenNow()
    const listener = await engine.listener(name)
    const catalog = await engine.library.catalog()
    const today = await todaysMix(engine, name, recipe)
    const encoded = encode(today)
    drop(key)
    kept.set(key, { bytes: encoded, listener, catalog, seen, from: today.from, until: today.until })
    bytes += encoded.byteLength
    while (bytes > MOST_BYTES && kept.size > 1) drop(kept.keys().next().value!)
    return encoded
  }
  return {
    async of(name, recipe) {
      const key = `${recipe}/${name}`
      const known = kept.get(key)
      const at = engine.now()
      if (known && known.from <= at && at < known.until) {
        const seen = seenNow()
        if (seen.all === known.seen.all || (await stands(known))) {
          known.seen = seen
          kept.delete(key)
          kept.set(key, known)
          return known.bytes
        }
      }
      const before = underWay.get(key)
      if (before) return before
      const made = make(key, name, recipe).finally(() => underWay.delete(key))
      underWay.set(key, made)
      return made
    },
  }
}

function isAbout(listener: number, listeners: ArrayLike<number | string>): boolean {
  for (let i = 0; i < listeners.length; i++) if (Number(listeners[i]) === listener) return true
  return false
}
