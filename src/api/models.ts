import { type AddRoutes, answers } from '../http/routes.ts'
import { Models, OfModel, Promoted, RolledBack } from '../schemas/models.ts'
import { OfListener } from '../schemas/parts.ts'

/** What was learned of a listener, and which of it serves. */
export const addModelRoutes: AddRoutes = (app, { engine }) => {
  const { models } = engine.library
  const admin = { access: 'admin' } as const
  const tags = ['models']

  app.get(
    '/v1/listeners/:listener/models',
    {
      config: { access: 'listener' },
      schema: {
        tags,
        summary: 'The versions that are kept, newest first',
        params: OfListener,
        response: answers(200, Models),
      },
    },
    async ({ params: { listener } }) => {
      const { id } = await engine.listener(listener)
      const kept = await models.list(id)
      return {
        models: kept.map(({ version, at, parent, active, readable, damage, training }) => ({
          ...{ version, at, active, readable, training },
          ...(parent !== undefined && { parent }),
          ...(damage !== undefined && { damage }),
        })),
      }
    },
  )

  app.post(
    '/v1/listeners/:listener/models/:version/promote',
    {
      config: { ...admin, audit: 'model promoted' },
      schema: { tags, summary: 'Let a version serve', params: OfModel, response: answers(200, Promoted) },
    },
    async ({ params: { listener, version } }) => {
      const { id } = await engine.listener(listener)
      return { version: (await models.use(id, version)).version }
    },
  )

  app.post(
    '/v1/listeners/:listener/models/rollback',
    {
      config: { ...admin, audit: 'model rolled back' },
      schema: {
        tags,
        summary: 'Let the version serve that served before',
        params: OfListener,
        response: answers(200, RolledBack),
      },
    },
    async ({ params: { listener } }) => {
      const { id } = await engine.listener(listener)
      const { manifest, from, passedOver } = await models.rollback(id)
      return { version: manifest.version, from, passedOver: [...passedOver] }
    },
  )
}
