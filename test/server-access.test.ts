import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emptyEngine, type InventedEngine, playsOf } from './suites/invented-listener.ts'
import { type Served, serve } from './suites/served.ts'
import { type Household, signIn } from './suites/signed-in.ts'

const KEYS = ['no key', 'another listener', 'own listener', 'app', 'admin'] as const
const ACCOUNTS = ['another account', 'own account', 'administrator'] as const
const WHO = [...KEYS, ...ACCOUNTS]
type Who = (typeof WHO)[number]

const OPEN: readonly Who[] = WHO
const OWN: readonly Who[] = ['own listener', 'app', 'admin', 'own account', 'administrator']
const APP: readonly Who[] = ['app', 'admin', 'administrator']
const ADMIN: readonly Who[] = ['admin', 'administrator']
const SIGNED_IN: readonly Who[] = ACCOUNTS
const NOBODY: readonly Who[] = []

/** Every route → who may ask it. A new route needs a row. */
const MATRIX: Readonly<Record<string, readonly Who[]>> = {
  'GET /v1/health': OPEN,
  'GET /v1/ready': OPEN,
  'GET /v1/openapi.json': OPEN,
  'GET /v1/docs': OPEN,
  'GET /v1/listeners': APP,
  'POST /v1/listeners': APP,
  'GET /v1/listeners/:listener': OWN,
  'GET /v1/listeners/:listener/export': OWN,
  'DELETE /v1/listeners/:listener': OWN,
  'GET /v1/listeners/:listener/settings': OWN,
  'PATCH /v1/listeners/:listener/settings': OWN,
  'POST /v1/listeners/:listener/events': OWN,
  'POST /v1/listeners/:listener/events/bulk': OWN,
  'GET /v1/listeners/:listener/recommendations': OWN,
  'GET /v1/listeners/:listener/mixes': OWN,
  'GET /v1/listeners/:listener/mixes/:recipe': OWN,
  'POST /v1/listeners/:listener/continue': OWN,
  'GET /v1/listeners/:listener/similar': OWN,
  'GET /v1/listeners/:listener/feedback': OWN,
  'POST /v1/listeners/:listener/feedback': OWN,
  'POST /v1/listeners/:listener/feedback/undo': OWN,
  'GET /v1/tracks': APP,
  'GET /v1/tracks/:track': APP,
  'POST /v1/tracks/bulk': APP,
  'POST /v1/tracks/:track/merge': APP,
  'POST /v1/tracks/:track/split': APP,
  'GET /v1/listeners/:listener/tracks': OWN,
  'GET /v1/listeners/:listener/tracks/:track': OWN,
  'GET /v1/listeners/:listener/events': OWN,
  'GET /v1/estimates': ADMIN,
  'GET /v1/listeners/:listener/estimates': OWN,
  'GET /v1/listeners/:listener/exposures': OWN,
  'GET /v1/listeners/:listener/exposures/:draw': OWN,
  'GET /v1/listeners/:listener/exclusions': OWN,
  'POST /v1/listeners/:listener/exclusions': OWN,
  'POST /v1/listeners/:listener/exclusions/preview': OWN,
  'DELETE /v1/listeners/:listener/exclusions/:exclusion': OWN,
  'GET /v1/listeners/:listener/models': OWN,
  'GET /v1/listeners/:listener/models/:version': OWN,
  'POST /v1/listeners/:listener/models/:version/promote': ADMIN,
  'POST /v1/listeners/:listener/models/rollback': ADMIN,
  'GET /v1/listeners/:listener/imports': OWN,
  'POST /v1/listeners/:listener/imports': OWN,
  'GET /v1/listeners/:listener/imports/:import': OWN,
  'DELETE /v1/listeners/:listener/imports/:import': OWN,
  'POST /v1/listeners/:listener/trainings': OWN,
  'GET /v1/listeners/:listener/jobs': OWN,
  'GET /v1/listeners/:listener/jobs/:job': OWN,
  'GET /v1/listeners/:listener/jobs/:job/progress': OWN,
  'DELETE /v1/listeners/:listener/jobs/:job': OWN,
  'POST /v1/trainings': ADMIN,
  'GET /v1/metrics': ADMIN,
  'GET /v1/jobs': ADMIN,
  'GET /v1/jobs/:job': ADMIN,
  'GET /v1/jobs/:job/progress': ADMIN,
  'DELETE /v1/jobs/:job': ADMIN,
  'GET /v1/listeners/:listener/tokens': OWN,
  'POST /v1/listeners/:listener/tokens': OWN,
  'DELETE /v1/listeners/:listener/tokens/:token': OWN,
  'GET /v1/keys': ADMIN,
  'POST /v1/keys': ADMIN,
  'DELETE /v1/keys/:key': ADMIN,
  'GET /setup': OPEN,
  'GET /join': OPEN,
  'GET /v1/setup': OPEN,
  'POST /v1/setup': OPEN,
  'POST /v1/join': OPEN,
  'POST /v1/session': OPEN,
  'GET /v1/session': SIGNED_IN,
  'DELETE /v1/session': SIGNED_IN,
  'DELETE /v1/sessions': SIGNED_IN,
  'POST /v1/session/password': SIGNED_IN,
  'GET /v1/accounts': ADMIN,
  'POST /v1/accounts': ADMIN,
  'POST /v1/accounts/:account/link': ADMIN,
  'DELETE /v1/accounts/:account': ADMIN,
  'GET /v1/audit': ADMIN,
  'GET /v1/verbs': NOBODY,
  'POST /v1/verbs': NOBODY,
  'DELETE /v1/verbs/:run': NOBODY,
  'POST /v1/verbs/copies': NOBODY,
}

let invented: InventedEngine
let served: Served
let tokens: Readonly<Record<(typeof KEYS)[number], string | undefined>>
let household: Household

beforeAll(async () => {
  invented = await emptyEngine()
  for (const name of ['ada', 'bo'])
    await invented.put(name, playsOf([{ title: `A song of ${name}`, finished: true }]))
  served = await serve(invented.engine)
  tokens = {
    'no key': undefined,
    'another listener': (await served.keyOf('listener', 'bo')).token,
    'own listener': (await served.keyOf('listener', 'ada')).token,
    app: (await served.keyOf('app')).token,
    admin: (await served.keyOf('admin')).token,
  }
  household = await signIn(
    invented.engine,
    { 'another account': 'bo', 'own account': 'ada' },
    'administrator',
  )
})

/** What somebody sends along: their key, or the cookie of a session that is open with its proof. */
const sentBy = async (who: Who): Promise<{ token: string | undefined; headers?: Record<string, string> }> => {
  const account = ACCOUNTS.find((one) => one === who)
  if (account === undefined) return { token: tokens[who as keyof typeof tokens] }
  return { token: undefined, headers: await household.headers(account) }
}

afterAll(async () => {
  await served.app.close()
  await invented.close()
})

describe('who may ask what', () => {
  it('has a row for every route, and no other', () => {
    // Those of players' protocols have a table of their own (protocols-access.test.ts).
    const keyed = served.routes.filter(({ access }) => access !== 'protocol')
    const there = keyed.map(({ method, path }) => `${method} ${path}`)
    expect(there.toSorted()).toEqual(Object.keys(MATRIX).toSorted())
  })

  it.each(Object.entries(MATRIX))('%s', async (route, allowed) => {
    const [method, path] = route.split(' ') as ['GET', string]
    // Nothing has the number 999.
    const url = path.replace(/:(\w+)/g, (_, name) => (name === 'listener' ? 'ada' : '999'))
    for (const who of WHO) {
      // A body that no route takes: what is let in answers 400 at most, and nothing is changed.
      const more = method === 'GET' ? {} : { body: { nonsense: true } }
      const { status, body } = await served.ask(method, url, { ...(await sentBy(who)), ...more })
      const said = `${who}: ${status} ${JSON.stringify(body).slice(0, 200)}`
      if (!allowed.includes(who)) expect(status, said).toBe(who === 'no key' ? 401 : 403)
      else {
        expect([401, 403], said).not.toContain(status)
        expect(status, said).toBeLessThan(500)
      }
    }
  })

  it('does not tell a listener’s key whether somebody else is there', async () => {
    const ask = (name: string) =>
      served.ask('GET', `/v1/listeners/${name}`, { token: tokens['own listener'] })
    const [other, nobody] = [await ask('bo'), await ask('nobody')]
    expect(other.status).toBe(403)
    expect(nobody).toEqual({ ...other, headers: expect.anything() })
  })

  it('refuses a key that was revoked, changed, cut or sent another way', async () => {
    const { key, token } = await served.keyOf('admin')
    const status = async (headers: Record<string, string>) =>
      (await served.ask('GET', '/v1/keys', { token: undefined, headers })).status
    expect(await status({ authorization: `Bearer ${token}` })).toBe(200)
    const last = token.at(-1) === 'A' ? 'B' : 'A'
    for (const wrong of [
      `Bearer ${token.slice(0, -1)}${last}`,
      `Bearer ${token.slice(0, -1)}`,
      `Bearer ${token.replace(/^dc\d+/, 'dc1')}`,
      `Basic ${token}`,
      token,
      'Bearer ',
    ])
      expect(await status({ authorization: wrong }), wrong).toBe(401)
    await served.ask('DELETE', `/v1/keys/${key.id}`)
    expect(await status({ authorization: `Bearer ${token}` })).toBe(401)
  })

  it('keeps no key, only digests, and says when one was last used', async () => {
    const { token, key } = await served.keyOf('app')
    await served.ask('GET', '/v1/listeners', { token })
    const { store } = invented.engine.library
    const rows = await store.read('apiKeys', ['id', 'name', 'sha256'])
    expect(JSON.stringify([rows.name, rows.sha256])).not.toContain(token.slice(-20))
    expect(rows.sha256.every((digest) => /^[0-9a-f]{64}$/.test(digest))).toBe(true)
    const listed = async () =>
      ((await served.ask('GET', '/v1/keys')).body as { keys: { id: number; usedAt?: number }[] }).keys
    await expect
      .poll(async () => (await listed()).find(({ id }) => id === key.id)!.usedAt)
      .toBe(invented.clock.at)
    expect(JSON.stringify(await listed())).not.toContain('sha256')
  })
})

describe('a page of another name', () => {
  it.each([
    [{ host: 'evil.example' }],
    [{ host: 'evil.example:4577' }],
    [{ host: 'localhost.evil.example' }],
    [{ host: 'localhost:4577', origin: 'http://evil.example' }],
    [{ host: 'localhost:4577', origin: 'null' }],
  ])('is refused before anything else: %o', async (headers) => {
    for (const url of ['/v1/health', '/v1/listeners', '/nowhere']) {
      const { status, body } = await served.ask('GET', url, { headers })
      expect(status).toBe(403)
      expect(body).toMatchObject({ code: 'HOST_REFUSED' })
    }
  })

  it.each([
    [{ host: '127.0.0.1:4577' }],
    [{ host: '[::1]:4577' }],
    [{ host: 'LOCALHOST' }],
    [{ host: 'localhost:1', origin: 'http://localhost:3000' }],
  ])('is not one of this machine: %o', async (headers) => {
    expect((await served.ask('GET', '/v1/health', { headers })).status).toBe(200)
  })

  it('may be one that the server was told of', async () => {
    const named = await serve(invented.engine, { names: ['music.example'] })
    expect((await named.ask('GET', '/v1/health', { headers: { host: 'music.example:80' } })).status).toBe(200)
    await named.app.close()
  })
})

describe('answers', () => {
  it('forbid scripts, frames and guesses of their type', async () => {
    for (const url of ['/v1/health', '/v1/docs', '/nowhere']) {
      const { headers } = await served.ask('GET', url)
      expect(headers['content-security-policy']).toContain("default-src 'none'")
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  it('end for a key that asks too often, and for it alone', async () => {
    const limited = await serve(invented.engine, { requestsPerMinute: 3 })
    const [one, other] = [await limited.keyOf('app'), await limited.keyOf('app')]
    const status = async (token: string) => (await limited.ask('GET', '/v1/listeners', { token })).status
    for (const wanted of [200, 200, 200, 429]) expect(await status(one.token)).toBe(wanted)
    expect(await status(other.token)).toBe(200)
    const { headers, body } = await limited.ask('GET', '/v1/listeners', { token: one.token })
    expect(body).toMatchObject({ status: 429, code: 'TOO_MANY_REQUESTS' })
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    await limited.app.close()
  })
})
