import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { emptyEngine, type InventedEngine, playsOf } from './suites/invented-listener.ts'
import { type Answer, type Served, serve } from './suites/served.ts'
import { type Household, signIn } from './suites/signed-in.ts'

const WORD = 'a long enough word'
const NO_KEY = { token: undefined }
/** The session's cookie, as a browser would send it back. */
const cookieOf = ({ headers }: Answer) => String(headers['set-cookie']).split(';')[0]!

describe('setting up', () => {
  let invented: InventedEngine
  let served: Served
  beforeEach(async () => {
    invented = await emptyEngine()
    served = await serve(invented.engine)
  })
  afterEach(async () => {
    await served.app.close()
    await invented.close()
  })
  const post = (url: string, body: object, headers: Record<string, string> = {}) =>
    served.ask('POST', url, { ...NO_KEY, body, headers })
  const setUp = async (more: object = {}) => {
    const { token } = (await invented.engine.accounts.setupLink())!
    return post('/v1/setup', { token, name: 'Ada', password: WORD, ...more })
  }

  it('makes the first account with its listener, signs in, and cannot be done again', async () => {
    expect((await served.ask('GET', '/v1/setup', NO_KEY)).body).toEqual({ complete: false })
    const made = await setUp({ timeZone: 'Asia/Tokyo' })
    expect(made).toMatchObject({
      status: 201,
      body: { account: { id: 1, name: 'Ada', listener: 'Ada', admin: true, joined: true } },
    })
    expect((await served.ask('GET', '/v1/setup', NO_KEY)).body).toEqual({ complete: true })
    const mine = await served.ask('GET', '/v1/session', { ...NO_KEY, headers: { cookie: cookieOf(made) } })
    expect(mine.body).toEqual(made.body)
    expect(await invented.engine.listener('Ada')).toMatchObject({ timeZone: 'Asia/Tokyo' })
    const again = await post('/v1/setup', { token: `dl_${'x'.repeat(43)}`, name: 'Eve', password: WORD })
    expect(again).toMatchObject({ status: 403, body: { code: 'LINK_UNUSABLE' } })
    expect(await invented.engine.accounts.list()).toHaveLength(1)
  })

  it('takes a listener who is there already', async () => {
    await invented.put('me', playsOf([{ title: 'A song', finished: true }]))
    expect((await setUp({ listener: 'me' })).body).toMatchObject({ account: { listener: 'me' } })
    expect(await invented.engine.library.listeners.list()).toHaveLength(1)
  })

  it('makes nothing where something is wrong', async () => {
    const { token } = (await invented.engine.accounts.setupLink())!
    for (const wrong of [
      { token, name: 'Ada', password: 'short' },
      { token, name: 'Ada', password: WORD, timeZone: 'Mars/Base' },
      { token, name: ' ', password: WORD },
      { token, name: 'Ada', password: WORD, admin: true },
      { token: 'dl_guess', name: 'Ada', password: WORD },
      { name: 'Ada', password: WORD },
    ])
      expect((await post('/v1/setup', wrong)).status, JSON.stringify(wrong)).toBe(400)
    expect(await invented.engine.library.listeners.list()).toEqual([])
    expect(await invented.engine.accounts.isSetUp()).toBe(false)
    expect((await post('/v1/setup', { token, name: 'Ada', password: WORD })).status).toBe(201)
  })

  it('gives a cookie that scripts, other sites and, where it is known to be encrypted, other connections do not get', async () => {
    const parts = String((await setUp()).headers['set-cookie']).split('; ')
    expect(parts[0]).toMatch(/^deepcuts_session=ds_[\w-]{43}$/)
    expect(parts.slice(1).toSorted()).toEqual(['HttpOnly', 'Max-Age=7776000', 'Path=/', 'SameSite=Lax'])
    const encrypted = await serve(invented.engine, { https: true })
    const answer = await encrypted.ask('POST', '/v1/session', {
      ...NO_KEY,
      body: { name: 'Ada', password: WORD },
    })
    const secure = String(answer.headers['set-cookie'])
    expect(secure).toMatch(/^__Host-deepcuts_session=ds_/)
    expect(secure.split('; ').slice(1).toSorted()).toEqual([
      'HttpOnly',
      'Max-Age=7776000',
      'Path=/',
      'SameSite=Lax',
      'Secure',
    ])
    const plain = { cookie: cookieOf(answer).replace('__Host-', '') }
    expect((await encrypted.ask('GET', '/v1/session', { ...NO_KEY, headers: plain })).status).toBe(401)
    expect(
      (await encrypted.ask('GET', '/v1/session', { ...NO_KEY, headers: { cookie: cookieOf(answer) } }))
        .status,
    ).toBe(200)
    await encrypted.app.close()
  })

  it('leaves other machines nothing but whether the server lives, told by the socket alone', async () => {
    const admin = (await served.keyOf('admin')).token
    const from = async (remoteAddress: string, url: string, more: Record<string, string> = {}) => {
      const headers = { authorization: `Bearer ${admin}`, host: 'localhost', ...more }
      return (await served.app.inject({ method: 'GET', url, headers, remoteAddress })).statusCode
    }
    for (const { method, path } of served.routes.filter((route) => route.method === 'GET')) {
      const url = path.replaceAll(/:\w+/g, '1')
      const answer = await served.app.inject({ method: method as 'GET', url, remoteAddress: '192.168.1.7' })
      if (path === '/v1/health') expect(answer.statusCode).toBe(200)
      else {
        expect(answer.statusCode, path).toBe(403)
        expect(answer.body, path).toContain('not set up yet')
      }
    }
    const claims = { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1', forwarded: 'for=127.0.0.1' }
    expect(await from('192.168.1.7', '/v1/listeners', claims)).toBe(403)
    expect(await from('::ffff:192.168.1.7', '/v1/listeners')).toBe(403)
    expect(await from('1.127.0.0', '/v1/listeners')).toBe(403)
    for (const here of ['127.0.0.1', '127.3.2.1', '::1', '::ffff:127.0.0.1'])
      expect(await from(here, '/v1/listeners'), here).toBe(200)
    await setUp()
    expect(await from('192.168.1.7', '/v1/listeners')).toBe(200)
  })

  it('is taken from other machines where that was asked for, and nothing else is', async () => {
    const open = await serve(invented.engine, { setupFromAnywhere: true })
    const status = async (method: 'GET' | 'POST', url: string) =>
      (await open.app.inject({ method, url, remoteAddress: '172.17.0.1' })).statusCode
    expect(await status('GET', '/setup')).toBe(200)
    expect(await status('GET', '/v1/setup')).toBe(200)
    expect(await status('POST', '/v1/setup')).toBe(400)
    for (const url of ['/v1/docs', '/v1/ready', '/join', '/v1/join', '/nowhere'])
      expect(await status('GET', url), url).toBe(403)
    await open.app.close()
  })

  it('has a page whose policy allows its own style and script alone, and that no one frames', async () => {
    for (const url of ['/setup', '/join']) {
      const { headers, body } = await served.ask('GET', url, NO_KEY)
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('unsafe')
      for (const [tag, directive] of [
        ['script', 'script-src'],
        ['style', 'style-src'],
      ]) {
        const text = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(body)![1]!
        const hash = createHash('sha256').update(text).digest('base64')
        expect(policy).toContain(`${directive} 'sha256-${hash}'`)
      }
      expect(body).not.toMatch(/ on\w+=| style=| src=/)
    }
  })
})

describe('somebody signed in', () => {
  let invented: InventedEngine
  let served: Served
  let household: Household
  beforeAll(async () => {
    invented = await emptyEngine()
    for (const name of ['ada', 'bo']) await invented.put(name, playsOf([{ title: 'A song', finished: true }]))
    served = await serve(invented.engine)
    household = await signIn(invented.engine, { ada: 'ada', bo: 'bo' })
  })
  afterAll(async () => {
    await served.app.close()
    await invented.close()
  })
  const FEEDBACK = '/v1/listeners/ada/feedback/undo'
  const codeOf = async (method: 'GET' | 'POST', url: string, headers: Record<string, string>) => {
    const { status, body } = await served.ask(method, url, { ...NO_KEY, headers })
    return (body as { code?: string }).code ?? status
  }

  it('needs the proof of an own page for whatever changes something', async () => {
    const [ada, bo] = [await household.headers('ada'), await household.headers('bo')]
    expect(await codeOf('GET', '/v1/listeners/ada', { cookie: ada.cookie! })).toBe(200)
    expect(await codeOf('POST', FEEDBACK, ada)).toBe('NOTHING_TO_UNDO')
    for (const wrong of [
      { cookie: ada.cookie! },
      { ...ada, 'x-csrf-token': '' },
      { ...ada, 'x-csrf-token': bo['x-csrf-token']! },
      { ...ada, 'x-csrf-token': ada['x-csrf-token']!.slice(0, -1) },
    ])
      expect(await codeOf('POST', FEEDBACK, wrong)).toBe('PAGE_REFUSED')
  })

  it.each([
    [{ origin: 'http://localhost:3000' }],
    [{ origin: 'http://127.0.0.1:4577' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
  ])('is not what a page of another origin asks as, with any proof, reading too: %o', async (more) => {
    const ada = { ...(await household.headers('ada')), host: 'localhost:4577', ...more }
    expect(await codeOf('GET', '/v1/listeners/ada', ada)).toBe('PAGE_REFUSED')
    expect(await codeOf('POST', FEEDBACK, ada)).toBe('PAGE_REFUSED')
  })

  it.each([
    [{ origin: 'http://localhost:4577', 'sec-fetch-site': 'same-origin' }],
    [{ origin: 'HTTP://LOCALHOST:4577' }],
    [{ 'sec-fetch-site': 'none' }],
  ])('is what an own page asks as: %o', async (more) => {
    const ada = { ...(await household.headers('ada')), host: 'localhost:4577', ...more }
    expect(await codeOf('GET', '/v1/listeners/ada', ada)).toBe(200)
    expect(await codeOf('POST', FEEDBACK, ada)).toBe('NOTHING_TO_UNDO')
  })

  it('is nobody by two cookies, a broken one, or beside a wrong key', async () => {
    const { cookie } = (await household.headers('ada')) as { cookie: string }
    for (const headers of [
      { cookie: `${cookie}; ${cookie}` },
      { cookie: `${cookie}x` },
      { cookie: 'deepcuts_session=' },
      { cookie, authorization: 'Bearer wrong' },
    ])
      expect(await codeOf('GET', '/v1/listeners/ada', headers), JSON.stringify(headers)).toBe('NO_KEY')
    expect(await codeOf('GET', '/v1/listeners/ada', { cookie: `a=b; ${cookie}; c=d` })).toBe(200)
  })

  it('asks with a key without any proof', async () => {
    const { token } = await served.keyOf('listener', 'ada')
    const headers = { authorization: `Bearer ${token}`, 'sec-fetch-site': 'cross-site' }
    expect(await codeOf('POST', FEEDBACK, headers)).toBe('NOTHING_TO_UNDO')
  })

  it('signs in with the right password alone, and out for good', async () => {
    const logIn = (name: string, password: string) =>
      served.ask('POST', '/v1/session', { ...NO_KEY, body: { name, password } })
    const wrong = await logIn('ada', 'not the right word')
    const nobody = await logIn('nobody', 'not the right word')
    expect(wrong).toMatchObject({ status: 401, body: { code: 'LOGIN_FAILED' } })
    expect(nobody.body).toEqual(wrong.body)
    expect(wrong.headers['set-cookie']).toBeUndefined()
    const right = await logIn('ada', household.password)
    const headers = { cookie: cookieOf(right), 'x-csrf-token': (right.body as { csrf: string }).csrf }
    const out = await served.ask('DELETE', '/v1/session', { ...NO_KEY, headers })
    expect(String(out.headers['set-cookie'])).toMatch(/^deepcuts_session=;.*Expires=Thu, 01 Jan 1970/)
    expect(await codeOf('GET', '/v1/session', headers)).toBe('NO_KEY')
  })

  it('is limited by account, as keys are by key', async () => {
    const limited = await serve(invented.engine, { requestsPerMinute: 2 })
    const status = async (who: string) =>
      (await limited.ask('GET', '/v1/session', { ...NO_KEY, headers: await household.headers(who) })).status
    expect([await status('ada'), await status('ada'), await status('ada')]).toEqual([200, 200, 429])
    expect(await status('bo')).toBe(200)
    await limited.app.close()
  })

  it('cannot guess keys without end from one address', async () => {
    const limited = await serve(invented.engine, { requestsPerMinute: 3 })
    const guess = async (remoteAddress: string) =>
      (
        await limited.app.inject({
          url: '/v1/listeners',
          headers: { authorization: 'Bearer dc1_guess' },
          remoteAddress,
        })
      ).statusCode
    const statuses: number[] = []
    for (let i = 0; i < 4; i++) statuses.push(await guess('127.0.0.1'))
    expect(statuses).toEqual([401, 401, 401, 429])
    expect(await guess('127.0.0.2')).toBe(401)
    await limited.app.close()
  })
})

describe('the log of what administrators did', () => {
  it('has what changed who may do what and what serves, by numbers, and nothing that failed or only read', async () => {
    const invented = await emptyEngine()
    await invented.put('a secret person', playsOf([{ title: 'A song', finished: true }]))
    const served = await serve(invented.engine)
    const { token } = (await invented.engine.accounts.setupLink())!
    const made = await served.ask('POST', '/v1/setup', {
      ...NO_KEY,
      body: { token, name: 'the first one', password: WORD },
    })
    const headers = { cookie: cookieOf(made), 'x-csrf-token': (made.body as { csrf: string }).csrf }
    const ask = (method: 'GET' | 'POST' | 'DELETE', url: string, body?: object) =>
      served.ask(method, url, { ...NO_KEY, headers, ...(body && { body }) })
    await ask('POST', '/v1/keys', { name: 'a secret app', scope: 'listener', listener: 'a secret person' })
    await ask('POST', '/v1/keys', { name: 'a secret app', scope: 'listener' })
    await ask('DELETE', '/v1/keys/2')
    const invited = await ask('POST', '/v1/accounts', { name: 'a second one', listener: 'a secret person' })
    await ask('POST', '/v1/accounts/2/link')
    await ask('DELETE', '/v1/accounts/2')
    await ask('POST', '/v1/listeners/a%20secret%20person/models/99/promote')
    await ask('GET', '/v1/keys')
    expect((await ask('GET', '/v1/audit?limit=3')).body).toMatchObject({ next: 4 })
    const { body } = await ask('GET', '/v1/audit')
    const { entries } = body as { entries: { who: string; action: string; about: object }[] }
    expect(entries.toReversed().map(({ who, action, about }) => ({ who, action, about }))).toEqual([
      { who: 'link', action: 'server set up', about: { account: 1 } },
      { who: 'account 1', action: 'key made', about: { key: 2, scope: 'listener', listener: 1 } },
      { who: 'account 1', action: 'key revoked', about: { key: 2 } },
      { who: 'account 1', action: 'account made', about: { account: 2, listener: 1, admin: 0 } },
      { who: 'account 1', action: 'password link made', about: { account: 2 } },
      { who: 'account 1', action: 'account removed', about: { account: 2 } },
    ])
    expect(JSON.stringify(body)).not.toMatch(/secret|one|dl_/)
    expect(invited.status).toBe(201)
    await served.app.close()
    await invented.close()
  })
})

describe('what arrives on a socket', () => {
  let invented: InventedEngine
  let served: Served
  let port: number
  beforeAll(async () => {
    invented = await emptyEngine()
    served = await serve(invented.engine)
    await served.app.listen({ host: '127.0.0.1', port: 0 })
    port = (served.app.server.address() as { port: number }).port
  })
  afterAll(async () => {
    await served.app.close()
    await invented.close()
  })
  /** The first line that a raw request is answered with, and its body. */
  const raw = (...lines: string[]): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(`${lines.join('\r\n')}\r\n\r\n`))
      let text = ''
      socket.on('data', (data) => {
        text += data
      })
      socket.on('close', () => resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), text }))
      socket.on('error', reject)
    })
  const ask = (line: string, ...headers: string[]) => raw(line, ...headers, 'Connection: close')

  it('is answered where it names this server, and only then', async () => {
    expect(await ask('GET /v1/health HTTP/1.1', 'Host: localhost')).toMatchObject({ status: 200 })
    expect(await ask('GET /v1/health HTTP/1.1', 'Host: [::1]:80')).toMatchObject({ status: 200 })
    for (const host of ['evil.example', '[::2]', '127.0.0.1.evil.example', 'localhost@evil.example', ''])
      expect((await ask('GET /v1/health HTTP/1.1', `Host: ${host}`)).status, host).toBe(403)
  })

  it.each([
    ['without a host', ['GET /v1/health HTTP/1.1'], 400],
    ['of an old version without a host', ['GET /v1/health HTTP/1.0'], 403],
    [
      'for a whole address of another name',
      ['GET http://evil.example/v1/health HTTP/1.1', 'Host: localhost'],
      403,
    ],
    ['of a page without a name', ['GET /v1/health HTTP/1.1', 'Host: localhost', 'Origin: null'], 403],
    ['of a file', ['GET /v1/health HTTP/1.1', 'Host: localhost', 'Origin: file://'], 403],
    ['with two hosts', ['GET /v1/health HTTP/1.1', 'Host: localhost', 'Host: localhost'], 400],
    [
      'with two keys',
      ['GET /v1/listeners HTTP/1.1', 'Host: localhost', 'Authorization: Bearer a', 'Authorization: Bearer b'],
      400,
    ],
    [
      'with a length and chunks',
      ['POST /v1/session HTTP/1.1', 'Host: localhost', 'Content-Length: 3', 'Transfer-Encoding: chunked'],
      400,
    ],
    [
      'with two lengths',
      ['POST /v1/session HTTP/1.1', 'Host: localhost', 'Content-Length: 3', 'Content-Length: 4'],
      400,
    ],
    [
      'with a head of 20 KB',
      ['GET /v1/health HTTP/1.1', 'Host: localhost', `X-Long: ${'x'.repeat(20_000)}`],
      431,
    ],
    ['with an address of 20 KB', [`GET /v1/health?${'x'.repeat(20_000)} HTTP/1.1`, 'Host: localhost'], 431],
    ['with a broken address', ['GET /v1/listeners/%ff HTTP/1.1', 'Host: localhost'], 400],
    ['of another protocol', ['CONNECT evil.example:443 HTTP/1.1', 'Host: localhost'], Number.NaN],
  ])('%s is refused', async (_, lines, status) => {
    expect((await ask(lines[0]!, ...lines.slice(1))).status).toBe(status)
    expect(await ask('GET /v1/health HTTP/1.1', 'Host: localhost')).toMatchObject({ status: 200 })
  })

  it.each([
    ['arrays in arrays', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['objects in objects', `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`],
    ['a prototype', '{"name":"ada","password":"a","__proto__":{"admin":true}}'],
    ['a constructor', '{"name":"ada","password":"a","constructor":{"prototype":{"admin":true}}}'],
    ['a number without end', `{"name":${'9'.repeat(200_000)},"password":"a"}`],
    ['many names', `{${Array.from({ length: 20_000 }, (_, i) => `"k${i}":1`).join()}}`],
    ['the same name twice', '{"name":"a","name":{"$ne":1},"password":"a"}'],
    ['nothing', ''],
    ['half of it', '{"name":"a'],
  ])('as a body of %s is refused at once, and changes no other object', async (_, body) => {
    const start = performance.now()
    const { status } = await served.ask('POST', '/v1/session', {
      ...NO_KEY,
      body,
      headers: { 'content-type': 'application/json' },
    })
    expect([400, 401]).toContain(status)
    expect(performance.now() - start).toBeLessThan(2000)
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })
})

describe('time', () => {
  it('is not given without end to clients that are slow or say nothing', async () => {
    const invented = await emptyEngine()
    const { app } = await serve(invented.engine)
    const { headersTimeout, requestTimeout, timeout, keepAliveTimeout, maxConnections } = app.server
    expect({ headersTimeout, requestTimeout, timeout, keepAliveTimeout, maxConnections }).toEqual({
      headersTimeout: 15_000,
      requestTimeout: 300_000,
      timeout: 60_000,
      keepAliveTimeout: 30_000,
      maxConnections: 10_000,
    })
    await app.close()
    await invented.close()
  })
})
