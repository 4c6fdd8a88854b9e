import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { type Engine, openEngine } from '../src/engine.ts'
import { mixFolder } from '../src/forget.ts'
import { train } from '../src/learn/train.ts'
import { EVERYBODY } from '../src/library/kept-library.ts'
import { TABLES, type TableName } from '../src/store/schema.ts'
import { emptyEngine, type InventedEngine, NOW, playsOf, smallWorld } from './suites/invented-listener.ts'
import { type Served, serve } from './suites/served.ts'

const NAME = 'Zebedee Quux'
const ZEB = `/v1/listeners/${encodeURIComponent(NAME)}`
/** What only this listener's data says. */
const SECRETS = [NAME, 'zebedee', 'Quuxotic Anthem', 'quuxotic', 'Zeb Only Playlist', 'zeb kitchen']

let invented: InventedEngine
let served: Served
let id: number
let token: string
let before: { rows: number; bo: string }

const ok = async <T>(...asked: Parameters<Served['ask']>): Promise<T> => {
  const { status, body } = await served.ask(...asked)
  if (status >= 300) throw new Error(`${asked[1]}: ${status} ${JSON.stringify(body)}`)
  return body
}
const exportOf = async (name: string) => {
  const { headers, body } = await served.ask('GET', `/v1/listeners/${encodeURIComponent(name)}/export`)
  expect(headers['content-type']).toContain('application/x-ndjson')
  return String(body)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly kind: string } & Record<string, unknown>)
}
/** Every text of every table, with where it is. */
async function texts({ library: { store } }: Engine): Promise<string[]> {
  const all: string[] = []
  for (const table of Object.keys(TABLES) as TableName[]) {
    const columns = Object.entries(TABLES[table]).flatMap(([name, type]) => (type === 'text' ? [name] : []))
    if (columns.length === 0) continue
    const read = (await store.read(table, columns as never)) as Record<string, string[]>
    for (const column of columns) all.push(...read[column]!.map((text) => `${table}.${column}: ${text}`))
  }
  return all
}
const files = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  )
const tell = (text: string) => SECRETS.filter((secret) => text.toLowerCase().includes(secret.toLowerCase()))

beforeAll(async () => {
  invented = await emptyEngine()
  const { engine, folder } = invented
  const world = smallWorld({ tracks: 200, years: 0.3 })
  await invented.put('me', world.catalogRecords(), 'catalog')
  await invented.put(NAME, world.listenerRecords(0))
  await invented.put(NAME, [
    ...playsOf([{ title: 'Quuxotic Anthem', artist: 'Zebedee', finished: true }]),
    {
      kind: 'playlist-item',
      playlist: 'Zeb Only Playlist',
      track: { title: 'Quuxotic Anthem', artist: 'Zebedee' },
    },
  ])
  await invented.put(
    NAME,
    [{ kind: 'track', track: { title: 'From a Catalog', artist: 'All' }, facts: { source: 'spotify' } }],
    'catalog',
  )
  await invented.put('bo', playsOf([{ title: 'Low Tide', artist: 'The Harbour', finished: true }]))
  // A log that names its own listeners.
  const [logged] = [...playsOf([{ title: 'Quuxotic B-Side', artist: 'Zebedee', finished: true }], NOW - 9e7)]
  await invented.put('', [{ ...logged!, listener: NAME } as never], 'listens')
  await train(engine.library, { listener: NAME, seed: 1, preset: 'nano' }, silent)
  id = (await engine.listener(NAME)).id
  const { files: model } = await engine.library.models.load(id)
  for (let n = 0; n < 2; n++) await engine.library.models.save(EVERYBODY, model, {}, { serve: true })
  served = await serve(engine)
  token = (await served.keyOf('listener', NAME)).token
  await engine.library.keys.create('Zebedee’s phone', 'listener', id)
  await engine.tokens.create(id, 'zeb kitchen', 'listenbrainz')
  await ok('POST', `${ZEB}/events`, {
    body: { type: 'listen', track: { title: 'Quuxotic Event', artist: 'Zebedee' }, finished: true },
    headers: { 'idempotency-key': 'zebedee 1' },
  })
  await ok('POST', `${ZEB}/feedback`, { body: { kind: 'like', track: 'Quuxotic Anthem' } })
  await ok('POST', `${ZEB}/exclusions`, { body: { kind: 'device', device: 'zeb kitchen' } })
  await ok('PATCH', `${ZEB}/settings`, { body: { dial: { novelty: 0.7 } } })
  await ok('GET', `${ZEB}/recommendations?n=10`)
  mkdirSync(join(folder, mixFolder(NAME)), { recursive: true })
  writeFileSync(join(folder, mixFolder(NAME), 'daily-1.txt'), `a mix of ${NAME}`)
  await ok('GET', '/v1/listeners/bo/recommendations?n=3')
  const bo = await exportOf('bo')
  before = {
    rows: await engine.library.store.count('plays', { listener: id }),
    bo: JSON.stringify(bo.slice(1)),
  }
}, 60_000)
afterAll(async () => {
  await served.app.close()
  await invented.close()
})

describe('an export', () => {
  it('holds everything that is known of a listener, by the names of their own data, and no secret', async () => {
    const lines = await exportOf(NAME)
    expect(lines[0]).toEqual({ kind: 'deepcuts-export', format: 1, listener: NAME, at: invented.clock.at })
    const count = (kind: string) => lines.filter((line) => line.kind === kind).length
    expect(count('play')).toBe(before.rows)
    for (const kind of [
      'listener',
      'settings',
      'import',
      'like',
      'playlist-item',
      'exclusion',
      'exposure',
      'model',
      'key',
    ])
      expect(count(kind), kind).toBeGreaterThan(0)
    expect(lines.find(({ kind }) => kind === 'settings')).toMatchObject({ dial: { novelty: 0.7 } })
    expect(lines).toContainEqual(
      expect.objectContaining({
        kind: 'play',
        track: expect.objectContaining({ title: 'Quuxotic Event', artist: 'Zebedee' }),
      }),
    )
    const { store } = invented.engine.library
    const guarded = [...(await store.read('apiKeys', ['sha256'])).sha256]
    const text = JSON.stringify(lines)
    for (const digest of guarded) expect(text).not.toContain(digest)
    expect(text).not.toContain('Low Tide')
    expect((await served.ask('GET', '/v1/listeners/bo/export', { token })).status).toBe(403)
  })
})

describe('a listener who is forgotten', () => {
  it('is not by accident, nor for one who names another', async () => {
    for (const query of ['', '?confirm=bo', '?confirm='])
      expect((await served.ask('DELETE', `${ZEB}${query}`)).status).toBe(400)
    expect((await served.ask('DELETE', '/v1/listeners/nobody?confirm=nobody')).status).toBe(404)
    expect((await ok<{ name: string }>('GET', ZEB)).name).toBe(NAME)
    expect(tell((await texts(invented.engine)).join('\n'))).not.toEqual([])
  })

  it('leaves no word in any table, no row, no key that opens anything, and no file', async () => {
    const { engine, folder } = invented
    const { body } = await served.ask('DELETE', `${ZEB}?confirm=${encodeURIComponent(NAME)}`, { token })
    expect(body).toMatchObject({
      listener: NAME,
      rows: { plays: before.rows, apiKeys: 2, exclusions: 1 },
      everybodys: [2],
    })
    const { names, remains } = body as { names: number; remains: { what: string }[] }
    expect(names).toBeGreaterThanOrEqual(3)
    expect(remains.map(({ what }) => what).join('; ')).toMatch(/store.*version 3 of everybody.*backups/)
    expect((await texts(engine)).flatMap((text) => (tell(text).length ? [text] : []))).toEqual([])
    for (const table of Object.keys(TABLES) as TableName[])
      if ('listener' in TABLES[table])
        expect(await engine.library.store.count(table, { listener: id } as never), table).toBe(0)
    expect((await served.ask('GET', ZEB, { token })).status).toBe(401)
    expect((await served.ask('GET', ZEB)).status).toBe(404)
    const left = files(folder).filter((path) => !/deepcuts\.duckdb/.test(path))
    expect(
      left.flatMap((path) => (tell(`${path} ${readFileSync(path, 'latin1')}`).length ? [path] : [])),
    ).toEqual([])
    expect(readdirSync(join(folder, 'models'))).toEqual(['3'])
  })

  it('changes nothing for others', async () => {
    expect(JSON.stringify((await exportOf('bo')).slice(1))).toBe(before.bo)
    for (const name of ['low+tide', 'from+a+catalog'])
      expect((await ok<{ tracks: unknown[] }>('GET', `/v1/tracks?q=${name}`)).tracks, name).toHaveLength(1)
  })

  it('comes back under the same name as somebody else, of whom nothing is known', async () => {
    await ok('POST', '/v1/listeners', { body: { name: NAME } })
    expect((await invented.engine.listener(NAME)).id).toBeGreaterThan(id)
    expect((await exportOf(NAME)).map(({ kind }) => kind)).toEqual([
      'deepcuts-export',
      'listener',
      'settings',
    ])
    expect(await ok('GET', `${ZEB}/events`)).toEqual({ events: [] })
    await ok('DELETE', `${ZEB}?confirm=${encodeURIComponent(NAME)}`)
  })

  it('is what everybody’s model must be trained without: it starts anew, and the one before goes', async () => {
    const { models, forgetting } = invented.engine.library
    expect(await forgetting.owedUpTo()).toBe(3)
    const { files: model } = await models.load(EVERYBODY)
    await models.save(EVERYBODY, model, {}, { serve: true })
    expect((await models.list(EVERYBODY)).map(({ version }) => version)).toEqual([4])
  })

  it('is not even in the room of the store’s file once it was opened again', async () => {
    const { engine, folder } = invented
    await served.app.close()
    await engine.close()
    const path = join(folder, 'deepcuts.duckdb')
    expect(tell(readFileSync(path, 'latin1'))).not.toEqual([])
    const again = await openEngine({ data: folder, now: () => invented.clock.at, timeZone: 'UTC' })
    expect((await again.library.listeners.list()).map(({ name }) => name)).toEqual(['me', 'bo'])
    await again.close()
    expect(
      files(folder).flatMap((file) => (tell(readFileSync(file, 'latin1')).length ? [file] : [])),
    ).toEqual([])
    const once = await openEngine({ data: folder, now: () => invented.clock.at, timeZone: 'UTC' })
    expect(await once.library.store.count('meta', { key: 'compact' })).toBe(0)
    Object.assign(invented, { engine: once })
    served = await serve(once)
  })
})
