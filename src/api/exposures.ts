import { DeepcutsError } from '../core/errors.ts'
import { drawnAs, readLoggedSlate } from '../evaluate/logged-slates.ts'
import { paged, placeOf } from '../http/cursor.ts'
import { type AddRoutes, answers } from '../http/routes.ts'
import { type Engine, rowOfTrack, trackAt } from '../index.ts'
import { Exposure, ExposurePage, Exposures, OfDraw } from '../schemas/exposures.ts'
import { OfListener } from '../schemas/parts.ts'
import { outcomeWord } from './history.ts'

/** What was shown, and what came of it. */
export const addExposureRoutes: AddRoutes = (app, { engine }) => {
  const { library } = engine
  const config = { access: 'listener' } as const
  const tags = ['exposures']

  app.get(
    '/v1/listeners/:listener/exposures',
    {
      config,
      schema: {
        tags,
        summary: 'The lists that were shown, newest first',
        params: OfListener,
        querystring: ExposurePage,
        response: answers(200, Exposures),
      },
    },
    async ({ params: { listener }, query: { after, limit } }) => {
      const { id } = await engine.listener(listener)
      const [at, draw] =
        after === undefined ? [Number.POSITIVE_INFINITY, ''] : placeOf(after, ['number', 'string'])
      const heads = await library.exposures.heads(id)
      heads.sort((a, b) => b.at - a.at || (a.draw < b.draw ? -1 : 1))
      const { page, next } = paged(
        heads,
        limit,
        (one) => one.at < at || (one.at === at && one.draw > draw),
        (one) => [one.at, one.draw],
      )
      return { exposures: page.map(headOf), ...(next !== undefined && { next }) }
    },
  )

  app.get(
    '/v1/listeners/:listener/exposures/:draw',
    {
      config,
      schema: {
        tags,
        summary: 'One list that was shown: how it was drawn, and what came of each place',
        params: OfDraw,
        response: answers(200, Exposure),
      },
    },
    async ({ params: { listener, draw } }) => {
      const logged = await readLoggedSlate(library, await engine.listener(listener), draw)
      if (!logged) throw new DeepcutsError('UNKNOWN_DRAW', { listener, draw })
      const { exposure, outcome } = logged
      const { slots, ...how } = drawnAs(exposure.body)
      const catalog = await library.catalog()
      return {
        ...headOf(exposure),
        ...how,
        seen: outcome.seen,
        tracks: slots.map(({ trackId, ...slot }, k) => {
          const [row, came] = [rowOfTrack(catalog, trackId), outcome.slots[k]]
          return {
            position: k + 1,
            ...(row >= 0 && { track: trackAt(catalog, row) }),
            ...slot,
            ...(came && { playedAt: came.playedAt, outcome: outcomeWord(came.outcome) }),
            ...(came &&
              came.said !== 0 && { said: came.said > 0 ? ('like' as const) : ('dislike' as const) }),
          }
        }),
      }
    },
  )
}

type Head = Awaited<ReturnType<Engine['library']['exposures']['heads']>>[number]

function headOf({ draw, recipe, occasion, at, model }: Head) {
  return { draw, recipe, occasion: occasion as 'day', at, modelVersion: model }
}
