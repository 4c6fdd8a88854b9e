import { createHash } from 'node:crypto'
import { Type } from 'typebox'
import { localTimeIn } from '../core/clock.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { App } from '../http/routes.ts'
import { type Engine, findRecipe, type Mix, playlistFormat, TODAY } from '../index.ts'
import { todaysMix } from '../todays-mixes.ts'
import { type Player, PROTOCOL, type ProtocolServices, playerIn, SPOKEN } from './player.ts'

const OfUser = Type.Object({ user: Type.String({ minLength: 1, maxLength: 200 }) })
const OfPlaylist = Type.Object({ playlist: Type.String({ minLength: 1, maxLength: 64 }) })
const Page = Type.Object({
  count: Type.Integer({ minimum: 1, default: 25 }),
  offset: Type.Integer({ minimum: 0, default: 0 }),
})

const RECOMMENDED = 'daily-1'
const MOST_RECOMMENDED = 100
const PLAYLIST = 'https://musicbrainz.org/doc/jspf#playlist'
const TRACK = 'https://musicbrainz.org/doc/jspf#track'

/** Today's mixes as playlists that were made for the listener, and what to hear next as recordings. */
export function addListenBrainzMixes(app: App, { engine }: ProtocolServices): void {
  const config = PROTOCOL

  app.get(
    '/cf/recommendation/user/:user/recording',
    { config, schema: { ...SPOKEN, params: OfUser, querystring: Page } },
    async (request, reply) => {
      const { listener } = playerIn(request)
      const { count, offset } = request.query
      const { mix } = await todaysMix(engine, listener.name, RECOMMENDED)
      const known = mix.tracks.flatMap(({ track: { mbid }, likability }) =>
        mbid ? [{ recording_mbid: mbid, score: likability }] : [],
      )
      if (known.length === 0) return reply.code(204).send()
      const mbids = known.slice(offset, offset + Math.min(count, MOST_RECOMMENDED))
      return {
        payload: {
          last_updated: Math.floor(mix.at / 1000),
          type: 'raw',
          entity: 'recording',
          mbids,
          user_name: listener.name,
          count: mbids.length,
          total_mbid_count: known.length,
          offset,
        },
      }
    },
  )

  app.get(
    '/user/:user/playlists/createdfor',
    { config, schema: { ...SPOKEN, params: OfUser, querystring: Page } },
    async (request) => {
      const { listener } = playerIn(request)
      const { offset } = request.query
      const count = Math.min(request.query.count, TODAY.length)
      const all = await Promise.all(
        TODAY.map(async (recipe) => {
          const { title, description } = findRecipe(recipe)
          const { id, date } = await dayOf(engine, listener, recipe, engine.now())
          const playlist = {
            ...{ title, creator: 'deepcuts', annotation: description, date },
            ...headOf(id, recipe, date, listener.name),
            track: [],
          }
          return { playlist }
        }),
      )
      const playlists = all.slice(offset, offset + count)
      return { playlist_count: all.length, count: playlists.length, offset, playlists }
    },
  )

  app.get('/playlist/:playlist', { config, schema: { ...SPOKEN, params: OfPlaylist } }, async (request) => {
    const { listener } = playerIn(request)
    const { mix, id, date } = await mixOf(engine, listener, request.params.playlist)
    const { playlist } = JSON.parse(playlistFormat('.jspf').write(mix).text) as { playlist: Jspf }
    const track = playlist.track.map((one) => {
      const { additional_metadata: more, ...rest } = one.extension[TRACK]!
      const extension = { [TRACK]: { ...rest, artist_identifiers: [], additional_metadata: more } }
      return { ...one, extension }
    })
    return { playlist: { ...playlist, date, ...headOf(id, mix.recipe, date, listener.name), track } }
  })

  app.get(
    '/playlist/:playlist/xspf',
    { config, schema: { ...SPOKEN, params: OfPlaylist } },
    async (request, reply) => {
      const { mix } = await mixOf(engine, playerIn(request).listener, request.params.playlist)
      const { text } = playlistFormat('.xspf').write(mix)
      return reply.type('application/xspf+xml; charset=utf-8').send(text)
    },
  )
}

interface Jspf {
  readonly track: readonly { readonly extension: Readonly<Record<string, Record<string, unknown>>> }[]
}

/** What a playlist says of itself beside its tracks. */
function headOf(id: string, recipe: string, date: string, listener: string) {
  return {
    identifier: `https://listenbrainz.org/playlist/${id}`,
    extension: {
      [PLAYLIST]: {
        public: false,
        ...{ creator: 'deepcuts', created_for: listener, last_modified_at: date, collaborators: [] },
        additional_metadata: { algorithm_metadata: { source_patch: recipe } },
      },
    },
  }
}

/** Today's mix that an id of today or yesterday names: a client that listed before midnight may ask after. @throws NOT_KNOWN */
async function mixOf(
  engine: Engine,
  listener: Player['listener'],
  asked: string,
): Promise<{ readonly mix: Mix; readonly id: string; readonly date: string }> {
  const at = engine.now()
  for (const recipe of TODAY) {
    const names = await Promise.all([at, at - DAY].map((moment) => dayOf(engine, listener, recipe, moment)))
    if (!names.some(({ id }) => id === asked.toLowerCase())) continue
    const { mix } = await todaysMix(engine, listener.name, recipe)
    return { mix, ...names[0]! }
  }
  throw new DeepcutsError('NOT_KNOWN', { what: 'playlist' })
}

const DAY = 86_400_000

/** What a mix is called on a listener's day, as a UUID that nobody can guess; and when that day began, ISO 8601. */
async function dayOf(engine: Engine, { name }: Player['listener'], recipe: string, at: number) {
  const { timeZone } = await engine.listener(name)
  const { date } = localTimeIn(timeZone)(at)
  const hash = createHash('sha256')
    .update(JSON.stringify([await engine.library.secret(), 'playlist', name, recipe, date]))
    .digest('hex')
  const id = [
    ...[hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`],
    ...[`8${hash.slice(17, 20)}`, hash.slice(20, 32)],
  ].join('-')
  return { id, date: `${date}T00:00:00+00:00` }
}
