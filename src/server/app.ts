import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify from 'fastify'
import { addEventRoutes } from '../api/events.ts'
import { addFeedbackRoutes } from '../api/feedback.ts'
import { addKeyRoutes } from '../api/keys.ts'
import { addListenerRoutes } from '../api/listeners.ts'
import { addMixRoutes } from '../api/mixes.ts'
import { addModelRoutes } from '../api/models.ts'
import { addServiceRoutes } from '../api/service.ts'
import { DeepcutsError } from '../core/errors.ts'
import { knownError, sendProblem } from '../http/problem.ts'
import type { Access, App } from '../http/routes.ts'
import type { Engine } from '../index.ts'
import { authorized, hostGuard } from './access.ts'

export interface AppOptions {
  readonly engine: Engine
  /** Names that the server goes by beside those of the loopback, without ports. */
  readonly names?: readonly string[]
  /** Of one key, or of one address where no key is needed. */
  readonly requestsPerMinute?: number
  /** Told what no request caused, for a log; nothing personal is in it but what the error says. */
  readonly onFailure?: (error: unknown) => void
}

/** A route, and who may ask it. */
export interface RouteAccess {
  readonly method: string
  readonly path: string
  readonly access: Access
}

const BODY_BYTES = 256 * 1024
const LONGEST_PARAMETER = 600

/**
 * The HTTP app over an engine, which stays the caller's: close the app first, then the engine. It listens nowhere until it is told to.
 * @returns the app, and every route with who may ask it
 */
export async function createApp({
  engine,
  names = [],
  requestsPerMinute = 6000,
  onFailure = () => {},
}: AppOptions): Promise<{ readonly app: App; readonly routes: readonly RouteAccess[] }> {
  const app: App = fastify({
    bodyLimit: BODY_BYTES,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    ajv: { customOptions: { removeAdditional: false } },
    frameworkErrors: (error, _, reply) => void sendProblem(reply, knownError(error)),
  }).withTypeProvider<TypeBoxTypeProvider>()
  const routes: RouteAccess[] = []

  app.setErrorHandler((error, _, reply) => {
    const known = knownError(error)
    if (known.code === 'SERVER_FAILED') onFailure(known.cause)
    return sendProblem(reply, known)
  })
  app.setNotFoundHandler((_, reply) => sendProblem(reply, new DeepcutsError('NOTHING_HERE')))
  app.removeContentTypeParser('text/plain')
  app.addContentTypeParser('application/x-ndjson', { parseAs: 'string' }, (_, body, done) => done(null, body))

  app.addHook('onRoute', ({ method, url, config, schema }) => {
    const access = config?.access
    if (!access || !schema?.response)
      throw new TypeError(`${method} ${url} says not who may ask it, or what it answers.`)
    for (const one of [method].flat()) routes.push({ method: one, path: url, access })
  })
  const checkHost = hostGuard(names)
  app.decorateRequest('apiKey', undefined)
  app.addHook('onRequest', async (request) => {
    checkHost(request)
    const { access = 'open' } = request.routeOptions.config
    const { listener } = (request.params ?? {}) as { listener?: string }
    if (access !== 'open')
      request.apiKey = await authorized(engine, request.headers.authorization, access, listener)
  })

  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    hsts: false,
  })
  await app.register(rateLimit, {
    max: requestsPerMinute,
    timeWindow: 60_000,
    keyGenerator: ({ apiKey, ip }) => (apiKey ? `key ${apiKey.id}` : ip),
    errorResponseBuilder: (_, { max, ttl }) =>
      new DeepcutsError('TOO_MANY_REQUESTS', { most: max, seconds: Math.ceil(ttl / 1000) }),
  })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'deepcuts',
        version: '1',
        description: 'Mixes from what listeners did, with a reason on every track.',
      },
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
    },
    transform: ({ schema, url, route }) => ({
      schema: { ...schema, security: securityOf(route.config?.access) },
      url,
    }),
  })

  for (const add of [
    addServiceRoutes,
    addListenerRoutes,
    addEventRoutes,
    addMixRoutes,
    addFeedbackRoutes,
    addModelRoutes,
    addKeyRoutes,
  ])
    add(app, { engine })
  return { app, routes }
}

/** What OpenAPI says of who may ask: nothing for everybody, else a key and its least scope. */
function securityOf(access: Access = 'open') {
  return access === 'open' ? [] : [{ key: [access] }]
}
