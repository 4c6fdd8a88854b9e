import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { random } from '../src/core/random.ts'
import { train } from '../src/learn/train.ts'
import { recommend } from '../src/recommend.ts'
import { emptyEngine, type InventedEngine, NOW, playsOf } from './suites/invented-listener.ts'

const OPTIONS = { listener: 'ada', preset: 'nano' } as const
const QUERY = { listener: 'ada', recipe: 'daily-1', n: 5, at: NOW }

let invented: InventedEngine
beforeEach(async () => {
  invented = await emptyEngine()
  const coin = random('versions')
  const plays = Array.from({ length: 150 }, (_, i) => ({
    title: `Track ${coin.int(20)}`,
    artist: `Artist ${i % 5}`,
    finished: coin.next() < 0.6,
  }))
  await invented.put('ada', playsOf(plays))
})
afterEach(() => invented.close())

/** The version that a mix is drawn with. */
const mixedBy = async () => (await recommend(QUERY, invented.engine)).mix.modelVersion

describe('the versions of a listener', () => {
  it('are two, both whole, when two trainings run at once, and each mix is of the one that serves', async () => {
    const { library } = invented.engine
    const reports = await Promise.all([1, 2].map((seed) => train(library, { ...OPTIONS, seed }, silent)))
    expect(new Set(reports.map(({ version }) => version))).toEqual(new Set([1, 2]))
    // The second to be saved was compared with the first, though none served when it began.
    const [first, second] = reports.sort((a, b) => a.version - b.version)
    expect(first).not.toHaveProperty('promotion')
    expect(second!.promotion).toMatchObject({ promoted: true, against: 1 })
    expect((await library.models.active(1))?.version).toBe(2)
    expect((await library.models.active(1))?.training).toMatchObject({ promotion: second!.promotion })
    expect(await mixedBy()).toBe(2)
    for (const { version, seed } of reports) {
      const { manifest, files } = await library.models.load(1, version)
      expect(manifest.training).toMatchObject({ seed })
      expect(Object.keys(files)).toEqual(
        expect.arrayContaining(['model.onnx', 'held-out.onnx', 'evaluation.json']),
      )
      await library.models.use(1, version)
      expect(await mixedBy()).toBe(version)
    }
  })

  it('go back to the one before when the one that serves is damaged', async () => {
    const { library } = invented.engine
    for (const seed of [1, 2]) await train(library, { ...OPTIONS, seed }, silent)
    await library.models.use(1, 2)
    const path = join(invented.folder, 'models/2/model.onnx')
    const bytes = readFileSync(path)
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(path, bytes)
    await expect(invented.engine.model('ada')).rejects.toMatchObject({ code: 'MODEL_DAMAGED' })
    expect(await mixedBy()).toBe(0)
    expect((await library.models.rollback(1)).manifest.version).toBe(1)
    expect(await mixedBy()).toBe(1)
  })
})
