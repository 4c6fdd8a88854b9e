import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { POLICY_NAMES } from '../src/core/candidate.ts'
import { silent } from '../src/core/progress.ts'
import { train } from '../src/learn/train.ts'
import { RECIPES, TODAY } from '../src/mix/recipes.ts'
import { recommend } from '../src/recommend.ts'
import { todaysMix } from '../src/todays-mixes.ts'
import { inventedEngine } from './suites/invented-listener.ts'

/** A listener who refuses every track there is, with a model of what they heard before. */
let invented: Awaited<ReturnType<typeof inventedEngine>>

beforeAll(async () => {
  invented = await inventedEngine({ tracks: 120, years: 0.2 })
  const { library } = invented.engine
  await train(library, { listener: 'ada', seed: 1, preset: 'nano' }, silent)
  const { id } = await library.listeners.get('ada')
  const { trackId, artists, artist, size } = await library.catalog()
  // Half of them by the artist, the others one by one.
  const never = new Set(Array.from(artist).filter((one) => one > 0 && one % 2 === 0))
  for (const one of never)
    await library.feedback.say(id, { kind: 'never', identifier: 0, artist: artists.at(one) })
  for (let row = 0; row < size; row++)
    if (!never.has(artist[row]!))
      await library.feedback.say(id, { kind: 'dislike', identifier: trackId[row]!, artist: '' })
})
afterAll(() => invented.close())

const RECIPE_NAMES = RECIPES.filter(({ startsFrom }) => !startsFrom).map(({ name }) => name)

describe('a listener who dislikes everything', () => {
  it.each(RECIPE_NAMES)('gets an empty %s that says why, however it is drawn', async (recipe) => {
    for (const policy of [undefined, ...POLICY_NAMES])
      for (const novelty of [undefined, 'auto', 0, 1] as const) {
        const query = { listener: 'ada', recipe, n: 30, seed: 1, at: invented.clock.at }
        const asked = { ...query, ...(policy && { policy }), ...(novelty !== undefined && { novelty }) }
        const { mix, degraded } = await recommend(asked, invented.engine)
        expect(mix.tracks).toEqual([])
        expect(degraded).toEqual([])
        expect(mix.notes.length).toBeGreaterThan(0)
      }
  })

  it('gets mixes of the day that are empty, the same ones again', async () => {
    for (const recipe of TODAY) {
      const first = await todaysMix(invented.engine, 'ada', recipe)
      expect(first.mix.tracks).toEqual([])
      expect(await todaysMix(invented.engine, 'ada', recipe)).toEqual(first)
    }
  })

  it('finds nothing around a track either', async () => {
    const { trackId } = await invented.engine.library.catalog()
    const from = { trackIds: [trackId[0]!], title: 'a track' }
    for (const recipe of ['radio', 'continue'])
      expect(
        (await recommend({ listener: 'ada', recipe, n: 30, from, at: invented.clock.at }, invented.engine))
          .mix.tracks,
      ).toEqual([])
  })
})
