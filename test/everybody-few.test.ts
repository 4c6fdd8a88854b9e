import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { openEngine } from '../src/engine.ts'
import { train } from '../src/learn/train.ts'
import { EVERYBODY } from '../src/library/kept-library.ts'
import { makeListeners } from '../src/world/many-listeners.ts'
import { importWorld } from './suites/many-people.ts'

const NOW = Date.UTC(2026, 0, 15, 12)

it('a model of everybody serves while five listeners have plays, and no longer', async () => {
  const world = makeListeners({ seed: 2, listeners: 6, tracks: 60, events: 900, spread: 2, now: NOW })
  const data = mkdtempSync(join(tmpdir(), 'deepcuts-few-'))
  const engine = await openEngine({ data, now: () => NOW, timeZone: 'UTC', community: true })
  onTestFinished(async () => {
    await engine.close()
    rmSync(data, { recursive: true, force: true })
  })
  const { library } = engine
  await importWorld(library, world, [0, 1, 2, 3])
  await importWorld(library, world, [4, 5], 'later')
  const { version } = await train(library, { listener: 'listener 1', seed: 1, preset: 'nano' }, silent)
  const { id } = await library.listeners.get('listener 1')
  const { files, manifest } = await library.models.load(id, version)
  await library.models.save(EVERYBODY, files, manifest.training, { serve: true })
  expect((await engine.serving('listener 2')).whose).toBe('everybody')

  const listens = (await library.imports.list()).filter(({ format }) => format === 'listens')
  await library.imports.undo(Math.max(...listens.map(({ id: one }) => one)))
  expect((await engine.serving('listener 2')).whose).toBe('nobody')
  expect((await engine.serving('listener 1')).whose).toBe('own')
  expect(await engine.taste('listener 2')).toBeUndefined()

  await importWorld(library, world, [4], 'again')
  expect((await engine.serving('listener 2')).whose).toBe('everybody')
}, 60_000)
