import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Play } from '../src/core/event.ts'
import { silent } from '../src/core/progress.ts'
import { TODAY } from '../src/core/today.ts'
import { type Engine, openEngine } from '../src/engine.ts'
import { train } from '../src/learn/train.ts'
import type { ImportRecord } from '../src/library/import-record.ts'
import { NOW, smallWorld } from './suites/invented-listener.ts'
import { type Served, serve } from './suites/served.ts'
import { type Household, signIn } from './suites/signed-in.ts'

/** What only Bohemund knows of. None of these words is in the world that ada and the catalog are of. */
const SECRETS = ['Bohemund', 'Zyxomund', 'Qwortle', 'Vellichor', 'Hinterkaifeck', 'Xylograph']
const HIS = 'Bohemund'
const artistOf = (i: number) => `Zyxomund ${i % 4}`
const titleOf = (i: number) => `Qwortle ${i}`

/** Plays, likes, a playlist and bans of what nobody else has, with sounds that are close to those of the catalog. */
function* secretRecords(): Iterable<ImportRecord> {
  const play = (endedAt: number): Play => ({
    ...{ endedAt, msPlayed: 170_000, reasonStart: 'trackdone', reasonEnd: 'trackdone' },
    ...{ device: 'Xylograph', precision: 'second' as const },
  })
  for (let day = 0; day < 20; day++)
    for (let i = 0; i < 12; i++) {
      const track = { title: titleOf(i), artist: artistOf(i), album: 'Vellichor' }
      yield { kind: 'play', track, play: play(NOW - 86_400_000 * (30 - day) + i * 180_000) }
    }
  for (let i = 0; i < 4; i++) yield { kind: 'like', track: { title: titleOf(i), artist: artistOf(i) } }
  for (let i = 0; i < 12; i++)
    yield {
      kind: 'playlist-item',
      playlist: 'Hinterkaifeck',
      track: { title: titleOf(i), artist: artistOf(i) },
    }
  yield { kind: 'never', artist: 'Zyxomund 9' }
}

interface House {
  readonly engine: Engine
  readonly served: Served
  readonly household: Household
  readonly key: string
  /** What a player of ada's sends. */
  readonly player: string
  /** Ids of his, by the names that parameters have. */
  readonly his: { readonly [parameter in string]?: readonly (number | string)[] } & {
    readonly import: readonly number[]
  }
  readonly tracks: readonly number[]
  close(): Promise<void>
}

/** A house with a catalog, ada who plays from it, and Bohemund, about whom all kinds of things are known. */
async function openHouse(community: boolean): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'deepcuts-house-'))
  const engine = await openEngine({ data: folder, now: () => NOW, timeZone: 'UTC', community })
  const { library } = engine
  const put = async (listener: string, records: Iterable<ImportRecord>, format: string) => {
    const session = library.imports.begin()
    for (const record of records) session.add(record, 0)
    const name = listener === HIS ? 'Vellichor.zip' : `${listener} ${format}`
    const { id } = await session.commit({ listener, name, sha256: name, format, at: NOW }, () => '{}')
    return id
  }
  const world = smallWorld({ tracks: 150, years: 0.2 })
  await put('ada', world.catalogRecords(), 'catalog')
  await put('ada', world.listenerRecords(0), 'spotify-extended')
  const imported = await put(HIS, secretRecords(), 'spotify-extended')
  await train(library, { listener: 'ada', seed: 1, preset: 'nano' }, silent)
  const served = await serve(engine)
  const mine = (path: string) => `/v1/listeners/${HIS}/${path}`
  const drawn = await served.ask('GET', mine('recommendations?n=10'))
  await served.ask('GET', mine('mixes'))
  await served.ask('POST', mine('exclusions'), { body: { kind: 'artist', artist: artistOf(3) } })
  await served.ask('POST', mine('feedback'), {
    body: { kind: 'like', track: `${artistOf(5)} – ${titleOf(5)}` },
  })
  await served.ask('POST', mine('events'), {
    body: { type: 'listen', track: { title: titleOf(99), artist: artistOf(9) }, finished: true },
  })
  await served.ask('POST', mine('tokens'), { body: { name: 'Xylograph', protocol: 'listenbrainz' } })
  await served.ask('POST', mine('trainings'), { body: {} })
  const catalog = await library.catalog()
  const tracks = Array.from(catalog.trackId).filter((_, row) => catalog.titles.at(row).startsWith('Qwortle'))
  const { id } = await engine.listener(HIS)
  const household = await signIn(engine, { ada: 'ada', [HIS]: HIS })
  const numbers = Array.from({ length: 6 }, (_, i) => i + 1)
  return {
    ...{ engine, served, household, tracks },
    key: (await served.keyOf('listener', 'ada')).token,
    player: (await engine.tokens.create((await engine.listener('ada')).id, 'player', 'listenbrainz')).secret,
    his: {
      draw: [
        (drawn.body as { draw: string }).draw,
        ...(await library.exposures.heads(id)).map(({ draw }) => draw),
      ],
      import: [imported, ...numbers],
      recipe: TODAY,
    },
    async close() {
      await served.app.close()
      await engine.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What a route has to be asked for, beside its address. */
const QUERIES: Readonly<Record<string, readonly string[]>> = {
  '/v1/listeners/:listener/similar': ['track=1', 'track=2&n=100'],
  '/1/validate-token': ['token=x'],
  '/': ['hs=true&p=1.2&c=tst&v=1&u=ada&t=1&a=00000000000000000000000000000000'],
  '/v1/listeners/:listener/recommendations': [
    ...['', 'n=100&explain=true', 'recipe=deep-cuts&n=100&explain=true', 'novelty=1&n=100&explain=true'],
    ...['recipe=radio&from=1&n=100&explain=true', 'recipe=rediscover&n=50&explain=true'],
  ],
}

describe.each([
  ['off', false],
  ['on', true],
])('one of a household, with the community %s', (_, community) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse(community)
  }, 120_000)
  afterAll(() => house.close())

  const everything = (answer: { status: number; headers: object; body: unknown }) =>
    JSON.stringify([answer.headers, answer.body])
  const secretsIn = (text: string) => SECRETS.filter((secret) => text.includes(secret))
  const asks = async (access?: string): Promise<Parameters<Served['ask']>[2][]> =>
    access === 'protocol'
      ? [{ token: undefined, headers: { authorization: `Token ${house.player}` } }]
      : [{ token: house.key }, { token: undefined, headers: await house.household.headers('ada') }]
  /** The names of listeners in an address, whatever they are called there. */
  const WHO = /:(?:listener|user)\b/

  it('is a house where there is something to be read', async () => {
    expect(house.tracks.length).toBeGreaterThan(10)
    for (const path of ['recommendations?n=10', 'feedback', 'events', 'imports', 'exclusions', 'tokens']) {
      const answer = await house.served.ask('GET', `/v1/listeners/${HIS}/${path}`)
      expect(answer.status, path).toBe(200)
      expect(secretsIn(everything(answer)), path).not.toEqual([])
    }
  })

  it('finds nothing of another in any answer of any route that reads', async () => {
    const seen = new Set<string>()
    for (const { path, access } of house.served.routes.filter(({ method }) => method === 'GET')) {
      const names = [...path.matchAll(/:(\w+)/g)].map((match) => match[1]!)
      const other = names.find((name) => name !== 'listener' && name !== 'user')
      const ids = other === undefined ? [''] : (house.his[other] ?? [1, 2, 3, 4, 5, 6])
      for (const id of ids)
        for (const query of QUERIES[path] ?? [''])
          for (const more of await asks(access)) {
            const url = path
              .replace(WHO, 'ada')
              .replace(/:\w+/, String(id))
              .concat(query === '' ? '' : `?${query}`)
            const answer = await house.served.ask('GET', url, more)
            const said = `${url}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`
            // Asked in a way that it takes, or the test says nothing of it.
            expect([200, 204, 403, 404], said).toContain(answer.status)
            if (access === 'app' || access === 'admin') expect(answer.status, said).toBe(403)
            expect(secretsIn(everything(answer)), said).toEqual([])
            if (answer.status === 200) seen.add(path)
          }
    }
    // It is no use to be refused everywhere.
    for (const path of ['recommendations', 'similar', 'mixes', 'feedback', 'events', 'models', 'imports'])
      expect(seen).toContain(`/v1/listeners/:listener/${path}`)
  })

  it('is refused everything of another alike, and of nobody', async () => {
    for (const { method, path, access } of house.served.routes.filter((route) => WHO.test(route.path)))
      for (const more of await asks(access)) {
        const ask = async (name: string) => {
          const url = path.replace(WHO, name).replace(/:\w+/, '1')
          const { status, body } = await house.served.ask(method as 'GET', url, more)
          return { status, body: JSON.stringify(body).replaceAll(name, 'NAME') }
        }
        const [other, nobody] = [await ask(HIS), await ask('Nobody12')]
        expect([401, 403, 404], `${method} ${path}`).toContain(other.status)
        expect(nobody, `${method} ${path}`).toEqual(other)
      }
  })

  it.each<[string, 'GET' | 'POST', string, (track: string) => string | object | undefined]>([
    ['similar', 'GET', 'similar?track=TRACK', () => undefined],
    ['a radio', 'GET', 'recommendations?recipe=radio&from=TRACK', () => undefined],
    ['feedback', 'POST', 'feedback', (track) => ({ kind: 'snooze', track })],
    ['exclusions', 'POST', 'exclusions/preview', (track) => ({ kind: 'track', track })],
    ['continue', 'POST', 'continue', (title) => ({ tracks: [{ title, artist: 'Zyxomund 0' }] })],
  ])('learns nothing by naming what only another has: %s', async (_name, method, path, body) => {
    const ask = async (text: string) => {
      const given = body(text)
      const answer = await house.served.ask(
        method,
        `/v1/listeners/ada/${path.replace('TRACK', encodeURIComponent(text))}`,
        { token: house.key, ...(given !== undefined && { body: given }) },
      )
      return { status: answer.status, text: JSON.stringify(answer.body).replaceAll(text, 'TEXT') }
    }
    // The same length and letters, so that nothing is near the one that is not near the other.
    for (const [there, not] of [
      [titleOf(2), 'Qwortle X'],
      [`${artistOf(2)} – ${titleOf(2)}`, `${artistOf(2)} – Qwortle X`],
      [artistOf(2), 'Zyxomund X'],
      ...house.tracks.slice(0, 3).map((id) => [String(id), '987654321']),
    ] as [string, string][])
      expect(await ask(there), there).toEqual(await ask(not))
  })

  it('cannot make what another has their own by its number', async () => {
    for (const id of house.tracks) {
      const body = { type: 'listen', track: { id }, finished: true }
      const one = await house.served.ask('POST', '/v1/listeners/ada/events', { token: house.key, body })
      const none = await house.served.ask('POST', '/v1/listeners/ada/events', {
        token: house.key,
        body: { ...body, track: { id: 987_654_321 } },
      })
      expect(one.status).toBe(400)
      expect(JSON.stringify(one.body).replaceAll(String(id), 'ID')).toBe(
        JSON.stringify(none.body).replaceAll('987654321', 'ID'),
      )
    }
    const lines = house.tracks.map((id) => JSON.stringify({ type: 'like', track: { id } })).join('\n')
    const { body } = await house.served.ask('POST', '/v1/listeners/ada/events/bulk', {
      token: house.key,
      body: lines,
      headers: { 'content-type': 'application/x-ndjson' },
    })
    expect(body).toMatchObject({ taken: 0, refused: house.tracks.length })
  })

  it('cannot take back or change what is another’s by its number', async () => {
    const before = await house.engine.library.store.count('plays', {
      listener: (await house.engine.listener(HIS)).id,
      hidden: 0,
    })
    for (const { method, path } of house.served.routes.filter(({ method }) => method === 'DELETE')) {
      const other = [...path.matchAll(/:(\w+)/g)]
        .map((match) => match[1]!)
        .find((name) => name !== 'listener')
      if (!path.includes(':listener') || other === undefined) continue
      for (const id of [house.his.import[0]!, 1]) {
        const url = path.replace(':listener', 'ada').replace(/:\w+/, String(id))
        if (other === 'import' && id === 1) continue
        const answer = await house.served.ask(method as 'DELETE', url, { token: house.key })
        expect([403, 404], `${url} ${answer.status}`).toContain(answer.status)
        expect(secretsIn(everything(answer))).toEqual([])
      }
    }
    const after = await house.engine.library.store.count('plays', {
      listener: (await house.engine.listener(HIS)).id,
      hidden: 0,
    })
    expect(after).toBe(before)
    for (const path of ['exclusions', 'tokens'])
      expect(
        secretsIn(everything(await house.served.ask('GET', `/v1/listeners/${HIS}/${path}`))),
      ).not.toEqual([])
  })
})
