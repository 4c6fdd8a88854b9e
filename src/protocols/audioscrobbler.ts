import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { DeepcutsError } from '../core/errors.ts'
import { knownError, statusOf } from '../http/problem.ts'
import type { App } from '../http/routes.ts'
import { HANDSHAKE_MS, handshakes } from './audioscrobbler-sessions.ts'
import { keep } from './keep.ts'
import { oneLine } from './listen.ts'
import { PROTOCOL, type ProtocolServices, playerOf, SPOKEN } from './player.ts'
import { readPlaying, readTracks } from './submission.ts'

const PATHS = { playing: '/audioscrobbler/now-playing', submit: '/audioscrobbler/submissions' }
const Field = Type.Optional(Type.String({ maxLength: 300 }))
const Handshake = Type.Object({
  ...{ hs: Field, p: Field, c: Field, v: Field, u: Field, t: Field, a: Field },
})

/**
 * Adds Audioscrobbler 1.2: the handshake at the root, as players ask for it, and what follows from it. Answers are lines of text, and what is
 * wrong is one of their words; bodies are forms.
 */
export function addAudioscrobbler(app: App, { engine, playing, https, onFailure }: ProtocolServices): void {
  const config = PROTOCOL
  const { now, tokens } = engine
  const shaken = handshakes(now)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_, body, done) =>
    done(null, new URLSearchParams(String(body))),
  )
  app.setErrorHandler((error, _, reply) => {
    const known = knownError(error)
    if (known.code === 'SERVER_FAILED') onFailure(known.cause)
    return reply
      .code(statusOf(known))
      .type(TEXT)
      .send(lines(`FAILED ${known.message}`))
  })

  app.get('/', { config, schema: { ...SPOKEN, querystring: Handshake } }, async (request, reply) => {
    const { hs, p = '', c = '', u = '', t = '', a = '' } = request.query
    if (hs !== 'true') return reply.callNotFound()
    void reply.type(TEXT)
    if (!/^1\.2(\.|$)/.test(p)) return lines('FAILED Only version 1.2 of the protocol is spoken here')
    if (!/^\d{1,12}$/.test(t) || Math.abs(Number(t) * 1000 - now()) > HANDSHAKE_MS) return lines('BADTIME')
    const names = await engine.listenerNames()
    const [listener] = Array.from(names).find(([, name]) => name === u) ?? []
    const token = listener === undefined ? undefined : await tokens.findDigest(listener, t, a)
    const player = await playerOf(engine, token)
    if (!player) return lines('BADAUTH')
    if (shaken.isRepeated(a)) return lines('FAILED This handshake was used before')
    const session = shaken.begin(player, oneLine(c).slice(0, 100))
    const base = `${https ? 'https' : 'http'}://${request.headers.host}`
    return lines('OK', session, `${base}${PATHS.playing}`, `${base}${PATHS.submit}`)
  })

  app.post(PATHS.playing, { config, schema: SPOKEN }, async (request, reply) => {
    void reply.type(TEXT)
    const form = formOf(request)
    const session = await sessionOf(form)
    if (!session) return lines('BADSESSION')
    const told = readPlaying(form, session.device)
    if (told) playing.set(session.player.listener.id, told)
    return lines('OK')
  })

  app.post(PATHS.submit, { config, schema: SPOKEN }, async (request, reply) => {
    void reply.type(TEXT)
    const form = formOf(request)
    const session = await sessionOf(form)
    if (!session) return lines('BADSESSION')
    await keep(engine, session.player, 'audioscrobbler', readTracks(form, session.device, now()))
    return lines('OK')
  })

  /** The session that a form names, as long as its token holds and its listener is there. */
  async function sessionOf(form: URLSearchParams) {
    const session = shaken.find((form.get('s') ?? '').trim())
    if (!session || !(await tokens.holds(session.player.token))) return undefined
    const player = await playerOf(engine, session.player.token)
    return player && { ...session, player }
  }
}

const TEXT = 'text/plain; charset=utf-8'

function lines(...some: readonly string[]): string {
  return some.map((line) => `${line}\n`).join('')
}

/** @throws REQUEST_INVALID */
function formOf({ body }: Pick<FastifyRequest, 'body'>): URLSearchParams {
  if (body instanceof URLSearchParams) return body
  throw new DeepcutsError('REQUEST_INVALID', { problem: 'the form is missing' })
}
