import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from '../src/http/routes.ts'
import { emptyEngine, type InventedEngine, NOW, playsOf } from './suites/invented-listener.ts'
import { askListenBrainz, tokenOf } from './suites/players.ts'
import { serve } from './suites/served.ts'

const SECOND = Math.floor(NOW / 1000)
const MBID = (n: number) => `00000000-0000-4000-9000-${String(n).padStart(12, '0')}`

interface Told {
  readonly listened_at: number
  readonly recording_msid: string
  readonly track_metadata: {
    readonly artist_name: string
    readonly track_name: string
    readonly release_name?: string
    readonly additional_info: Readonly<Record<string, unknown>>
  }
}

let invented: InventedEngine
let app: App
let secrets: Record<string, string>

beforeAll(async () => {
  invented = await emptyEngine()
  for (const name of ['ada', 'bo', 'cleo']) await invented.engine.library.listeners.create(name)
  app = (await serve(invented.engine)).app
  secrets = {}
  for (const name of ['ada', 'bo', 'cleo'])
    secrets[name] = (await tokenOf(invented.engine, name, 'listenbrainz')).secret
})
afterAll(async () => {
  await app.close()
  await invented.close()
})

const as = (who: string) => (method: 'GET' | 'POST', path: string, body?: unknown) =>
  askListenBrainz(app, secrets[who], method, path, body)
const listen = (title: string, at: number, info: object = {}, more: object = {}) => ({
  listened_at: at,
  track_metadata: { artist_name: 'The Harbour', track_name: title, additional_info: info, ...more },
})
const submit = (who: string, payload: unknown, kind = 'single', query = '') =>
  as(who)('POST', `/submit-listens${query}`, { listen_type: kind, payload })
const told = async (who: string, query = ''): Promise<readonly Told[]> => {
  const { body } = await as(who)('GET', `/user/${who}/listens${query}`)
  return (body as { payload: { listens: readonly Told[] } }).payload.listens
}
const log = async (who: string) => {
  const { library, listener } = invented.engine
  const { id } = await listener(who)
  return library.store.read('plays', ['endedAt', 'msPlayed', 'reasonEnd', 'skipped', 'device'], {
    where: { listener: id, hidden: 0 },
    orderBy: ['endedAt'],
  })
}

describe('a token', () => {
  it('is valid or not, by header and by address', async () => {
    const valid = { code: 200, message: 'Token valid.', valid: true, user_name: 'ada' }
    const invalid = { code: 200, message: 'Token invalid.', valid: false }
    const ask = async (token: string | undefined, query = '') =>
      (await askListenBrainz(app, token, 'GET', `/validate-token${query}`)).body
    expect(await ask(secrets.ada)).toEqual(valid)
    expect(await ask(undefined, `?token=${secrets.ada}`)).toEqual(valid)
    expect(await ask('nonsense')).toEqual(invalid)
    expect(await ask(undefined, '?token=nonsense')).toEqual(invalid)
    expect(await ask(undefined)).toMatchObject({ code: 400, error: expect.any(String) })
  })

  it('is asked for by everything else, in the words of ListenBrainz', async () => {
    for (const token of [undefined, 'nonsense', `${secrets.ada}x`]) {
      const { status, body, headers } = await askListenBrainz(app, token, 'POST', '/submit-listens', '{')
      expect(status).toBe(401)
      expect(body).toEqual({ code: 401, error: expect.stringContaining('Token') })
      expect(headers['content-type']).toMatch(/^application\/json/)
    }
  })

  it('sees its own listener alone, and does not tell whether there is another', async () => {
    for (const path of [
      'listens',
      'listen-count',
      'playing-now',
      'playlists/createdfor',
      'do-not-recommend',
    ]) {
      const [other, nobody] = [
        await as('ada')('GET', `/user/bo/${path}`),
        await as('ada')('GET', `/user/xx/${path}`),
      ]
      expect(other.status).toBe(404)
      expect(JSON.stringify(other.body).replaceAll('bo', 'xx')).toBe(JSON.stringify(nobody.body))
    }
  })
})

describe('listens', () => {
  it('are on disk when they are acknowledged, and told again as they were told', async () => {
    const at = SECOND - 1000
    const info = {
      recording_mbid: MBID(1),
      artist_mbids: [MBID(900)],
      duration_ms: 200_000,
      duration_played: 190,
      media_player: 'Strawberry',
      tags: ['slow'],
      isrc: 'DEUM71100001',
      some_other_key: { deep: [1] },
    }
    const { status, body } = await submit('ada', [listen('Low Tide', at, info, { release_name: 'Pier' })])
    expect(status).toBe(200)
    expect(body).toEqual({ status: 'ok' })
    const [first] = await told('ada')
    expect(first).toMatchObject({
      listened_at: at,
      user_name: 'ada',
      recording_msid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      track_metadata: {
        artist_name: 'The Harbour',
        track_name: 'Low Tide',
        release_name: 'Pier',
        additional_info: {
          recording_mbid: MBID(1),
          isrc: 'DEUM71100001',
          duration_played: 190,
          media_player: 'Strawberry',
        },
        mbid_mapping: { recording_mbid: MBID(1) },
      },
    })
  })

  it('say how they ended where they say how long was heard of how much, and else nothing of it', async () => {
    const ends: readonly (readonly [object, string, number])[] = [
      [{ duration_ms: 200_000, duration_played: 200 }, 'trackdone', -1],
      [{ duration: 200, duration_played: 181 }, 'trackdone', -1],
      [{ duration: 200, duration_played: 20 }, 'fwdbtn', 1],
      [{ duration: 200, duration_played: 140 }, '', -1],
      [{ duration: 200 }, '', -1],
      [{}, '', -1],
    ]
    const payload = ends.map(([info], i) => listen(`Ends ${i}`, SECOND - 90_000 + i * 1000, info))
    await submit('bo', payload, 'import')
    const { reasonEnd, skipped, endedAt, msPlayed } = await log('bo')
    expect(reasonEnd).toEqual(ends.map(([, reason]) => reason))
    expect(Array.from(skipped)).toEqual(ends.map(([, , skip]) => skip))
    expect(Array.from(endedAt, (end, i) => (end - msPlayed[i]!) / 1000)).toEqual(
      payload.map(({ listened_at }) => listened_at),
    )
  })

  it('count once, however often and in whatever company they are sent', async () => {
    const one = listen('Once', SECOND - 500_000, { duration_ms: 180_000 })
    await submit('cleo', [one])
    const count = async () =>
      ((await as('cleo')('GET', '/user/cleo/listen-count')).body as { payload: { count: number } }).payload
        .count
    expect(await count()).toBe(1)
    await submit('cleo', [one])
    await submit('cleo', [one, listen('Another', SECOND - 400_000), one], 'import')
    expect(await count()).toBe(2)
    expect((await told('cleo')).map(({ track_metadata }) => track_metadata.track_name)).toEqual([
      'Another',
      'Once',
    ])
  })

  it('come in pages, newest first, by what they began before or after', async () => {
    const { engine } = invented
    await engine.library.listeners.create('dora')
    secrets.dora = (await tokenOf(engine, 'dora', 'listenbrainz')).secret
    const all = Array.from({ length: 30 }, (_, i) => listen(`Page ${i}`, SECOND - 30_000 + i * 600))
    await submit('dora', all, 'import')
    const titles = async (query = '') => (await told('dora', query)).map((one) => one.listened_at)
    const times = all.map(({ listened_at }) => listened_at).reverse()
    expect(await titles()).toEqual(times.slice(0, 25))
    expect(await titles('?count=100')).toEqual(times)
    expect(await titles(`?count=5&max_ts=${times[9]}`)).toEqual(times.slice(10, 15))
    expect(await titles(`?count=5&min_ts=${times[9]}`)).toEqual(times.slice(4, 9))
    const { body } = await as('dora')('GET', '/user/dora/listens?count=1')
    expect(body).toMatchObject({
      payload: { count: 1, user_id: 'dora', latest_listen_ts: times[0], oldest_listen_ts: times.at(-1) },
    })
    for (const query of [`?min_ts=1&max_ts=2`, '?count=0', '?max_ts=soon'])
      expect((await as('dora')('GET', `/user/dora/listens${query}`)).status).toBe(400)
  })

  it('tell their id when it is asked for, and are gone once they were deleted by it', async () => {
    const at = SECOND - 700_000
    const { body } = await submit('ada', [listen('To go', at)], 'single', '?return_msid=true')
    const { recording_msid: msid } = body as { recording_msid: string }
    const titles = async () => (await told('ada')).map(({ track_metadata }) => track_metadata.track_name)
    await submit('ada', [listen('To go', at)])
    await submit('ada', [listen('To go', at + 9000)])
    expect(await titles()).toContain('To go')
    const gone = { listened_at: at, recording_msid: msid }
    expect(await as('bo')('POST', '/delete-listen', gone)).toMatchObject({ status: 200 })
    expect((await told('ada')).filter((one) => one.listened_at === at)).toHaveLength(1)
    expect(await as('ada')('POST', '/delete-listen', gone)).toMatchObject({
      status: 200,
      body: { status: 'ok' },
    })
    expect(
      (await told('ada')).filter((one) => one.recording_msid === msid).map((one) => one.listened_at),
    ).toEqual([at + 9000])
  })

  it('are one import of a day, which can be taken back', async () => {
    const { library } = invented.engine
    const imports = await library.imports.list()
    const own = imports.filter(({ listener, name }) => listener === 'cleo' && name.startsWith('ListenBrainz'))
    expect(own.map(({ name }) => name)).toEqual(['ListenBrainz 2026-11-22'])
    await library.imports.undo(own[0]!.id)
    expect(await told('cleo')).toEqual([])
  })
})

describe('what is playing now', () => {
  it('is told until it must be over, and is no listen', async () => {
    const before = await told('bo', '?count=1000')
    const { listened_at: _, ...now } = listen('Right now', 0, { duration_ms: 60_000 })
    expect(await submit('bo', [now], 'playing_now')).toMatchObject({ status: 200, body: { status: 'ok' } })
    const playing = async () =>
      ((await as('bo')('GET', '/user/bo/playing-now')).body as { payload: { listens: readonly Told[] } })
        .payload
    expect(await playing()).toMatchObject({
      count: 1,
      playing_now: true,
      listens: [
        { playing_now: true, track_metadata: { artist_name: 'The Harbour', track_name: 'Right now' } },
      ],
    })
    invented.clock.at += 61_000
    expect(await playing()).toMatchObject({ count: 0, listens: [] })
    invented.clock.at = NOW
    expect(await told('bo', '?count=1000')).toEqual(before)
  })
})

describe('a submission', () => {
  const at = SECOND - 10
  const fine = listen('Fine', at)
  const long = 'x'.repeat(10_300)
  it.each([
    ['no JSON', '{"listen_type":'],
    ['a text', '"single"'],
    ['nothing', ''],
    ['an unknown type', { listen_type: 'many', payload: [fine] }],
    ['no listens', { listen_type: 'import', payload: [] }],
    ['no list', { listen_type: 'import', payload: fine }],
    ['two single ones', { listen_type: 'single', payload: [fine, fine] }],
    ['1,001 listens', { listen_type: 'import', payload: Array.from({ length: 1001 }, () => fine) }],
    ['a time of what plays now', { listen_type: 'playing_now', payload: [fine] }],
    ['no time', { listen_type: 'single', payload: [{ track_metadata: fine.track_metadata }] }],
    ['a time that is no whole number', { listen_type: 'single', payload: [listen('x', at + 0.5)] }],
    ['a time before October 2002', { listen_type: 'single', payload: [listen('x', 1_033_430_399)] }],
    ['a time two days ahead', { listen_type: 'single', payload: [listen('x', SECOND + 2 * 86_400)] }],
    ['a strange key', { listen_type: 'single', payload: [{ ...fine, user: 'bo' }] }],
    ['no title', { listen_type: 'single', payload: [listen('  ', at)] }],
    [
      'an artist that is no text',
      { listen_type: 'single', payload: [listen('x', at, {}, { artist_name: 3 })] },
    ],
    [
      'a listen of more than 10,240 bytes',
      { listen_type: 'single', payload: [listen('x', at, { note: long })] },
    ],
    ['51 tags', { listen_type: 'single', payload: [listen('x', at, { tags: Array(51).fill('a') })] }],
    [
      'a tag of 65 characters',
      { listen_type: 'single', payload: [listen('x', at, { tags: ['a'.repeat(65)] })] },
    ],
    ['a length of 25 days', { listen_type: 'single', payload: [listen('x', at, { duration: 25 * 86_400 })] }],
    ['an id that is none', { listen_type: 'single', payload: [listen('x', at, { recording_mbid: 'x' })] }],
  ])('with %s is refused whole', async (_, body) => {
    const before = await told('ada', '?count=1000')
    const answer = await as('ada')('POST', '/submit-listens', body)
    expect(answer.status).toBe(400)
    expect(answer.body).toEqual({ code: 400, error: expect.stringMatching(/./) })
    expect(await told('ada', '?count=1000')).toEqual(before)
  })

  it('may be as large as ListenBrainz takes it, and no larger', async () => {
    const note = 'x'.repeat(9900)
    const many = Array.from({ length: 1000 }, (_, i) =>
      listen(`Large ${i}`, SECOND - 2_000_000 + i * 300, { note }),
    )
    expect((await submit('bo', many, 'import')).status).toBe(200)
    const { status, body } = await as('bo')('POST', '/submit-listens', ' '.repeat(10_300_000))
    expect([status, body]).toEqual([413, { code: 413, error: expect.any(String) }])
  })
})

describe('answers', () => {
  it('say how many requests are left, and when they begin anew', async () => {
    const limited = await serve(invented.engine, { requestsPerMinute: 2 })
    const ask = () => askListenBrainz(limited.app, secrets.bo, 'GET', '/user/bo/listen-count')
    const first = await ask()
    expect(first.headers).toMatchObject({ 'x-ratelimit-limit': '2', 'x-ratelimit-remaining': '1' })
    expect(Number(first.headers['x-ratelimit-reset-in'])).toBeGreaterThan(0)
    await ask()
    const { status, body, headers } = await ask()
    expect([status, body]).toEqual([429, { code: 429, error: expect.any(String) }])
    expect(Number(headers['x-ratelimit-reset-in'])).toBeGreaterThan(0)
    // Another player is not held up by it.
    expect((await askListenBrainz(limited.app, secrets.ada, 'GET', '/user/ada/listen-count')).status).toBe(
      200,
    )
    await limited.app.close()
  })

  it('are in the words of ListenBrainz also where nothing is, and tell nothing of the inside', async () => {
    const nowhere = await as('ada')('GET', '/stats/user/ada/artists')
    expect([nowhere.status, nowhere.body]).toEqual([404, { code: 404, error: expect.any(String) }])
    const failures: unknown[] = []
    const library = {
      ...invented.engine.library,
      catalog: () => Promise.reject(new Error('secret place /data/x')),
    }
    const broken = await serve(
      { ...invented.engine, library },
      { onFailure: (error) => void failures.push(error) },
    )
    const { status, body } = await askListenBrainz(broken.app, secrets.ada, 'GET', '/user/ada/listens')
    expect([status, body]).toEqual([500, { code: 500, error: expect.not.stringMatching(/secret|data/) }])
    expect(failures).toHaveLength(1)
    await broken.app.close()
  })

  it('are given to players in browsers, whose origin is their own', async () => {
    const from = (origin: string, host = 'localhost:4577') =>
      app.inject({
        method: 'POST',
        url: '/1/submit-listens',
        headers: { host, origin, authorization: `Token ${secrets.ada}` },
        payload: JSON.stringify({ listen_type: 'single', payload: [listen('From a browser', SECOND - 60)] }),
      })
    expect((await from('moz-extension://7d1b')).statusCode).toBe(200)
    expect((await from('chrome-extension://abc')).headers['access-control-allow-origin']).toBeUndefined()
    expect((await from('http://evil.example', 'evil.example')).statusCode).toBe(403)
  })
})

describe('plays that were told elsewhere', () => {
  it('are listens too, of their listener alone', async () => {
    await invented.engine.library.listeners.create('eve')
    secrets.eve = (await tokenOf(invented.engine, 'eve', 'listenbrainz')).secret
    await invented.put('eve', playsOf([{ title: 'From an export', finished: true }]))
    expect((await told('eve')).map(({ track_metadata }) => track_metadata)).toMatchObject([
      { artist_name: 'The Testers', track_name: 'From an export' },
    ])
    expect(JSON.stringify(await told('ada', '?count=1000'))).not.toContain('From an export')
  })
})
