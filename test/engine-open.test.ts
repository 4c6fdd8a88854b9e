import { expect, test } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { train } from '../src/learn/train.ts'
import { emptyEngine, inventedEngine, NOW } from './suites/invented-listener.ts'

test('a new store is dated by the clock of its engine', async () => {
  const { engine, close } = await emptyEngine()
  const { value } = await engine.library.store.read('meta', ['value'], { where: { key: 'createdAt' } })
  expect(value).toEqual([String(NOW)])
  await close()
})

test('requests at the same moment share one opened model, and a newer version takes its place', async () => {
  const { engine, close } = await inventedEngine({ tracks: 120, years: 0.15 })
  const options = { listener: 'ada', seed: 1, preset: 'nano' } as const
  await train(engine.library, options, silent)
  const [first, second] = await Promise.all([engine.model('ada'), engine.model('ada')])
  expect(second).toBe(first)
  const { version } = await train(engine.library, { ...options, seed: 2 }, silent)
  const newer = await engine.model('ada')
  expect(newer.manifest.version).toBe(version)
  const raw = first.background(false)
  const [before, after] = await Promise.all([first.likability.logits(raw), newer.likability.logits(raw)])
  expect(before.finish).not.toEqual(after.finish)
  await close()
})
