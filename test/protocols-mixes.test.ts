import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from '../src/http/routes.ts'
import type { ImportRecord } from '../src/library/import-record.ts'
import { todaysMix } from '../src/todays-mixes.ts'
import { emptyEngine, type InventedEngine, NOW } from './suites/invented-listener.ts'
import { askListenBrainz, tokenOf } from './suites/players.ts'
import { serve } from './suites/served.ts'

const MBID = (n: number) => `00000000-0000-4000-9000-${String(n).padStart(12, '0')}`
const PLAYLIST = 'https://musicbrainz.org/doc/jspf#playlist'
const TRACK = 'https://musicbrainz.org/doc/jspf#track'

interface Jspf {
  readonly playlist: {
    readonly title: string
    readonly identifier: string
    readonly date: string
    readonly extension: Readonly<Record<string, Record<string, unknown>>>
    readonly track: readonly {
      readonly identifier: readonly string[]
      readonly title: string
      readonly creator: string
      readonly annotation: string
      readonly extension: Readonly<Record<string, Record<string, unknown>>>
    }[]
  }
}

let invented: InventedEngine
let app: App
const secrets: Record<string, string> = {}

/** Songs of ten artists, all finished three times; those of even numbers have an id of MusicBrainz. */
function* finished(): Iterable<ImportRecord> {
  for (let n = 1; n <= 40; n++)
    for (let play = 0; play < 3; play++)
      yield {
        kind: 'play',
        track: { title: `Song ${n}`, artist: `Artist ${n % 10}`, ...(n % 2 === 0 && { mbid: MBID(n) }) },
        play: {
          endedAt: NOW - (n + 50 * play) * 900_000,
          msPlayed: 200_000,
          reasonStart: '',
          reasonEnd: 'trackdone',
          device: '',
          precision: 'second',
        },
      }
}

beforeAll(async () => {
  invented = await emptyEngine('Asia/Tokyo')
  await invented.put('ada', finished())
  await invented.engine.library.listeners.create('bo')
  for (const name of ['bo', 'ada']) {
    secrets[name] = (await tokenOf(invented.engine, name, 'listenbrainz')).secret
  }
  app = (await serve(invented.engine)).app
})
afterAll(async () => {
  await app.close()
  await invented.close()
})

const ask = (path: string, who = 'ada') => askListenBrainz(app, secrets[who], 'GET', path)
const createdFor = async () => {
  const { status, body } = await ask('/user/ada/playlists/createdfor')
  expect(status).toBe(200)
  return body as { playlist_count: number; count: number; offset: number; playlists: readonly Jspf[] }
}
const idOf = ({ playlist }: Jspf) => playlist.identifier.split('/').at(-1)!
const exposures = async () =>
  (await invented.engine.library.exposures.list((await invented.engine.listener('ada')).id)).length

describe('playlists created for a listener', () => {
  it('are today’s mixes, by ids that stay all day and are others tomorrow; listing them is not showing them', async () => {
    const before = await exposures()
    const { playlists, playlist_count: all, count } = await createdFor()
    expect([all, count]).toEqual([6, 6])
    expect(playlists.map(({ playlist }) => playlist.title)).toContain('Daily mix 1')
    for (const { playlist } of playlists) {
      expect(playlist.identifier).toMatch(
        /^https:\/\/listenbrainz\.org\/playlist\/[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
      )
      expect(playlist.track).toEqual([])
      expect(playlist.extension[PLAYLIST]).toMatchObject({
        public: false,
        creator: 'deepcuts',
        created_for: 'ada',
      })
      expect(playlist.date).toBe('2026-11-22T00:00:00+00:00')
    }
    expect(await exposures()).toBe(before)
    expect((await createdFor()).playlists).toEqual(playlists)
    expect((await ask('/user/ada/playlists/createdfor?count=2&offset=1')).body).toMatchObject({
      ...{ playlist_count: 6, count: 2, offset: 1, playlists: playlists.slice(1, 3) },
    })
    // In Tokyo the day ends at 15:00 UTC.
    invented.clock.at = NOW + 3 * 3_600_000
    const tomorrow = await createdFor()
    invented.clock.at = NOW
    expect(new Set([...tomorrow.playlists, ...playlists].map(idOf)).size).toBe(12)
  })

  it('hold the tracks of the mix, with the reason, by recording ids where there are any', async () => {
    const daily = (await createdFor()).playlists.find(({ playlist }) => playlist.title === 'Daily mix 1')!
    const { status, body } = await ask(`/playlist/${idOf(daily)}`)
    expect(status).toBe(200)
    const { playlist } = body as Jspf
    expect(playlist.identifier).toBe(daily.playlist.identifier)
    expect(playlist.extension[PLAYLIST]).toMatchObject({
      additional_metadata: { algorithm_metadata: { source_patch: 'daily-1' } },
    })
    const { tracks } = (await todaysMix(invented.engine, 'ada', 'daily-1')).mix
    expect(tracks.length).toBeGreaterThan(5)
    expect(playlist.track.map(({ title, creator, annotation }) => [title, creator, annotation])).toEqual(
      tracks.map(({ track, reason }) => [track.title, track.artist, reason.text]),
    )
    expect(playlist.track.map(({ identifier }) => identifier)).toEqual(
      tracks.map(({ track: { mbid } }) => (mbid ? [`https://musicbrainz.org/recording/${mbid}`] : [])),
    )
    expect(playlist.track[0]!.extension[TRACK]).toMatchObject({
      added_by: 'deepcuts',
      additional_metadata: { explanation: { text: tracks[0]!.reason.text } },
    })
    const again = await ask(`/playlist/${idOf(daily)}`)
    expect((again.body as Jspf).playlist.track).toEqual(playlist.track)
  })

  it('are there as XSPF too', async () => {
    const id = idOf((await createdFor()).playlists[0]!)
    const { status, headers, body } = await ask(`/playlist/${id}/xspf`)
    expect([status, headers['content-type']]).toEqual([200, expect.stringContaining('application/xspf+xml')])
    expect(body).toContain('<playlist version="1" xmlns="http://xspf.org/ns/0/">')
    expect(body).toContain('Artist')
  })

  it('are still found after midnight, and are nobody else’s', async () => {
    const id = idOf((await createdFor()).playlists[0]!)
    invented.clock.at = NOW + 3 * 3_600_000
    expect((await ask(`/playlist/${id}`)).status).toBe(200)
    invented.clock.at = NOW
    expect((await ask(`/playlist/${id}`, 'bo')).status).toBe(404)
    for (const none of [MBID(1), 'x', '..%2f..%2fetc'])
      expect((await ask(`/playlist/${none}`)).body).toEqual({ code: 404, error: expect.any(String) })
  })
})

describe('recommended recordings', () => {
  it('are those of today’s mix that have a MusicBrainz id, in pages', async () => {
    const { status, body } = await ask('/cf/recommendation/user/ada/recording')
    expect(status).toBe(200)
    const { payload } = body as {
      payload: { mbids: { recording_mbid: string; score: number }[]; total_mbid_count: number }
    }
    expect(payload).toMatchObject({
      entity: 'recording',
      user_name: 'ada',
      offset: 0,
      count: payload.mbids.length,
    })
    const songs = Array.from({ length: 20 }, (_, i) => MBID(2 * (i + 1)))
    for (const { recording_mbid, score } of payload.mbids) {
      expect(songs).toContain(recording_mbid)
      expect(score).toBeGreaterThan(0)
    }
    const page = await ask('/cf/recommendation/user/ada/recording?count=2&offset=1')
    expect(page.body).toMatchObject({ payload: { mbids: payload.mbids.slice(1, 3), count: 2, offset: 1 } })
  })

  it('are none yet where nothing has such an id', async () => {
    const empty = await emptyEngine()
    await empty.engine.library.listeners.create('dora')
    const alone = await serve(empty.engine)
    const { secret } = await tokenOf(empty.engine, 'dora', 'listenbrainz')
    const path = '/cf/recommendation/user/dora/recording'
    const { status, body } = await askListenBrainz(alone.app, secret, 'GET', path)
    expect([status, body]).toEqual([204, ''])
    await alone.app.close()
    await empty.close()
  })
})
