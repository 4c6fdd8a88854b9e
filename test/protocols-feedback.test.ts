import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from '../src/http/routes.ts'
import { recommend } from '../src/recommend.ts'
import { emptyEngine, type InventedEngine, NOW, playsOf } from './suites/invented-listener.ts'
import { askListenBrainz, tokenOf } from './suites/players.ts'
import { serve } from './suites/served.ts'

const MBID = (n: number) => `00000000-0000-4000-9000-${String(n).padStart(12, '0')}`
const ARTIST = MBID(900)

let invented: InventedEngine
let app: App
const secrets: Record<string, string> = {}

beforeAll(async () => {
  invented = await emptyEngine()
  for (const name of ['ada', 'bo']) {
    await invented.engine.library.listeners.create(name)
    secrets[name] = (await tokenOf(invented.engine, name, 'listenbrainz')).secret
  }
  app = (await serve(invented.engine)).app
  const payload = [1, 2, 3, 4, 1, 2, 3, 4].map((n, i) => ({
    listened_at: Math.floor(NOW / 1000) - (i + 1) * 1000,
    track_metadata: {
      artist_name: n < 4 ? 'The Harbour' : 'The Pier',
      track_name: `Song ${n}`,
      additional_info: {
        recording_mbid: MBID(n),
        artist_mbids: [n < 4 ? ARTIST : MBID(901)],
        duration: 200,
        duration_played: 199,
      },
    },
  }))
  await ask('POST', '/submit-listens', { listen_type: 'import', payload })
  await invented.put('ada', playsOf([{ title: 'Without an id', finished: true }]))
})
afterAll(async () => {
  await app.close()
  await invented.close()
})

const ask = (method: 'GET' | 'POST', path: string, body?: unknown, who = 'ada') =>
  askListenBrainz(app, secrets[who], method, path, body)
const score = async (recording: object, value: number) =>
  (await ask('POST', '/feedback/recording-feedback', { ...recording, score: value })).status
interface Given {
  readonly count: number
  readonly total_count: number
  readonly feedback: readonly {
    readonly recording_mbid: string | null
    readonly recording_msid: string
    readonly score: number
  }[]
}
const given = async (query = '', who = 'ada') =>
  (await ask('GET', `/feedback/user/${who}/get-feedback${query}`, undefined, who)).body as Given
const scores = async () => (await given()).feedback.map((one) => [one.recording_mbid, one.score])
const saidOf = async (who = 'ada') =>
  (await invented.engine.library.feedback.list((await invented.engine.listener(who)).id)).map(
    ({ kind }) => kind,
  )

describe('feedback', () => {
  it('loves and hates a recording, by either id, and takes that back', async () => {
    expect(await score({ recording_mbid: MBID(1) }, 1)).toBe(200)
    expect(await score({ recording_mbid: MBID(2).toUpperCase() }, -1)).toBe(200)
    expect(await scores()).toEqual([
      [MBID(2), -1],
      [MBID(1), 1],
    ])
    const { feedback } = await given('?score=1')
    expect(feedback).toMatchObject([
      { user_id: 'ada', recording_mbid: MBID(1), created: Math.floor(NOW / 1000) },
    ])
    expect(await score({ recording_msid: feedback[0]!.recording_msid }, -1)).toBe(200)
    expect(await scores()).toEqual([
      [MBID(1), -1],
      [MBID(2), -1],
    ])
    expect(await score({ recording_mbid: MBID(1) }, 0)).toBe(200)
    expect(await scores()).toEqual([[MBID(2), -1]])
    expect(await score({ recording_mbid: MBID(2) }, 0)).toBe(200)
    expect(await saidOf()).toEqual([])
  })

  it('of a recording without a MusicBrainz id goes by the id that its listens have', async () => {
    const { body } = await ask('GET', '/user/ada/listens?count=100')
    const { listens } = (
      body as { payload: { listens: { recording_msid: string; track_metadata: { track_name: string } }[] } }
    ).payload
    const { recording_msid } = listens.find(
      ({ track_metadata }) => track_metadata.track_name === 'Without an id',
    )!
    expect(await score({ recording_msid, recording_mbid: null }, 1)).toBe(200)
    expect((await given('?metadata=true')).feedback).toMatchObject([
      { recording_mbid: null, recording_msid, score: 1, track_metadata: { track_name: 'Without an id' } },
    ])
    await score({ recording_msid }, 0)
  })

  it('of a recording that is not known yet holds once it is', async () => {
    expect(await score({ recording_mbid: MBID(77) }, -1)).toBe(200)
    const listened_at = Math.floor(NOW / 1000) - 60
    const track_metadata = {
      artist_name: 'X',
      track_name: 'Y',
      additional_info: { recording_mbid: MBID(77) },
    }
    await ask('POST', '/submit-listens', {
      listen_type: 'single',
      payload: [{ listened_at, track_metadata }],
    })
    const { feedback } = await given('?metadata=true')
    expect(feedback).toMatchObject([
      { recording_mbid: MBID(77), score: -1, track_metadata: { track_name: 'Y' } },
    ])
    await score({ recording_mbid: MBID(77) }, 0)
    expect(await scores()).toEqual([])
  })

  it('is refused where it is no such thing', async () => {
    expect(await score({}, 1)).toBe(400)
    expect(await score({ recording_mbid: 'x' }, 1)).toBe(400)
    expect(await score({ recording_mbid: MBID(1) }, 2)).toBe(400)
    expect(await score({ recording_mbid: MBID(1), note: 'more' }, 1)).toBe(400)
    expect(await score({ recording_msid: MBID(5) }, 1)).toBe(404)
    expect(await scores()).toEqual([])
  })

  it('reaches no recording that only somebody else heard', async () => {
    const { body } = await ask('GET', '/user/ada/listens?count=1')
    const [{ recording_msid }] = (body as { payload: { listens: [{ recording_msid: string }] } }).payload
      .listens
    const asked = await ask('POST', '/feedback/recording-feedback', { recording_msid, score: 1 }, 'bo')
    const nothing = recording_msid.replace(/.{4}$/, 'ffff')
    const other = await ask(
      'POST',
      '/feedback/recording-feedback',
      { recording_msid: nothing, score: 1 },
      'bo',
    )
    expect(asked.status).toBe(404)
    expect(asked.body).toEqual(other.body)
    expect(await saidOf('bo')).toEqual([])
  })

  it('is a listener’s own', async () => {
    await score({ recording_mbid: MBID(1) }, 1)
    expect(await given('', 'bo')).toMatchObject({ count: 0, total_count: 0, feedback: [] })
    expect((await ask('GET', '/feedback/user/ada/get-feedback', undefined, 'bo')).status).toBe(404)
    await score({ recording_mbid: MBID(1) }, 0)
  })

  it('on recommendations is the same in five words', async () => {
    const rate = async (n: number, rating: string) =>
      (await ask('POST', '/recommendation/feedback/submit', { recording_mbid: MBID(n), rating })).status
    for (const [n, rating] of [
      [1, 'love'],
      [2, 'like'],
      [3, 'bad_recommendation'],
    ] as const)
      expect(await rate(n, rating)).toBe(200)
    expect(await rate(1, 'adore')).toBe(400)
    const { body } = await ask('GET', '/recommendation/feedback/user/ada')
    expect(body).toMatchObject({
      count: 3,
      user_name: 'ada',
      'recommendation-feedback': [
        { recording_mbid: MBID(3), rating: 'dislike' },
        { recording_mbid: MBID(2), rating: 'like' },
        { recording_mbid: MBID(1), rating: 'like' },
      ],
    })
    for (const n of [1, 2, 3])
      await ask('POST', '/recommendation/feedback/delete', { recording_mbid: MBID(n) })
    expect(await saidOf()).toEqual([])
  })
})

describe('do not recommend', () => {
  const refuse = (entity: string, mbid: string, more: object = {}, verb = 'add') =>
    ask('POST', `/do-not-recommend/${verb}`, { entity, entity_mbid: mbid, ...more })
  const refused = async () =>
    (await ask('GET', '/user/ada/do-not-recommend')).body as { total_count: number; results: object[] }
  const shown = async () => {
    const { engine, clock } = invented
    const { mix } = await recommend(
      { listener: 'ada', recipe: 'daily-1', n: 30, at: clock.at, seed: 7 },
      engine,
    )
    return mix.tracks.map(({ track }) => track.title)
  }

  it('keeps a recording out of mixes, for good or until then, and lets it in again', async () => {
    const known = await shown()
    expect(known).toEqual(expect.arrayContaining(['Song 1', 'Song 2', 'Song 4']))
    const until = Math.floor(NOW / 1000) + 3600
    expect((await refuse('recording', MBID(1))).body).toEqual({ status: 'ok' })
    expect((await refuse('recording', MBID(2), { until })).status).toBe(200)
    expect(await refused()).toMatchObject({
      total_count: 2,
      results: [
        { entity: 'recording', entity_mbid: MBID(2), until },
        { entity: 'recording', entity_mbid: MBID(1), until: null },
      ],
    })
    const without = await shown()
    expect(without).not.toContain('Song 1')
    expect(without).not.toContain('Song 2')
    invented.clock.at += 3_601_000
    expect(await shown()).toContain('Song 2')
    invented.clock.at = NOW
    for (const n of [1, 2]) await refuse('recording', MBID(n), {}, 'remove')
    expect((await refused()).total_count).toBe(0)
    expect(await shown()).toEqual(expect.arrayContaining(['Song 1', 'Song 2']))
  })

  it('keeps an artist out whose id a player told', async () => {
    expect((await refuse('artist', ARTIST)).status).toBe(200)
    expect(await refused()).toMatchObject({ results: [{ entity: 'artist', entity_mbid: ARTIST }] })
    const left = await shown()
    expect(left).toContain('Song 4')
    expect(left.filter((title) => ['Song 1', 'Song 2', 'Song 3'].includes(title))).toEqual([])
    await refuse('artist', ARTIST, {}, 'remove')
    expect((await refused()).results).toEqual([])
    expect(await shown()).toContain('Song 1')
  })

  it('says so where it cannot keep its word', async () => {
    expect((await refuse('artist', MBID(999))).status).toBe(404)
    expect((await refuse('release', MBID(1))).status).toBe(400)
    expect((await refuse('recording', MBID(1), { until: Math.floor(NOW / 1000) - 5 })).status).toBe(400)
    expect((await refuse('recording', 'x')).status).toBe(400)
    expect((await refuse('song', MBID(1))).status).toBe(400)
    // An artist's id that another listener's player told is not known to this one.
    const asked = await ask('POST', '/do-not-recommend/add', { entity: 'artist', entity_mbid: ARTIST }, 'bo')
    expect(asked.status).toBe(404)
  })
})
