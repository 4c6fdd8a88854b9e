import type { FastifyRequest } from 'fastify'
import type { App, Services } from '../http/routes.ts'

/** Logs what administrators change, and every route that asks for it: before it is answered, and only where it was done. */
export function addAudit(app: App, { accounts, engine }: Services): void {
  app.addHook('onRequest', async (request) => {
    request.noted = {}
  })
  app.addHook('preHandler', async (request) => {
    if (actionOf(request) === undefined) return
    // Now: a listener who is forgotten has no number afterwards.
    const names = await engine.listenerNames()
    for (const [kind, value] of Object.entries((request.params ?? {}) as Record<string, string | number>)) {
      const number =
        kind === 'listener' ? Array.from(names).find(([, name]) => name === value)?.[0] : Number(value)
      if (number !== undefined && !Number.isNaN(number)) request.noted[kind] = number
    }
  })
  app.addHook('onSend', async (request, reply) => {
    const action = actionOf(request)
    if (action === undefined || reply.statusCode >= 400) return
    await accounts.audit.append(request.asker?.who ?? 'link', action, request.noted)
  })
}

/** What the log calls a request; undefined where it is not logged. */
function actionOf({ routeOptions: { config, url }, method }: FastifyRequest): string | undefined {
  if (config.audit !== undefined) return config.audit
  return config.access === 'admin' && method !== 'GET' ? `${method} ${url}` : undefined
}
