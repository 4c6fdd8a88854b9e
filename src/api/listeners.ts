import { type AddRoutes, answers } from '../http/routes.ts'
import { Listener, Listeners, NewListener, Page, Settings, SettingsChange } from '../schemas/listeners.ts'
import { OfListener } from '../schemas/parts.ts'
import { checkedZone } from './time-zone.ts'

/** Listeners and how they want to be served. */
export const addListenerRoutes: AddRoutes = (app, { engine }) => {
  const { listeners, dials } = engine.library
  const tags = ['listeners']
  const apps = { access: 'app' } as const
  const own = { access: 'listener' } as const

  app.get(
    '/v1/listeners',
    {
      config: apps,
      schema: { tags, summary: 'Who listens here', querystring: Page, response: answers(200, Listeners) },
    },
    async ({ query: { after = 0, limit } }) => {
      const rest = (await listeners.list()).filter(({ id }) => id > after)
      const page = rest.slice(0, limit)
      const more = rest.length > page.length
      return {
        listeners: page.map(({ name, timeZone }) => ({ name, timeZone })),
        ...(more && { next: page.at(-1)!.id }),
      }
    },
  )

  app.post(
    '/v1/listeners',
    {
      config: apps,
      schema: {
        tags,
        summary: 'Let somebody new begin',
        body: NewListener,
        response: answers(201, Listener),
      },
    },
    async ({ body: { name, timeZone } }, reply) => {
      const zone = timeZone === undefined ? undefined : checkedZone(timeZone)
      const row = await listeners.create(name.normalize('NFC'), zone)
      return reply.code(201).send({ name: row.name, timeZone: row.timeZone })
    },
  )

  app.get(
    '/v1/listeners/:listener',
    {
      config: own,
      schema: { tags, summary: 'A listener', params: OfListener, response: answers(200, Listener) },
    },
    async ({ params }) => {
      const { name, timeZone } = await engine.listener(params.listener)
      return { name, timeZone }
    },
  )

  const settingsOf = async (name: string) => {
    const { timeZone } = await engine.listener(name)
    return { timeZone, dial: await engine.dial(name) }
  }

  app.get(
    '/v1/listeners/:listener/settings',
    {
      config: own,
      schema: { tags, summary: 'Time zone and dial', params: OfListener, response: answers(200, Settings) },
    },
    async ({ params }) => settingsOf(params.listener),
  )

  app.patch(
    '/v1/listeners/:listener/settings',
    {
      config: own,
      schema: {
        tags,
        summary: 'Set time zone or dial; they count from the next mix on',
        params: OfListener,
        body: SettingsChange,
        response: answers(200, Settings),
      },
    },
    async ({ params: { listener }, body: { timeZone, dial } }) => {
      const { id } = await engine.listener(listener)
      const zone = timeZone === undefined ? undefined : checkedZone(timeZone)
      if (zone !== undefined) await listeners.setTimeZone(listener, zone)
      if (dial) await dials.set(id, dial)
      return settingsOf(listener)
    },
  )
}
