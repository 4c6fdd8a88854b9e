import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FINISH, SKIP, UNKNOWN } from '../src/core/labels.ts'
import { inventedEngine, NOW } from './suites/invented-listener.ts'
import { type Served, serve } from './suites/served.ts'

const ADA = '/v1/listeners/ada'
let invented: Awaited<ReturnType<typeof inventedEngine>>
let served: Served

beforeAll(async () => {
  invented = await inventedEngine({ tracks: 200, years: 0.2 })
  served = await serve(invented.engine)
})
afterAll(async () => {
  await served.app.close()
  await invented.close()
})

const get = async <T>(url: string): Promise<T> => {
  const { status, body } = await served.ask('GET', url)
  if (status !== 200) throw new Error(`${url}: ${status} ${JSON.stringify(body)}`)
  return body
}
interface Event {
  readonly id: number
  readonly at: number
  readonly outcome: string
  readonly track: { readonly id: number; readonly title: string }
  readonly source: string
}
interface Shown {
  readonly draw: string
  readonly at: number
}

/** All pages of a list; `between` happens after each. */
async function pages<T>(
  url: string,
  of: string,
  limit: number,
  between: (page: number) => Promise<unknown> = async () => {},
) {
  const all: T[] = []
  let after = ''
  for (let n = 1; ; n++) {
    const body = await get<Record<string, T[]> & { next?: string }>(`${url}?limit=${limit}${after}`)
    all.push(...body[of]!)
    expect(body[of]!.length).toBeLessThanOrEqual(limit)
    if (body.next === undefined) return all
    expect(body[of]).toHaveLength(limit)
    after = `&after=${body.next}`
    await between(n)
  }
}
const say = (body: object) => served.ask('POST', `${ADA}/events`, { body })
const only = <T>(all: readonly T[], key: (one: T) => unknown) =>
  expect(new Set(all.map(key)).size).toBe(all.length)

describe('what a listener played', () => {
  it('comes newest first, each play once, while new ones arrive', async () => {
    const before = await get<{ events: Event[] }>(`${ADA}/events?limit=1000`)
    let added = 0
    const all = await pages<Event>(
      `${ADA}/events`,
      'events',
      Math.ceil(before.events.length / 5),
      async (n) => {
        const { status } = await say({
          type: 'listen',
          track: { title: `Song ${n}` },
          at: NOW - n,
          finished: true,
        })
        expect(status).toBe(201)
        added++
      },
    )
    expect(added).toBeGreaterThan(2)
    only(all, ({ id }) => id)
    expect(all).toEqual(before.events)
    expect(all.map(({ at }) => at)).toEqual(all.map(({ at }) => at).toSorted((a, b) => b - a))
    expect((await get<{ events: Event[] }>(`${ADA}/events?limit=1`)).events[0]).toMatchObject({
      at: NOW - 1,
      outcome: 'finish',
      source: 'events',
      track: { title: 'Song 1' },
    })
  })

  it('ends as the log that mixes are made of has it, where the source or the length tells', async () => {
    const log = await invented.engine.library.log(await invented.engine.listener('ada'))
    const { events } = await get<{ events: Event[] }>(`${ADA}/events?limit=1000`)
    const words = new Map<number, string>([
      [FINISH, 'finish'],
      [SKIP, 'skip'],
      [UNKNOWN, 'unknown'],
    ])
    const its = Array.from(log.outcome, (code) => words.get(code)).toReversed()
    expect(events.map(({ outcome }) => outcome)).toEqual(its.slice(0, 1000))
    expect(new Set(its).size).toBeGreaterThan(1)
  })

  it.each(['after=nonsense', 'after=WzFd', 'limit=0', 'limit=5000', 'after=', 'color=red'])(
    'refuses %s',
    async (query) => {
      for (const list of ['events', 'exposures', 'feedback']) {
        if (list === 'feedback' && query === 'after=WzFd') continue
        const { status, body } = await served.ask('GET', `${ADA}/${list}?${query}`)
        expect({ status, ...(body as object) }).toMatchObject({ status: 400, code: 'REQUEST_INVALID' })
      }
    },
  )
})

describe('what was shown', () => {
  it('is listed newest first, each draw once, while new ones are drawn', async () => {
    const draw = async (seed: number) => {
      invented.clock.at += 1000
      await get(`${ADA}/recommendations?n=5&seed=${seed}`)
    }
    for (const seed of [1, 2, 3, 4, 5]) await draw(seed)
    const before = (await get<{ exposures: Shown[] }>(`${ADA}/exposures`)).exposures
    expect(before).toHaveLength(5)
    const all = await pages<Shown>(`${ADA}/exposures`, 'exposures', 2, (n) => draw(100 + n))
    expect(all).toEqual(before)
    expect(all.map(({ at }) => at)).toEqual(all.map(({ at }) => at).toSorted((a, b) => b - a))
  })

  it('says of one draw what came of each place', async () => {
    invented.clock.at += 3_600_000
    const { draw, tracks } = await get<{
      draw: string
      tracks: { track: { id: number }; propensity: number; familiarity: string }[]
    }>(`${ADA}/recommendations?n=6&seed=77`)
    const shown = async () =>
      get<{
        seen: number
        tracks: {
          position: number
          track: { id: number }
          propensity: number
          outcome?: string
          said?: string
        }[]
      }>(`${ADA}/exposures/${draw}`)
    const fresh = await shown()
    expect(fresh).toMatchObject({ draw, seen: 0, occasion: 'seeded', policy: 'mixture' })
    expect(fresh.tracks.map(({ track }) => track.id)).toEqual(tracks.map(({ track }) => track.id))
    fresh.tracks.forEach(({ propensity }, i) => {
      expect(propensity).toBeCloseTo(tracks[i]!.propensity, 9)
    })
    invented.clock.at += 600_000
    const { id } = tracks[2]!.track
    await say({ type: 'listen', track: { id }, finished: true, msPlayed: 60_000 })
    await say({ type: 'skip', track: { id: tracks[0]!.track.id }, msPlayed: 1000 })
    await say({ type: 'like', track: { id } })
    const { seen, tracks: came } = await shown()
    expect(seen).toBe(3)
    expect(came.map(({ outcome }) => outcome)).toEqual([
      'skip',
      undefined,
      'finish',
      undefined,
      undefined,
      undefined,
    ])
    expect(came[2]).toMatchObject({ said: 'like', position: 3 })
    const { body } = await served.ask('GET', `${ADA}/exposures/none`)
    expect(body).toMatchObject({ status: 404, code: 'UNKNOWN_DRAW' })
  })
})

describe('what was said', () => {
  it('is listed in pages, in the order of saying, while more is said', async () => {
    const like = async (title: string) => {
      await say({ type: 'like', track: { title } })
    }
    for (const title of ['One', 'Two', 'Three', 'Four', 'Five']) await like(title)
    const before = (await get<{ feedback: { id: number }[] }>(`${ADA}/feedback`)).feedback
    const all = await pages<{ id: number }>(
      `${ADA}/feedback`,
      'feedback',
      Math.ceil(before.length / 3),
      (n) => like(`More ${n}`),
    )
    only(all, ({ id }) => id)
    expect(all.slice(0, before.length)).toEqual(before)
    expect(all.length).toBeGreaterThanOrEqual(before.length)
  })
})
