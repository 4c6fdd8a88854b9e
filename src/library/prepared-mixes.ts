import type { InTurn } from '../core/turns.ts'
import type { Store, Write } from '../store/store.ts'
import { columnsOf, type Exposure } from './exposures.ts'

/** A mix of a day that was drawn before anybody asked for it: it is in no log until it is shown. */
export interface PreparedMix extends Exposure {
  /** The listener's date, YYYY-MM-DD. */
  readonly day: string
}

/** Mixes that wait for their listeners. */
export interface PreparedMixes {
  /** Keeps it, and those of the recipe's other days no more, unless one of that day is kept. Durable when it resolves. */
  put(mix: PreparedMix): Promise<void>
  find(listener: number, recipe: string, day: string): Promise<PreparedMix | undefined>
  /** It is shown: puts it into the log of slates, dated `at`, and keeps it here no more. Durable when it resolves. */
  show(mix: PreparedMix, at: number): Promise<void>
}

const COLUMNS = ['draw', 'listener', 'recipe', 'occasion', 'at', 'model', 'body', 'day'] as const

/** The mixes of a store that wait. */
export function preparedMixesOf(store: Store, inTurn: InTurn): PreparedMixes {
  return {
    put: (mix) =>
      inTurn(async () => {
        const { listener, recipe, day } = mix
        if (await store.count('preparedMixes', { listener, recipe, day })) return
        await store.write([
          { delete: 'preparedMixes', where: { listener, recipe } },
          { insert: 'preparedMixes', columns: { ...columnsOf([mix]), day: [day] } },
        ])
      }),
    async find(listener, recipe, day) {
      const rows = await store.read('preparedMixes', COLUMNS, { where: { listener, recipe, day } })
      if (rows.draw.length === 0) return undefined
      const [draw, occasion, at] = [rows.draw[0]!, rows.occasion[0]!, rows.at[0]!]
      return { draw, occasion, at, model: rows.model[0]!, body: rows.body[0]!, listener, recipe, day }
    },
    show: ({ day, ...mix }, at) =>
      inTurn(async () => {
        const { listener, recipe, draw } = mix
        const writes: Write[] = [{ delete: 'preparedMixes', where: { listener, recipe, day } }]
        if (!(await store.count('exposures', { listener, draw })))
          writes.push({ insert: 'exposures', columns: columnsOf([{ ...mix, at }]) })
        await store.write(writes)
      }),
  }
}
