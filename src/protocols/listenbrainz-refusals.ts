import { type Static, Type } from 'typebox'
import { DeepcutsError } from '../core/errors.ts'
import { fold } from '../core/track.ts'
import type { App } from '../http/routes.ts'
import { type Engine, rowOfTrack, trackAt } from '../index.ts'
import { keep } from './keep.ts'
import { type Player, PROTOCOL, type ProtocolServices, playerIn, SPOKEN } from './player.ts'
import { meantBy } from './recordings.ts'

const OfUser = Type.Object({ user: Type.String({ minLength: 1, maxLength: 200 }) })
const ENTITIES = ['artist', 'release', 'release_group', 'recording'] as const
const Refused = Type.Object(
  {
    entity: Type.Unsafe<(typeof ENTITIES)[number]>({ type: 'string', enum: [...ENTITIES] }),
    entity_mbid: Type.String({ pattern: '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$' }),
    until: Type.Optional(Type.Union([Type.Integer({ minimum: 1, maximum: 100_000_000_000 }), Type.Null()])),
  },
  { additionalProperties: false },
)
type Refused = Static<typeof Refused>
const Page = Type.Object({
  count: Type.Integer({ minimum: 0, default: 25 }),
  offset: Type.Integer({ minimum: 0, default: 0 }),
})
const MOST = 1000

/** What a listener does not want to be shown: a recording is disliked or snoozed, an artist is heard never again. */
export function addListenBrainzRefusals(app: App, { engine }: ProtocolServices): void {
  const config = PROTOCOL

  app.post('/do-not-recommend/add', { config, schema: { ...SPOKEN, body: Refused } }, async (request) => {
    await refuse(engine, playerIn(request), request.body)
    return { status: 'ok' }
  })

  app.post('/do-not-recommend/remove', { config, schema: { ...SPOKEN, body: Refused } }, async (request) => {
    const { id } = playerIn(request).listener
    const { entity, entity_mbid: mbid } = request.body
    const { feedback } = engine.library
    if (entity === 'artist')
      await feedback.clear(id, ['never'], { artist: await artistNamed(engine, id, mbid) })
    else {
      const meant = await recordingNamed(engine, id, entity, mbid)
      if ('identifiers' in meant) await feedback.clear(id, ['dislike', 'snooze'], meant)
    }
    return { status: 'ok' }
  })

  app.get(
    '/user/:user/do-not-recommend',
    { config, schema: { ...SPOKEN, params: OfUser, querystring: Page } },
    async (request) => {
      const { listener } = playerIn(request)
      const { offset } = request.query
      const all = await refused(engine, listener.id)
      const results = all.slice(offset, offset + Math.min(request.query.count, MOST))
      return {
        ...{ user_id: listener.name, count: results.length, offset, total_count: all.length },
        results,
      }
    },
  )
}

async function refuse(engine: Engine, player: Player, { entity, entity_mbid: mbid, until }: Refused) {
  const { id } = player.listener
  const { feedback } = engine.library
  const ends = until == null ? {} : { until: until * 1000 }
  if (until != null && until * 1000 <= engine.now())
    throw new DeepcutsError('REQUEST_INVALID', { problem: '"until" is over already' })
  if (entity === 'artist') {
    const artist = await artistNamed(engine, id, mbid)
    await feedback.say(id, { kind: 'never', identifier: 0, artist, ...ends })
    return
  }
  const meant = await recordingNamed(engine, id, entity, mbid)
  const kind = until == null ? 'dislike' : 'snooze'
  if ('row' in meant) await feedback.say(id, { kind, identifier: meant.identifiers[0]!, artist: '', ...ends })
  // Of what is not known here nothing is shown before it is; a snooze would be over by then.
  else if (kind === 'dislike')
    await keep(engine, player, 'listenbrainz', [{ kind, track: meant, at: engine.now() }])
}

async function recordingNamed(engine: Engine, listener: number, entity: Refused['entity'], mbid: string) {
  if (entity !== 'recording')
    throw new DeepcutsError('REQUEST_INVALID', {
      problem: 'artists and recordings can be left out here, whole releases cannot',
    })
  return meantBy(engine, listener, { recording_mbid: mbid })
}

/** @throws NOT_KNOWN while no player told which artist the id is */
async function artistNamed({ library }: Engine, listener: number, mbid: string): Promise<string> {
  const name = await library.artistIds.nameOf(listener, mbid.toLowerCase())
  if (name === undefined) throw new DeepcutsError('NOT_KNOWN', { what: 'artist' })
  return name
}

/** What of the listener's refusals can be called by an id of MusicBrainz, the last first. */
async function refused({ library }: Engine, listener: number) {
  const catalog = await library.catalog()
  const ids = new Map(Array.from(await library.artistIds.all(listener), ([mbid, name]) => [fold(name), mbid]))
  const all = await library.feedback.list(listener)
  const told = all.flatMap(({ kind, trackId, artist, at = 0, until }) => {
    if (kind === 'like') return []
    const row = trackId === undefined ? -1 : rowOfTrack(catalog, trackId)
    const mbid =
      kind === 'never' ? ids.get(fold(artist ?? '')) : row < 0 ? undefined : trackAt(catalog, row).mbid
    if (!mbid) return []
    return [
      {
        entity: kind === 'never' ? ('artist' as const) : ('recording' as const),
        entity_mbid: mbid,
        created: Math.floor(at / 1000),
        until: until === undefined ? null : Math.floor(until / 1000),
      },
    ]
  })
  return told.reverse()
}
