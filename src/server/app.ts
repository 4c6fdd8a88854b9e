import fastifyCookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify, { type FastifyRequest, type FastifySchema } from 'fastify'
import { networkOf } from '../accounts/attempts.ts'
import { addAccountRoutes } from '../api/accounts.ts'
import { addAuditRoutes } from '../api/audit.ts'
import { addContinueRoutes } from '../api/continue.ts'
import { addDataRoutes } from '../api/data-of-listeners.ts'
import { addEstimateRoutes } from '../api/estimates.ts'
import { addEventRoutes } from '../api/events.ts'
import { addExclusionRoutes } from '../api/exclusions.ts'
import { addExposureRoutes } from '../api/exposures.ts'
import { addFeedbackRoutes } from '../api/feedback.ts'
import { addHistoryRoutes } from '../api/history.ts'
import { addImportRoutes } from '../api/imports.ts'
import { addJobRoutes } from '../api/jobs.ts'
import { addKeyRoutes } from '../api/keys.ts'
import { addListenerRoutes } from '../api/listeners.ts'
import { addMetricRoutes } from '../api/metrics.ts'
import { addMixRoutes } from '../api/mixes.ts'
import { addModelRoutes } from '../api/models.ts'
import { addServiceRoutes } from '../api/service.ts'
import { addSessionRoutes } from '../api/session.ts'
import { addSetupRoutes } from '../api/setup.ts'
import { addTodaysMixRoutes } from '../api/todays-mixes.ts'
import { addTokenRoutes } from '../api/tokens.ts'
import { addTrackRoutes } from '../api/tracks.ts'
import { addTrainingRoutes } from '../api/trainings.ts'
import { addVerbRoutes } from '../api/verbs.ts'
import { DeepcutsError } from '../core/errors.ts'
import { sessionCookie } from '../http/cookies.ts'
import { knownError, sendProblem } from '../http/problem.ts'
import type { Access, App, Services } from '../http/routes.ts'
import { checkBody } from '../http/strict-body.ts'
import type { Verbs } from '../http/verbs.ts'
import type { Engine } from '../index.ts'
import { createJobs, type Jobs } from '../jobs/jobs.ts'
import { addAudioscrobbler } from '../protocols/audioscrobbler.ts'
import { addListenBrainz } from '../protocols/listenbrainz.ts'
import { nowPlayingBoard } from '../protocols/now-playing.ts'
import { authorized } from './access.ts'
import { addAudit } from './audit.ts'
import { setupGuard } from './closed.ts'
import { hostGuard } from './hosts.ts'
import { checkLocal } from './local.ts'

export interface AppOptions {
  readonly engine: Engine
  /** Names that the server goes by beside those of the loopback, without ports. */
  readonly names?: readonly string[]
  /** Of one key or account, or of one address where nobody is known. */
  readonly requestsPerMinute?: number
  /** Whether what is between browsers and this server encrypts, so that cookies never travel in the open. */
  readonly https?: boolean
  /** Whether the set-up link is taken from other machines too: where something before the server lets only this machine in. */
  readonly setupFromAnywhere?: boolean
  /** Verbs of the command line that may go on here. */
  readonly verbs?: Verbs
  /** What is done beside requests; closed with the app. Absent: jobs with the usual limits. */
  readonly jobs?: Jobs
  /** Told what no request caused, for a log; nothing personal is in it but what the error says. */
  readonly onFailure?: (error: unknown) => void
}

/** A route, and who may ask it. */
export interface RouteAccess {
  readonly method: string
  readonly path: string
  readonly access: Access
  /** What it takes and answers. */
  readonly schema: FastifySchema
}

const BODY_BYTES = 256 * 1024
const LONGEST_PARAMETER = 600
/** How long clients may take, ms: for the head of a request, for all of it, between two bytes, and between two requests. */
const PATIENCE = { head: 15_000, request: 300_000, silence: 60_000, idle: 30_000, checked: 5000 }
/** A machine of one household opens far fewer; each costs some kilobytes. */
const MOST_CONNECTIONS = 10_000

/**
 * The HTTP app over an engine, which stays the caller's: close the app first, then the engine. It listens nowhere until it is told to.
 * @returns the app, and every route with who may ask it
 */
export async function createApp({
  engine,
  names = [],
  requestsPerMinute = 6000,
  https = false,
  setupFromAnywhere = false,
  verbs,
  onFailure = () => {},
  jobs = createJobs({ engine, onFailure }),
}: AppOptions): Promise<{ readonly app: App; readonly routes: readonly RouteAccess[] }> {
  const app: App = fastify({
    bodyLimit: BODY_BYTES,
    exposeHeadRoutes: false,
    requestTimeout: PATIENCE.request,
    connectionTimeout: PATIENCE.silence,
    keepAliveTimeout: PATIENCE.idle,
    http: { headersTimeout: PATIENCE.head, connectionsCheckingInterval: PATIENCE.checked },
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    ajv: { customOptions: { removeAdditional: false } },
    frameworkErrors: (error, _, reply) => void sendProblem(reply, knownError(error)),
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.server.maxConnections = MOST_CONNECTIONS
  const routes: RouteAccess[] = []
  app.addHook('onClose', () => jobs.close())
  const cookie = sessionCookie(https)
  const services: Services = { engine, accounts: engine.accounts, cookie, jobs, ...(verbs && { verbs }) }

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
    for (const one of [method].flat()) routes.push({ method: one, path: url, access, schema })
  })
  const checkHost = hostGuard(names)
  const checkSetup = setupGuard(engine.accounts, setupFromAnywhere)
  app.decorateRequest('asker', undefined)
  app.addHook('onRequest', async (request) => {
    checkHost(request)
    await checkSetup(request)
    const { access = 'open' } = request.routeOptions.config
    if (access === 'local') checkLocal(request, verbs)
    else if (access !== 'open' && access !== 'protocol')
      request.asker = await authorized(request, services, access).catch(async (error: unknown) => {
        if (error instanceof DeepcutsError && error.code === 'NO_KEY') await countRefused(request)
        throw error
      })
  })
  app.addHook('preValidation', checkBody)
  addAudit(app, services)

  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    hsts: false,
  })
  app.addHook('onSend', async (_, reply) => {
    // What is about somebody stays in no cache that they do not know of.
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store')
  })
  await app.register(fastifyCookie)
  const tooMany = (most: number, ttl: number) =>
    new DeepcutsError('TOO_MANY_REQUESTS', { most, seconds: Math.ceil(ttl / 1000) })
  await app.register(rateLimit, {
    max: requestsPerMinute,
    timeWindow: 60_000,
    keyGenerator: ({ asker, ip }) => asker?.who ?? networkOf(ip),
    errorResponseBuilder: (_, { max, ttl }) => tooMany(max, ttl),
  })
  const refusals = app.createRateLimit({ keyGenerator: ({ ip }) => `refused ${networkOf(ip)}` })
  /** Wrong keys are limited by where they come from: nobody is known who sent them. */
  async function countRefused(request: FastifyRequest): Promise<void> {
    const limit = await refusals(request)
    if (!limit.isAllowed && limit.isExceeded) throw tooMany(limit.max, limit.ttl)
  }
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'deepcuts',
        version: '1',
        description: 'Mixes from what listeners did, with a reason on every track.',
      },
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer' },
          session: { type: 'apiKey', in: 'cookie', name: cookie.name },
        },
      },
    },
    transform: ({ schema, url, route }) => ({
      schema: { ...schema, security: securityOf(route.config?.access) },
      url,
    }),
  })

  for (const add of [
    addMetricRoutes,
    addServiceRoutes,
    addListenerRoutes,
    addDataRoutes,
    addEventRoutes,
    addMixRoutes,
    addTodaysMixRoutes,
    addContinueRoutes,
    addFeedbackRoutes,
    addExclusionRoutes,
    addHistoryRoutes,
    addExposureRoutes,
    addEstimateRoutes,
    addTrackRoutes,
    addModelRoutes,
    addKeyRoutes,
    addImportRoutes,
    addTrainingRoutes,
    addJobRoutes,
    addSetupRoutes,
    addSessionRoutes,
    addAccountRoutes,
    addAuditRoutes,
    addVerbRoutes,
    addTokenRoutes,
  ])
    add(app, services)
  const spoken = { engine, playing: nowPlayingBoard(engine.now), https, onFailure }
  await app.register(async (scope) => addListenBrainz(scope, spoken), { prefix: '/1' })
  await app.register(async (scope) => addAudioscrobbler(scope, spoken))
  await app.after()
  return { app, routes }
}

/** What OpenAPI says of who may ask: nothing for everybody, else a key and its least scope, or somebody signed in. */
function securityOf(access: Access = 'open') {
  if (access === 'open' || access === 'local' || access === 'protocol') return []
  return access === 'account' ? [{ session: [access] }] : [{ key: [access] }, { session: [access] }]
}
