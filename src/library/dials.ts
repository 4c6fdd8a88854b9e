import type { Dial } from '../core/dial.ts'
import type { InTurn } from '../core/turns.ts'
import type { Store } from '../store/store.ts'

/** How each listener wants to be surprised. */
export interface Dials {
  /** {} for one who never turned it. */
  of(listener: number): Promise<Dial>
  /** Replaces what was set. */
  set(listener: number, dial: Dial): Promise<void>
}

/** The dials of a store. */
export function dialsOf(store: Store, inTurn: InTurn): Dials {
  const keyOf = (listener: number) => `dial ${listener}`
  return {
    async of(listener) {
      const { value } = await store.read('meta', ['value'], { where: { key: keyOf(listener) } })
      return value.length > 0 ? (JSON.parse(value[0]!) as Dial) : {}
    },
    set: (listener, dial) =>
      inTurn(() => {
        const key = keyOf(listener)
        return store.write([
          { delete: 'meta', where: { key } },
          { insert: 'meta', columns: { key: [key], value: [JSON.stringify(dial)] } },
        ])
      }),
  }
}
