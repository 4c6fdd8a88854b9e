import type { FastifyReply } from 'fastify'
import { DeepcutsError } from '../core/errors.ts'
import { knownError, statusOf } from '../http/problem.ts'
import type { App } from '../http/routes.ts'
import { addListenBrainzFeedback } from './listenbrainz-feedback.ts'
import { addListenBrainzListens } from './listenbrainz-listens.ts'
import { addListenBrainzMixes } from './listenbrainz-mixes.ts'
import { addListenBrainzRefusals } from './listenbrainz-refusals.ts'
import { type ProtocolServices, playerIn, playerOf } from './player.ts'

/**
 * Adds ListenBrainz, to be registered below /1: bodies whose kind clients need not name, "Token" keys that see their own listener alone, errors
 * `{code, error}`, and its headers of the rate limit.
 */
export function addListenBrainz(app: App, services: ProtocolServices): void {
  const { engine, onFailure } = services
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_, body, done) => {
    try {
      done(null, JSON.parse(String(body)))
    } catch {
      done(new DeepcutsError('REQUEST_INVALID', { problem: 'the body is no JSON' }))
    }
  })
  app.setErrorHandler((error, _, reply) => {
    const known = knownError(error)
    if (known.code === 'SERVER_FAILED') onFailure(known.cause)
    return sendError(reply, known)
  })
  app.setNotFoundHandler((_, reply) => sendError(reply, new DeepcutsError('NOTHING_HERE')))

  app.decorateRequest('player', undefined)
  app.addHook('onRequest', async (request) => {
    const secret = /^Token ([\w-]{1,100})$/i.exec(request.headers.authorization?.trim() ?? '')?.[1]
    const player = await playerOf(engine, secret === undefined ? undefined : await engine.tokens.find(secret))
    request.player = player
    // Whom the limit of requests counts.
    if (player)
      request.asker = { who: `player ${player.token.id}`, scope: 'listener', listener: player.listener.id }
  })
  // After the rate limit, and before any body is read.
  app.addHook('preParsing', async (request) => {
    if (request.is404 || request.routeOptions.config.tellsOfTokens) return
    const { listener } = playerIn(request)
    const { user } = (request.params ?? {}) as { user?: string }
    if (user !== undefined && user !== listener.name) throw new DeepcutsError('NOT_THEIRS', { user })
  })
  app.addHook('onSend', async (_, reply) => {
    const seconds = reply.getHeader('x-ratelimit-reset')
    if (seconds !== undefined) void reply.header('x-ratelimit-reset-in', seconds)
  })

  addListenBrainzListens(app, services)
  addListenBrainzFeedback(app, services)
  addListenBrainzRefusals(app, services)
  addListenBrainzMixes(app, services)
}

function sendError(reply: FastifyReply, error: DeepcutsError): FastifyReply {
  const code = statusOf(error)
  if (code === 401) void reply.header('www-authenticate', 'Token')
  return reply.code(code).send({ code, error: error.message })
}
