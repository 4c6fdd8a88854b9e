import { DeepcutsError } from '../core/errors.ts'
import { type AddRoutes, answers } from '../http/routes.ts'
import { type ModelVersion, type Reliability, reliabilityOf } from '../index.ts'
import { Models, ModelWithReliability, OfModel, Promoted, RolledBack } from '../schemas/models.ts'
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
        models: kept.map(shown),
      }
    },
  )

  app.get(
    '/v1/listeners/:listener/models/:version',
    {
      config: { access: 'listener' },
      schema: {
        tags,
        summary: 'A version, and how far what it foresees can be relied on',
        params: OfModel,
        response: answers(200, ModelWithReliability),
      },
    },
    async ({ params: { listener, version } }) => {
      const { id } = await engine.listener(listener)
      const found = (await models.list(id)).find((one) => one.version === version)
      const files = await models.load(id, version).then(
        (loaded) => loaded.files,
        (error: unknown) => {
          // One whose files are damaged, or that another deepcuts made, is told of all the same.
          if (found && error instanceof DeepcutsError) return undefined
          throw error
        },
      )
      const known = files && reliabilityOf(files)
      const bins = (of: Reliability['forMix']) =>
        of.map(({ finished: { mean, ci95 }, ...bin }) => ({ ...bin, finished: { mean, ci95: [...ci95] } }))
      const reliability = known && { forMix: bins(known.forMix), playByPlay: bins(known.playByPlay) }
      return { ...shown(found!), ...(reliability && { reliability }) }
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

function shown({ version, at, parent, active, readable, damage, training }: ModelVersion) {
  return {
    ...{ version, at, active, readable, training },
    ...(parent !== undefined && { parent }),
    ...(damage !== undefined && { damage }),
  }
}
