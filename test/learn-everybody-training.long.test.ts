import { describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { partsOf, readEverybody } from '../src/learn/everybody-data.ts'
import { trainEverybody } from '../src/learn/train-everybody.ts'
import { EVERYBODY } from '../src/library/kept-library.ts'
import type { Library } from '../src/library/library.ts'
import { makeListeners } from '../src/world/many-listeners.ts'
import { importWorld } from './suites/many-people.ts'
import { NOW, tempLibrary } from './suites/temp-library.ts'

const world = makeListeners({ seed: 3, listeners: 30, tracks: 300, events: 6000, spread: 60, now: NOW })
const everybodyOf = async (): Promise<{ library: Library }> => {
  const { library } = await tempLibrary()
  await importWorld(library, world)
  return { library }
}

describe('a training on everybody', () => {
  it('foresees listeners of whom it had learned nothing better than what everybody finishes, is kept for everybody, and does the same again', async () => {
    const { library } = await everybodyOf()
    const train = () => trainEverybody(library, { seed: 1, preset: 'nano' }, silent)
    const report = await train()
    const { leftOut } = report.everybody
    const of = (name: string) => leftOut.models.find((model) => model.name === name)!.beforeSitting
    expect(leftOut.listeners).toBe(5)
    expect(of('deepcuts').auc).toBeGreaterThan(of('popularity').auc + 0.03)
    expect(of('deepcuts').logLoss).toBeLessThan(of('base-rate').logLoss)

    expect((await library.models.active(0))?.version).toBe(report.version)
    for (const { id } of await library.listeners.list())
      expect(await library.models.active(id)).toBeUndefined()

    const again = await train()
    const { plays } = leftOut
    expect(report.everybody.leftOutUpTo).toBe(partsOf(await readEverybody(library)).leftOutUpTo)
    expect(again.promotion).toMatchObject({
      promoted: true,
      against: report.version,
      plays,
      difference: { mean: 0 },
    })
  }, 600_000)
})

describe('a training on everybody that is stopped in its taste model', () => {
  it('keeps what was learned before, and serves unless what serves has a taste model', async () => {
    const { library } = await everybodyOf()
    const stopped = () => {
      const controller = new AbortController()
      const stage = (name: string) => {
        if (name.startsWith('Trying')) controller.abort(new Error('stopped'))
      }
      return trainEverybody(library, { seed: 1, preset: 'nano' }, { ...silent, stage }, controller.signal)
    }
    const first = await stopped()
    expect(first.cut).toBe('stopped')
    expect(first.promotion).toBeUndefined()
    expect(first.everybody.leftOut.models.length).toBeGreaterThan(3)
    expect(first.everybody.taste).toMatchObject({
      chosen: 'popularity',
      sentence: expect.stringMatching(/^not chosen: .* stopped/),
    })
    const { files } = await library.models.load(EVERYBODY, first.version)
    expect(Object.keys(files).some((name) => name.startsWith('taste'))).toBe(false)

    const withTaste = { everybody: { taste: { chosen: 'ids' } } }
    const serving = await library.models.save(EVERYBODY, files, withTaste, { serve: true })
    const second = await stopped()
    expect(second.promotion).toMatchObject({
      promoted: false,
      against: serving.version,
      reason: 'stopped before its taste model',
    })
    expect((await library.models.active(EVERYBODY))?.version).toBe(serving.version)
  }, 120_000)
})
