import { afterAll, beforeAll, expect, it } from 'vitest'
import { trackAt } from '../src/library/catalog.ts'
import { inventedEngine } from './suites/invented-listener.ts'
import { type Served, serve } from './suites/served.ts'

let invented: Awaited<ReturnType<typeof inventedEngine>>
let served: Served
const ADA = '/v1/listeners/ada'

beforeAll(async () => {
  invented = await inventedEngine({ tracks: 60, years: 0.1 })
  served = await serve(invented.engine)
})
afterAll(async () => {
  await served.app.close()
  await invented.close()
})

const post = (url: string, body: unknown) =>
  served.ask('POST', url, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
const track = { title: 'Low Tide', artist: 'The Harbour' }
const REFUSED = { status: 400, body: { code: 'REQUEST_INVALID' } }

it.each([
  ['a number in quotes', { type: 'listen', track, msPlayed: '3' }, 'body/msPlayed must be integer'],
  ['null', { type: 'listen', track, msPlayed: null }, 'body/msPlayed must be integer'],
  ['a flag in quotes', { type: 'listen', track, finished: 'true' }, 'body/finished must be boolean'],
  ['0 for no', { type: 'listen', track, finished: 0 }, 'body/finished must be boolean'],
  ['a number for a text', { type: 'listen', track: { title: 5 } }, 'body/track/title must be string'],
  ['a list of one', { type: ['listen'], track }, 'body/type must be string'],
  ['an id in quotes', { type: 'listen', track: { id: '1' } }, 'body/track/id must be integer'],
  [
    'more than is asked',
    { type: 'listen', track, mood: 1 },
    'body must not have additional properties (mood)',
  ],
  ['nothing', null, 'body must be object'],
])('a body with %s is refused with what is wrong, and nothing is made of it', async (_, body, problem) => {
  const before = await invented.engine.library.store.count('plays')
  const answer = await post(`${ADA}/events`, body)
  expect(answer).toMatchObject(REFUSED)
  expect((answer.body as { detail: string }).detail).toContain(problem)
  expect(await invented.engine.library.store.count('plays')).toBe(before)
})

it('a line of many is as strict', async () => {
  const lines = [
    { type: 'listen', track, msPlayed: '3' },
    { type: 'listen', track, msPlayed: 3 },
    [],
    { type: 'listen', track: { id: 999_999 } },
  ]
  const body = lines.map((line) => JSON.stringify(line)).join('\n')
  const headers = { 'content-type': 'application/x-ndjson' }
  expect((await served.ask('POST', `${ADA}/events/bulk`, { body, headers })).body).toMatchObject({
    taken: 1,
    refused: 3,
    problems: [
      { line: 1, problem: 'it is no event:/msPlayed must be integer' },
      { line: 3, problem: 'it is no event: must be object' },
      { line: 4, problem: 'no track has the id 999999' },
    ],
  })
})

it('texts of an address are read as the numbers and flags that they stand for', async () => {
  expect((await served.ask('GET', '/v1/listeners?limit=1')).status).toBe(200)
  expect((await served.ask('GET', '/v1/listeners?limit=one')).status).toBe(400)
})

it('a body for a listener’s settings or a saying is as strict', async () => {
  const dial = { boldness: '1.5' }
  expect(await served.ask('PATCH', `${ADA}/settings`, { body: { dial } })).toMatchObject(REFUSED)
  const { catalog } = await invented.engine.shelves()
  const { id } = trackAt(catalog, 0)
  expect(await post(`${ADA}/feedback`, { kind: 'like', track: id })).toMatchObject(REFUSED)
  expect(await post(`${ADA}/feedback`, { kind: 'like', track: String(id) })).toMatchObject({ status: 201 })
})

it('an event or a saying about a track that there is not says so', async () => {
  const event = await post(`${ADA}/events`, { type: 'listen', track: { id: 999_999 } })
  expect(event).toMatchObject(REFUSED)
  expect((event.body as { detail: string }).detail).toContain('no track has the id 999999')
  expect(await post(`${ADA}/feedback`, { kind: 'like', track: '999999' })).toMatchObject({
    status: 404,
    body: { code: 'UNKNOWN_TRACK' },
  })
})
