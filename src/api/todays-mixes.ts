import { type AddRoutes, answers } from '../http/routes.ts'
import { keptMixes, TODAY, todaysMix } from '../index.ts'
import { FormatQuery, Mix, Mixes, OfTodaysMix } from '../schemas/mixes.ts'
import { OfListener } from '../schemas/parts.ts'
import { formatOf, sendFile, sendJson, shownMix } from './mix-answers.ts'

const [BEFORE, BETWEEN, AFTER] = ['{"mixes":[', ',', ']}'].map((text) => Buffer.from(text)) as [
  Buffer,
  Buffer,
  Buffer,
]

/** The mixes of a listener's day. */
export const addTodaysMixRoutes: AddRoutes = (app, { engine }) => {
  const config = { access: 'listener' } as const
  const tags = ['mixes']
  const kept = keptMixes(engine, ({ mix, degraded }) => Buffer.from(JSON.stringify(shownMix(mix, degraded))))

  app.get(
    '/v1/listeners/:listener/mixes',
    {
      config,
      schema: {
        tags,
        summary: 'Today’s mixes: the same until the listener’s day ends; they are logged as shown',
        params: OfListener,
        response: answers(200, Mixes),
      },
    },
    async ({ params: { listener } }, reply) => {
      const parts: Buffer[] = []
      for (const recipe of TODAY) parts.push(parts.length ? BETWEEN : BEFORE, await kept.of(listener, recipe))
      return sendJson(reply, Buffer.concat([...parts, AFTER]))
    },
  )

  app.get(
    '/v1/listeners/:listener/mixes/:recipe',
    {
      config,
      schema: {
        tags,
        summary: 'One of today’s mixes, as JSON or as a playlist file',
        params: OfTodaysMix,
        querystring: FormatQuery,
        response: answers(200, Mix),
      },
    },
    async (request, reply) => {
      const { listener, recipe } = request.params
      const format = formatOf(request, request.query.format)
      if (format !== 'json') return sendFile(reply, (await todaysMix(engine, listener, recipe)).mix, format)
      return sendJson(reply, await kept.of(listener, recipe))
    },
  )
}
