import { PassThrough } from 'node:stream'
import { Type } from 'typebox'
import { DeepcutsError } from '../core/errors.ts'
import { type AddRoutes, answers } from '../http/routes.ts'
import type { VerbSaid } from '../http/verbs.ts'
import { OfRun, VerbCopy, VerbRequest, VerbServer, VerbStopped } from '../schemas/verbs.ts'

/** How often a verb that says nothing shows that it lives, so that nobody takes its connection for a dead one. */
const HEARTBEAT_MS = 15_000

/** Verbs of the command line that go on here while the server owns the data. They are no part of the API that programs use. */
export const addVerbRoutes: AddRoutes = (app, { verbs }) => {
  const config = { access: 'local' } as const
  const running = new Map<string, AbortController>()
  app.addHook('preClose', async () => {
    for (const controller of running.values()) controller.abort(new DeepcutsError('STOPPED'))
  })
  const here = () => {
    if (!verbs) throw new DeepcutsError('NOTHING_HERE')
    return verbs
  }

  app.get('/v1/verbs', { config, schema: { hide: true, response: answers(200, VerbServer) } }, async () => ({
    pid: process.pid,
  }))

  app.post(
    '/v1/verbs',
    {
      config,
      schema: {
        hide: true,
        body: VerbRequest,
        produces: ['application/x-ndjson'],
        response: answers(200, Type.Unknown()),
      },
    },
    async ({ body }, reply) => {
      const { run } = here()
      const controller = new AbortController()
      running.set(body.run, controller)
      const lines = new PassThrough()
      const say = (said: VerbSaid) => void (lines.writableEnded || lines.write(`${JSON.stringify(said)}\n`))
      const heartbeat = setInterval(() => lines.write('\n'), HEARTBEAT_MS)
      reply.raw.on('close', () => controller.abort(new DeepcutsError('STOPPED')))
      void run(body, say, controller.signal).then((end) => {
        clearInterval(heartbeat)
        running.delete(body.run)
        say({ end })
        lines.end()
      })
      return reply.type('application/x-ndjson').send(lines)
    },
  )

  app.delete(
    '/v1/verbs/:run',
    { config, schema: { hide: true, params: OfRun, response: answers(200, VerbStopped) } },
    async ({ params }) => {
      const controller = running.get(params.run)
      if (!controller) throw new DeepcutsError('VERB_UNKNOWN')
      controller.abort(new DeepcutsError('STOPPED'))
      return { stopped: true as const }
    },
  )

  app.post(
    '/v1/verbs/copies',
    { config, schema: { hide: true, response: answers(200, VerbCopy) } },
    async () => ({ folder: await here().copy() }),
  )
}
