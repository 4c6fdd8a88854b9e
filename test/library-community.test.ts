import { afterEach, describe, expect, it, vi } from 'vitest'
import { openEngine } from '../src/engine.ts'
import { communityOf } from '../src/library/community.ts'
import type { ImportRecord } from '../src/library/import-record.ts'
import { playlistsOf } from '../src/library/playlists.ts'
import { recommend } from '../src/recommend.ts'
import { emptyEngine, type InventedEngine, NOW, playsOf } from './suites/invented-listener.ts'

const DAY = 86_400_000
const NO_LISTS = playlistsOf(
  { import: new Int32Array(), listener: new Int32Array(), playlist: [], identifier: new Int32Array() },
  { rowOfIdentifier: new Int32Array(), size: 20 } as never,
)
/** Plays as [listener, row, days ago]. */
const signals = (plays: readonly (readonly [number, number, number])[]) =>
  communityOf(
    {
      listener: plays.map(([listener]) => listener),
      row: plays.map(([, row]) => row),
      endedAt: plays.map(([, , ago]) => NOW - ago * DAY),
    },
    NO_LISTS,
    20,
  )
/** Playlists as [listener, rows]. */
const listed = (lists: readonly (readonly [number, readonly number[]])[]) => {
  const items = lists.flatMap(([listener, rows], list) => rows.map((row) => ({ listener, row, list })))
  const of = playlistsOf(
    {
      import: Int32Array.from(items, () => 1),
      listener: Int32Array.from(items, ({ listener }) => listener),
      playlist: items.map(({ list }) => `list ${list}`),
      identifier: Int32Array.from(items, ({ row }) => row),
    },
    { rowOfIdentifier: Int32Array.from({ length: 20 }, (_, i) => i), size: 20 } as never,
  )
  return communityOf({ listener: [], row: [], endedAt: [] }, of, 20)
}
const people = (count: number) => Array.from({ length: count }, (_, i) => i + 1)

describe('signals of several listeners', () => {
  it('name a track popular from the fifth listener on, however often one plays it', () => {
    const four = people(4).map((who) => [who, 7, 1] as const)
    const often = Array.from({ length: 50 }, () => [1, 7, 1] as const)
    expect(Array.from(signals([...four, ...often]).popular)).toEqual([])
    expect(Array.from(signals([...four, [5, 7, 1]]).popular)).toEqual([7])
  })

  it('count the last four weeks alone, most listeners first', () => {
    const old = people(9).map((who) => [who, 1, 40] as const)
    const five = people(5).map((who) => [who, 2, 3] as const)
    const six = people(6).map((who) => [who, 3, 20] as const)
    const { popular, isPopular } = signals([...old, ...five, ...six])
    expect(Array.from(popular)).toEqual([3, 2])
    expect([1, 2, 3].map(isPopular)).toEqual([false, true, true])
  })

  it('set tracks side by side from five listeners to both on, and the more the fewer others hear them', () => {
    const both = (count: number, a: number, b: number) =>
      people(count).flatMap((who) => [[who, a, 1] as const, [who, b, 1] as const])
    expect(signals(both(4, 1, 2)).beside(1)).toEqual([])
    const everybody = people(40).map((who) => [who, 3, 1] as const)
    const beside = signals([...both(6, 1, 2), ...everybody]).beside(1)
    expect(beside.map(({ row }) => row)).toEqual([2, 3])
    expect(beside[0]!.strength).toBeCloseTo(1, 6)
    expect(beside[1]!.strength).toBeCloseTo(6 / Math.sqrt(6 * 40), 6)
  })
})

describe('tracks side by side', () => {
  it('are not told by four who hear both, though many more hear one of them', () => {
    const many = people(12).map((who) => [who, 1, 1] as const)
    const four = people(4).map((who) => [who, 2, 1] as const)
    const others = [20, 21, 22].map((who) => [who, 2, 1] as const)
    expect(signals([...many, ...four, ...others]).beside(1)).toEqual([])
    const fifth = [5, 2, 1] as const
    const [beside] = signals([...many, ...four, ...others, fifth]).beside(1)
    expect(beside!.row).toBe(2)
    expect(beside!.strength).toBeCloseTo(5 / Math.sqrt(12 * 8), 6)
  })

  it('are told by playlists of five listeners, and not by five playlists of fewer', () => {
    expect(listed(people(5).map((who) => [who, [1, 2]])).beside(1)).toEqual([{ row: 2, strength: 1 }])
    const often = Array.from({ length: 9 }, () => [1, [1, 2]] as const)
    const four = people(4).map((who) => [who, [1, 2]] as const)
    expect(listed([...often, ...four]).beside(1)).toEqual([])
    const alone = people(9).map((who) => [who, [1, 3]] as const)
    expect(
      listed([...often, ...four, ...alone])
        .beside(1)
        .map(({ row }) => row),
    ).toEqual([3])
    // Nine playlists of one listener count that listener once, also among those who have a track.
    const five = people(5).map((who) => [who, [1, 2]] as const)
    expect(listed([...often, ...five]).beside(1)).toEqual([{ row: 2, strength: 1 }])
  })
})

describe('in a store of several listeners', () => {
  let invented: InventedEngine
  afterEach(() => invented.close())
  const hit = { title: 'Hit', artist: 'Everybody', finished: true }
  const mine = { title: 'Mine', artist: 'Own', finished: true }
  const catalog: ImportRecord[] = [hit, mine, { title: 'Other', artist: 'Nobody' }].map(
    ({ title, artist }) => ({
      kind: 'track',
      track: { title, artist },
      facts: { source: '' },
    }),
  )

  const fill = async (listeners: number) => {
    invented = await emptyEngine()
    await invented.put('me', catalog, 'catalog')
    await invented.put('ada', playsOf([mine, mine]))
    for (const who of people(listeners)) await invented.put(`p${who}`, playsOf([hit, mine]))
  }
  const withCommunity = async () => {
    await invented.engine.close()
    const engine = await openEngine({
      data: invented.folder,
      now: () => invented.clock.at,
      timeZone: 'UTC',
      community: true,
    })
    invented = { ...invented, engine }
    return engine
  }
  const sourcesOfHit = async () => {
    const query = { listener: 'ada', recipe: 'deep-cuts', n: 10, at: NOW }
    const { mix } = await recommend(query, invented.engine)
    return mix.tracks.find(({ track }) => track.title === 'Hit')?.sources ?? []
  }

  it('nothing of another listener is read while it is off', async () => {
    await fill(6)
    const { engine } = invented
    const { id } = await engine.library.listeners.get('ada')
    const read = vi.spyOn(engine.library.store, 'read')
    const sources = await sourcesOfHit()
    expect(sources).not.toContain('playlists')
    expect(await engine.community()).toBeUndefined()
    for (const [table, , query] of read.mock.calls) {
      if (table !== 'plays' && table !== 'playlistItems' && table !== 'feedback' && table !== 'exclusions')
        continue
      const asked = [(query?.where as { listener?: number | number[] } | undefined)?.listener].flat()
      expect(
        asked.every((of) => of === id || of === 0),
        `${table} of ${asked}`,
      ).toBe(true)
    }
    expect(read.mock.calls.some(([table]) => table === 'plays')).toBe(true)
    read.mockRestore()
  })

  it('what six finish beside a track of hers is proposed to her while it is on, and what four finish is not', async () => {
    await fill(5)
    await withCommunity()
    expect(await sourcesOfHit()).toEqual(expect.arrayContaining(['similar', 'playlists']))
    await invented.close()
    await fill(3)
    const engine = await withCommunity()
    expect((await engine.community())!.popular.length).toBe(0)
    expect(await sourcesOfHit()).not.toContain('playlists')
  })

  it('what has not ended yet is no play: a wrong date makes nothing popular', async () => {
    invented = await emptyEngine()
    await invented.put('me', catalog, 'catalog')
    const early = Array.from(playsOf([hit]), (record) =>
      record.kind === 'play' ? { ...record, play: { ...record.play, endedAt: NOW + DAY } } : record,
    )
    for (const who of people(6)) await invented.put(`p${who}`, who < 3 ? early : playsOf([hit]))
    const engine = await withCommunity()
    expect((await engine.community())!.popular.length).toBe(0)
  })

  it('what an exclusion takes out of a listener’s plays is gone from the signals at once', async () => {
    await fill(5)
    const engine = await withCommunity()
    const catalogNow = await engine.library.catalog()
    const row = Array.from({ length: catalogNow.size }, (_, i) => i).find(
      (i) => catalogNow.titles.at(i) === 'Hit',
    )!
    expect((await engine.community())!.isPopular(row)).toBe(true)
    const { id } = await engine.library.listeners.get('p1')
    await engine.library.exclusions.add(id, { kind: 'artist', artist: 'Everybody' })
    expect((await engine.community())!.isPopular(row)).toBe(false)
  })
})
