import { FINISH, SKIP } from '../core/labels.ts'
import { paged, placeOf } from '../http/cursor.ts'
import { type AddRoutes, answers } from '../http/routes.ts'
import { readHeard, rowOfTrack, trackAt } from '../index.ts'
import { History, HistoryPage } from '../schemas/history.ts'
import { OfListener } from '../schemas/parts.ts'

/** What a listener played. */
export const addHistoryRoutes: AddRoutes = (app, { engine }) => {
  app.get(
    '/v1/listeners/:listener/events',
    {
      config: { access: 'listener' },
      schema: {
        tags: ['events'],
        summary: 'Every play that counts once, from any source, newest first',
        params: OfListener,
        querystring: HistoryPage,
        response: answers(200, History),
      },
    },
    async ({ params: { listener }, query: { after, limit } }) => {
      const { id } = await engine.listener(listener)
      const [at, last] =
        after === undefined ? [Number.POSITIVE_INFINITY, 0] : placeOf(after, ['number', 'number'])
      const { store } = engine.library
      const catalog = await engine.library.catalog()
      const heard = await readHeard(store, id)
      const { page, next } = paged(
        heard.places,
        limit,
        (one) => one.endedAt < at || (one.endedAt === at && one.id < last),
        (one) => [one.endedAt, one.id],
      )
      const plays = await heard.plays(page, catalog)
      return {
        events: plays.map(({ endedAt, identifier, outcome, device, ...rest }) => {
          const row = rowOfTrack(catalog, identifier)
          return {
            ...rest,
            at: endedAt,
            outcome: outcomeWord(outcome),
            ...(row >= 0 && { track: trackAt(catalog, row) }),
            ...(device && { device }),
          }
        }),
        ...(next !== undefined && { next }),
      }
    },
  )
}

/** How a play ended, as a word. */
export function outcomeWord(outcome: number): 'finish' | 'skip' | 'unknown' {
  return outcome === FINISH ? 'finish' : outcome === SKIP ? 'skip' : 'unknown'
}
