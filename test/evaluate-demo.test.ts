import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { type Engine, openEngine } from '../src/engine.ts'
import { isDemoImport, judgeMix, prepareDemo, readDemo } from '../src/evaluate/demo.ts'
import { train } from '../src/learn/train.ts'
import { recommend } from '../src/recommend.ts'
import { makeWorld } from '../src/world/world.ts'

const NOW = Date.UTC(2026, 9, 1, 18)
const folder = mkdtempSync(join(tmpdir(), 'deepcuts-demo-test-'))
let engine: Engine

beforeAll(async () => {
  engine = await openEngine({ data: folder, now: () => NOW, timeZone: 'Europe/Berlin' })
})
afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('the demo', () => {
  it('is whole again after it was killed between its two imports', async () => {
    const { library } = engine
    const session = library.imports.begin()
    for (const record of makeWorld({ seed: 1, listeners: 1, now: NOW }).catalogRecords())
      session.add(record, 0)
    const left = { listener: 'Ada', name: 'invented catalog', format: 'catalog' }
    await session.commit({ ...left, sha256: 'demo invented catalog', at: NOW }, () => '{}')
    expect(await readDemo(library)).toBeUndefined()
    expect((await library.imports.list()).every(isDemoImport)).toBe(true)

    const made = await prepareDemo(library, 1, NOW, silent)
    const standing = (await library.imports.list()).filter(({ undoneAt }) => Number.isNaN(undoneAt))
    expect(standing.map(({ name }) => name)).toEqual(['invented catalog', 'invented listening'])
    expect((await library.catalog()).size).toBe(made.world.tracks.length)
    expect(await library.store.count('plays')).toBe(made.world.history(0).plays.length)
  })

  it('is read back as the same world, with a listener in UTC', async () => {
    const { library } = engine
    const demo = (await readDemo(library))!
    expect(demo.world.now).toBe(NOW)
    expect(demo.world.tracks[7]!.ref).toEqual(makeWorld({ seed: 1, listeners: 1, now: NOW }).tracks[7]!.ref)
    expect((await library.listeners.get(demo.listener)).timeZone).toBe('UTC')
  })

  it('holds its mixes against the truth: better than chance, never better than the best (quality floor)', async () => {
    const demo = (await readDemo(engine.library))!
    await train(engine.library, { listener: demo.listener, seed: 1 }, silent)
    const floors = { 'daily-1': 0.4, 'on-repeat': 0.6, 'deep-cuts': 0.25 }
    for (const [recipe, floor] of Object.entries(floors)) {
      const { mix } = await recommend({ listener: demo.listener, recipe, n: 30, at: NOW, seed: 5 }, engine)
      const { share, best, random } = judgeMix(demo, mix)
      expect(random, recipe).toBeLessThan(best)
      expect(share, recipe).toBeGreaterThan(floor)
      expect(share, recipe).toBeLessThanOrEqual(1)
    }
  })
})
