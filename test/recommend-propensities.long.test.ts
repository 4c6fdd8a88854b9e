import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { POLICY_NAMES, type PolicyName } from '../src/core/candidate.ts'
import type { Dial } from '../src/core/dial.ts'
import type { Mix } from '../src/core/mix.ts'
import { silent } from '../src/core/progress.ts'
import type { Query, Seeds } from '../src/core/query.ts'
import type { Engine } from '../src/engine.ts'
import { readExposureBody } from '../src/explore/exposure.ts'
import { patternPropensity } from '../src/explore/pattern.ts'
import { policyOf } from '../src/explore/policies.ts'
import { train } from '../src/learn/train.ts'
import { hasAudio } from '../src/library/catalog.ts'
import { RECIPES } from '../src/mix/recipes.ts'
import { recommend } from '../src/recommend.ts'
import { inventedEngine, NOW } from './suites/invented-listener.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

let invented: Awaited<ReturnType<typeof inventedEngine>>
let engine: Engine
/** A playlist of five tracks with audio. */
let playlist: Seeds

beforeAll(async () => {
  invented = await inventedEngine({ tracks: 400, years: 0.5 })
  engine = invented.engine
  await train(engine.library, { listener: 'ada', seed: 1, preset: 'nano' }, silent)
  const { listeners, store } = engine.library
  await store.write((await listeners.findOrCreate('bea')).writes)
  const catalog = await engine.library.catalog()
  const rows = Array.from(catalog.artist.keys()).filter((row) => hasAudio(catalog, row))
  const trackIds = [10, 60, 110, 160, 210].map((i) => catalog.trackId[rows[i]!]!)
  playlist = { trackIds, title: 'My list', kind: 'playlist' }
})
afterAll(() => invented.close())

const draw = async (query: Partial<Query>): Promise<Mix> =>
  (await recommend({ listener: 'ada', recipe: 'daily-1', n: 20, at: NOW, ...query }, engine)).mix
const loggedAs = async ({ draw }: Mix) => {
  const { occasion, at, body } = await engine.library.store.read('exposures', ['occasion', 'at', 'body'], {
    where: { draw },
  })
  return body.map((text, i) => ({ body: text, occasion: occasion[i], at: at[i] }))
}
const turn = async (dial: Dial) => engine.library.dials.set((await engine.listener('ada')).id, dial)

/** Works out from the stored row alone how likely the mix was, and holds it against what was stated. */
async function expectExact(mix: Mix) {
  const rows = await loggedAs(mix)
  expect(rows).toHaveLength(1)
  const { policy, pool, rules, pattern, order, n, ...logged } = readExposureBody(rows[0]!.body)
  expect(order.map((position) => pool[position]!.trackId)).toEqual(mix.tracks.map(({ track }) => track.id))
  const again = policyOf(policy).propensities(pool, rules, pattern, order)
  expect(again.map(({ propensity }) => propensity)).toEqual(mix.tracks.map(({ propensity }) => propensity))
  expect(again.map(({ prefixPropensity }) => prefixPropensity)).toEqual(logged.prefixPropensities)
  expect(again.map(({ explored }) => explored)).toEqual(mix.tracks.map(({ explored }) => explored))
  const fresh = pool.filter(({ familiarity }) => familiarity === 'new').length
  const quota = {
    slots: Math.min(n, pool.length),
    novelty: rules.novelty,
    familiar: pool.length - fresh,
    fresh,
  }
  expect(logged.patternPropensity).toBe(patternPropensity(pattern, quota))
  expect(logged.patternPropensity > 0 || order.length === 0).toBe(true)
  return { policy, order, rules }
}

describe('what the log states of a mix', () => {
  it.each(RECIPES.map(({ name, startsFrom }) => [name, startsFrom] as const))(
    '%s: is worked out again exactly from its row alone, by every policy',
    async (recipe, startsFrom) => {
      const from = startsFrom ? { from: playlist } : {}
      let longest = 0
      for (const policy of [undefined, ...POLICY_NAMES] as (PolicyName | undefined)[])
        for (const more of [{}, { novelty: 0.7, n: 33 }]) {
          const mix = await draw({ recipe, ...from, ...more, ...(policy && { policy }) })
          const { policy: settings, order } = await expectExact(mix)
          expect(settings.name).toBe(policy ?? 'mixture')
          longest = Math.max(longest, order.length)
        }
      if (['daily-1', 'deep-cuts', 'on-repeat', 'radio', 'continue'].includes(recipe))
        expect(longest).toBeGreaterThan(5)
    },
  )

  it.each(POLICY_NAMES)(
    'so it is of listeners of whom nothing is known, of those the dial is turned for: %s',
    async (policy) => {
      expect((await draw({ listener: 'bea', policy })).recipe).toBe('first')
      await expectExact(await draw({ listener: 'bea', policy }))
      await expectExact(await draw({ listener: 'bea', recipe: 'radio', from: playlist, policy }))
      await turn({ novelty: 0.45, boldness: 1.7, floor: 0.35 })
      const { rules, policy: settings } = await expectExact(await draw({ policy, at: NOW + DAY, n: 90 }))
      await turn({})
      expect(rules.novelty).toBe(0.45)
      if (policy === 'mixture')
        expect(settings).toEqual({ name: policy, temperature: 0.35 * 1.7, floor: 0.35 })
    },
  )

  it('is how it is drawn: over many draws through the whole path, chances over stated ones average 1', async () => {
    await turn({ boldness: 2, floor: 0.5 })
    const weights: number[] = []
    for (let seed = 0; seed < 250; seed++) {
      const mix = await draw({ recipe: 'daily-1', n: 3, seed })
      const { pool, rules, pattern, order } = readExposureBody((await loggedAs(mix))[0]!.body)
      const blind = policyOf({ name: 'uniform' }).propensities(pool, rules, pattern, order)
      weights.push(blind.at(-1)!.prefixPropensity / mix.tracks.reduce((p, track) => p * track.propensity, 1))
    }
    await turn({})
    const mean = weights.reduce((sum, w) => sum + w, 0) / weights.length
    const spread = Math.sqrt(weights.reduce((sum, w) => sum + (w - mean) ** 2, 0) / weights.length)
    expect(spread).toBeGreaterThan(0.3)
    expect(Math.abs(mean - 1)).toBeLessThan((4 * spread) / Math.sqrt(weights.length))
  })
})

describe('the day’s own', () => {
  it('is logged though a novelty that was asked for before drew the very same tracks', async () => {
    const at = NOW + 3 * DAY
    const asked = await draw({ novelty: 0.3, at })
    const own = await draw({ at })
    expect(own.tracks.map(({ track }) => track.id)).toEqual(asked.tracks.map(({ track }) => track.id))
    expect(await loggedAs(asked)).toMatchObject([{ occasion: 'adjusted', at }])
    expect(await loggedAs(own)).toMatchObject([{ occasion: 'day', at }])
  })

  it('is shown again as of when it was first drawn, and logged as shown when it is', async () => {
    const at = NOW + 4 * DAY
    await draw({ at })
    await turn({ boldness: 2 })
    const again = await draw({ at: at + 2 * HOUR })
    await turn({})
    expect(again.at).toBe(at)
    expect(await loggedAs(again)).toMatchObject([{ occasion: 'again', at: at + 2 * HOUR }])
  })

  it('stays the day’s own when the clock goes back on its day', async () => {
    const at = NOW + 5 * DAY
    const first = await draw({ at })
    const second = await draw({ at: at - HOUR })
    expect(second).toEqual(first)
    const { id } = await engine.listener('ada')
    const days = Array.from(await engine.days(id, 'daily-1'))
    expect(days.filter((day) => Math.abs(day - at) < 12 * HOUR)).toEqual([at])
  })
})
