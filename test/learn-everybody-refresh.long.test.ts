import { expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { HELD_OUT_TASTE } from '../src/learn/everybody-taste.ts'
import { trainEverybody } from '../src/learn/train-everybody.ts'
import { EVERYBODY } from '../src/library/kept-library.ts'
import { makeListeners } from '../src/world/many-listeners.ts'
import { importWorld } from './suites/many-people.ts'
import { NOW, tempLibrary } from './suites/temp-library.ts'

const world = makeListeners({ seed: 11, listeners: 92, tracks: 400, events: 9000, spread: 10, now: NOW })

it('a refresh of everybody goes on with the likability and the taste model, leaves out who was left out, and serves unless it is worse', async () => {
  const { library } = await tempLibrary()
  const some = world.listeners.map(({ index }) => index).filter((index) => index % 10 > 0)
  await importWorld(library, world, some)
  const refresh = () => trainEverybody(library, { seed: 5, refresh: true }, silent)

  const first = await trainEverybody(library, { seed: 1, preset: 'nano' }, silent)
  expect(first.refresh).toBeUndefined()
  expect(first.everybody.taste.chosen).not.toBe('popularity')
  const others = world.listeners.map(({ index }) => index).filter((index) => index % 10 === 0)
  await importWorld(library, world, others, 'later')
  const second = await refresh()
  expect(second).toMatchObject({ refresh: { from: first.version }, preset: 'nano', seed: 1 })
  expect(second.everybody).toMatchObject({
    listeners: 92,
    leftOutUpTo: first.everybody.leftOutUpTo,
    validatorsUpTo: first.everybody.validatorsUpTo,
    blend: first.everybody.blend,
  })
  const { refreshed, chosen } = second.everybody.taste
  expect(chosen).toBe(first.everybody.taste.chosen)
  expect(refreshed!.kept).toBe(!(refreshed!.difference.ci95[1] < 0))
  expect(second.promotion!.promoted).toBe(second.promotion!.reason === 'not worse')

  const [before, after] = [first, second].map(({ version }) => library.models.load(EVERYBODY, version))
  const [old, now] = [(await before!).files, (await after!).files]
  for (const name of ['model.onnx', 'held-out.onnx', 'taste.tower.onnx', `${HELD_OUT_TASTE}.tower.onnx`])
    expect(Buffer.from(now[name]!).equals(Buffer.from(old[name]!)), name).toBe(
      name.includes('taste') ? !refreshed!.kept : false,
    )
}, 900_000)

it('a refresh trains everybody in full where no version serves, and says so', async () => {
  const { library } = await tempLibrary()
  await importWorld(library, world, [0, 1, 2, 3, 4, 5, 6, 7])
  const report = await trainEverybody(library, { seed: 1, preset: 'nano', refresh: true }, silent)
  expect(report.refresh).toEqual({ full: 'no version serves' })
}, 300_000)
