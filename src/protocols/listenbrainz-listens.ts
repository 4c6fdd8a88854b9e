import { Type } from 'typebox'
import { DeepcutsError } from '../core/errors.ts'
import type { App } from '../http/routes.ts'
import { keep } from './keep.ts'
import { type Listen, playOf, readListen } from './listen.ts'
import { PROTOCOL, type ProtocolServices, playerIn, playerOf, SPOKEN } from './player.ts'
import { identifierOf, sameRecording } from './recordings.ts'
import { boundsOf, playsThatBegan, toldListens } from './told-listens.ts'

/** The limits of ListenBrainz. */
const MOST_LISTENS = 1000
const BODY_BYTES = 10_240 * MOST_LISTENS + 1024

const KINDS = ['single', 'playing_now', 'import'] as const
type Kind = (typeof KINDS)[number]

const OfUser = Type.Object({ user: Type.String({ minLength: 1, maxLength: 200 }) })
const Seconds = Type.Integer({ minimum: 0, maximum: 100_000_000_000 })
const Asked = Type.Object({
  min_ts: Type.Optional(Seconds),
  max_ts: Type.Optional(Seconds),
  count: Type.Integer({ minimum: 1, default: 25 }),
})
const Deleted = Type.Object({ listened_at: Seconds, recording_msid: Type.String({ maxLength: 64 }) })

/** What players tell and ask of listens. */
export function addListenBrainzListens(app: App, { engine, playing }: ProtocolServices): void {
  const config = PROTOCOL

  app.get(
    '/validate-token',
    {
      config: { ...config, tellsOfTokens: true },
      schema: {
        ...SPOKEN,
        querystring: Type.Object({ token: Type.Optional(Type.String({ maxLength: 200 })) }),
      },
    },
    async (request) => {
      const { token } = request.query
      if (token === undefined && !request.headers.authorization)
        throw new DeepcutsError('REQUEST_INVALID', { problem: 'a token is missing' })
      const player =
        token === undefined ? request.player : await playerOf(engine, await engine.tokens.find(token))
      return player
        ? { code: 200, message: 'Token valid.', valid: true, user_name: player.listener.name }
        : { code: 200, message: 'Token invalid.', valid: false }
    },
  )

  app.post(
    '/submit-listens',
    {
      config,
      bodyLimit: BODY_BYTES,
      schema: {
        ...SPOKEN,
        querystring: Type.Object({ return_msid: Type.Optional(Type.String({ maxLength: 10 })) }),
      },
    },
    async (request) => {
      const player = playerIn(request)
      const { kind, listens } = readSubmission(request.body, engine.now())
      if (kind === 'playing_now') {
        const { track, lengthMs, device } = listens[0]!.metadata
        playing.set(player.listener.id, { ...track, ...(lengthMs !== undefined && { lengthMs }), device })
        return { status: 'ok' }
      }
      await keep(
        engine,
        player,
        'listenbrainz',
        listens.map((listen) => playOf(listen)),
      )
      const artists = listens.flatMap(({ metadata: { artistId, track } }) =>
        artistId === undefined ? [] : [[artistId, track.artist] as const],
      )
      await engine.library.artistIds.learn(player.listener.id, new Map(artists))
      const wantsId = /^(true|1|yes|t)$/i.test(request.query.return_msid ?? '') && kind === 'single'
      const [latest] = wantsId ? await toldListens(engine, player.listener, windowOf(listens[0]!)) : []
      return { status: 'ok', ...(latest && { recording_msid: latest.recording_msid }) }
    },
  )

  app.get(
    '/user/:user/listens',
    { config, schema: { ...SPOKEN, params: OfUser, querystring: Asked } },
    async (request) => {
      const { listener } = playerIn(request)
      const { query } = request
      if (query.min_ts !== undefined && query.max_ts !== undefined)
        throw new DeepcutsError('REQUEST_INVALID', {
          problem: '"min_ts" and "max_ts" are not for one request',
        })
      const asked = { ...query, count: Math.min(query.count, MOST_LISTENS) }
      const listens = await toldListens(engine, listener, asked)
      const bounds = await boundsOf(engine, listener.id)
      return { payload: { count: listens.length, user_id: listener.name, ...bounds, listens } }
    },
  )

  app.get('/user/:user/listen-count', { config, schema: { ...SPOKEN, params: OfUser } }, async (request) => {
    const { id } = playerIn(request).listener
    return { payload: { count: await engine.library.store.count('plays', { listener: id, hidden: 0 }) } }
  })

  app.get('/user/:user/playing-now', { config, schema: { ...SPOKEN, params: OfUser } }, async (request) => {
    const { id, name } = playerIn(request).listener
    const now = playing.get(id)
    const listens = now
      ? [
          {
            playing_now: true,
            track_metadata: {
              artist_name: now.artist,
              track_name: now.title,
              ...(now.album && { release_name: now.album }),
              additional_info: {
                ...(now.lengthMs !== undefined && { duration_ms: now.lengthMs }),
                ...(now.device && { media_player: now.device }),
              },
            },
          },
        ]
      : []
    return { payload: { count: listens.length, playing_now: true, user_id: name, listens } }
  })

  app.post('/delete-listen', { config, schema: { ...SPOKEN, body: Deleted } }, async (request) => {
    const { id } = playerIn(request).listener
    const { listened_at: second, recording_msid: msid } = request.body
    const own = identifierOf(msid)
    // What another server calls so was never told here.
    if (own === undefined) return { status: 'ok' }
    const plays = await playsThatBegan(engine, id, second, await sameRecording(engine, own))
    await engine.library.removePlays(id, plays)
    return { status: 'ok' }
  })
}

/** The second in which a listen began. */
function windowOf({ startedAt = 0 }: Listen) {
  return { max_ts: startedAt / 1000 + 1, count: 1 }
}

function readSubmission(
  body: unknown,
  now: number,
): { readonly kind: Kind; readonly listens: readonly Listen[] } {
  const { listen_type: said, payload } = (body ?? {}) as { listen_type?: unknown; payload?: unknown }
  const kind = KINDS.find((one) => one === said)
  if (!kind) throw invalid(`"listen_type" is one of ${KINDS.join(', ')}`)
  if (!Array.isArray(payload) || payload.length === 0) throw invalid('"payload" is a list of listens')
  if (kind !== 'import' && payload.length > 1)
    throw invalid(`a submission of the type ${kind} has one listen`)
  if (payload.length > MOST_LISTENS) throw invalid(`a submission has at most ${MOST_LISTENS} listens`)
  const listens = payload.map((listen: unknown) =>
    readListen(listen, kind === 'playing_now' ? 'playing_now' : 'listen', now),
  )
  return { kind, listens }
}

const invalid = (problem: string) => new DeepcutsError('REQUEST_INVALID', { problem })
