import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SOURCES } from '../src/candidates/sources.ts'
import { inTime } from '../src/core/in-time.ts'
import { silent } from '../src/core/progress.ts'
import type { Engine } from '../src/engine.ts'
import { train } from '../src/learn/train.ts'
import { trackAt } from '../src/library/catalog.ts'
import { RECIPES } from '../src/mix/recipes.ts'
import { type Recommendation, recommend } from '../src/recommend.ts'
import { inventedEngine } from './suites/invented-listener.ts'
import { serve } from './suites/served.ts'

let invented: Awaited<ReturnType<typeof inventedEngine>>
let from: { trackIds: number[]; title: string; kind: 'playlist' }

beforeAll(async () => {
  invented = await inventedEngine({ tracks: 300, years: 0.3 })
  await train(invented.engine.library, { listener: 'ada', seed: 1, preset: 'nano' }, silent)
  const { catalog } = await invented.engine.shelves()
  from = { trackIds: [1, 2, 3].map((row) => trackAt(catalog, row).id), title: 'Mine', kind: 'playlist' }
})
afterAll(() => invented.close())

const broken = (message = 'broken on purpose') => {
  throw new Error(message)
}
const rejecting = async () => broken()

const mixBy = (engine: Engine, recipe: string, seed = 1): Promise<Recommendation> => {
  const { startsFrom } = RECIPES.find(({ name }) => name === recipe)!
  const query = { listener: 'ada', recipe, n: 20, seed, at: invented.clock.at, ...(startsFrom && { from }) }
  return recommend(query, engine)
}

type Break = (engine: Engine) => Partial<Engine>

/** What is broken → how, the recipe that needs it, and what the answer calls it. */
const BROKEN: readonly (readonly [string, string, string, Break])[] = [
  ...SOURCES.flatMap(({ name }) => {
    const recipe = RECIPES.find(({ sources }) => sources.some((one) => one === name))!.name
    if (recipe === 'first') return []
    const breaking: Break = (engine) => ({
      sourcesOf: (wanted) =>
        engine
          .sourcesOf(wanted)
          .map((source) => (source.name === name ? { ...source, propose: () => broken() } : source)),
    })
    return [[`the source ${name}`, recipe, name, breaking] as const]
  }),
  [
    'what many listeners did',
    'daily-1',
    'community',
    (engine) => ({
      signals: async (name) => ({
        ...(await engine.signals(name)),
        failed: [{ source: 'community', problem: 'broken on purpose' }],
      }),
    }),
  ],
  [
    'an index that is being rebuilt',
    'daily-1',
    'nearest',
    (engine) => ({
      signals: async (name) => {
        const taste = await inTime(new Promise<number[]>(() => {}), 5, 'still being built').catch(
          (error: Error) => error,
        )
        return { ...(await engine.signals(name)), taste }
      },
    }),
  ],
  [
    'what was learned of playlists',
    'continue',
    'continuing',
    () => ({ continuing: async () => ({ closeness: rejecting }) }),
  ],
  [
    'the network of the model',
    'daily-1',
    'trained model',
    (engine) => ({
      serving: async (name) => ({
        ...(await engine.serving(name)),
        scorer: { score: rejecting, standing: rejecting },
      }),
    }),
  ],
  [
    'some scores of the model',
    'daily-1',
    'model',
    (engine) => ({
      serving: async (name) => {
        const serving = await engine.serving(name)
        const score: typeof serving.scorer.score = async (...asked) =>
          (await serving.scorer.score(...asked)).map((one, i) =>
            i % 3 ? one : { ...one, scores: one.scores.map(() => Number.NaN) },
          )
        return { ...serving, scorer: { ...serving.scorer, score } }
      },
    }),
  ],
]

describe('a mix without', () => {
  it.each(BROKEN)('%s is made of what is left, and says so', async (_, recipe, called, breaking) => {
    const { engine } = invented
    expect((await mixBy(engine, recipe)).degraded).toEqual([])
    const { mix, degraded } = await mixBy({ ...engine, ...breaking(engine) }, recipe)
    expect(degraded.map(({ source }) => source)).toEqual([called])
    expect(mix.tracks.length).toBeGreaterThan(0)
  })

  it('all of its sources is empty, and says so', async () => {
    const { engine } = invented
    const sourcesOf: Engine['sourcesOf'] = (recipe) =>
      engine.sourcesOf(recipe).map((source) => ({ ...source, propose: () => broken() }))
    const { mix, degraded } = await mixBy({ ...engine, sourcesOf }, 'daily-1')
    expect(mix.tracks).toEqual([])
    expect(degraded).toHaveLength(RECIPES[0]!.sources.length)
    expect(mix.notes.join(' ')).toContain('which failed')
  })
})

describe('a model that cannot be opened', () => {
  it('leaves lists and the day’s mixes to what is known without it, marked, until another serves', async () => {
    const { engine } = invented
    const { library } = engine
    const { id } = await engine.listener('ada')
    const { files } = await library.models.load(id, 1)
    const none = { ...files, 'model.onnx': Buffer.from('no network') }
    await library.models.save(id, none, {}, { serve: true })
    await expect(engine.model('ada')).rejects.toMatchObject({ code: 'MODEL_DAMAGED' })
    const served = await serve(engine)
    for (const url of ['/v1/listeners/ada/recommendations?seed=9', '/v1/listeners/ada/mixes/daily-1']) {
      const { status, body } = await served.ask('GET', url)
      expect(status).toBe(200)
      expect(body).toMatchObject({ modelVersion: 0, degraded: ['trained model'] })
      expect((body as { tracks: unknown[] }).tracks.length).toBeGreaterThan(5)
    }
    await served.app.close()
    await library.models.use(id, 1)
    expect(await mixBy(engine, 'daily-1', 10)).toMatchObject({ mix: { modelVersion: 1 }, degraded: [] })
  })

  it('is the same where its file changed on the disk since, for whoever opens it then', async () => {
    const { engine, folder } = invented
    const { library } = engine
    const { id } = await engine.listener('ada')
    const { files } = await library.models.load(id, 1)
    const { version } = await library.models.save(id, files, {}, { serve: true })
    const path = join(folder, `models/${version}/model.onnx`)
    const bytes = readFileSync(path)
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(path, bytes)
    expect(await mixBy(engine, 'daily-1', 11)).toMatchObject({
      mix: { modelVersion: 0 },
      degraded: [{ source: 'trained model', problem: expect.stringContaining(`${version}`) }],
    })
    await library.models.use(id, 1)
  })
})

describe('work that is waited for so long', () => {
  it('gives what it gives in time, and is left to itself after that', async () => {
    expect(await inTime(Promise.resolve(7), 1000, 'late')).toBe(7)
    await expect(inTime(rejecting(), 1000, 'late')).rejects.toThrow('broken on purpose')
    await expect(inTime(new Promise(() => {}), 1, 'late')).rejects.toThrow('late')
  })
})
