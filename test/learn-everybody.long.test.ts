import { expect, it } from 'vitest'
import { UNKNOWN } from '../src/core/labels.ts'
import { silent } from '../src/core/progress.ts'
import { partsOf, placeOf, readEverybody } from '../src/learn/everybody-data.ts'
import { trainEverybody } from '../src/learn/train-everybody.ts'
import { makeListeners } from '../src/world/many-listeners.ts'
import { importWorld } from './suites/many-people.ts'
import { NOW, tempLibrary } from './suites/temp-library.ts'

const world = makeListeners({ seed: 3, listeners: 30, tracks: 300, events: 3000, spread: 60, now: NOW })

it('a training on everybody after others came is compared on those alone who are left out of both', async () => {
  const { library } = await tempLibrary()
  const some = world.listeners.map(({ index }) => index).filter((index) => index % 3 > 0)
  await importWorld(library, world, some)
  const train = () => trainEverybody(library, { seed: 1, preset: 'nano' }, silent)
  const first = await train()
  await importWorld(
    library,
    world,
    world.listeners.map(({ index }) => index).filter((index) => index % 3 === 0),
    'later',
  )
  const second = await train()
  const { leftOut } = partsOf(await readEverybody(library))
  const both = leftOut.filter((person) => placeOf(person) <= first.everybody.leftOutUpTo)
  expect(both.length).toBeLessThan(leftOut.length)
  const known = ({ log }: (typeof both)[number]) => log.outcome.filter((code) => code !== UNKNOWN).length
  const plays = both.reduce((sum, person) => sum + Math.min(200, known(person)), 0)
  expect(second.promotion).toMatchObject({ against: first.version, plays })
}, 900_000)
