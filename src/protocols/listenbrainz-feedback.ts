import { type Static, Type } from 'typebox'
import type { Feedback } from '../core/event.ts'
import type { App } from '../http/routes.ts'
import { type Engine, rowOfTrack, trackAt } from '../index.ts'
import { keep } from './keep.ts'
import { type Player, PROTOCOL, type ProtocolServices, playerIn, SPOKEN } from './player.ts'
import { meantBy, msidOf, type NamedRecording } from './recordings.ts'

const OfUser = Type.Object({ user: Type.String({ minLength: 1, maxLength: 200 }) })
const Id = Type.Union([Type.String({ maxLength: 64 }), Type.Null()])
const STRICT = { additionalProperties: false }
const Scored = Type.Object(
  {
    recording_mbid: Type.Optional(Id),
    recording_msid: Type.Optional(Id),
    score: Type.Integer({ minimum: -1, maximum: 1 }),
  },
  STRICT,
)
const RATINGS = ['love', 'like', 'dislike', 'hate', 'bad_recommendation'] as const
const Rated = Type.Object(
  {
    recording_mbid: Type.String({ maxLength: 64 }),
    rating: Type.Unsafe<(typeof RATINGS)[number]>({ type: 'string', enum: [...RATINGS] }),
  },
  STRICT,
)
const Unrated = Type.Object({ recording_mbid: Type.String({ maxLength: 64 }) }, STRICT)
const Page = Type.Object({
  count: Type.Integer({ minimum: 0, default: 25 }),
  offset: Type.Integer({ minimum: 0, default: 0 }),
})
const MOST = 1000
const ScoredPage = Type.Object({
  ...Page.properties,
  score: Type.Optional(Type.Integer({ minimum: -1, maximum: 1 })),
  metadata: Type.Optional(Type.Boolean()),
})

/** Loves, hates and ratings, which are likes and dislikes here. */
export function addListenBrainzFeedback(app: App, { engine }: ProtocolServices): void {
  const config = PROTOCOL

  app.post(
    '/feedback/recording-feedback',
    { config, schema: { ...SPOKEN, body: Scored } },
    async (request) => {
      const { score, ...named } = request.body
      await say(engine, playerIn(request), named, score)
      return { status: 'ok' }
    },
  )

  app.get(
    '/feedback/user/:user/get-feedback',
    { config, schema: { ...SPOKEN, params: OfUser, querystring: ScoredPage } },
    async (request) => {
      const { listener } = playerIn(request)
      const { score, offset, metadata = false } = request.query
      const count = Math.min(request.query.count, MOST)
      const all = (await opinions(engine, listener.id)).filter(
        (one) => score === undefined || one.score === score,
      )
      const feedback = all.slice(offset, offset + count).map(({ track, created, score: its }) => ({
        ...{ created, user_id: listener.name, score: its },
        ...{ recording_mbid: track.mbid ?? null, recording_msid: msidOf(track.id) },
        ...(metadata && {
          track_metadata: { artist_name: track.artist, track_name: track.title, release_name: track.album },
        }),
      }))
      return { count: feedback.length, total_count: all.length, offset, feedback }
    },
  )

  app.post(
    '/recommendation/feedback/submit',
    { config, schema: { ...SPOKEN, body: Rated } },
    async (request) => {
      const { recording_mbid, rating } = request.body
      await say(engine, playerIn(request), { recording_mbid }, SCORES[rating])
      return { status: 'ok' }
    },
  )

  app.post(
    '/recommendation/feedback/delete',
    { config, schema: { ...SPOKEN, body: Unrated } },
    async (request) => {
      await say(engine, playerIn(request), request.body, 0)
      return { status: 'ok' }
    },
  )

  app.get(
    '/recommendation/feedback/user/:user',
    { config, schema: { ...SPOKEN, params: OfUser, querystring: Page } },
    async (request) => {
      const { listener } = playerIn(request)
      const { offset } = request.query
      const all = (await opinions(engine, listener.id)).filter(({ track }) => track.mbid !== undefined)
      const some = all.slice(offset, offset + Math.min(request.query.count, MOST))
      return {
        'recommendation-feedback': some.map(({ track, created, score }) => ({
          ...{ recording_mbid: track.mbid, rating: score > 0 ? 'like' : 'dislike', created },
        })),
        ...{ count: some.length, total_count: all.length, offset, user_name: listener.name },
      }
    },
  )
}

const SCORES: Readonly<Record<Static<typeof Rated>['rating'], -1 | 1>> = {
  love: 1,
  like: 1,
  dislike: -1,
  hate: -1,
  bad_recommendation: -1,
}

/** Says that a recording is liked (1) or not (−1), or takes that back (0). Durable when it resolves. */
async function say(engine: Engine, player: Player, named: NamedRecording, score: number): Promise<void> {
  const { id } = player.listener
  const { feedback } = engine.library
  const meant = await meantBy(engine, id, named)
  if (score === 0) {
    // Of a recording of which only the id was told, nothing can stand but what was said of that id.
    const identifiers = 'row' in meant ? meant.identifiers : []
    return feedback.clear(id, ['like', 'dislike'], { identifiers })
  }
  const kind = score > 0 ? 'like' : 'dislike'
  if ('row' in meant) await feedback.say(id, { kind, identifier: meant.identifiers[0]!, artist: '' })
  else await keep(engine, player, 'listenbrainz', [{ kind, track: meant, at: engine.now() }])
}

/** What stands of a listener's likes and dislikes, the last first; of a recording the last. */
async function opinions({ library }: Engine, listener: number) {
  const catalog = await library.catalog()
  const last = new Map<number, Feedback>()
  for (const one of await library.feedback.list(listener)) {
    const row = one.trackId === undefined ? -1 : rowOfTrack(catalog, one.trackId)
    if (row < 0 || (one.kind !== 'like' && one.kind !== 'dislike')) continue
    last.delete(row)
    last.set(row, one)
  }
  return Array.from(last, ([row, { kind, at = 0 }]) => ({
    track: trackAt(catalog, row),
    score: kind === 'like' ? 1 : -1,
    created: Math.floor(at / 1000),
  })).reverse()
}
