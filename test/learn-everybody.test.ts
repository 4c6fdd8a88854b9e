import { describe, expect, it } from 'vitest'
import { localTimeIn } from '../src/core/clock.ts'
import { silent } from '../src/core/progress.ts'
import { random } from '../src/core/random.ts'
import { scaleAudio } from '../src/features/audio-scale.ts'
import { startHistory } from '../src/features/history.ts'
import { describeLog } from '../src/learn/dataset.ts'
import {
  type Everybody,
  partsOf,
  placeOf,
  playsBefore,
  readEverybody,
  sharedScale,
} from '../src/learn/everybody-data.ts'
import { describeMany, ownWorld, weighedRows } from '../src/learn/everybody-views.ts'
import { trainEverybody } from '../src/learn/train-everybody.ts'
import type { Library } from '../src/library/library.ts'
import { makeListeners } from '../src/world/many-listeners.ts'
import { importWorld } from './suites/many-people.ts'
import { NOW, tempLibrary } from './suites/temp-library.ts'

const world = makeListeners({ seed: 3, listeners: 30, tracks: 300, events: 6000, spread: 60, now: NOW })
const everybodyOf = async (people?: readonly number[]): Promise<{ library: Library; data: Everybody }> => {
  const { library } = await tempLibrary()
  await importWorld(library, world, people)
  return { library, data: await readEverybody(library) }
}

describe('what everybody played', () => {
  it('reads each log as it is read alone', async () => {
    const { library, data } = await everybodyOf([0, 1, 2, 3, 4])
    await library.exclusions.add((await library.listeners.get('listener 2')).id, {
      kind: 'hours',
      from: 8,
      to: 16,
    })
    const { people } = await readEverybody(library)
    for (const { listener, log } of people) expect(log).toEqual(await library.log(listener))
    expect(people[1]!.log.size).toBeLessThan(data.people[1]!.log.size)
  })

  it('refuses with fewer than five listeners', async () => {
    await expect(everybodyOf([0, 1, 2, 3])).rejects.toMatchObject({ code: 'TOO_FEW_LISTENERS' })
  })

  it('describes a play over what its listener played alone exactly as over the whole catalog', async () => {
    const { data } = await everybodyOf([0, 1, 2, 3, 4])
    const { catalog, people } = data
    const audio = scaleAudio(catalog, sharedScale(catalog, people, NOW))
    const { log } = people[2]!
    const own = ownWorld(catalog, audio, log)
    const localTime = localTimeIn('UTC')
    for (const view of ['rolling', 'frozen'] as const) {
      const whole = describeLog(log, startHistory({ catalog, audio, localTime }), view)
      const alone = describeLog(
        own.log,
        startHistory({ catalog: own.catalog, audio: own.audio, localTime }),
        view,
      )
      expect(alone.raw).toEqual(whole.raw)
      expect(alone.counts).toEqual(whole.counts)
    }
  })
})

describe('the parts', () => {
  const people = (n: number) => {
    const log = { size: 0, endedAt: new Float64Array(0) }
    return Array.from({ length: n }, (_, i) => ({ listener: { name: `p${i}` }, log }))
  }
  const named = (n: number) => {
    const parts = partsOf({ people: people(n) as never })
    const names = (of: readonly { listener: { name: string } }[]) => of.map(({ listener }) => listener.name)
    return {
      teachers: names(parts.teachers),
      validators: names(parts.validators),
      leftOut: names(parts.leftOut),
    }
  }

  it('are listeners as a whole: nobody is in two of them, and everybody in one', () => {
    for (const n of [5, 30, 3000]) {
      const { teachers, validators, leftOut } = named(n)
      expect(new Set([...teachers, ...validators, ...leftOut]).size).toBe(n)
      expect(teachers.length + validators.length + leftOut.length).toBe(n)
      expect(leftOut.length).toBe(n === 5 ? 1 : n === 30 ? 5 : 200)
    }
  })

  it('leave out mostly the same when others come: those are new to both trainings', () => {
    const before = new Set(named(300).leftOut)
    const after = named(330).leftOut
    const taught = new Set(named(300).teachers)
    const mixed = after.filter((name) => !before.has(name) && taught.has(name))
    expect(mixed.length).toBeLessThan(8)
  })

  it('tell whom nobody was taught by, whoever comes later', () => {
    for (const [before, after] of [
      [300, 330],
      [20, 27],
      [60, 80],
      [2000, 3000],
    ] as const) {
      const { teachers, validators, leftOutUpTo } = partsOf({ people: people(before) as never })
      const known = new Set([...teachers, ...validators].map(({ listener }) => listener.name))
      const later = partsOf({ people: people(after) as never }).leftOut
      const comparable = later.filter((person) => placeOf(person) <= leftOutUpTo)
      expect(comparable.filter(({ listener }) => known.has(listener.name))).toEqual([])
      expect(comparable.length).toBeGreaterThan(later.length / 2)
    }
    const { teachers, validators, leftOutUpTo } = partsOf({ people: people(60) as never })
    const seen = new Set([...teachers, ...validators].map(({ listener }) => listener.name))
    const { leftOut } = partsOf({ people: people(80) as never })
    expect(leftOut.some((one) => placeOf(one) > leftOutUpTo && seen.has(one.listener.name))).toBe(true)
  })

  it('cut the time of those who teach', async () => {
    const { data } = await everybodyOf()
    const { teachers, cutAt } = partsOf(data)
    const all = teachers.reduce((sum, { log }) => sum + log.size, 0)
    const before = teachers.reduce((sum, person) => sum + playsBefore(person, cutAt), 0)
    expect(before / all).toBeCloseTo(0.9, 2)
  })
})

describe('one who plays all day among those who hardly play', () => {
  it('counts no more than three times the one in the middle', async () => {
    const { data } = await everybodyOf()
    const heavy = data.people.reduce((a, b) => (b.log.size > a.log.size ? b : a))
    const wanted = data.people.map((person) => {
      return { person, from: 0, to: person === heavy ? person.log.size : Math.min(12, person.log.size) }
    })
    expect(heavy.log.size).toBeGreaterThan(400)
    const audio = scaleAudio(data.catalog, sharedScale(data.catalog, data.people, NOW))
    const described = await describeMany(data.catalog, audio, wanted, 5000, '', silent)
    const say = new Map<number, number>()
    described.weight.forEach((weight, i) => {
      say.set(described.person[i]!, (say.get(described.person[i]!) ?? 0) + weight)
    })
    const all = [...say.values()].sort((a, b) => a - b)
    expect(all.at(-1)! / all[all.length >> 1]!).toBeLessThan(3.2)
    expect(described.weight.reduce((sum, w) => sum + w, 0) / described.weight.length).toBeCloseTo(1, 4)
    const sample = weighedRows(described.weight, 200)
    const share = sample.filter((row) => wanted[described.person[row]!]!.person === heavy).length / 200
    expect(share).toBeLessThan(0.2)
  })
})

describe('strange logs', () => {
  const T = Date.UTC(2025, 0, 1)
  const trainOn = async (
    plays: (i: number, k: number) => { track: string; at: number; end: string },
    n: (i: number) => number,
  ) => {
    const { library } = await tempLibrary()
    const session = library.imports.begin()
    const draw = random('strange')
    for (let i = 0; i < 8; i++)
      for (let k = 0; k < n(i); k++) {
        const { track, at, end } = plays(i, k)
        const play = {
          endedAt: at,
          msPlayed: 1000 * (30 + draw.int(200)),
          reasonStart: '',
          reasonEnd: end,
          device: '',
          precision: 'second',
        } as const
        session.add({ kind: 'play', listener: `p${i}`, track: { title: track, artist: 'A' }, play }, 0)
      }
    await session.commit(
      { listener: '', name: 'strange', sha256: 'x', format: 'listens', at: NOW },
      () => '{}',
    )
    return trainEverybody(library, { seed: 1, preset: 'nano' }, silent)
  }
  const end = (k: number) => (k % 3 === 0 ? 'fwdbtn' : 'trackdone')

  it('of one track alone are learned from', async () => {
    const report = await trainOn(
      (i, k) => ({ track: 'only', at: T + (i + 8 * k) * 60_000, end: end(k) }),
      () => 40,
    )
    const { tail, leftOut } = report.everybody
    expect(tail.models.length).toBeGreaterThan(3)
    expect(tail.models.every(({ logLoss }) => Number.isFinite(logLoss))).toBe(true)
    // One listener is left out of eight: how well they are foreseen is told of nobody.
    expect(leftOut).toMatchObject({ listeners: 1, plays: 40, models: [], ahead: null })
  }, 60_000)

  it('of one moment alone are learned from', async () => {
    const report = await trainOn(
      (_, k) => ({ track: `t${k}`, at: T, end: end(k) }),
      () => 40,
    )
    expect(report.plays).toBe(320)
  }, 60_000)

  it('in which all plays ended alike are refused with a sentence', async () => {
    await expect(
      trainOn(
        (_, k) => ({ track: `t${k}`, at: T + k * 60_000, end: 'trackdone' }),
        () => 40,
      ),
    ).rejects.toMatchObject({ code: 'TOO_FEW_PLAYS' })
  })
})
