import { DeepcutsError } from '../core/errors.ts'
import type { Feedback } from '../core/event.ts'
import { paged, placeOf } from '../http/cursor.ts'
import { type AddRoutes, answers } from '../http/routes.ts'
import { type Engine, findArtist, findTrack, rowOfTrack, trackAt } from '../index.ts'
import { AllSaid, FeedbackPage, Said, Saying } from '../schemas/feedback.ts'
import { OfListener } from '../schemas/parts.ts'

const DAY = 86_400_000
const SNOOZE_DAYS = 30

/** What a listener says by hand: durable before it is acknowledged, and in the next recommendation. */
export const addFeedbackRoutes: AddRoutes = (app, { engine }) => {
  const { feedback } = engine.library
  const config = { access: 'listener' } as const
  const tags = ['feedback']

  app.get(
    '/v1/listeners/:listener/feedback',
    {
      config,
      schema: {
        tags,
        summary: 'What stands, in the order of saying',
        params: OfListener,
        querystring: FeedbackPage,
        response: answers(200, AllSaid),
      },
    },
    async ({ params: { listener }, query: { after, limit } }) => {
      const { id } = await engine.listener(listener)
      const [last] = after === undefined ? [0] : placeOf(after, ['number'])
      const { page, next } = paged(
        await feedback.list(id),
        limit,
        (one) => one.id > last,
        (one) => [one.id],
      )
      return {
        feedback: await Promise.all(page.map((one) => shown(engine, one))),
        ...(next !== undefined && { next }),
      }
    },
  )

  app.post(
    '/v1/listeners/:listener/feedback',
    {
      config,
      schema: {
        tags,
        summary: 'Like, dislike or snooze a track, or never hear an artist again',
        params: OfListener,
        body: Saying,
        response: answers(201, Said),
      },
    },
    async ({ params: { listener }, body: { kind, track, artist, days } }, reply) => {
      const { id } = await engine.listener(listener)
      if ((kind === 'never') !== (artist !== undefined) || (kind === 'never') === (track !== undefined))
        throw new DeepcutsError('REQUEST_INVALID', {
          problem: '"never" is about an artist, and all other feedback is about a track',
        })
      if (days !== undefined && kind !== 'snooze')
        throw new DeepcutsError('REQUEST_INVALID', { problem: 'only a snooze has days' })
      const { library, now } = engine
      const catalog = await library.catalog()
      const open = await engine.openTracks(id)
      const mayTell = (row: number) => open[row] === 1
      const about =
        track === undefined
          ? { identifier: 0, artist: findArtist(catalog, artist!, mayTell) }
          : {
              identifier: trackAt(catalog, await findTrack(library.store, catalog, track, id, mayTell)).id,
              artist: '',
            }
      const until = kind === 'snooze' ? { until: now() + (days ?? SNOOZE_DAYS) * DAY } : {}
      const said = await feedback.say(id, { kind, ...about, ...until })
      return reply.code(201).send(await shown(engine, said))
    },
  )

  app.post(
    '/v1/listeners/:listener/feedback/undo',
    {
      config,
      schema: {
        tags,
        summary: 'Take back the last thing said by hand; gives what that was',
        params: OfListener,
        response: answers(200, Said),
      },
    },
    async ({ params: { listener } }) => {
      const { id, name } = await engine.listener(listener)
      return shown(engine, await feedback.undo(id, name))
    },
  )
}

/** Feedback with the track that it is about, where that is known still. */
async function shown({ library }: Engine, { trackId, artist, id, kind, byHand, at, until }: Feedback) {
  const catalog = await library.catalog()
  const row = trackId === undefined ? -1 : rowOfTrack(catalog, trackId)
  return {
    ...{ id, kind, byHand },
    ...(at !== undefined && { at }),
    ...(until !== undefined && { until }),
    ...(row >= 0 && { track: trackAt(catalog, row) }),
    ...(artist !== undefined && { artist }),
  }
}
