import type { InTurn } from '../core/turns.ts'
import type { Store } from '../store/store.ts'

/** A slate that was shown, as the log keeps it: what could have been shown, what was, and how likely. */
export interface Exposure {
  /** Names the draw; a slate that is shown again is the same exposure. */
  readonly draw: string
  readonly listener: number
  readonly recipe: string
  /** How the slate came to be: 'day' for the first of its recipe on the listener's day. */
  readonly occasion: string
  readonly at: number
  readonly model: number
  /** JSON: pool, pattern, order, propensities, settings. */
  readonly body: string
}

/** The append-only log of slates. */
export interface Exposures {
  /** Appends unless the draw is there already. Durable when it resolves. */
  append(exposure: Exposure): Promise<void>
  list(listener: number): Promise<Exposure[]>
  /** When the days' slates of this recipe were drawn, oldest first. */
  days(listener: number, recipe: string): Promise<Float64Array>
}

const COLUMNS = ['draw', 'listener', 'recipe', 'occasion', 'at', 'model', 'body'] as const

/** The log of slates of a store. */
export function exposuresOf(store: Store, inTurn: InTurn): Exposures {
  return {
    append: ({ draw, listener, recipe, occasion, at, model, body }) =>
      inTurn(async () => {
        if (await store.count('exposures', { draw })) return
        const columns = {
          draw: [draw],
          listener: [listener],
          recipe: [recipe],
          occasion: [occasion],
          at: [at],
          model: [model],
          body: [body],
        }
        await store.write([{ insert: 'exposures', columns }])
      }),
    async days(listener, recipe) {
      const where = { listener, recipe, occasion: 'day' }
      return (await store.read('exposures', ['at'], { where, orderBy: ['at'] })).at
    },
    async list(listener) {
      const rows = await store.read('exposures', COLUMNS, { where: { listener }, orderBy: ['at'] })
      return rows.draw.map((draw, i) => ({
        draw,
        listener,
        recipe: rows.recipe[i]!,
        occasion: rows.occasion[i]!,
        at: rows.at[i]!,
        model: rows.model[i]!,
        body: rows.body[i]!,
      }))
    },
  }
}
