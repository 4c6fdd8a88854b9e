import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inventedEngine } from './suites/invented-listener.ts'
import { type Served, serve } from './suites/served.ts'

let invented: Awaited<ReturnType<typeof inventedEngine>>
let served: Served

beforeAll(async () => {
  invented = await inventedEngine({ tracks: 300, years: 0.3 })
  served = await serve(invented.engine)
})
afterAll(async () => {
  await served.app.close()
  await invented.close()
})

interface Track {
  readonly id: number
  readonly title: string
  readonly artist: string
  readonly durationMs?: number
}
interface Named {
  readonly track: Track
  readonly features?: Readonly<Record<string, number>>
  readonly genres?: readonly string[]
  readonly year?: number
  readonly names: readonly {
    readonly identifier: number
    readonly scheme: string
    readonly merged?: true
  }[]
}
interface Stated {
  readonly import: number
  readonly added: number
  readonly changed: number
  readonly unchanged: number
  readonly refused: number
  readonly repeated: boolean
  readonly problems: readonly { readonly line: number; readonly problem: string }[]
}

const ok = async <T>(...asked: Parameters<Served['ask']>): Promise<T> => {
  const { status, body } = await served.ask(...asked)
  if (status >= 300) throw new Error(`${asked[1]}: ${status} ${JSON.stringify(body)}`)
  return body
}
const lines = (all: readonly (object | string)[]) =>
  all.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n')
const state = (body: string, headers: Record<string, string> = {}) =>
  ok<Stated>('POST', '/v1/tracks/bulk', {
    body,
    headers: { 'content-type': 'application/x-ndjson', ...headers },
  })
const search = async (q: string, listener?: string) =>
  (
    await ok<{ tracks: Track[] }>(
      'GET',
      `/v1/${listener ? `listeners/${listener}/` : ''}tracks?q=${encodeURIComponent(q)}`,
    )
  ).tracks
const one = async (q: string) => {
  const found = await search(q)
  expect(found).toHaveLength(1)
  return ok<Named>('GET', `/v1/tracks/${found[0]!.id}`)
}
const revision = async () => (await invented.engine.library.catalog()).revision
const spotify = (n: number) => String(n).padStart(22, 'x')

describe('what is stated of tracks', () => {
  it('is kept as far as it is right, and lines that are wrong are named', async () => {
    const before = (await invented.engine.library.imports.list()).length
    const stated = await state(
      lines([
        {
          spotify: spotify(1),
          title: 'Glass Door',
          artist: 'The Panes',
          durationMs: 200_000,
          features: { energy: 0.5, key: -1 },
        },
        { title: 'No Artist', genres: ['Folk', 'folk '], year: 1999 },
        '',
        { title: 'Too Loud', artist: 'The Panes', features: { loudness: 11 } },
        { title: 'Half a Key', artist: 'The Panes', features: { key: 0.5 } },
        'not json',
        { artist: 'Only Artist' },
        { spotify: 'no id', title: 'Wrong' },
        { title: 'Mood', mood: 'sad' },
        { title: 'x'.repeat(70_000) },
        { mbid: '0'.repeat(8), title: 'Short' },
      ]),
    )
    expect(stated).toMatchObject({ added: 2, changed: 0, unchanged: 0, refused: 8, repeated: false })
    expect(stated.problems.map(({ line }) => line)).toEqual([4, 5, 6, 7, 8, 9, 10, 11])
    expect(stated.problems[0]!.problem).toContain('/features/loudness')
    expect(await one('glass door')).toMatchObject({
      track: { title: 'Glass Door', artist: 'The Panes', durationMs: 200_000 },
      features: { energy: 0.5, key: -1 },
      names: [{ scheme: 'spotify' }],
    })
    expect(await one('no artist')).toMatchObject({ genres: ['folk'], year: 1999 })
    expect((await invented.engine.library.imports.list()).length).toBe(before + 1)
  })

  it('changes nothing when it is sent again, and only what differs when it is not the same', async () => {
    const song = (n: number, energy: number) => ({
      title: `Song ${n}`,
      artist: 'Repeaters',
      features: { energy },
    })
    const a = lines([song(1, 0.1), song(2, 0.2), song(3, 0.3)])
    const b = lines([song(1, 0.1), song(2, 0.9), song(3, 0.3)])
    expect(await state(a)).toMatchObject({ added: 3, changed: 0 })
    const before = await revision()
    const claims = await invented.engine.library.store.count('claims')
    expect(await state(a)).toMatchObject({ added: 0, changed: 0, unchanged: 3 })
    expect(await revision()).toBe(before)
    const energy = async () => (await one('song 2 repeaters')).features!.energy
    for (const [body, wanted] of [
      [b, 0.9],
      [a, 0.2],
      [b, 0.9],
    ] as const) {
      expect(await state(body)).toMatchObject({ added: 0, changed: 1, unchanged: 2 })
      expect(await energy()).toBeCloseTo(wanted, 6)
    }
    expect(await invented.engine.library.store.count('claims')).toBe(claims)
  })

  it('stands above what imports tell, says of a name all that is said of it, and goes with its day', async () => {
    const [known] = await search('')
    const { features: before, names } = await ok<Named>('GET', `/v1/tracks/${known!.id}`)
    expect(names.length).toBeGreaterThan(0)
    const { artist, title } = known!
    const body = { title, artist, features: { energy: 0.123 }, year: 1975 }
    const stated = await state(lines([body]))
    const now = await ok<Named>('GET', `/v1/tracks/${known!.id}`)
    expect(now).toMatchObject({ year: 1975, track: { id: known!.id } })
    expect(now.features!.energy).toBeCloseTo(0.123, 6)
    expect(now.features!.valence).toBe(before!.valence)
    await state(lines([{ title, artist, popularity: 5 }]))
    expect((await ok<Named>('GET', `/v1/tracks/${known!.id}`)).features!.energy).toBe(before!.energy)
    await state(lines([body]))
    await invented.engine.library.imports.undo(stated.import)
    expect((await ok<Named>('GET', `/v1/tracks/${known!.id}`)).features).toEqual(before)
    expect(await state(lines([body]))).toMatchObject({ changed: 1 })
  })

  it('under an Idempotency-Key is done once', async () => {
    const name = { 'idempotency-key': 'catalog 17' }
    const body = lines([{ title: 'Named Once', artist: 'Keys' }])
    expect(await state(body, name)).toMatchObject({ added: 1, repeated: false })
    await state(lines([{ title: 'Named Once', artist: 'Keys', year: 2001 }]))
    expect(await state(body, name)).toMatchObject({ added: 0, repeated: true })
    expect((await one('named once')).year).toBe(2001)
    const other = await served.ask('POST', '/v1/tracks/bulk', {
      body: lines([{ title: 'Another' }]),
      headers: { 'content-type': 'application/x-ndjson', ...name },
    })
    expect(other).toMatchObject({ status: 422, body: { code: 'REQUEST_CHANGED' } })
  })

  it('may be a table, whose wrong rows are named too', async () => {
    const table = [
      'track_name,artist_name,danceability,tempo,duration_ms,release_date,genres',
      'Table One,The Cells,0.5,120,180000,1999-05-01,"rock; pop"',
      'Table Two,The Cells,1.5,120,180000,2001,rock',
      'Table Three,The Cells,0.5,0,180000,,',
      ',,0.5,120,180000,,',
      'Table Four,The Cells,0.5',
    ].join('\n')
    const stated = await state(table, { 'content-type': 'text/csv' })
    expect(stated).toMatchObject({ added: 2, refused: 3 })
    expect(stated.problems).toEqual([
      { line: 3, problem: 'its danceability is no number, or beyond what that can be' },
      { line: 5, problem: 'it has neither an id nor a title' },
      { line: 6, problem: 'it has 3 cells, and the header 7' },
    ])
    expect(await one('table one')).toMatchObject({
      year: 1999,
      genres: ['rock', 'pop'],
      track: { durationMs: 180_000 },
    })
    expect((await one('table three')).features).not.toHaveProperty('tempo')
  })

  it.each([
    ['a broken table', 'a,"b\n1,2', 'text/csv', 400, 'REQUEST_INVALID'],
    ['a table of something else', 'a,b\n1,2', 'text/csv', 400, 'REQUEST_INVALID'],
    ['what is no text', Buffer.from([0xff, 0xfe, 0x00]), 'application/x-ndjson', 400, 'REQUEST_INVALID'],
    ['another kind', '{}', 'application/json', 415, 'BODY_KIND'],
    ['more than may be', Buffer.alloc(65 * 1024 * 1024, 0x20), 'application/x-ndjson', 413, 'BODY_TOO_LARGE'],
  ])('is refused whole as %s', async (_, body, type, status, code) => {
    const before = await revision()
    const answer = await served.ask('POST', '/v1/tracks/bulk', { body, headers: { 'content-type': type } })
    expect(answer).toMatchObject({ status, body: { code } })
    expect(await revision()).toBe(before)
  })

  it('is recommended at once, where it has a sound', async () => {
    const { catalog } = await invented.engine.shelves()
    const log = await invented.engine.library.log(await invented.engine.listener('ada'))
    const loved = await ok<Named>('GET', `/v1/tracks/${catalog.trackId[log.row[0]!]}`)
    const fresh = Array.from({ length: 12 }, (_, i) => ({
      title: `Arrival ${i}`,
      artist: `Newcomers ${i}`,
      durationMs: 200_000,
      features: loved.features,
    }))
    expect(await state(lines(fresh))).toMatchObject({ added: 12, refused: 0 })
    const { tracks } = await ok<{ tracks: { track: Track }[] }>(
      'GET',
      '/v1/listeners/ada/recommendations?recipe=deep-cuts&n=100&seed=4',
    )
    expect(tracks.some(({ track }) => track.title.startsWith('Arrival'))).toBe(true)
  })
})

describe('tracks', () => {
  it('are found by words of their names, accents, case and order aside, in pages that new ones do not move', async () => {
    await state(
      lines(Array.from({ length: 9 }, (_, i) => ({ title: `Pagé ${i}`, artist: 'Öl', album: 'Blätter' }))),
    )
    const found: number[] = []
    let after = ''
    for (let n = 0; ; n++) {
      const { tracks, next } = await ok<{ tracks: Track[]; next?: string }>(
        'GET',
        `/v1/tracks?q=ol+page+blatt&limit=4${after}`,
      )
      found.push(...tracks.map(({ id }) => id))
      if (!next) break
      after = `&after=${next}`
      if (n === 0) await state(lines([{ title: 'Page 10', artist: 'Öl', album: 'Blätter' }]))
    }
    expect(found).toHaveLength(10)
    expect(found).toEqual([...new Set(found)].toSorted((a, b) => a - b))
    expect(await search('page of nothing like it')).toEqual([])
    expect((await served.ask('GET', '/v1/tracks?limit=501')).status).toBe(400)
    expect((await served.ask('GET', '/v1/tracks/999999')).body).toMatchObject({
      status: 404,
      code: 'UNKNOWN_TRACK',
    })
  })

  it('are shown to a listener where catalogs or their own data name them, and no one else’s listening does', async () => {
    const listens = (title: string) => ({ type: 'listen', track: { title, artist: 'Diary' }, finished: true })
    for (const [name, title] of [
      ['ada', 'Entry of ada'],
      ['bo', 'Entry of bo'],
    ] as const) {
      if (name === 'bo') await ok('POST', '/v1/listeners', { body: { name } })
      await ok('POST', `/v1/listeners/${name}/events`, { body: listens(title) })
    }
    await state(lines([{ title: 'Entry of everybody', artist: 'Diary' }]))
    const titles = async (listener?: string) =>
      (await search('diary', listener)).map(({ title }) => title).toSorted()
    expect(await titles()).toEqual(['Entry of ada', 'Entry of bo', 'Entry of everybody'])
    expect(await titles('ada')).toEqual(['Entry of ada', 'Entry of everybody'])
    expect(await titles('bo')).toEqual(['Entry of bo', 'Entry of everybody'])
    const [secret] = (await search('entry of bo')) as [Track]
    const { token } = await served.keyOf('listener', 'ada')
    for (const url of [`/v1/listeners/ada/tracks/${secret.id}`, '/v1/listeners/ada/tracks/999999'])
      expect((await served.ask('GET', url, { token })).body).toMatchObject({
        status: 404,
        code: 'UNKNOWN_TRACK',
      })
    expect((await served.ask('GET', `/v1/tracks/${secret.id}`, { token })).status).toBe(403)
    expect(await ok('GET', `/v1/listeners/bo/tracks/${secret.id}`)).toMatchObject({
      track: { title: 'Entry of bo' },
    })
  })
})

describe('two tracks that are one recording', () => {
  it('are merged, count as one, and are two again after a split', async () => {
    await state(
      lines([
        { title: 'Moon', artist: 'Sky', durationMs: 100_000 },
        { title: 'La Lune', artist: 'Ciel', features: { energy: 0.7 } },
        { title: 'Unrelated', artist: 'Ciel' },
      ]),
    )
    const [moon, lune] = [await one('moon sky'), await one('lune ciel')]
    const merge = () =>
      ok<Named>('POST', `/v1/tracks/${lune.track.id}/merge`, { body: { with: moon.track.id } })
    const merged = await merge()
    expect(merged).toMatchObject({
      track: { id: moon.track.id, durationMs: 100_000 },
      features: { energy: expect.closeTo(0.7, 6) },
    })
    expect(merged.names.map((name) => name.merged)).toEqual([true, true])
    const before = await revision()
    expect(await merge()).toEqual(merged)
    expect(await revision()).toBe(before)
    const { track, split } = await ok<{ track: Named; split: Named }>(
      'POST',
      `/v1/tracks/${moon.track.id}/split`,
      {
        body: { identifier: lune.track.id },
      },
    )
    expect([track, split]).toEqual([moon, lune])
    expect(await invented.engine.library.store.count('splits', { identifier: lune.track.id })).toBe(0)
  })

  it('cannot be where one is not known, or a name is of another', async () => {
    const { track } = await one('moon sky')
    const wrong = async (action: string, body: object) =>
      (await served.ask('POST', `/v1/tracks/${track.id}/${action}`, { body })).body as unknown
    expect(await wrong('merge', { with: 999_999 })).toMatchObject({ status: 404, code: 'UNKNOWN_TRACK' })
    expect(await wrong('merge', { with: 'x' })).toMatchObject({ status: 400 })
    expect(await wrong('split', { identifier: track.id })).toMatchObject({ status: 400, code: 'BAD_VALUE' })
  })

  it('stay one when plays of both come later, and their plays are of one track', async () => {
    await state(
      lines([
        { title: 'Sun', artist: 'Sky' },
        { title: 'Le Soleil', artist: 'Ciel' },
      ]),
    )
    const [sun, soleil] = [await one('sun sky'), await one('soleil ciel')]
    await ok('POST', `/v1/tracks/${sun.track.id}/merge`, { body: { with: soleil.track.id } })
    for (const [i, track] of [
      { title: 'Sun', artist: 'Sky' },
      { title: 'Le Soleil', artist: 'Ciel' },
    ].entries())
      await ok('POST', '/v1/listeners/ada/events', {
        body: { type: 'listen', track, finished: true, at: invented.clock.at - 3_600_000 * (i + 1) },
      })
    const { events } = await ok<{ events: { track: Track }[] }>('GET', '/v1/listeners/ada/events?limit=500')
    const own = events.filter(({ track }) => track.id === Math.min(sun.track.id, soleil.track.id))
    expect(own).toHaveLength(2)
  })
})
