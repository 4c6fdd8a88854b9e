import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emptyEngine, type InventedEngine, playsOf } from './suites/invented-listener.ts'
import { askListenBrainz, tokenOf } from './suites/players.ts'
import { type Served, serve } from './suites/served.ts'

/** What those are told whose token is none: that it is none, or a word of Audioscrobbler. */
type Refusal = 401 | 'valid: false' | 'BADSESSION' | 'NOTHING_HERE'

/** Every route of the protocols → how it refuses those who are not known. A new route needs a row. */
const MATRIX: Readonly<Record<string, Refusal>> = {
  'GET /': 'NOTHING_HERE',
  'POST /audioscrobbler/now-playing': 'BADSESSION',
  'POST /audioscrobbler/submissions': 'BADSESSION',
  'GET /1/validate-token': 'valid: false',
  'POST /1/submit-listens': 401,
  'GET /1/user/:user/listens': 401,
  'GET /1/user/:user/listen-count': 401,
  'GET /1/user/:user/playing-now': 401,
  'POST /1/delete-listen': 401,
  'POST /1/feedback/recording-feedback': 401,
  'GET /1/feedback/user/:user/get-feedback': 401,
  'POST /1/recommendation/feedback/submit': 401,
  'POST /1/recommendation/feedback/delete': 401,
  'GET /1/recommendation/feedback/user/:user': 401,
  'POST /1/do-not-recommend/add': 401,
  'POST /1/do-not-recommend/remove': 401,
  'GET /1/user/:user/do-not-recommend': 401,
  'GET /1/cf/recommendation/user/:user/recording': 401,
  'GET /1/user/:user/playlists/createdfor': 401,
  'GET /1/playlist/:playlist': 401,
  'GET /1/playlist/:playlist/xspf': 401,
}

let invented: InventedEngine
let served: Served
const secrets: Record<string, string> = {}

beforeAll(async () => {
  invented = await emptyEngine()
  served = await serve(invented.engine)
  for (const name of ['ada', 'bo']) {
    await invented.put(name, playsOf([{ title: `A song of ${name}`, finished: true }]))
    secrets[name] = (await tokenOf(invented.engine, name, 'listenbrainz')).secret
  }
  secrets.revoked = await revoked()
  secrets['of another protocol'] = (await tokenOf(invented.engine, 'ada', 'audioscrobbler')).secret
  secrets['a key of the API'] = (await served.keyOf('admin')).token
})
afterAll(async () => {
  await served.app.close()
  await invented.close()
})

async function revoked(): Promise<string> {
  const { token, secret } = await tokenOf(invented.engine, 'ada', 'listenbrainz')
  await invented.engine.tokens.revoke(token.listener, token.id)
  return secret
}

const ask = async (route: string, token: string | undefined, scheme = 'Token') => {
  const [method, path] = route.split(' ') as ['GET' | 'POST', string]
  return served.app.inject({
    method,
    url: path.replace(':user', 'ada').replace(':playlist', 'dc000000-0000-8000-8000-000000000001'),
    headers: token === undefined ? {} : { authorization: `${scheme} ${token}` },
    ...(method === 'POST' && { payload: '{"nonsense":true}' }),
  })
}

describe('who may ask what by the protocols of players', () => {
  it('has a row for every route, and no other', () => {
    const there = served.routes.filter(({ access }) => access === 'protocol')
    expect(there.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(
      Object.keys(MATRIX).toSorted(),
    )
  })

  it.each(Object.entries(MATRIX))('%s', async (route, refusal) => {
    const strangers = [
      ['no token', undefined],
      ...['revoked', 'of another protocol', 'a key of the API'].map((who) => [who, secrets[who]] as const),
    ] as const
    for (const [who, token] of strangers) {
      for (const scheme of ['Token', 'Bearer']) {
        const { statusCode, body } = await ask(route, token, scheme)
        const said = `${who}: ${statusCode} ${body}`
        if (refusal === 401) expect(statusCode, said).toBe(401)
        else if (refusal === 'valid: false' && token === undefined) expect(statusCode, said).toBe(400)
        else expect(body.replaceAll('":', ': ').replaceAll('"', ''), said).toContain(refusal)
        expect(body, said).not.toMatch(/song of/)
      }
    }
    const own = await ask(route, secrets.ada)
    expect([401, 403], own.body).not.toContain(own.statusCode)
    expect(own.statusCode, own.body).toBeLessThan(500)
    const other = await ask(route, secrets.bo)
    expect(other.body).not.toContain('A song of ada')
    if (route.includes(':user') || route.includes(':playlist')) expect(other.statusCode, other.body).toBe(404)
  })

  it('is not opened by a player’s token where keys are asked for', async () => {
    for (const url of ['/v1/listeners', '/v1/listeners/ada', '/v1/keys', '/v1/listeners/ada/tokens'])
      for (const scheme of ['Bearer', 'Token'])
        expect(
          (
            await served.ask('GET', url, {
              headers: { authorization: `${scheme} ${secrets.ada}` },
              token: undefined,
            })
          ).status,
        ).toBe(401)
  })

  it('ends for the player of a listener who was forgotten', async () => {
    const { library } = invented.engine
    const { id } = await library.listeners.create('cleo')
    const { secret } = await tokenOf(invented.engine, 'cleo', 'listenbrainz')
    const status = async () =>
      (await askListenBrainz(served.app, secret, 'GET', '/user/cleo/listen-count')).status
    expect(await status()).toBe(200)
    await library.store.write([{ delete: 'listeners', where: { id } }])
    expect(await status()).toBe(401)
  })

  it('is said in no description of the API: others define these', async () => {
    const { body } = await served.ask('GET', '/v1/openapi.json')
    const paths = Object.keys((body as { paths: object }).paths)
    expect(paths.filter((path) => /^\/(1\/|audioscrobbler|$)/.test(path))).toEqual([])
    expect(paths).toContain('/v1/listeners/{listener}/tokens')
  })
})
