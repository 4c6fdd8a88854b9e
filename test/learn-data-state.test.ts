import { afterAll, beforeAll, expect, it } from 'vitest'
import { dataState } from '../src/learn/listener-data.ts'
import { emptyEngine, type InventedEngine, NOW, playsOf } from './suites/invented-listener.ts'

let invented: InventedEngine
beforeAll(async () => {
  invented = await emptyEngine()
})
afterAll(() => invented.close())

it('the state of what a training learns from changes with plays of tracks that were known before, though the catalog stays', async () => {
  const { library } = invented.engine
  const song = { title: 'Again', artist: 'The Same', finished: true }
  await invented.put('ada', playsOf([song]))
  const state = async () => dataState(library, await library.listeners.get('ada'))
  const [before, catalog] = [await state(), await library.catalog()]
  expect(await state()).toBe(before)
  await invented.put('ada', playsOf([song], NOW - 3_600_000))
  expect(await library.catalog()).toBe(catalog)
  const after = await state()
  expect(after).not.toBe(before)
  await library.imports.undo(2)
  expect(await state()).not.toBe(after)
})
