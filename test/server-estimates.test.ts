import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { random } from '../src/core/random.ts'
import { answeredSlate, readLoggedSlates } from '../src/evaluate/logged-slates.ts'
import { evaluateSlates } from '../src/evaluate/policy.ts'
import { emptyEngine, type InventedEngine, NOW } from './suites/invented-listener.ts'
import { invent, MIXTURE, sitting } from './suites/invented-sittings.ts'
import { type Served, serve } from './suites/served.ts'

const DAY = 86_400_000
const DAYS = 260
interface Estimate {
  readonly sittings: number
  readonly listeners: number
  readonly refused?: string
  readonly logged?: { readonly value: number; readonly ci95: readonly number[] }
  readonly estimates: readonly {
    readonly estimator: string
    readonly value: number
    readonly ci95: readonly number[]
  }[]
  readonly effectiveSampleSize: number
  readonly notes: readonly string[]
}

let invented: InventedEngine
let served: Served

/** A listener who was shown a list every day, and played it from the top. */
async function daysOf(name: string, days: number) {
  const { engine } = invented
  const rng = random(name)
  const who = invent(14, 14, rng)
  const titles = who.pool.map((_, i) => ({ title: `Song ${i}`, artist: `Artist ${i % 12}` }))
  await invented.put(
    'me',
    titles.map((track) => ({ kind: 'track', track, facts: { source: 'spotify' } })),
    'catalog',
  )
  const catalog = await engine.library.catalog()
  const ids = titles.map(({ title }) =>
    Array.from({ length: catalog.size }, (_, row) => row).find((row) => catalog.titles.at(row) === title),
  )
  const plays = []
  const shown = []
  for (let d = 0; d < days; d++) {
    const at = NOW - (days - d) * 3 * DAY
    const { body, rewards } = sitting(who, MIXTURE, 0.3, 8, rng)
    const logged = JSON.parse(body) as { pool: { track: number[] }; order: number[] }
    for (const [k, reward] of rewards.entries()) {
      const track = titles[logged.pool.track[logged.order[k]!]! - 1]!
      plays.push({
        kind: 'play' as const,
        track,
        play: {
          endedAt: at + (k + 1) * 300_000,
          msPlayed: 200_000,
          ...{
            reasonStart: '',
            reasonEnd: reward > 0 ? 'trackdone' : 'fwdbtn',
            device: '',
            precision: 'second' as const,
          },
        },
      })
    }
    logged.pool.track = logged.pool.track.map((track) => catalog.trackId[ids[track - 1]!]!)
    shown.push({ draw: `${name} ${d}`, at, body: JSON.stringify(logged) })
  }
  await invented.put(name, plays)
  const { id } = await engine.listener(name)
  for (const one of shown)
    await engine.library.exposures.append({
      ...one,
      listener: id,
      recipe: 'daily-1',
      occasion: 'day',
      model: 1,
    })
}

beforeAll(async () => {
  invented = await emptyEngine()
  await daysOf('ada', DAYS)
  await daysOf('bo', 5)
  served = await serve(invented.engine)
}, 60_000)
afterAll(async () => {
  await served.app.close()
  await invented.close()
})

const ask = async (url: string) => {
  const { status, body } = await served.ask('GET', url)
  if (status !== 200) throw new Error(`${url}: ${status} ${JSON.stringify(body)}`)
  return body as Estimate
}
const ada = (query: string) => ask(`/v1/listeners/ada/estimates?${query}`)

describe('an estimate', () => {
  it('says of the policy that drew the log what it really got', async () => {
    const { logged, estimates, sittings, refused } = await ada('policy=mixture')
    expect(refused).toBeUndefined()
    expect(sittings).toBe(DAYS)
    for (const name of ['rips', 'sips', 'iips'])
      expect(estimates.find(({ estimator }) => estimator === name)!.value).toBeCloseTo(logged!.value, 9)
    const [low, high] = logged!.ci95 as [number, number]
    expect(low < logged!.value && logged!.value < high).toBe(true)
  })

  it('is the one of "evaluate policy" for another temperature and novelty', async () => {
    const { library, listener } = invented.engine
    const log = (await readLoggedSlates(library, [await listener('ada')])).map(answeredSlate)
    for (const target of [
      { name: 'mixture', temperature: 0.8 },
      { name: 'mixture', novelty: 0.35, floor: 0.15 },
    ] as const) {
      const { name, ...settings } = target
      const { metrics } = evaluateSlates(log, { name: 'the log', sha256: [], target, seed: 1 })
      const query = new URLSearchParams({
        policy: name,
        ...Object.fromEntries(Object.entries(settings).map(([k, v]) => [k, String(v)])),
      })
      const answer = await ada(String(query))
      expect(answer.refused ?? null).toBe(metrics.refused)
      expect(Object.fromEntries(answer.estimates.map(({ estimator, value }) => [estimator, value]))).toEqual(
        Object.fromEntries(
          Object.entries(metrics.estimates).map(([estimator, { value }]) => [estimator, value]),
        ),
      )
      expect(answer.effectiveSampleSize).toBeCloseTo(metrics.effectiveSampleSize, 9)
    }
  })

  it('that the log cannot give is refused as an answer, with the sentence', async () => {
    const greedy = await ada('policy=greedy')
    expect(greedy.refused).toMatch(/would be enough|never drawn/)
    expect(greedy.estimates).toEqual([])
    const few = await ask('/v1/listeners/bo/estimates')
    expect(few.refused).toBeTruthy()
    expect(few.sittings).toBe(5)
    await served.ask('POST', '/v1/listeners', { body: { name: 'new' } })
    expect(await ask('/v1/listeners/new/estimates')).toMatchObject({
      sittings: 0,
      estimates: [],
      refused: expect.any(String),
    })
  })

  it('over everybody counts every listener', async () => {
    const { sittings, listeners } = await ask('/v1/estimates?policy=mixture')
    expect({ sittings, listeners }).toEqual({ sittings: DAYS + 5, listeners: 2 })
  })

  it('lets other requests through while it is worked out', async () => {
    let over = false
    const long = ada('policy=mixture&temperature=0.9').then(() => {
      over = true
    })
    let served_ = 0
    while (!over) {
      expect((await served.ask('GET', '/v1/ready')).status).toBe(200)
      served_++
    }
    await long
    expect(served_).toBeGreaterThan(5)
  })

  it.each([
    'policy=luck',
    'policy=greedy&temperature=1',
    'policy=mixture&epsilon=.1',
    'novelty=2',
    'temperature=0',
    'seed=x',
  ])('refuses %s', async (query) => {
    expect((await served.ask('GET', `/v1/listeners/ada/estimates?${query}`)).status).toBe(400)
  })
})
