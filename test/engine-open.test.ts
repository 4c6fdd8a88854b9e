import { expect, test } from 'vitest'
import { emptyEngine, NOW } from './suites/invented-listener.ts'

test('a new store is dated by the clock of its engine', async () => {
  const { engine, close } = await emptyEngine()
  const { value } = await engine.library.store.read('meta', ['value'], { where: { key: 'createdAt' } })
  expect(value).toEqual([String(NOW)])
  await close()
})
