import { inBatches } from '../core/batches.ts'
import type { ColumnValues } from '../store/schema.ts'
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

/** A slate without what it was drawn from. */
export type ExposureHead = Omit<Exposure, 'body'>

/** The append-only log of slates. */
export interface Exposures {
  /** Appends unless the draw is there already. Durable when it resolves. */
  append(exposure: Exposure): Promise<void>
  /** Everything that was shown to a listener, or what these draws showed, oldest first. */
  list(listener: number, draws?: readonly string[]): Promise<Exposure[]>
  /** The same without the bodies, which are long. */
  heads(listener: number): Promise<ExposureHead[]>
  /** When the days' slates of this recipe were drawn, oldest first. */
  days(listener: number, recipe: string): Promise<Float64Array>
  /** Every slate of this recipe without what it holds, oldest first. */
  shown(listener: number, recipe: string): Promise<readonly ExposureHead[]>
  /** What a slate holds; undefined where it is not in the log. */
  body(listener: number, draw: string): Promise<string | undefined>
}

const HEAD = ['draw', 'recipe', 'occasion', 'at', 'model'] as const
const COLUMNS = [...HEAD, 'body'] as const

/** The log of slates of a store. */
export function exposuresOf(store: Store): Exposures {
  return {
    append: inBatches(async (exposures: readonly Exposure[]) => {
      const where = {
        listener: [...new Set(exposures.map(({ listener }) => listener))],
        draw: exposures.map(({ draw }) => draw),
      }
      const there = new Set((await store.read('exposures', ['draw'], { where })).draw)
      const fresh = exposures.filter(({ draw }) => !there.has(draw) && there.add(draw))
      if (fresh.length > 0) await store.write([{ insert: 'exposures', columns: columnsOf(fresh) }])
    }),
    async days(listener, recipe) {
      const where = { listener, recipe, occasion: 'day' }
      return (await store.read('exposures', ['at'], { where, orderBy: ['at'] })).at
    },
    async shown(listener, recipe) {
      const rows = await store.read('exposures', HEAD, { where: { listener, recipe }, orderBy: ['at'] })
      return headsOf(listener, rows)
    },
    async body(listener, draw) {
      return (await store.read('exposures', ['body'], { where: { listener, draw } })).body[0]
    },
    async list(listener, draws) {
      const where = { listener, ...(draws && { draw: draws }) }
      const rows = await store.read('exposures', COLUMNS, { where, orderBy: ['at'] })
      return headsOf(listener, rows).map((head, i) => ({ ...head, body: rows.body[i]! }))
    },
    async heads(listener) {
      return headsOf(listener, await store.read('exposures', HEAD, { where: { listener }, orderBy: ['at'] }))
    },
  }
}

/** Rows of the log as columns. */
export function columnsOf(exposures: readonly Exposure[]) {
  return {
    draw: exposures.map(({ draw }) => draw),
    listener: exposures.map(({ listener }) => listener),
    recipe: exposures.map(({ recipe }) => recipe),
    occasion: exposures.map(({ occasion }) => occasion),
    at: exposures.map(({ at }) => at),
    model: exposures.map(({ model }) => model),
    body: exposures.map(({ body }) => body),
  }
}

function headsOf(listener: number, rows: ColumnValues<'exposures', (typeof HEAD)[number]>): ExposureHead[] {
  return rows.draw.map((draw, i) => ({
    draw,
    listener,
    recipe: rows.recipe[i]!,
    occasion: rows.occasion[i]!,
    at: rows.at[i]!,
    model: rows.model[i]!,
  }))
}
