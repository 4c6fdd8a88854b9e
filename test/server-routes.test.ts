import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FINISH, SKIP, UNKNOWN } from '../src/core/labels.ts'
import { silent } from '../src/core/progress.ts'
import { train } from '../src/learn/train.ts'
import { trackAt } from '../src/library/catalog.ts'
import { inventedEngine } from './suites/invented-listener.ts'
import { type Served, serve } from './suites/served.ts'

interface MixBody {
  readonly draw: string
  readonly modelVersion: number
  readonly tracks: readonly {
    readonly position: number
    readonly track: { readonly id: number; readonly title: string; readonly artist: string }
    readonly likability: number
    readonly propensity: number
    readonly explored: boolean
    readonly sources: readonly string[]
    readonly reason: { readonly kind: string; readonly text: string }
  }[]
  readonly degraded: readonly string[]
  readonly removed?: readonly { readonly track: { readonly id: number }; readonly by: string }[]
  readonly notes: readonly string[]
}

let invented: Awaited<ReturnType<typeof inventedEngine>>
let served: Served
const ADA = '/v1/listeners/ada'

beforeAll(async () => {
  invented = await inventedEngine({ tracks: 300, years: 0.3 })
  for (const seed of [1, 2])
    await train(invented.engine.library, { listener: 'ada', seed, preset: 'nano' }, silent)
  served = await serve(invented.engine)
})
afterAll(async () => {
  await served.app.close()
  await invented.close()
})

const ok = async <T>(...asked: Parameters<Served['ask']>): Promise<T> => {
  const { status, body } = await served.ask(...asked)
  if (status >= 300) throw new Error(`${asked[1]}: ${status} ${JSON.stringify(body)}`)
  return body
}
const problem = async (...asked: Parameters<Served['ask']>) => {
  const { status, headers, body } = await served.ask(...asked)
  expect(String(headers['content-type'])).toMatch(/^application\/problem\+json/)
  expect(body).toMatchObject({
    status,
    type: expect.stringMatching(/^\/v1\/docs#[A-Z_]+$/),
    title: expect.any(String),
  })
  return body as { readonly status: number; readonly code: string; readonly detail: string }
}
const mixOf = (query = '') => ok<MixBody>('GET', `${ADA}/recommendations${query}`)
const plays = () => invented.engine.library.store.count('plays', { hidden: 0 })

describe('the service', () => {
  it('is healthy and ready, without a key', async () => {
    expect(await ok('GET', '/v1/health', { token: undefined })).toEqual({ healthy: true })
    expect(await ok('GET', '/v1/ready', { token: undefined })).toEqual({ ready: true })
  })

  it('tells problems for what is not there, not JSON, of another kind, or too large', async () => {
    const body = (payload: string, type = 'application/json') =>
      problem('POST', `${ADA}/events`, { body: payload, headers: { 'content-type': type } })
    expect(await problem('GET', '/v1/nothing')).toMatchObject({ status: 404, code: 'NOTHING_HERE' })
    for (const name of ['%E0%A4%A', 'x'.repeat(700)])
      expect(await problem('GET', `/v1/listeners/${name}`)).toMatchObject({
        status: 400,
        code: 'REQUEST_INVALID',
      })
    expect(await problem('GET', '/v1/listeners/a%00b')).toMatchObject({ status: 404 })
    expect(await body('{"type":')).toMatchObject({ status: 400, code: 'REQUEST_INVALID' })
    expect(await body('like', 'text/plain')).toMatchObject({ status: 415, code: 'BODY_KIND' })
    expect(await body(`"${'x'.repeat(300_000)}"`)).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' })
  })

  it('tells nothing of its inside when it fails, and logs it', async () => {
    const failures: unknown[] = []
    const engine = {
      ...invented.engine,
      listener: () => Promise.reject(new Error('secret place /data/x')),
    }
    const broken = await serve(engine, { onFailure: (error) => void failures.push(error) })
    const { status, body } = await broken.ask('GET', ADA)
    expect(status).toBe(500)
    expect(body).toMatchObject({ code: 'SERVER_FAILED' })
    expect(JSON.stringify(body)).not.toMatch(/secret|data/)
    expect(failures).toMatchObject([{ message: 'secret place /data/x' }])
    await broken.app.close()
  })
})

describe('listeners', () => {
  it('begin, are there, and are listed in pages', async () => {
    const made = await served.ask('POST', '/v1/listeners', { body: { name: 'zoë', timeZone: 'Asia/Tokyo' } })
    expect(made).toMatchObject({ status: 201, body: { name: 'zoë', timeZone: 'Asia/Tokyo' } })
    expect(await ok('GET', `/v1/listeners/${encodeURIComponent('zoë')}`)).toEqual(made.body)
    const first = await ok<{ listeners: { name: string }[]; next: number }>('GET', '/v1/listeners?limit=1')
    const rest = await ok<{ listeners: { name: string }[]; next?: number }>(
      'GET',
      `/v1/listeners?after=${first.next}`,
    )
    expect([...first.listeners, ...rest.listeners].map(({ name }) => name)).toEqual(
      expect.arrayContaining(['ada', 'zoë']),
    )
    expect(first.listeners).toHaveLength(1)
    expect(rest.next).toBeUndefined()
  })

  it('cannot begin twice, without a name, or in a zone that there is not', async () => {
    const make = (body: object) => problem('POST', '/v1/listeners', { body })
    expect(await make({ name: 'ada' })).toMatchObject({ status: 409, code: 'LISTENER_EXISTS' })
    for (const name of ['', ' ', 'a\nb', ' x', 'x'.repeat(65)])
      expect(await make({ name })).toMatchObject({ status: 400, code: 'REQUEST_INVALID' })
    expect(await make({ name: 'cy', timeZone: 'Mars/Base' })).toMatchObject({
      status: 400,
      code: 'BAD_VALUE',
    })
    expect(await problem('GET', '/v1/listeners/cy')).toMatchObject({ status: 404, code: 'UNKNOWN_LISTENER' })
  })

  it('who begin at the same moment are different people', async () => {
    const names = ['dan', 'eli', 'flo', 'gus']
    await Promise.all(names.map((name) => ok('POST', '/v1/listeners', { body: { name } })))
    const people = await invented.engine.library.listeners.list()
    expect(new Set(people.map(({ id }) => id)).size).toBe(people.length)
    expect(people.map(({ name }) => name)).toEqual(expect.arrayContaining(names))
  })

  it('set time zone and dial, and what is not said stays', async () => {
    const body = { timeZone: 'Europe/Rome', dial: { novelty: 'auto', boldness: 1.5 } }
    expect(await ok('PATCH', `${ADA}/settings`, { body })).toEqual(body)
    const change = { body: { dial: {} } }
    expect(await ok('PATCH', `${ADA}/settings`, change)).toEqual({ timeZone: 'Europe/Rome', dial: {} })
    await ok('PATCH', `${ADA}/settings`, { body: { timeZone: 'UTC' } })
    expect(await ok('GET', `${ADA}/settings`)).toEqual({ timeZone: 'UTC', dial: {} })
    for (const wrong of [{}, { dial: { boldness: 9 } }, { dial: { novelty: 'some' } }, { zone: 'UTC' }])
      expect(await problem('PATCH', `${ADA}/settings`, { body: wrong })).toMatchObject({ status: 400 })
  })
})

describe('recommendations', () => {
  it('are a list with likability, reason, sources and propensity on each track', async () => {
    const mix = await mixOf('?n=12')
    expect(mix.tracks.map(({ position }) => position)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1))
    for (const { likability, propensity, reason, sources } of mix.tracks) {
      expect(likability).toBeGreaterThan(0)
      expect(likability).toBeLessThan(1)
      expect(propensity).toBeGreaterThan(0)
      expect(reason.text.length).toBeGreaterThan(5)
      expect(sources.length).toBeGreaterThan(0)
    }
    expect(mix).toMatchObject({ degraded: [], modelVersion: expect.any(Number) })
    expect(mix.removed).toBeUndefined()
  })

  it('are the same when they are asked for again, and others by another seed', async () => {
    const [first, again, other] = [await mixOf(), await mixOf(), await mixOf('?seed=7')]
    expect(again.draw).toBe(first.draw)
    expect(again.tracks).toEqual(first.tracks)
    expect(other.draw).not.toBe(first.draw)
  })

  it('say with explain what was taken out, and by which filter', async () => {
    const { tracks, removed } = await mixOf('?explain&recipe=deep-cuts')
    expect(removed!.length).toBeGreaterThan(0)
    const shown = new Set(tracks.map(({ track }) => track.id))
    expect(removed!.filter(({ track }) => shown.has(track.id))).toEqual([])
    for (const { by } of removed!) expect(['refused', 'seeds', 'eligible', 'same-song']).toContain(by)
  })

  it('start where a radio is told to, and need to be told', async () => {
    const [{ track }] = (await mixOf()).tracks as [MixBody['tracks'][number]]
    const radio = await mixOf(`?recipe=radio&from=${track.id}&n=5`)
    expect(radio.tracks).toHaveLength(5)
    expect(radio.tracks.map((one) => one.track.id)).not.toContain(track.id)
    const wrong = (query: string) => problem('GET', `${ADA}/recommendations?${query}`)
    expect(await wrong('recipe=radio')).toMatchObject({ status: 400, code: 'NEEDS_SEEDS' })
    expect(await wrong(`recipe=daily-1&from=${track.id}`)).toMatchObject({
      status: 400,
      code: 'NEEDS_NO_SEEDS',
    })
    expect(await wrong('recipe=radio&from=No%20Such%20Thing')).toMatchObject({
      status: 404,
      code: 'UNKNOWN_TRACK',
    })
  })

  it('never read a file that a request names', async () => {
    const path = encodeURIComponent(`${import.meta.dirname}/../package.json`)
    const { code, detail } = await problem('GET', `${ADA}/recommendations?recipe=radio&from=${path}`)
    expect(code).toBe('UNKNOWN_TRACK')
    expect(detail).not.toContain('is not a playlist')
  })

  it.each(['recipe=none', 'n=0', 'n=257', 'n=ten', 'novelty=2', 'policy=luck', 'seed=x', 'color=red'])(
    'refuse %s',
    async (query) => {
      expect(await problem('GET', `${ADA}/recommendations?${query}`)).toMatchObject({ status: 400 })
    },
  )

  it('of a source that fails are made of what the others found, and say which', async () => {
    const { engine } = invented
    const propose = () => {
      throw new Error('gone')
    }
    const failing = {
      ...engine,
      sourcesOf: (recipe: Parameters<typeof engine.sourcesOf>[0]) =>
        engine.sourcesOf(recipe).map((source, i) => (i > 0 ? source : { ...source, propose })),
    }
    const broken = await serve(failing)
    const { status, body } = await broken.ask('GET', `${ADA}/recommendations?seed=3`)
    expect(status).toBe(200)
    expect((body as MixBody).degraded).toHaveLength(1)
    expect((body as MixBody).tracks.length).toBeGreaterThan(0)
    await broken.app.close()
  })

  it('of the day are one list a recipe, the same ones', async () => {
    const { mixes } = await ok<{ mixes: (MixBody & { recipe: string })[] }>('GET', `${ADA}/mixes`)
    expect(mixes.map(({ recipe }) => recipe)).toEqual(expect.arrayContaining(['daily-1', 'on-repeat']))
    expect(mixes.find(({ recipe }) => recipe === 'daily-1')!.draw).toBe((await mixOf()).draw)
  })

  it('are logged as shown, once a draw', async () => {
    const { exposures } = invented.engine.library
    const { draw } = await mixOf('?seed=99')
    await mixOf('?seed=99')
    const { id } = await invented.engine.listener('ada')
    expect((await exposures.list(id)).filter((one) => one.draw === draw)).toHaveLength(1)
  })
})

describe('similar', () => {
  it('gives tracks like one, and why', async () => {
    const [{ track }] = (await mixOf()).tracks as [MixBody['tracks'][number]]
    const name = encodeURIComponent(`${track.title} – ${track.artist}`)
    const found = await ok<{ track: { id: number }; similar: { track: { id: number }; why: string[] }[] }>(
      'GET',
      `${ADA}/similar?track=${name}&n=5`,
    )
    expect(found.track.id).toBe(track.id)
    expect(found.similar).toHaveLength(5)
    for (const { why } of found.similar) expect(why.length).toBeGreaterThan(0)
    expect(await problem('GET', `${ADA}/similar`)).toMatchObject({ status: 400 })
    expect(await problem('GET', `${ADA}/similar?track=Nothing+Like+It`)).toMatchObject({
      code: 'UNKNOWN_TRACK',
    })
  })
})

describe('feedback', () => {
  it('takes effect on the next recommendation, and can be taken back', async () => {
    const [{ track }] = (await mixOf()).tracks as [MixBody['tracks'][number]]
    const said = await served.ask('POST', `${ADA}/feedback`, {
      body: { kind: 'dislike', track: String(track.id) },
    })
    expect(said).toMatchObject({
      status: 201,
      body: { kind: 'dislike', byHand: true, track: { id: track.id } },
    })
    const shown = async () => (await mixOf('?n=50')).tracks.map((one) => one.track.id)
    expect(await shown()).not.toContain(track.id)
    const { feedback } = await ok<{ feedback: { id: number }[] }>('GET', `${ADA}/feedback`)
    const { id } = said.body as { id: number }
    expect(feedback.map((one) => one.id)).toContain(id)
    expect(await ok('POST', `${ADA}/feedback/undo`)).toMatchObject({ id, kind: 'dislike' })
    expect(await shown()).toContain(track.id)
  })

  it('snoozes for days and never hears an artist', async () => {
    const [{ track }] = (await mixOf()).tracks as [MixBody['tracks'][number]]
    const say = (body: object) => ok<{ until?: number; artist?: string }>('POST', `${ADA}/feedback`, { body })
    const { until } = await say({ kind: 'snooze', track: String(track.id), days: 2 })
    expect(until).toBe(invented.clock.at + 2 * 86_400_000)
    expect((await say({ kind: 'never', artist: track.artist.toLowerCase() })).artist).toBe(track.artist)
    const artists = (await mixOf('?n=50')).tracks.map((one) => one.track.artist)
    expect(artists).not.toContain(track.artist)
    for (const kind of ['never', 'snooze'])
      expect(await ok('POST', `${ADA}/feedback/undo`)).toMatchObject({ kind })
  })

  it.each([
    [{ kind: 'like' }],
    [{ kind: 'never', track: '1' }],
    [{ kind: 'like', track: '1', artist: 'x' }],
    [{ kind: 'like', track: '1', days: 3 }],
    [{ kind: 'love', track: '1' }],
  ])('refuses %o', async (body) => {
    expect(await problem('POST', `${ADA}/feedback`, { body })).toMatchObject({
      status: 400,
      code: 'REQUEST_INVALID',
    })
  })

  it('has nothing to take back where nothing was said', async () => {
    await served.ask('POST', '/v1/listeners', { body: { name: 'quiet' } })
    expect(await problem('POST', '/v1/listeners/quiet/feedback/undo')).toMatchObject({
      status: 409,
      code: 'NOTHING_TO_UNDO',
    })
  })
})

describe('models', () => {
  it('are listed, promoted and rolled back', async () => {
    const list = async () =>
      (await ok<{ models: { version: number; active: boolean }[] }>('GET', `${ADA}/models`)).models
    expect((await list()).map(({ version }) => version)).toEqual([2, 1])
    const serving = async () => (await list()).find(({ active }) => active)!.version
    await ok('POST', `${ADA}/models/1/promote`)
    expect(await serving()).toBe(1)
    await ok('POST', `${ADA}/models/2/promote`)
    expect(await ok('POST', `${ADA}/models/rollback`)).toEqual({ version: 1, from: 2, passedOver: [] })
    expect((await mixOf('?seed=5')).modelVersion).toBe(await serving())
    expect(await problem('POST', `${ADA}/models/9/promote`)).toMatchObject({
      status: 404,
      code: 'UNKNOWN_MODEL',
    })
    expect(await problem('POST', `${ADA}/models/x/promote`)).toMatchObject({ status: 400 })
  })

  it('tell how far what they foresaw could be relied on, of every play that was held out', async () => {
    interface Bin {
      readonly from: number
      readonly to: number
      readonly n: number
      readonly foreseen: number
      readonly finished: { readonly mean: number }
    }
    const { training, reliability } = await ok<{
      training: { heldOut: { plays: number } }
      reliability: { forMix: Bin[]; playByPlay: Bin[] }
    }>('GET', `${ADA}/models/1`)
    for (const bins of [reliability.forMix, reliability.playByPlay]) {
      expect(bins.reduce((sum, { n }) => sum + n, 0)).toBe(training.heldOut.plays)
      for (const { from, to, foreseen } of bins) {
        expect(foreseen).toBeGreaterThanOrEqual(from)
        expect(foreseen).toBeLessThanOrEqual(to)
      }
    }
    expect(await problem('GET', `${ADA}/models/9`)).toMatchObject({ status: 404, code: 'UNKNOWN_MODEL' })
  })
})

describe('keys', () => {
  it('are made by administrators, told once, and belong to one listener where they should', async () => {
    const made = await ok<{ key: { id: number }; token: string }>('POST', '/v1/keys', {
      body: { name: 'player', scope: 'listener', listener: 'ada' },
    })
    expect(made.key).toMatchObject({ name: 'player', scope: 'listener', listener: 'ada' })
    expect((await served.ask('GET', ADA, { token: made.token })).status).toBe(200)
    await ok('DELETE', `/v1/keys/${made.key.id}`)
    expect((await served.ask('GET', ADA, { token: made.token })).status).toBe(401)
    const make = (body: object) => problem('POST', '/v1/keys', { body })
    expect(await make({ name: 'x', scope: 'listener' })).toMatchObject({ status: 400 })
    expect(await make({ name: 'x', scope: 'app', listener: 'ada' })).toMatchObject({ status: 400 })
    expect(await make({ name: 'x', scope: 'listener', listener: 'nobody' })).toMatchObject({ status: 404 })
    expect(await problem('DELETE', '/v1/keys/999')).toMatchObject({ status: 404, code: 'UNKNOWN_KEY' })
  })
})

describe('events', () => {
  const one = (body: object, headers = {}) => served.ask('POST', `${ADA}/events`, { body, headers })
  const track = { title: 'A new song', artist: 'The Newcomers' }
  const at = () => invented.clock.at - 60_000

  it('count at once, in the import of their day', async () => {
    const before = await plays()
    const { status, body } = await one({ type: 'listen', track, at: at(), finished: true })
    expect(status).toBe(201)
    expect(body).toMatchObject({ duplicate: false, repeated: false })
    expect(await plays()).toBe(before + 1)
    const next = await one({ type: 'skip', track, at: new Date(at() + 1000).toISOString(), msPlayed: 4000 })
    expect((next.body as { import: number }).import).toBe((body as { import: number }).import)
    const { library } = invented.engine
    const log = await library.log(await invented.engine.listener('ada'))
    expect(log.size).toBe(await plays())
  })

  it('of a track by its id change no catalog, and the mix knows them', async () => {
    const [{ track: known }] = (await mixOf('?recipe=deep-cuts')).tracks as [MixBody['tracks'][number]]
    const before = (await invented.engine.shelves()).catalog
    expect((await one({ type: 'listen', track: { id: known.id }, finished: true })).status).toBe(201)
    expect((await invented.engine.shelves()).catalog).toBe(before)
    const again = await mixOf('?recipe=deep-cuts&n=100')
    expect(again.tracks.map((item) => item.track.id)).not.toContain(known.id)
  })

  it('are kept once when they are sent twice, by content and by Idempotency-Key', async () => {
    const event = { type: 'listen', track, at: at() - 5000, finished: true }
    await one(event)
    const before = await plays()
    expect((await one(event)).body).toMatchObject({ duplicate: true })
    const undated = { type: 'listen', track: { title: 'Undated' } }
    const name = { 'idempotency-key': 'phone 17' }
    const [a, b] = await Promise.all([one(undated, name), one(undated, name)])
    expect([a, b].map(({ body }) => (body as { repeated: boolean }).repeated).toSorted()).toEqual([
      false,
      true,
    ])
    invented.clock.at += 1000
    expect((await one(undated, name)).body).toMatchObject({ repeated: true, duplicate: false })
    expect(await plays()).toBe(before + 1)
    expect(await one({ ...undated, finished: true }, name)).toMatchObject({
      status: 422,
      body: { code: 'REQUEST_CHANGED' },
    })
  })

  it('are finishes and skips as they say, by their length where they do not, and else unknown', async () => {
    const { catalog } = await invented.engine.shelves()
    const row = Array.from({ length: catalog.size }, (_, i) => i).find(
      (i) => (trackAt(catalog, i).durationMs ?? 0) > 120_000,
    )!
    const { id, durationMs } = trackAt(catalog, row)
    const start = invented.clock.at - 10 * 86_400_000
    const said = [
      { type: 'listen', finished: true },
      { type: 'skip' },
      { type: 'listen', msPlayed: durationMs },
      { type: 'listen', msPlayed: 5000 },
      { type: 'listen' },
      { type: 'listen', finished: false },
    ]
    for (const [i, event] of said.entries())
      expect((await one({ ...event, track: { id }, at: start + i })).status).toBe(201)
    const log = await invented.engine.library.log(await invented.engine.listener('ada'))
    const outcomes = said.map((_, i) => log.outcome[log.endedAt.indexOf(start + i)])
    expect(outcomes).toEqual([FINISH, SKIP, FINISH, SKIP, UNKNOWN, UNKNOWN])
  })

  it('that say a like count as one from their import', async () => {
    await one({ type: 'like', track: { title: 'Liked by an event' } })
    const { feedback } = await ok<{ feedback: { track?: { title: string }; byHand: boolean }[] }>(
      'GET',
      `${ADA}/feedback`,
    )
    expect(feedback).toContainEqual(
      expect.objectContaining({
        byHand: false,
        track: expect.objectContaining({ title: 'Liked by an event' }),
      }),
    )
  })

  it.each([
    [{ type: 'listen' }],
    [{ type: 'hum', track }],
    [{ type: 'listen', track: {} }],
    [{ type: 'listen', track: { artist: 'Nobody' } }],
    [{ type: 'listen', track: { spotify: 'no id' } }],
    [{ type: 'listen', track: { id: 999_999 } }],
    [{ type: 'listen', track, at: 'yesterday' }],
    [{ type: 'listen', track, at: 5 }],
    [{ type: 'listen', track, at: Date.UTC(2200, 0) }],
    [{ type: 'listen', track, msPlayed: -1 }],
    [{ type: 'listen', track, more: 1 }],
  ])('that cannot be are refused: %o', async (body) => {
    const before = await plays()
    expect(await problem('POST', `${ADA}/events`, { body })).toMatchObject({
      status: 400,
      code: 'REQUEST_INVALID',
    })
    expect(await plays()).toBe(before)
  })

  it('come in bulk, a JSON object a line, and wrong lines are told', async () => {
    const before = await plays()
    const lines = [
      { type: 'listen', track, at: at() - 10_000, finished: true },
      { type: 'skip', track, at: at() - 20_000, msPlayed: 1000 },
      { type: 'skip', track, at: at() - 20_000, msPlayed: 1000 },
      { type: 'hum', track },
    ].map((line) => JSON.stringify(line))
    const body = [...lines, '', 'not json', ''].join('\n')
    const bulk = () =>
      ok('POST', `${ADA}/events/bulk`, { body, headers: { 'content-type': 'application/x-ndjson' } })
    expect(await bulk()).toMatchObject({
      taken: 3,
      duplicates: 1,
      refused: 2,
      problems: [{ line: 4 }, { line: 6, problem: 'it is no JSON' }],
    })
    expect(await plays()).toBe(before + 2)
    expect(await bulk()).toMatchObject({ taken: 3, duplicates: 3 })
    expect(await plays()).toBe(before + 2)
  })

  it('go with the import of their day, and can then be sent again', async () => {
    const before = await plays()
    const event = { type: 'listen', track: { title: 'Taken back' }, at: at() - 90_000 }
    const name = { 'idempotency-key': 'again' }
    const { body } = await one(event, name)
    await invented.engine.library.imports.undo((body as { import: number }).import)
    expect(await plays()).toBeLessThan(before)
    const left = await plays()
    expect((await one(event, name)).body).toMatchObject({ repeated: false, duplicate: false })
    expect(await plays()).toBe(left + 1)
  })
})
