import { describe, expect, test } from 'vitest'
import { FINISH, SKIP, UNKNOWN } from '../src/core/labels.ts'
import { playsTakenOut } from '../src/library/exclusion-check.ts'
import { type ExclusionRule, excluder } from '../src/library/exclusions.ts'
import { findTrack } from '../src/library/find-track.ts'
import type { ImportRecord } from '../src/library/import-record.ts'
import type { Library } from '../src/library/library.ts'
import { play, roundedPlay, row, take, tempLibrary } from './suites/temp-library.ts'

const T = Date.UTC(2024, 2, 1, 12)
const HOUR = 3_600_000
const TIDE = { title: 'Low Tide', artist: 'The Harbour' }
const LAMP = { title: 'Lamplight', artist: 'Nia Vale' }

/** Hours after T, outcome, of the plays of `ada` that count. */
async function logOf(library: Library): Promise<[number, number][]> {
  const log = await library.log(await library.listeners.get('ada'))
  return Array.from({ length: log.size }, (_, i) => [(log.endedAt[i]! - T) / HOUR, log.outcome[i]!])
}

describe('the log', () => {
  test('has the plays that count of one listener, oldest first, with their rows', async () => {
    const { library } = await tempLibrary()
    await take(library, [play(LAMP, T + HOUR), play(TIDE, T), play(TIDE, T), roundedPlay(TIDE, T, 90)])
    await take(library, [play(TIDE, T + 2 * HOUR)], { listener: 'bo' })
    const log = await library.log(await library.listeners.get('ada'))
    const titles = (await library.catalog()).titles
    expect([...log.row].map((at) => titles.at(at))).toEqual(['Low Tide', 'Low Tide', 'Lamplight'])
    expect([...log.endedAt]).toEqual([T, T, T + HOUR])
    expect([...log.msPlayed].sort()).toEqual([200_000, 200_000, 90])
    expect(log.size).toBe(3)
  })

  test('believes stated reasons, and the catalog’s length where there are none', async () => {
    const { library } = await tempLibrary()
    await take(library, [row(TIDE, { audio: { duration_ms: 210_000 } })], { format: 'catalog' })
    await take(library, [
      play(TIDE, T, { reasonEnd: 'fwdbtn' }),
      play(TIDE, T + HOUR, { reasonEnd: 'logout', skipped: true }),
      play(TIDE, T + 2 * HOUR, { reasonEnd: 'logout', skipped: false }),
      play(TIDE, T + 3 * HOUR, { reasonEnd: 'trackdone', msPlayed: 10 }),
      roundedPlay(TIDE, T + 4 * HOUR, 189_000),
      roundedPlay(TIDE, T + 5 * HOUR, 188_999),
      roundedPlay(TIDE, T + 6 * HOUR, 104_999),
    ])
    expect((await logOf(library)).map(([, outcome]) => outcome)).toEqual([
      ...[SKIP, SKIP, UNKNOWN, FINISH],
      ...[FINISH, UNKNOWN, SKIP],
    ])
  })

  test('without a catalog takes the length heard most often before, never later', async () => {
    const { library } = await tempLibrary()
    const at = [200_000, 40_000, 200_000, 200_000, 40_000, 150_000]
    await take(
      library,
      at.map((ms, i) => roundedPlay(TIDE, T + i * HOUR, ms)),
    )
    // Only from the fourth play on was one length heard twice before.
    const expected = [UNKNOWN, UNKNOWN, UNKNOWN, FINISH, SKIP, UNKNOWN]
    expect((await logOf(library)).map(([, outcome]) => outcome)).toEqual(expected)

    for (const later of [roundedPlay(TIDE, T + 9 * HOUR, 40_000), roundedPlay(TIDE, T + 10 * HOUR, 40_000)]) {
      await take(library, [later])
      expect((await logOf(library)).slice(0, 6).map(([, outcome]) => outcome)).toEqual(expected)
    }
  })

  test('counts no length under thirty seconds: many short skips are not how long a track is', async () => {
    const { library } = await tempLibrary()
    const ms = [2000, 2000, 2000, 2000]
    await take(
      library,
      ms.map((value, i) => roundedPlay(TIDE, T + i * HOUR, value)),
    )
    expect((await logOf(library)).every(([, outcome]) => outcome === UNKNOWN)).toBe(true)
  })
})

describe('exclusions', () => {
  const excludedHours = (rule: ExclusionRule, zone: string, utc: readonly string[]) => {
    const { matches } = excluder([{ id: 1, rule }], zone)
    return utc.map((at) => matches({ endedAt: Date.parse(at), device: '', artist: '' }))
  }

  test('by hours are in local time, with the first hour and without the last', () => {
    const rule = { kind: 'hours', from: 18, to: 20 } as const
    const utc = [
      '2024-01-10T16:59:59Z',
      '2024-01-10T17:00:00Z',
      '2024-01-10T18:59:59Z',
      '2024-01-10T19:00:00Z',
    ]
    expect(excludedHours(rule, 'Europe/Berlin', utc)).toEqual([false, true, true, false])
    expect(excludedHours(rule, 'UTC', utc)).toEqual([false, false, true, true])
  })

  test('by hours go on over midnight', () => {
    const rule = { kind: 'hours', from: 22, to: 6 } as const
    const utc = [
      '2024-01-10T21:59:00Z',
      '2024-01-10T22:00:00Z',
      '2024-01-11T00:30:00Z',
      '2024-01-11T05:59:00Z',
    ]
    expect(excludedHours(rule, 'UTC', [...utc, '2024-01-11T06:00:00Z'])).toEqual([
      false,
      true,
      true,
      true,
      false,
    ])
  })

  test('by hours follow the clocks when they change, and half-hour zones', () => {
    const two = { kind: 'hours', from: 2, to: 3 } as const
    const spring = ['2024-03-31T00:59:00Z', '2024-03-31T01:00:00Z', '2024-04-01T00:30:00Z']
    expect(excludedHours(two, 'Europe/Berlin', spring)).toEqual([false, false, true])
    const autumn = ['2024-10-27T00:00:00Z', '2024-10-27T01:59:00Z', '2024-10-27T02:00:00Z']
    expect(excludedHours(two, 'Europe/Berlin', autumn)).toEqual([true, true, false])
    expect(excludedHours(two, 'Asia/Kolkata', ['2024-01-10T20:30:00Z', '2024-01-10T21:29:00Z'])).toEqual([
      true,
      true,
    ])
    expect(excludedHours(two, 'Asia/Kolkata', ['2024-01-10T20:29:00Z', '2024-01-10T21:30:00Z'])).toEqual([
      false,
      false,
    ])
  })

  const plays: ImportRecord[] = [
    play(TIDE, T, { device: 'Kitchen Speaker' }),
    play(LAMP, T + HOUR),
    play(TIDE, T + 2 * HOUR),
  ]
  test.each<[string, ExclusionRule, number[]]>([
    ['artist, whatever its spelling', { kind: 'artist', artist: ' THE  harbour' }, [1]],
    ['artist, never by a part of the name', { kind: 'artist', artist: 'Harbour' }, [0, 1, 2]],
    ['time, with the first moment and without the last', { kind: 'time', from: T, to: T + 2 * HOUR }, [2]],
    ['part of a device’s name', { kind: 'device', device: 'kitchen' }, [1, 2]],
    ['hours of the listener’s zone', { kind: 'hours', from: 14, to: 15 }, [0, 2]],
  ])('by %s leave plays out of the log until they are taken away', async (_, rule, left) => {
    const { library, store } = await tempLibrary()
    await take(library, plays)
    const added = await library.exclusions.add(1, rule)
    expect((await logOf(library)).map(([hours]) => hours)).toEqual(left)
    expect(await store.count('plays', { hidden: 0 })).toBe(3)
    await library.exclusions.remove(1, added.id)
    expect(await logOf(library)).toHaveLength(3)
  })

  test('by track take out every version of its name, by import and by source what those told', async () => {
    const { library } = await tempLibrary()
    await take(library, plays)
    await take(library, [play({ ...TIDE, spotify: 'a'.repeat(22) }, T + 40 * HOUR)], {
      format: 'spotify-account',
    })
    const listener = await library.listeners.get('ada')
    const catalog = await library.catalog()
    const row = await findTrack(library.store, catalog, 'Low Tide')
    const [first] = (await library.imports.list()).map(({ id }) => id) as [number, number]
    const rules: ExclusionRule[] = [
      { kind: 'track', track: catalog.trackId[row]! },
      { kind: 'import', import: first },
      { kind: 'source', source: 'spotify-account' },
    ]
    const all = (await library.log(listener)).size
    const { each, together } = await playsTakenOut(library.store, catalog, listener, rules)
    expect(each[1]! + each[2]!).toBe(all)
    expect(each[2]).toBe(1)
    expect(each[0]).toBe(3)
    expect(together).toBe(all)
    for (const [i, rule] of rules.entries()) {
      const { id } = await library.exclusions.add(listener.id, rule)
      const log = await library.log(listener)
      expect(log.size).toBe(all - each[i]!)
      if (rule.kind === 'track') expect([...log.excluded]).toEqual([row])
      await library.exclusions.remove(listener.id, id)
    }
  })

  test('add up, are kept once, and belong to one listener', async () => {
    const { library } = await tempLibrary()
    await take(library, plays)
    const [artist, device] = [
      { kind: 'artist', artist: 'Nia Vale' },
      { kind: 'device', device: 'speaker' },
    ] as const
    const first = await library.exclusions.add(1, artist)
    expect(await library.exclusions.add(1, artist)).toEqual(first)
    const second = await library.exclusions.add(1, device)
    expect(await library.exclusions.list(1)).toEqual([
      { id: first.id, rule: artist },
      { id: second.id, rule: device },
    ])
    expect(await logOf(library)).toEqual([[2, FINISH]])
    expect(await library.exclusions.list(2)).toEqual([])
    await expect(library.exclusions.remove(2, first.id)).rejects.toMatchObject({ code: 'UNKNOWN_EXCLUSION' })
  })

  test('leave what is left out also out of the lengths that are heard', async () => {
    const { library } = await tempLibrary()
    await take(
      library,
      [0, 1, 2].map((i) => roundedPlay(TIDE, T + i * HOUR, 200_000)),
    )
    expect((await logOf(library)).at(-1)).toEqual([2, FINISH])
    await library.exclusions.add(1, { kind: 'time', from: T, to: T + HOUR })
    expect((await logOf(library)).at(-1)).toEqual([2, UNKNOWN])
  })
})
