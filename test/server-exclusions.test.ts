import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emptyEngine, type InventedEngine, NOW, playsOf } from './suites/invented-listener.ts'
import { type Served, serve } from './suites/served.ts'

const DAY = 86_400_000
const ADA = '/v1/listeners/ada/exclusions'
interface Body {
  readonly id: number
  readonly plays: number
  readonly rule: { readonly kind: string; readonly is?: { readonly title: string } }
}

let invented: InventedEngine
let served: Served

beforeAll(async () => {
  invented = await emptyEngine('Europe/Berlin')
  const of = (artist: string, titles: readonly string[]) =>
    titles.map((title) => ({ title, artist, finished: true }))
  await invented.put('ada', playsOf(of('The Harbour', ['Low Tide', 'High Tide', 'Low Tide']), NOW - 10 * DAY))
  await invented.put('ada', playsOf(of('Lullaby Singers', ['Sleep', 'Sheep'])), 'spotify-account')
  await invented.put('bo', playsOf(of('Secret Band', ['Harbour Secret'])))
  served = await serve(invented.engine)
})
afterAll(async () => {
  await served.app.close()
  await invented.close()
})

const ask = async (method: 'GET' | 'POST' | 'DELETE', url: string, body?: object) => {
  const answer = await served.ask(method, url, body ? { body } : {})
  return { status: answer.status, body: answer.body as Body & { code?: string; detail?: string } }
}
const logSize = async () =>
  (await invented.engine.library.log(await invented.engine.library.listeners.get('ada'))).size

describe('exclusions', () => {
  it.each([
    [{ kind: 'artist', artist: 'lullaby singers' }, { kind: 'artist', artist: 'Lullaby Singers' }, 2],
    [{ kind: 'track', track: 'Low Tide – The Harbour' }, { kind: 'track', is: { title: 'Low Tide' } }, 2],
    [{ kind: 'source', source: 'spotify-account' }, { kind: 'source', source: 'spotify-account' }, 2],
    [{ kind: 'import', import: 1 }, { kind: 'import', import: 1 }, 3],
    [{ kind: 'device', device: 'TEST' }, { kind: 'device', device: 'TEST' }, 5],
    [{ kind: 'hours', from: 12, to: 14 }, { kind: 'hours', from: 12, to: 14 }, 5],
    [{ kind: 'time', from: NOW - 2 * DAY }, { kind: 'time', from: NOW - 2 * DAY }, 2],
    // 12 November of Berlin begins an hour before that of UTC.
    [
      { kind: 'time', from: '2026-11-12', to: '2026-11-12' },
      { kind: 'time', from: Date.UTC(2026, 10, 11, 23), to: Date.UTC(2026, 10, 12, 23) },
      3,
    ],
  ])('take plays out as previewed, until they are taken away: %o', async (asked, kept, plays) => {
    const before = await logSize()
    const preview = await ask('POST', `${ADA}/preview`, asked)
    expect(preview).toMatchObject({ status: 200, body: { plays, rule: kept } })
    expect(await logSize()).toBe(before)
    const { status, body } = await ask('POST', ADA, asked)
    expect({ status, ...body }).toMatchObject({ status: 201, plays, rule: kept })
    expect(await logSize()).toBe(before - plays)
    expect((await ask('POST', ADA, asked)).body.id).toBe(body.id)
    expect(await ask('GET', ADA)).toMatchObject({
      body: { exclusions: [{ id: body.id, plays, rule: kept }], plays },
    })
    expect((await ask('DELETE', `${ADA}/${body.id}`)).status).toBe(200)
    expect(await logSize()).toBe(before)
    expect(await ask('DELETE', `${ADA}/${body.id}`)).toMatchObject({
      status: 404,
      body: { code: 'UNKNOWN_EXCLUSION' },
    })
  })

  it('that overlap count a play once together', async () => {
    const ids: number[] = []
    for (const body of [
      { kind: 'artist', artist: 'The Harbour' },
      { kind: 'import', import: 1 },
    ])
      ids.push((await ask('POST', ADA, body)).body.id)
    const { body } = await ask('GET', ADA)
    expect(body.plays).toBe(3)
    for (const id of ids) await ask('DELETE', `${ADA}/${id}`)
  })

  it('of one listener are nobody else’s to take away', async () => {
    const { body } = await ask('POST', ADA, { kind: 'device', device: 'kitchen' })
    expect((await ask('DELETE', `/v1/listeners/bo/exclusions/${body.id}`)).status).toBe(404)
    expect((await ask('DELETE', `${ADA}/${body.id}`)).status).toBe(200)
  })

  it.each([
    [{ kind: 'artist', artist: 'Nobody At All' }, 404, 'UNKNOWN_ARTIST'],
    [{ kind: 'track', track: 'No Such Thing' }, 404, 'UNKNOWN_TRACK'],
    [{ kind: 'import', import: 3 }, 404, 'UNKNOWN_IMPORT'],
    [{ kind: 'import', import: 99 }, 404, 'UNKNOWN_IMPORT'],
    [{ kind: 'hours', from: 7, to: 7 }, 400, 'BAD_VALUE'],
    [{ kind: 'time', from: '2026-02-30' }, 400, 'BAD_VALUE'],
    [{ kind: 'time', from: 9, to: 5 }, 400, 'BAD_VALUE'],
    [{ kind: 'time' }, 400, 'REQUEST_INVALID'],
    [{ kind: 'mood', mood: 'sad' }, 400, 'REQUEST_INVALID'],
    [{ kind: 'device', device: '' }, 400, 'REQUEST_INVALID'],
  ])('that cannot be are refused: %o', async (body, status, code) => {
    expect(await ask('POST', ADA, body)).toMatchObject({ status, body: { code } })
  })

  it('suggest no name that only somebody else’s listening brought in', async () => {
    const track = await ask('POST', ADA, { kind: 'track', track: 'Harbour Secre' })
    expect(track).toMatchObject({ status: 404, body: { code: 'UNKNOWN_TRACK' } })
    const artist = await ask('POST', ADA, { kind: 'artist', artist: 'Secret Bandd' })
    for (const { body } of [track, artist]) expect(body.detail).not.toMatch(/Harbour Secret|Secret Band\b/)
    expect((await ask('POST', ADA, { kind: 'artist', artist: 'The Harbor' })).body.detail).toContain(
      'The Harbour',
    )
  })
})
