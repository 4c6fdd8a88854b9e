import { describe, expect, test } from 'vitest'
import { random } from '../src/core/random.ts'
import type { ImportRecord } from '../src/library/import-record.ts'
import type { Library } from '../src/library/library.ts'
import { NOW, play, roundedPlay, row, take, tempLibrary, visiblePlays } from './suites/temp-library.ts'

const MINUTE = 60_000
const T = Date.UTC(2024, 2, 1, 12)
const TIDE = { spotify: 'tide00000000000000000A', title: 'Low Tide', artist: 'The Harbour' }
const LAMP = { spotify: 'lamp00000000000000000A', title: 'Lamplight', artist: 'Nia Vale' }

describe('an import', () => {
  test('tells how many plays were told before, which tracks are new and what has audio', async () => {
    const { library } = await tempLibrary()
    const catalog = await take(library, [row(TIDE, { audio: { energy: 0.4, tempo: 98 } })], {
      format: 'catalog',
    })
    expect(catalog).toEqual({ id: 1, duplicates: [], newTracks: 1, plays: 0, playsWithAudio: 0 })
    const session = library.imports.begin()
    session.add(play(TIDE, T), 0)
    session.add(play(LAMP, T + 5 * MINUTE), 2)
    session.add(play(LAMP, T + 5 * MINUTE), 2)
    const outcome = await session.commit(
      { listener: 'ada', name: 'a.zip', sha256: 'a', format: 'spotify-extended', at: NOW },
      (duplicates) => JSON.stringify({ duplicates }),
    )
    expect(outcome).toEqual({ id: 2, duplicates: [0, 0, 1], newTracks: 1, plays: 2, playsWithAudio: 1 })
    expect(await library.imports.list()).toMatchObject([
      { id: 1, format: 'catalog' },
      { id: 2, listener: 'ada', name: 'a.zip', report: '{"duplicates":[0,0,1]}', undoneAt: Number.NaN },
    ])
  })

  test('is found by its listener and content until it is taken back', async () => {
    const { library } = await tempLibrary()
    const { id } = await take(library, [play(TIDE, T)], { sha256: 'same' })
    await take(library, [play(TIDE, T)], { listener: 'bo', sha256: 'other' })
    expect(await library.imports.find('ada', 'same')).toBe(id)
    expect(await library.imports.find('bo', 'same')).toBeUndefined()
    expect(await library.imports.find('nobody', 'same')).toBeUndefined()
    await library.imports.undo(id)
    expect(await library.imports.find('ada', 'same')).toBeUndefined()
  })

  test('that is not committed leaves nothing', async () => {
    const { library, store } = await tempLibrary()
    const session = library.imports.begin()
    session.add(play(TIDE, T), 0)
    expect(await store.count('plays')).toBe(0)
    expect(await store.count('identifiers')).toBe(0)
    expect(await library.listeners.list()).toEqual([])
  })

  test('twice, at once or later, shows every play once, and another listener keeps theirs', async () => {
    const { library, store } = await tempLibrary()
    const rows = [play(TIDE, T), play(LAMP, T + MINUTE), roundedPlay(LAMP, T + 9 * MINUTE)]
    await take(library, rows)
    const once = await visiblePlays(store, 1)
    expect(once).toHaveLength(3)
    expect((await take(library, rows)).plays).toBe(0)
    expect(await visiblePlays(store, 1)).toEqual(once)
    expect((await take(library, rows, { listener: 'bo' })).plays).toBe(3)
    expect(await visiblePlays(store, 1)).toEqual(once)
  })
})

describe('taking an import back', () => {
  test('removes its plays, features, likes and playlists, and shows again what it had hidden', async () => {
    const { library, store } = await tempLibrary()
    await take(library, [roundedPlay(TIDE, T)], { format: 'spotify-account' })
    const before = await visiblePlays(store, 1)
    const { id } = await take(library, [
      play(TIDE, T + 20_000),
      row(TIDE, { audio: { energy: 0.5, tempo: 100 } }),
      { kind: 'like', track: TIDE },
      { kind: 'never', artist: 'Grating' },
      { kind: 'playlist-item', playlist: 'evening', track: LAMP },
    ])
    const ada = await library.listeners.get('ada')
    expect(await visiblePlays(store, 1)).toEqual([`spotify:${TIDE.spotify} ${T + 20_000} 200000 1`])
    expect([...(await library.saved(ada))].toSorted()).toEqual([0, 1])
    expect(await library.feedback.list(ada.id)).toHaveLength(2)

    await library.imports.undo(id)
    expect(await visiblePlays(store, 1)).toEqual(before)
    expect([...(await library.saved(ada))]).toEqual([])
    expect(await library.feedback.list(ada.id)).toEqual([])
    const catalog = await library.catalog()
    expect(catalog.size).toBe(1)
    expect(catalog.source[0]).toBe(0)
  })

  test('a second time, or one that never was, is refused with a sentence', async () => {
    const { library } = await tempLibrary()
    const { id } = await take(library, [play(TIDE, T)])
    await library.imports.undo(id)
    await expect(library.imports.undo(id)).rejects.toMatchObject({ code: 'IMPORT_ALREADY_UNDONE' })
    await expect(library.imports.undo(99)).rejects.toMatchObject({ code: 'UNKNOWN_IMPORT' })
    expect((await library.imports.list())[0]?.undoneAt).toBe(NOW)
  })

  test('leaves what was said by hand', async () => {
    const { library } = await tempLibrary()
    const { id } = await take(library, [play(TIDE, T), { kind: 'like', track: TIDE }])
    await library.feedback.say(1, { kind: 'dislike', identifier: 1, artist: '' })
    await library.imports.undo(id)
    expect(await library.feedback.list(1)).toMatchObject([{ kind: 'dislike' }])
  })
})

describe('a name that packages spell differently', () => {
  const older = { ...TIDE, title: 'Low Tide (Single)' }
  const packages = (account: typeof TIDE) => [
    [play(older, T + 20_000)],
    [play(TIDE, T + 40 * MINUTE)],
    [roundedPlay(account, T + 20_000)],
  ]

  test.each([[[0, 1, 2]], [[1, 0, 2]], [[2, 1, 0]], [[2, 0, 1]]])(
    'gives the same plays in order %j',
    async (order) => {
      const { library, store } = await tempLibrary()
      for (const [i, listener] of ['ada', 'bo'].entries()) {
        for (const at of order) await take(library, packages([TIDE, older][i]!)[at]!, { listener })
        expect(await visiblePlays(store, i + 1)).toEqual([
          `spotify:${TIDE.spotify} ${T + 20_000} 200000 1`,
          `spotify:${TIDE.spotify} ${T + 40 * MINUTE} 200000 1`,
        ])
      }
    },
  )

  test('a catalog does not change which plays are one, whether it comes before or after them', async () => {
    const { library, store } = await tempLibrary()
    const catalog = () =>
      take(library, [row({ ...TIDE, title: 'A Low Tide' })], { listener: 'shelf', format: 'catalog' })
    const { id } = await catalog()
    const plays = () => take(library, [play(TIDE, T + 20_000), roundedPlay(TIDE, T + 20_000)])
    await plays()
    const ada = (await library.listeners.get('ada')).id
    expect(await visiblePlays(store, ada)).toHaveLength(1)
    await library.imports.undo(id)
    expect(await visiblePlays(store, ada)).toHaveLength(1)
    await catalog()
    await plays()
    expect(await visiblePlays(store, ada)).toHaveLength(1)
  })
})

/** An invented year of one person: repeats, runs of skips within a minute, two tracks of one name. */
function history(seed: number) {
  const draw = random(`person/${seed}`)
  const tracks = Array.from({ length: 5 }, (_, i) => ({
    spotify: `track${i}`,
    title: i === 4 ? 'Song 3' : `Song ${i}`,
    artist: 'Various Rooms',
  }))
  let at = T
  return Array.from({ length: 30 }, () => {
    at += 1000 * (1 + draw.int(draw.next() < 0.5 ? 20 : 400))
    return {
      track: tracks[draw.int(tracks.length)]!,
      endedAt: at,
      msPlayed: [700, 700, 45_000, 180_000][draw.int(4)]!,
      /** Account data rounds another clock than the one that extended history writes down. */
      clock: at - 1000 * draw.int(90),
    }
  })
}

/** Overlapping spans of it, told exactly or to the minute; some rows are told twice. */
function packagesOf(seed: number): ImportRecord[][] {
  const draw = random(`packages/${seed}`)
  const plays = history(seed)
  return Array.from({ length: 3 + draw.int(2) }, () => {
    const from = draw.int(15)
    const span = plays.slice(from, from + 8 + draw.int(20))
    const account = draw.next() < 0.5
    return span.flatMap(({ track, endedAt, msPlayed, clock }) => {
      if (account) return [roundedPlay(track, clock, msPlayed)]
      const record = play(track, endedAt, { msPlayed })
      return draw.next() < 0.1 ? [record, record] : [record]
    })
  })
}

test('overlapping packages show the same plays in any order, and after any of them is taken back', async () => {
  const { library, store } = await tempLibrary()
  const takeAll = async (packages: readonly ImportRecord[][], order: readonly number[], listener: string) => {
    const ids = new Map<number, number>()
    for (const i of order) ids.set(i, (await take(library, packages[i]!, { listener })).id)
    return { ids, listener: (await library.listeners.get(listener)).id }
  }
  let overlapping = 0
  for (let seed = 0; seed < 5; seed++) {
    const draw = random(`orders/${seed}`)
    const packages = packagesOf(seed)
    const all = [...packages.keys()]
    const first = await takeAll(packages, all, `${seed} in order`)
    const shuffled = await takeAll(packages, draw.shuffle([...all]), `${seed} shuffled`)
    const shown = await visiblePlays(store, first.listener)
    expect(await visiblePlays(store, shuffled.listener)).toEqual(shown)
    overlapping += packages.flat().length - shown.length

    const left = draw.int(packages.length)
    const without = await takeAll(packages, draw.shuffle(all.filter((i) => i !== left)), `${seed} without`)
    const rest = await visiblePlays(store, without.listener)
    for (const { ids, listener } of [first, shuffled]) {
      await library.imports.undo(ids.get(left)!)
      expect(await visiblePlays(store, listener)).toEqual(rest)
      await take(library, packages[left]!, {
        listener: listener === first.listener ? `${seed} in order` : `${seed} shuffled`,
      })
      expect(await visiblePlays(store, listener)).toEqual(shown)
    }
  }
  expect(overlapping).toBeGreaterThan(100)
})

describe('two imports at once', () => {
  const begin = (library: Library, records: readonly ImportRecord[]) => {
    const session = library.imports.begin()
    for (const record of records) session.add(record, 0)
    return (sha256: string) =>
      session.commit(
        { listener: 'ada', name: 'file', sha256, format: 'spotify-extended', at: NOW },
        () => '{}',
      )
  }

  test('number the names one after the other: two tracks never share an identifier', async () => {
    const { library, store } = await tempLibrary()
    const [one, other] = [begin(library, [play(TIDE, T)]), begin(library, [play(LAMP, T), play(TIDE, T)])]
    const outcomes = await Promise.all([one('a'), other('b')])
    expect(outcomes.map(({ newTracks }) => newTracks)).toEqual([1, 1])
    expect(await store.read('identifiers', ['id', 'value'], { orderBy: ['id'] })).toMatchObject({
      id: Int32Array.of(1, 2),
      value: [TIDE.spotify, LAMP.spotify],
    })
    expect(await visiblePlays(store, 1)).toEqual(
      [LAMP, TIDE].map(({ spotify }) => `spotify:${spotify} ${T} 200000 1`),
    )
  })

  test('of one content are one import: the second changes nothing and has only duplicates', async () => {
    const { library } = await tempLibrary()
    const records = [play(TIDE, T), play(LAMP, T + MINUTE), { kind: 'like', track: TIDE } as const]
    const sessions = [begin(library, records), begin(library, records)]
    const outcomes = await Promise.all(sessions.map((commit) => commit('same')))
    expect(outcomes).toEqual([
      { id: 1, duplicates: [0], newTracks: 2, plays: 2, playsWithAudio: 0 },
      { id: 1, duplicates: [2], newTracks: 0, plays: 0, playsWithAudio: 0 },
    ])
    expect(await library.imports.list()).toHaveLength(1)
    expect(await library.feedback.list(1)).toHaveLength(1)
  })
})
