import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { drawNights } from '../src/index.ts'
import { train } from '../src/learn/train.ts'
import { inventedEngine, NOW } from './suites/invented-listener.ts'
import { type Served, serve } from './suites/served.ts'

const HOUR = 3_600_000
const ADA = '/v1/listeners/ada'

interface Item {
  readonly position: number
  readonly track: { readonly id: number; readonly title: string; readonly artist: string }
  readonly familiarity: string
  readonly likability: number
  readonly uncertainty: number
  readonly probabilities: Readonly<Record<string, number>>
}
interface MixBody {
  readonly draw: string
  readonly recipe: string
  readonly tracks: readonly Item[]
  readonly notes: readonly string[]
  readonly degraded: readonly string[]
}

let invented: Awaited<ReturnType<typeof inventedEngine>>
let served: Served

beforeAll(async () => {
  invented = await inventedEngine({ tracks: 600, years: 0.3 })
  for (const seed of [1, 2])
    await train(invented.engine.library, { listener: 'ada', seed, preset: 'nano' }, silent)
  served = await serve(invented.engine)
})
afterAll(async () => {
  await served.app.close()
  await invented.close()
})

const get = async <T>(path: string, headers: Record<string, string> = {}): Promise<T> => {
  const { status, body } = await served.ask('GET', `${ADA}${path}`, { headers })
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`)
  return body
}
const today = async () => (await get<{ mixes: MixBody[] }>('/mixes')).mixes
const one = (recipe: string) => get<MixBody>(`/mixes/${recipe}`)
const post = (path: string, body: object) => served.ask('POST', `${ADA}${path}`, { body })
const slates = async (occasion: string) => {
  const { id } = await invented.engine.listener('ada')
  return (await invented.engine.library.exposures.list(id)).filter((slate) => slate.occasion === occasion)
}

describe('a track of a mix', () => {
  it('tells the probability of every label that could be learned, and how far the heads disagree', async () => {
    const { tracks } = await get<MixBody>('/recommendations?seed=1')
    for (const { likability, uncertainty, probabilities } of tracks) {
      expect(probabilities.finish).toBe(likability)
      expect(probabilities.skip).toBeGreaterThan(0)
      for (const p of Object.values(probabilities)) expect(p).toBeLessThanOrEqual(1)
      expect(uncertainty).toBeGreaterThanOrEqual(0)
    }
    expect(tracks.some(({ uncertainty }) => uncertainty > 0)).toBe(true)
  })
})

describe('the mixes of a day', () => {
  it('are logged once, though two ask at the same moment', async () => {
    const [a, b] = await Promise.all([one('daily-1'), one('daily-1')])
    expect(a).toEqual(b)
    expect((await slates('day')).filter(({ recipe }) => recipe === 'daily-1')).toHaveLength(1)
    const two = ['/recommendations?recipe=daily-2', '/recommendations?recipe=daily-2'].map((path) =>
      get(path),
    )
    await Promise.all(two)
    expect((await slates('day')).filter(({ recipe }) => recipe === 'daily-2')).toHaveLength(1)
  })

  it('share no new song, in whatever order they are asked for', async () => {
    invented.clock.at = NOW + 24 * HOUR
    await one('deep-cuts')
    const fresh = (await today()).flatMap(({ tracks }) =>
      tracks.filter(({ familiarity }) => familiarity === 'new').map(({ track }) => track.id),
    )
    expect(fresh.length).toBeGreaterThan(30)
    expect(new Set(fresh).size).toBe(fresh.length)
    const days = await slates('day')
    expect(days.filter(({ at }) => at === NOW + 24 * HOUR).map(({ recipe }) => recipe)).toHaveLength(6)
  })

  it('stay as they are whatever is heard and whichever model serves, and in another process', async () => {
    const before = await today()
    const listen = { type: 'listen', track: { id: before[0]!.tracks[0]!.track.id }, finished: false }
    expect((await post('/events', listen)).status).toBeLessThan(300)
    await invented.engine.library.models.use((await invented.engine.listener('ada')).id, 1)
    invented.clock.at += 3 * HOUR
    expect(await today()).toEqual(before)
    const again = await serve(invented.engine)
    expect((await again.ask('GET', `${ADA}/mixes`)).body).toEqual({ mixes: before })
    await again.app.close()
  })

  it('leave out at once what is refused, and tell it again once that is taken back', async () => {
    const [before] = await today()
    const { track } = before!.tracks[2]!
    await post('/feedback', { kind: 'dislike', track: String(track.id) })
    const without = await one('daily-1')
    expect(without.tracks.map(({ position }) => position)).toEqual(
      before!.tracks.map(({ position }) => position).filter((position) => position !== 3),
    )
    expect(without.notes.at(-1)).toMatch(/^1 of its 30 songs is left out/)
    await post('/feedback/undo', {})
    expect(await one('daily-1')).toEqual(before)
    await post('/feedback', { kind: 'snooze', track: String(track.id), days: 1 })
    expect((await one('daily-1')).tracks).toHaveLength(29)
    await post('/feedback/undo', {})
  })

  it('of somebody who likes something meanwhile are theirs alone', async () => {
    const before = await one('daily-1')
    await served.ask('POST', '/v1/listeners', { body: { name: 'bo' } })
    const like = { kind: 'like', track: String(before.tracks[0]!.track.id) }
    await served.ask('POST', '/v1/listeners/bo/feedback', { body: like })
    expect(await one('daily-1')).toEqual(before)
  })

  it('are others when the listener’s day has ended in their time zone', async () => {
    const before = (await one('daily-1')).draw
    const zone = (timeZone: string) => served.ask('PATCH', `${ADA}/settings`, { body: { timeZone } })
    invented.clock.at = NOW + 34 * HOUR
    expect((await one('daily-1')).draw).toBe(before)
    await zone('Asia/Tokyo')
    expect((await one('daily-1')).draw).not.toBe(before)
    await zone('UTC')
    expect((await one('daily-1')).draw).toBe(before)
    invented.clock.at = NOW + 37 * HOUR
    expect((await one('daily-1')).draw).not.toBe(before)
  })

  it('drawn in the night wait for their listener, and are in the log once they are shown', async () => {
    invented.clock.at = NOW + 61 * HOUR
    const night = drawNights(invented.engine)
    let pauses = 0
    const pause = async () => void pauses++
    const before = (await slates('day')).length
    expect(await night({ pause })).toEqual({ listeners: 1, mixes: 6 })
    expect(pauses).toBe(6)
    expect(await night({ pause })).toEqual({ listeners: 0, mixes: 0 })
    expect((await slates('day')).length).toBe(before)
    invented.clock.at += 7 * HOUR
    const { library } = invented.engine
    const waiting = await library.store.read('preparedMixes', ['draw', 'recipe'])
    const shown = await today()
    expect(shown.map(({ draw }) => draw).toSorted()).toEqual(waiting.draw.toSorted())
    expect((await slates('day')).slice(before).map(({ at }) => at)).toEqual(
      shown.map(() => invented.clock.at),
    )
    expect(await library.store.count('preparedMixes')).toBe(0)
  })
})

describe('a mix as a file', () => {
  it.each([
    ['xspf', 'application/xspf+xml', /^<\?xml/],
    ['jspf', 'application/jspf+json', /^\s*\{\s*"playlist"/],
    ['csv', 'text/csv', /^Position,/],
    ['m3u8', 'application/vnd.apple.mpegurl', /^#EXTM3U\n#PLAYLIST:Daily mix 1/],
    ['text', 'text/plain', / - /],
  ])('is %s by its name or as %s by what is accepted', async (format, type, begins) => {
    for (const [path, headers] of [
      [`${ADA}/mixes/daily-1?format=${format}`, {}],
      [`${ADA}/recommendations?n=30`, { accept: `text/nothing, ${type};q=0.9, */*` }],
    ] as const) {
      const { status, headers: answered, body } = await served.ask('GET', path, { headers })
      expect(status).toBe(200)
      expect(answered['content-type']).toBe(`${type}; charset=utf-8`)
      expect(answered['content-disposition']).toMatch(/^attachment; filename="daily-1\.\w+"$/)
      expect(typeof body === 'string' ? body : JSON.stringify(body)).toMatch(begins)
    }
  })
})

describe('a playlist that goes on', () => {
  const tracks = async () => (await one('daily-1')).tracks.map(({ track }) => track)
  const go = (body: string | object, type = 'application/json', query = '') =>
    served.ask('POST', `${ADA}/continue${query}`, { body, headers: { 'content-type': type } })

  it('is told as JSON, and gets songs that are not on it, with those that nobody knows by name', async () => {
    const sent = (await tracks()).slice(0, 5)
    const list = [
      ...sent.map(({ title, artist }) => ({ title, artist })),
      { title: 'No Such', artist: 'Nobody' },
    ]
    const { status, body } = await go({ title: 'Mine', tracks: list }, undefined, '?n=7')
    const { unknown, from, tracks: more } = body as MixBody & { unknown: string[]; from: object }
    expect(status).toBe(200)
    expect(unknown).toEqual(['No Such – Nobody'])
    expect(from).toEqual({ title: 'Mine', told: 6, known: 5 })
    expect(more).toHaveLength(7)
    const on = new Set(sent.map(({ id }) => id))
    expect(more.filter(({ track }) => on.has(track.id))).toEqual([])
  })

  it.each(['xspf', 'jspf', 'csv', 'm3u8', 'text'])(
    'is sent as the %s that a mix was given as',
    async (format) => {
      const { headers, body } = await served.ask('GET', `${ADA}/mixes/daily-1?format=${format}`)
      const file = typeof body === 'string' ? body : JSON.stringify(body)
      const answer = await go(file, String(headers['content-type']))
      expect(answer.status, JSON.stringify(answer.body)).toBe(200)
      expect(answer.body).toMatchObject({ unknown: [], from: { known: (await tracks()).length } })
    },
  )

  it.each([
    [{}, 'application/json', 400],
    [{ tracks: [] }, 'application/json', 400],
    [{ tracks: [{}] }, 'application/json', 400],
    [{ tracks: [{ title: 'No Such' }] }, 'application/json', 404],
    ['{"tracks":', 'application/json', 400],
    ['<playlist>', 'application/xspf+xml', 400],
    ['', 'text/plain', 400],
    ['\u0000\u0001', 'audio/x-mpegurl', 400],
    ['a,b\n"', 'text/csv', 400],
    ['x', 'image/png', 415],
  ])('is refused where it is %j of %s', async (body, type, status) => {
    const answer = await go(body, type)
    expect(answer.status, JSON.stringify(answer.body)).toBe(status)
    expect(answer.body).toMatchObject({ code: expect.any(String) })
  })

  it('is refused where it is too long', async () => {
    expect((await go('x'.repeat(3 << 20), 'text/plain')).status).toBe(413)
    expect((await go('a - b\n'.repeat(5001), 'text/plain')).body).toMatchObject({ code: 'PLAYLIST_TOO_LONG' })
  })
})
