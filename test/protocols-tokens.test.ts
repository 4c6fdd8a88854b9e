import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sealerOf } from '../src/accounts/server-key.ts'
import { openEngine } from '../src/engine.ts'
import { emptyEngine, type InventedEngine, playsOf } from './suites/invented-listener.ts'
import { type Served, serve } from './suites/served.ts'

const md5 = (text: string) => createHash('md5').update(text).digest('hex')
const digest = (secret: string, time: string) => md5(md5(secret) + time)

let invented: InventedEngine
let served: Served
const ids: Record<string, number> = {}

beforeAll(async () => {
  invented = await emptyEngine()
  for (const name of ['ada', 'bo']) {
    await invented.put(name, playsOf([{ title: `A song of ${name}`, finished: true }]))
    ids[name] = (await invented.engine.listener(name)).id
  }
  served = await serve(invented.engine)
})
afterAll(async () => {
  await served.app.close()
  await invented.close()
})

describe('a player token', () => {
  it('is another random one each time, of the shape that clients of its protocol take', async () => {
    const { tokens } = invented.engine
    const made = await Promise.all([1, 2].map(() => tokens.create(ids.ada!, 'a player', 'listenbrainz')))
    expect(new Set(made.map(({ secret }) => secret)).size).toBe(2)
    for (const { secret } of made) expect(secret).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    const { secret } = await tokens.create(ids.ada!, 'mpdscribble', 'audioscrobbler')
    // A text of 32 characters is taken for the MD5 of a password by some.
    expect(secret).toMatch(/^[0-9a-f]{40}$/)
  })

  it('is found by what its protocol sends, and by nothing else', async () => {
    const { tokens } = invented.engine
    const one = await tokens.create(ids.ada!, 'one', 'listenbrainz')
    const other = await tokens.create(ids.ada!, 'other', 'audioscrobbler')
    expect(await tokens.find(one.secret)).toMatchObject({ id: one.token.id, listener: ids.ada })
    const sent = digest(other.secret, '1700000000')
    expect(await tokens.findDigest(ids.ada!, '1700000000', sent)).toMatchObject({ id: other.token.id })
    expect(await tokens.findDigest(ids.ada!, '1700000000', sent.toUpperCase())).toMatchObject({
      id: other.token.id,
    })
    expect(await tokens.findDigest(ids.ada!, '1700000001', sent)).toBeUndefined()
    expect(await tokens.findDigest(ids.bo!, '1700000000', sent)).toBeUndefined()
    expect(await tokens.findDigest(ids.ada!, '1', digest(one.secret, '1'))).toBeUndefined()
    expect(await tokens.findDigest(ids.ada!, '1', '')).toBeUndefined()
    expect(await tokens.find(other.secret)).toBeUndefined()
    expect(await tokens.find('')).toBeUndefined()
  })

  it('is nowhere in the store: a digest where that is enough, sealed where the protocol needs it', async () => {
    const { tokens, library, folder } = invented.engine
    const one = await tokens.create(ids.ada!, 'one', 'listenbrainz')
    const other = await tokens.create(ids.ada!, 'other', 'audioscrobbler')
    const rows = await library.store.read('protocolTokens', ['id', 'sha256', 'sealed'])
    const all = JSON.stringify([rows.sha256, rows.sealed])
    for (const { secret } of [one, other]) {
      expect(all).not.toContain(secret)
      expect(all).not.toContain(md5(secret))
      expect(all).not.toContain(Buffer.from(secret).toString('base64').slice(0, 20))
    }
    const at = rows.id.indexOf(other.token.id)
    expect(rows.sha256[at]).toBe('')
    const about = (listener: number) => `protocol token ${other.token.id} of listener ${listener}`
    expect(await sealerOf(folder).open(rows.sealed[at]!, about(ids.ada!))).toBe(other.secret)
    expect(await sealerOf(folder).open(rows.sealed[at]!, about(ids.bo!))).toBeUndefined()
    expect(statSync(join(folder, 'server.key')).mode & 0o777).toBe(0o600)
  })

  it('is worthless once it was revoked, and nothing of it is kept then', async () => {
    const { tokens, library } = invented.engine
    const one = await tokens.create(ids.ada!, 'one', 'listenbrainz')
    const other = await tokens.create(ids.ada!, 'other', 'audioscrobbler')
    for (const { token } of [one, other]) {
      expect(await tokens.holds(token)).toBe(true)
      expect(await tokens.revoke(ids.ada!, token.id)).toMatchObject({ revokedAt: invented.clock.at })
      expect(await tokens.holds(token)).toBe(false)
    }
    expect(await tokens.find(one.secret)).toBeUndefined()
    expect(await tokens.findDigest(ids.ada!, '1', digest(other.secret, '1'))).toBeUndefined()
    const where = { id: [one.token.id, other.token.id] }
    const { sha256, sealed } = await library.store.read('protocolTokens', ['sha256', 'sealed'], { where })
    expect([...sha256, ...sealed]).toEqual(['', '', '', ''])
  })

  it('is one of fifty at most of a listener', async () => {
    const { tokens, library } = invented.engine
    const { id } = await library.listeners.create('cleo')
    for (let i = 0; i < 50; i++) await tokens.create(id, `player ${i}`, 'listenbrainz')
    await expect(tokens.create(id, 'one more', 'listenbrainz')).rejects.toMatchObject({
      code: 'TOO_MANY_TOKENS',
    })
    await tokens.revoke(id, (await tokens.list(id))[0]!.id)
    await tokens.create(id, 'one more', 'listenbrainz')
  })

  it('still holds after a restart, and passwords of players only under the same secret', async () => {
    const data = mkdtempSync(join(tmpdir(), 'deepcuts-tokens-'))
    const open = (secret?: string) =>
      openEngine({ data, now: () => 1e12, timeZone: 'UTC', ...(secret && { secret }) })
    let engine = await open('a secret of the environment, long enough')
    const { id } = await engine.library.listeners.create('ada')
    const one = await engine.tokens.create(id, 'one', 'listenbrainz')
    const other = await engine.tokens.create(id, 'other', 'audioscrobbler')
    await engine.close()
    expect(existsSync(join(data, 'server.key'))).toBe(false)
    for (const [secret, holds] of [
      ['a secret of the environment, long enough', true],
      ['another secret', false],
    ] as const) {
      engine = await open(secret)
      expect((await engine.tokens.find(one.secret))?.id).toBe(one.token.id)
      const found = await engine.tokens.findDigest(id, '1', digest(other.secret, '1'))
      expect(found !== undefined).toBe(holds)
      await engine.close()
    }
  })
})

describe('the key of the server', () => {
  it('is made once, however many need it at the same time', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'deepcuts-key-'))
    const sealed = await Promise.all([1, 2, 3].map(() => sealerOf(folder).seal('a text', 'a thing')))
    for (const one of sealed) expect(await sealerOf(folder).open(one, 'a thing')).toBe('a text')
    expect(new Set(sealed).size).toBe(3)
    expect(readFileSync(join(folder, 'server.key'), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/)
  })

  it('opens nothing that was changed or cut, and is refused when it is damaged', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'deepcuts-key-'))
    const sealed = await sealerOf(folder).seal('a text', 'a thing')
    const bytes = Buffer.from(sealed, 'base64')
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes)
      changed[i]! ^= 1
      expect(await sealerOf(folder).open(changed.toString('base64'), 'a thing')).toBeUndefined()
    }
    expect(await sealerOf(folder).open(sealed.slice(0, 20), 'a thing')).toBeUndefined()
    writeFileSync(join(folder, 'server.key'), 'half of a k')
    await expect(sealerOf(folder).seal('a text', 'a thing')).rejects.toMatchObject({
      code: 'SERVER_KEY_DAMAGED',
    })
  })
})

describe('tokens over HTTP', () => {
  const OF_ADA = '/v1/listeners/ada/tokens'

  it('are made, listed without their secret, and revoked', async () => {
    const made = await served.ask('POST', OF_ADA, { body: { name: 'my phone', protocol: 'listenbrainz' } })
    expect(made).toMatchObject({
      status: 201,
      body: { token: { name: 'my phone', protocol: 'listenbrainz', createdAt: invented.clock.at } },
    })
    const { token, secret } = made.body as { token: { id: number }; secret: string }
    expect(await invented.engine.tokens.find(secret)).toBeDefined()
    const list = await served.ask('GET', OF_ADA)
    expect(JSON.stringify(list.body)).toContain('my phone')
    expect(JSON.stringify(list.body)).not.toMatch(new RegExp(`${secret}|sha256|sealed`))
    expect(await served.ask('DELETE', `${OF_ADA}/${token.id}`)).toMatchObject({
      status: 200,
      body: { revokedAt: invented.clock.at },
    })
    expect(await invented.engine.tokens.find(secret)).toBeUndefined()
  })

  it('are nobody else’s: another listener’s can be neither seen nor revoked', async () => {
    const { token } = await invented.engine.tokens.create(ids.bo!, 'of bo', 'listenbrainz')
    expect(JSON.stringify((await served.ask('GET', OF_ADA)).body)).not.toContain('of bo')
    expect(await served.ask('DELETE', `${OF_ADA}/${token.id}`)).toMatchObject({
      status: 404,
      body: { code: 'UNKNOWN_TOKEN' },
    })
    expect(await invented.engine.tokens.holds(token)).toBe(true)
  })

  it('are of a protocol that is spoken here', async () => {
    const { status } = await served.ask('POST', OF_ADA, { body: { name: 'x', protocol: 'lastfm' } })
    expect(status).toBe(400)
  })
})
