import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { POLICY_NAMES } from '../src/core/candidate.ts'
import type { Mix } from '../src/core/mix.ts'
import { silent } from '../src/core/progress.ts'
import type { Query } from '../src/core/query.ts'
import type { Engine } from '../src/engine.ts'
import { readExposureBody } from '../src/explore/exposure.ts'
import { policyOf } from '../src/explore/policies.ts'
import { train } from '../src/learn/train.ts'
import { recommend } from '../src/recommend.ts'
import { inventedEngine, NOW, playsOf } from './suites/invented-listener.ts'

const DAY = 24 * 3_600_000

let invented: Awaited<ReturnType<typeof inventedEngine>>
let engine: Engine

beforeAll(async () => {
  invented = await inventedEngine({ tracks: 400, years: 0.3 })
  engine = invented.engine
  await train(engine.library, { listener: 'ada', seed: 1, preset: 'nano' }, silent)
})
afterAll(() => invented.close())

const ask = (query: Partial<Query>, by = engine) =>
  recommend({ listener: 'ada', recipe: 'daily-1', n: 20, at: NOW, ...query }, by)
const draw = async (query: Partial<Query>): Promise<Mix> => (await ask(query)).mix
const ids = (mix: Mix) => mix.tracks.map(({ track }) => track.id)
const freshOf = (mix: Mix) => mix.tracks.filter(({ familiarity }) => familiarity === 'new').length
const logged = async (mix: Mix) => {
  const { id } = await engine.listener('ada')
  return (await engine.library.exposures.list(id)).find(({ draw: name }) => name === mix.draw)!
}

describe('a mix by a policy that was asked for', () => {
  it.each(POLICY_NAMES)(
    '%s: the log gives back the probabilities that were stated, exactly',
    async (policy) => {
      const mix = await draw({ policy })
      const { occasion, body } = await logged(mix)
      expect(occasion).toBe('adjusted')
      const { policy: settings, pool, rules, pattern, order } = readExposureBody(body)
      expect(settings.name).toBe(policy)
      const again = policyOf(settings).propensities(pool, rules, pattern, order)
      expect(again.map(({ propensity }) => propensity)).toEqual(
        mix.tracks.map(({ propensity }) => propensity),
      )
      expect(new Set(ids(mix)).size).toBe(20)
    },
  )

  it('is greedy when greedy was asked for: no track of the pool that may come first scores higher', async () => {
    const mix = await draw({ policy: 'greedy' })
    const { pool, pattern, order } = readExposureBody((await logged(mix)).body)
    const mean = (i: number) => pool[i]!.scores.reduce((a, b) => a + b, 0)
    const best = Math.max(
      ...pool.flatMap(({ familiarity }, i) => (familiarity === pattern[0] ? [mean(i)] : [])),
    )
    expect(mean(order[0]!)).toBe(best)
    expect(mix.tracks.every(({ propensity }) => propensity === 1)).toBe(true)
  })

  it('does not take the place of the day’s own, which stays the first of its day', async () => {
    const other = await draw({ recipe: 'rediscover', policy: 'uniform' })
    const own = await draw({ recipe: 'rediscover' })
    expect((await logged(own)).occasion).toBe('day')
    expect(other.draw).not.toBe(own.draw)
  })

  it('has 32 heads of the listener’s own by linear-thompson, which go with the model and disagree', async () => {
    const own = readExposureBody((await logged(await draw({ policy: 'linear-thompson' }))).body)
    const model = readExposureBody((await logged(await draw({ policy: 'softmax' }))).body)
    const meanOf = ({ scores }: { scores: readonly number[] }) =>
      scores.reduce((a, b) => a + b, 0) / scores.length
    const byModel = new Map(model.pool.map((track) => [track.trackId, meanOf(track)]))
    const both = own.pool.filter(({ trackId }) => byModel.has(trackId))
    expect(both.length).toBeGreaterThan(50)
    expect(own.pool[0]!.scores).toHaveLength(32)
    const correlation = correlate(
      both.map(meanOf),
      both.map(({ trackId }) => byModel.get(trackId)!),
    )
    expect(correlation).toBeGreaterThan(0.6)
    for (const { scores } of own.pool) expect(new Set(scores).size).toBeGreaterThan(16)
  })
})

function correlate(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [ma, mb] = [mean(a), mean(b)]
  const product = mean(a.map((value, i) => (value - ma) * (b[i]! - mb)))
  return product / Math.sqrt(mean(a.map((x) => (x - ma) ** 2)) * mean(b.map((x) => (x - mb) ** 2)))
}

describe('a model that has no number for some songs', () => {
  it('costs those songs, and the answer says so', async () => {
    const broken: Engine = {
      ...engine,
      serving: async (name) => {
        const serving = await engine.serving(name)
        const score: typeof serving.scorer.score = async (...given) =>
          (await serving.scorer.score(...given)).map((one) =>
            one.trackId % 3
              ? one
              : { ...one, scores: one.scores.map(() => Number.NaN), likability: Number.NaN },
          )
        return { ...serving, scorer: { ...serving.scorer, score } }
      },
    }
    const { mix, degraded } = await ask({ seed: 3 }, broken)
    expect(mix.tracks).toHaveLength(20)
    expect(ids(mix).filter((id) => id % 3 === 0)).toEqual([])
    expect(degraded).toEqual([
      { source: 'model', problem: expect.stringMatching(/^no number for \d+ of \d+ songs$/) },
    ])
  })
})

describe('the dial', () => {
  const turn = async (dial: Parameters<typeof engine.library.dials.set>[1]) =>
    engine.library.dials.set((await engine.listener('ada')).id, dial)

  it('is kept, one listener’s alone, and holds for mixes that ask for nothing else', async () => {
    await turn({ novelty: 0.8, boldness: 2, floor: 0.2 })
    const mix = await draw({ recipe: 'daily-1', at: NOW + DAY })
    expect(mix.novelty).toBe(0.8)
    expect(freshOf(mix)).toBe(16)
    const { occasion, body } = await logged(mix)
    expect(readExposureBody(body).policy).toEqual({ name: 'mixture', temperature: 0.7, floor: 0.2 })
    expect(occasion).toBe('day')
    expect((await draw({ at: NOW + DAY, novelty: 0.1 })).novelty).toBe(0.1)
    await turn({})
    expect((await draw({ at: NOW + 2 * DAY })).novelty).toBe(0.3)
  })

  it('does not bend recipes of one kind', async () => {
    await turn({ novelty: 0.2 })
    expect((await draw({ recipe: 'deep-cuts', at: NOW + DAY })).novelty).toBe(1)
    await turn({ novelty: 'auto' })
    expect((await draw({ recipe: 'rediscover', at: NOW + DAY })).novelty).toBe(0)
    await turn({})
  })

  it('on auto goes with how what was new was received: nothing heard, then finished', async () => {
    await turn({ novelty: 'auto' })
    const at = NOW + 10 * DAY
    invented.clock.at = at + DAY
    const before = await draw({ at: at - 1 })
    expect(before.novelty).toBe(0.3)
    const shown = before.tracks.filter(({ familiarity }) => familiarity === 'new').map(({ track }) => track)
    expect(shown.length).toBeGreaterThan(3)
    const finished = shown.map(({ title, artist }) => ({ title, artist, finished: true }))
    await invented.put('ada', playsOf(finished, at + 3_600_000))
    expect(await engine.received('ada', at)).toMatchObject({ new: { finishes: 0, skips: 0 } })
    const received = await engine.received('ada', at + DAY)
    expect(received.new).toEqual({ finishes: shown.length, skips: 0 })
    const after = await draw({ at: at + DAY })
    expect(after.novelty).toBeGreaterThan(0.33)
    expect((await logged(after)).occasion).toBe('day')
    await turn({})
  })

  it('on auto reads the log of slates once: a play and a slate that come later count without reading it again', async () => {
    const at = NOW + 100 * DAY
    invented.clock.at = at + DAY
    const finishesOf = async () => (await engine.received('ada', at + DAY)).new.finishes
    expect(await finishesOf()).toBe(0)
    const heard = new Set<string>()
    const list = vi.spyOn(engine.library.exposures, 'list')
    for (const [played, recipe] of (['deep-cuts', 'daily-1'] as const).entries()) {
      const { tracks } = await draw({ at, recipe })
      expect(await finishesOf()).toBe(played)
      const { title, artist } = tracks.find(
        ({ familiarity, track }) => familiarity === 'new' && !heard.has(track.title),
      )!.track
      heard.add(title)
      await invented.put('ada', playsOf([{ title, artist, finished: true }], at + (1 + played) * 3_600_000))
      expect(await finishesOf()).toBe(played + 1)
      expect(await finishesOf()).toBe(played + 1)
    }
    expect(list).not.toHaveBeenCalled()
    // An earlier moment looks back further.
    expect((await engine.received('ada', NOW - 100 * DAY)).new).toEqual({ finishes: 0, skips: 0 })
    expect(list).toHaveBeenCalledTimes(1)
    list.mockRestore()
  })
})
