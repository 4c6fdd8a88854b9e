import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from '../src/http/routes.ts'
import { emptyEngine, type InventedEngine, NOW } from './suites/invented-listener.ts'
import { askListenBrainz, sendForm, shakeHands, tokenOf } from './suites/players.ts'
import { serve } from './suites/served.ts'

const SECOND = Math.floor(NOW / 1000)
const SUBMIT = '/audioscrobbler/submissions'

let invented: InventedEngine
let app: App
let secret: string
/** Each handshake is of another second: one of the same is a repetition. */
let tick = 0

beforeAll(async () => {
  invented = await emptyEngine()
  for (const name of ['ada', 'zoë & co']) await invented.engine.library.listeners.create(name)
  secret = (await tokenOf(invented.engine, 'ada', 'audioscrobbler')).secret
  app = (await serve(invented.engine)).app
})
afterAll(async () => {
  await app.close()
  await invented.close()
})

const shake = (more: Readonly<Record<string, string>> = {}) =>
  shakeHands(app, { user: 'ada', secret, time: String(SECOND - ++tick), ...more })
const begin = async (more: Readonly<Record<string, string>> = {}) => {
  const { lines } = await shake(more)
  expect(lines[0]).toBe('OK')
  return lines[1]!
}
const track = (k: number, title: string, at: number, more: Readonly<Record<string, string>> = {}) => {
  const fields = {
    a: 'The Harbour',
    t: title,
    i: String(at),
    o: 'P',
    r: '',
    l: '200',
    b: 'Pier',
    n: '1',
    m: '',
    ...more,
  }
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [`${name}[${k}]`, value]))
}
const plays = async (listener = 'ada') => {
  const { library, listener: find } = invented.engine
  const { id } = await find(listener)
  const rows = await library.store.read('plays', ['identifier', 'endedAt', 'msPlayed', 'skipped', 'device'], {
    where: { listener: id, hidden: 0 },
    orderBy: ['endedAt'],
  })
  const catalog = await library.catalog()
  return Array.from(rows.identifier, (identifier, i) => ({
    title: catalog.titles.at(catalog.rowOfIdentifier[identifier]!),
    began: (rows.endedAt[i]! - rows.msPlayed[i]!) / 1000,
    skipped: rows.skipped[i]!,
    device: rows.device[i]!,
  })).sort((one, other) => one.began - other.began)
}

describe('a handshake', () => {
  it('gives a session of 32 hex digits and the two addresses, at the name that was asked', async () => {
    const { status, headers, lines } = await shake()
    expect(status).toBe(200)
    expect(headers['content-type']).toMatch(/^text\/plain/)
    expect(lines).toEqual([
      'OK',
      expect.stringMatching(/^[0-9a-f]{32}$/),
      'http://localhost:80/audioscrobbler/now-playing',
      'http://localhost:80/audioscrobbler/submissions',
      '',
    ])
    expect((await shake({ p: '1.2.1' })).lines[0]).toBe('OK')
  })

  it.each([
    [{ secret: 'wrong' }, 'BADAUTH'],
    [{ user: 'nobody' }, 'BADAUTH'],
    [{ user: 'zoë & co' }, 'BADAUTH'],
    [{ user: '' }, 'BADAUTH'],
    [{ time: String(SECOND - 601) }, 'BADTIME'],
    [{ time: String(SECOND + 601) }, 'BADTIME'],
    [{ time: 'now' }, 'BADTIME'],
    [{ p: '1.1' }, 'FAILED Only version 1.2 of the protocol is spoken here'],
  ] as const)('with %o is told %s', async (more, word) => {
    expect(await shake(more as Record<string, string>)).toMatchObject({ status: 200, lines: [word, ''] })
  })

  it('that somebody overheard opens nothing, now or later', async () => {
    const time = String(SECOND - 300)
    expect((await shake({ time })).lines[0]).toBe('OK')
    expect((await shake({ time })).lines[0]).toBe('FAILED This handshake was used before')
    invented.clock.at = NOW + 400_000
    expect((await shake({ time })).lines[0]).toBe('BADTIME')
    invented.clock.at = NOW
  })

  it('is by the token of this protocol, and by no other', async () => {
    const other = await tokenOf(invented.engine, 'ada', 'listenbrainz')
    expect((await shake({ secret: other.secret })).lines[0]).toBe('BADAUTH')
  })

  it('takes names of any letters', async () => {
    const { secret: its } = await tokenOf(invented.engine, 'zoë & co', 'audioscrobbler')
    expect((await shake({ user: 'zoë & co', secret: its })).lines[0]).toBe('OK')
  })

  it('gives addresses that encrypt where the server is behind what does', async () => {
    const behind = await serve(invented.engine, { https: true })
    const { lines } = await shakeHands(behind.app, { user: 'ada', secret, time: String(SECOND - ++tick) })
    expect(lines[2]).toBe('https://localhost:80/audioscrobbler/now-playing')
    await behind.app.close()
  })

  it('is the only thing at the root', async () => {
    const { statusCode, body } = await app.inject({ method: 'GET', url: '/' })
    expect([statusCode, JSON.parse(body).code]).toEqual([404, 'NOTHING_HERE'])
  })
})

describe('a submission', () => {
  it('keeps its plays by when they began, once, with what played them', async () => {
    const s = await begin({ c: 'mdc' })
    const two = { s, ...track(0, 'Low Tide', SECOND - 900), ...track(1, 'Hafen · «Süd»', SECOND - 600) }
    for (let i = 0; i < 2; i++) expect((await sendForm(app, SUBMIT, two)).lines).toEqual(['OK', ''])
    expect(await plays()).toEqual([
      { title: 'Low Tide', began: SECOND - 900, skipped: -1, device: 'mdc' },
      { title: 'Hafen · «Süd»', began: SECOND - 600, skipped: -1, device: 'mdc' },
    ])
  })

  it('loves by L, bans by B, and skips by B and S', async () => {
    const s = await begin()
    const mbid = '00000000-0000-4000-9000-000000000001'
    const rated = ['L', 'B', 'S'].map((r, k) =>
      track(k, `Rated ${r}`, SECOND - 300 + k * 60, { r, m: mbid.replace(/1$/, `${k}`) }),
    )
    expect((await sendForm(app, SUBMIT, Object.assign({ s }, ...rated))).lines[0]).toBe('OK')
    const { library, listener } = invented.engine
    const catalog = await library.catalog()
    const said = (await library.feedback.list((await listener('ada')).id)).map(({ kind, trackId }) => [
      kind,
      catalog.titles.at(catalog.rowOfIdentifier[trackId!]!),
    ])
    expect(said).toEqual([
      ['like', 'Rated L'],
      ['dislike', 'Rated B'],
    ])
    const skips = (await plays()).filter(({ title }) => title.startsWith('Rated'))
    expect(skips.map(({ title, skipped }) => [title, skipped])).toEqual([
      ['Rated L', -1],
      ['Rated B', 1],
      ['Rated S', 1],
    ])
  })

  it('of fifty is taken, of fifty-one is not', async () => {
    const s = await begin()
    const some = (n: number) =>
      Object.assign(
        { s },
        ...Array.from({ length: n }, (_, k) => track(k, `Of many ${k}`, SECOND - 80_000 + k * 300)),
      )
    expect((await sendForm(app, SUBMIT, some(51))).lines[0]).toMatch(/^FAILED /)
    expect((await sendForm(app, SUBMIT, some(50))).lines[0]).toBe('OK')
    expect((await plays()).filter(({ title }) => title.startsWith('Of many'))).toHaveLength(50)
  })

  it('leaves out what cannot be, which the player would else send for ever', async () => {
    const s = await begin()
    const fields = {
      s,
      ...track(0, '', SECOND - 50),
      ...track(1, 'Of 1970', 5),
      ...track(2, 'Of tomorrow', SECOND + 2 * 86_400),
      ...track(3, 'Can be', SECOND - 40, { m: 'no id', l: 'long' }),
    }
    expect((await sendForm(app, SUBMIT, fields)).lines[0]).toBe('OK')
    const titles = (await plays()).map(({ title }) => title)
    expect(titles).toContain('Can be')
    expect(titles.filter((title) => ['', 'Of 1970', 'Of tomorrow'].includes(title))).toEqual([])
  })

  it('needs a session, and ends with its token or after a day without use', async () => {
    const bad = async (s: string) =>
      (await sendForm(app, SUBMIT, { s, ...track(0, 'Late', SECOND - 20) })).lines
    for (const s of ['', 'x', '0'.repeat(32)]) expect(await bad(s)).toEqual(['BADSESSION', ''])
    const own = await tokenOf(invented.engine, 'ada', 'audioscrobbler')
    const s = await begin({ secret: own.secret })
    await invented.engine.tokens.revoke(own.token.listener, own.token.id)
    expect(await bad(s)).toEqual(['BADSESSION', ''])
    const old = await begin()
    invented.clock.at = NOW + 24 * 3_600_000 + 1000
    expect(await bad(old)).toEqual(['BADSESSION', ''])
    invented.clock.at = NOW
    expect((await plays()).map(({ title }) => title)).not.toContain('Late')
  })

  it('that is no form is told so', async () => {
    const answer = await app.inject({ method: 'POST', url: SUBMIT })
    expect(answer.body).toMatch(/^FAILED /)
    expect((await sendForm(app, SUBMIT, { s: await begin() })).lines[0]).toMatch(/^FAILED /)
    const large = await sendForm(app, SUBMIT, { s: 'x'.repeat(300_000) })
    expect([large.status, large.lines[0]]).toEqual([413, expect.stringMatching(/^FAILED /)])
  })
})

describe('sessions', () => {
  it('are so many at most of a token, the oldest of which ends', async () => {
    const all: string[] = []
    for (let i = 0; i < 21; i++) all.push(await begin())
    const word = async (s: string) =>
      (await sendForm(app, '/audioscrobbler/now-playing', { s, a: 'A', t: 'T' })).lines[0]
    expect(await word(all[0]!)).toBe('BADSESSION')
    expect(await word(all[1]!)).toBe('OK')
    expect(await word(all[20]!)).toBe('OK')
  })
})

describe('what is playing now', () => {
  it('is told to clients of the other protocol', async () => {
    const { secret: token } = await tokenOf(invented.engine, 'ada', 'listenbrainz')
    const s = await begin({ c: 'vlc' })
    const form = { s, a: 'The Harbour', t: 'Right now', b: '', l: '60', n: '', m: '' }
    expect((await sendForm(app, '/audioscrobbler/now-playing', form)).lines).toEqual(['OK', ''])
    const { body } = await askListenBrainz(app, token, 'GET', '/user/ada/playing-now')
    expect(body).toMatchObject({
      payload: {
        count: 1,
        listens: [{ track_metadata: { track_name: 'Right now', additional_info: { media_player: 'vlc' } } }],
      },
    })
  })
})
