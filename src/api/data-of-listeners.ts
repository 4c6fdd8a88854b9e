import { Readable } from 'node:stream'
import { breathe } from '../core/breathe.ts'
import { DeepcutsError } from '../core/errors.ts'
import { type AddRoutes, answers } from '../http/routes.ts'
import { type Exported, exportListener, forgetListener } from '../index.ts'
import { Forgetting, ForgottenListener, ListenerExport } from '../schemas/data-of-listeners.ts'
import { OfListener } from '../schemas/parts.ts'

/** So many lines are one piece of the answer. */
const LINES = 500

/** Everything that is known of a listener: to take along, and to forget. */
export const addDataRoutes: AddRoutes = (app, { engine, jobs }) => {
  const config = { access: 'listener' } as const
  const tags = ['listeners']

  app.get(
    '/v1/listeners/:listener/export',
    {
      config,
      schema: {
        tags,
        summary: 'Everything that is known of a listener, as NDJSON',
        produces: ['application/x-ndjson'],
        params: OfListener,
        response: answers(200, ListenerExport),
      },
    },
    async ({ params: { listener } }, reply) => {
      await engine.listener(listener)
      return reply
        .type('application/x-ndjson')
        .header('content-disposition', 'attachment; filename="deepcuts-export.ndjson"')
        .send(Readable.from(piecesOf(exportListener(engine, listener))) as never)
    },
  )

  app.delete(
    '/v1/listeners/:listener',
    {
      config: { ...config, audit: 'forget listener' },
      schema: {
        tags,
        summary: 'Forget a listener: everything that is known of them; it cannot be undone',
        params: OfListener,
        querystring: Forgetting,
        response: answers(200, ForgottenListener),
      },
    },
    async ({ params: { listener }, query: { confirm } }) => {
      if (confirm !== listener)
        throw new DeepcutsError('REQUEST_INVALID', {
          problem: '"confirm" must be the name of the listener, since this cannot be undone',
        })
      const forgotten = await forgetListener(engine, listener, (id) => jobs.forget(id))
      return {
        ...forgotten,
        rows: { ...forgotten.rows },
        models: [...forgotten.models],
        everybodys: [...forgotten.everybodys],
        files: [...forgotten.files],
        remains: [...forgotten.remains],
      }
    },
  )
}

async function* piecesOf(things: AsyncIterable<Exported>): AsyncGenerator<string> {
  let lines: string[] = []
  for await (const thing of things) {
    lines.push(`${JSON.stringify(thing)}\n`)
    if (lines.length < LINES) continue
    yield lines.join('')
    lines = []
    await breathe()
  }
  if (lines.length > 0) yield lines.join('')
}
