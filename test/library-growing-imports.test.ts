import { describe, expect, it } from 'vitest'
import { random } from '../src/core/random.ts'
import type { ImportRecord } from '../src/library/import-record.ts'
import { refreshHidden } from '../src/library/plays.ts'
import { REQUESTS_KEPT_MS } from '../src/library/requests.ts'
import { NOW, play, roundedPlay, take, tempLibrary, visiblePlays } from './suites/temp-library.ts'

const DAY = 86_400_000
const MINUTE = 60_000
type Temp = Awaited<ReturnType<typeof tempLibrary>>

/** Says events of a listener's day, as the server does. */
function say(
  { library }: Pick<Temp, 'library'>,
  listener: string,
  records: readonly ImportRecord[],
  {
    day = 0,
    at = NOW,
    request,
  }: { day?: number; at?: number; request?: { key: string; sha256: string } } = {},
) {
  const session = library.imports.begin()
  for (const record of records) session.add(record, 0)
  const what = { listener, name: `events ${day}`, format: 'events', sha256: `${listener} ${day}`, at }
  return session.commit({ ...what, grows: true, ...(request && { request }) }, () => '{}')
}

const SONGS = [
  { title: 'Low Tide', artist: 'The Harbour' },
  { title: 'Low Tide', artist: 'The Harbour', isrc: 'GBAAA0000001' },
  { title: 'LOW TIDE', artist: 'the harbour', spotify: '1'.repeat(22) },
  { title: 'High Noon', artist: 'The Harbour' },
  { title: 'Low Tide (Live)', artist: 'The Harbour', spotify: '1'.repeat(22) },
  { title: 'Elsewhere', spotify: '2'.repeat(22) },
  { title: 'Elsewhere' },
]

describe('events that are said while others are', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'hide what a look at all plays would hide, in any company (%i)',
    async (seed) => {
      const temp = await tempLibrary()
      const { library, store } = temp
      const rng = random(`growing ${seed}`)
      const moment = () => NOW - DAY + rng.int(seed % 2 ? 20 : 5) * MINUTE + rng.int(3) * 1000
      const record = (): ImportRecord => {
        const song = SONGS[rng.int(SONGS.length)]!
        const ms = [20_000, 200_000, 200_000, 180_000][rng.int(4)]!
        const kind = rng.int(seed % 2 ? 3 : 1)
        if (kind === 1) return roundedPlay({ artist: 'The Harbour', ...song }, moment(), ms)
        return play(song, moment(), { msPlayed: ms, ...(kind === 2 && { precision: 'start' as const }) })
      }
      const some = (most: number) => Array.from({ length: 1 + rng.int(most) }, record)
      const who = () => ['ada', 'ben'][rng.int(2)]!
      await take(library, [record()], { listener: 'ada' })
      await take(library, [record()], { listener: 'ben' })
      for (let step = 0; step < 25; step++) {
        const what = rng.int(10)
        if (what === 0) await take(library, some(12), { listener: who() })
        else if (what === 1) {
          const standing = (await library.imports.list()).filter(({ undoneAt }) => Number.isNaN(undoneAt))
          if (standing.length > 3) await library.imports.undo(standing[rng.int(standing.length)]!.id)
        } else
          await Promise.all(
            Array.from({ length: 1 + rng.int(8) }, () =>
              rng.int(6) === 0
                ? say(temp, who(), [{ kind: 'like', track: SONGS[rng.int(SONGS.length)]! }], {
                    day: rng.int(2),
                  })
                : say(temp, who(), some(rng.int(3) ? 1 : 6), { day: rng.int(2) }),
            ),
          )
        expect((await refreshHidden(store, [1, 2], {})).writes).toEqual([])
      }
      const { id } = await store.read('plays', ['id'])
      expect(new Set(id).size).toBe(id.length)
      expect(await store.count('plays', { hidden: 1 })).toBeGreaterThan(5)
    },
  )

  it('are one group: everything that waits is one write', async () => {
    const temp = await tempLibrary()
    const { library } = temp
    const real = library.store.write
    let writes = 0
    Object.assign(library.store, {
      write: (group: Parameters<typeof real>[0]) => {
        writes++
        return real(group)
      },
    })
    const said = Array.from({ length: 40 }, (_, i) =>
      say(temp, i % 2 ? 'ada' : 'ben', [play({ title: `song ${i}` }, NOW - i * MINUTE)]),
    )
    const outcomes = await Promise.all(said)
    expect(writes).toBe(1)
    expect(new Set(outcomes.map(({ id }) => id)).size).toBe(2)
    expect(await visiblePlays(library.store, 1)).toHaveLength(20)
    expect(await visiblePlays(library.store, 2)).toHaveLength(20)
  })

  it('count each for itself: tracks that are new, plays that were told, and the one that says so first is shown', async () => {
    const temp = await tempLibrary()
    const told = play({ title: 'Twice' }, NOW - MINUTE)
    const outcomes = await Promise.all([1, 2, 3].map(() => say(temp, 'ada', [told])))
    expect(outcomes.map(({ newTracks }) => newTracks)).toEqual([1, 0, 0])
    expect(outcomes.map(({ duplicates }) => duplicates)).toEqual([[0], [1], [1]])
    expect(outcomes.map(({ plays }) => plays)).toEqual([1, 0, 0])
  })

  it('claim a track once an import, however often it is heard', async () => {
    const temp = await tempLibrary()
    const { library, store } = temp
    const heard = (i: number, day: number) =>
      say(temp, 'ada', [play({ title: 'Often' }, NOW - i * MINUTE)], { day })
    await Promise.all([heard(1, 0), heard(2, 0), heard(3, 1)])
    await heard(4, 0)
    const { import: told } = await store.read('claims', ['import'])
    expect([...told].sort()).toEqual([1, 2])
    const before = await library.catalog()
    await heard(5, 1)
    expect(await library.catalog()).toBe(before)
    await library.imports.undo(1)
    expect((await library.catalog()).size).toBe(1)
    await library.imports.undo(2)
    expect((await library.catalog()).size).toBe(0)
    await heard(6, 0)
    expect((await library.catalog()).size).toBe(1)
  })

  it('of which one cannot be kept are kept but that one', async () => {
    const temp = await tempLibrary()
    const bad = play({ title: 'Bad' }, NOW, { reasonEnd: 5 as never })
    const outcomes = await Promise.allSettled([
      say(temp, 'ada', [play({ title: 'First' }, NOW - MINUTE)]),
      say(temp, 'ada', [play({ title: 'Good' }, NOW)]),
      say(temp, 'ada', [bad]),
      say(temp, 'ben', [play({ title: 'Good' }, NOW)]),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    expect(await visiblePlays(temp.library.store, 1)).toHaveLength(2)
    expect(await visiblePlays(temp.library.store, 2)).toHaveLength(1)
  })
})

describe('a request that names itself', () => {
  const request = (key: string, sha256 = 'asked') => ({ request: { key, sha256 } })

  it('is done once, also beside itself in one group, and refused where it asks something else', async () => {
    const temp = await tempLibrary()
    const one = play({ title: 'Once' }, NOW)
    const outcomes = await Promise.allSettled([
      say(temp, 'ada', [one], request('other')),
      say(temp, 'ada', [one], request('a')),
      say(temp, 'ada', [one], request('a')),
      say(temp, 'ada', [one], request('a', 'something else')),
    ])
    expect(outcomes).toMatchObject([
      { status: 'fulfilled' },
      { status: 'fulfilled', value: { id: 1 } },
      { status: 'fulfilled', value: { id: 1, repeated: true } },
      { status: 'rejected', reason: { code: 'REQUEST_CHANGED' } },
    ])
    expect(await say(temp, 'ada', [one], request('a'))).toMatchObject({ id: 1, repeated: true })
    expect(await temp.store.count('requests')).toBe(2)
    expect(await temp.store.count('plays')).toBe(2)
  })

  it('is forgotten after thirty days, in small steps as others are kept', async () => {
    let now = NOW
    const temp = await tempLibrary(() => now)
    const { store } = temp
    const many = 1200
    const keys = Array.from({ length: many }, (_, i) => `key ${i}`)
    const columns = { key: keys, sha256: keys, import: keys.map(() => 1), at: keys.map((_, i) => NOW - i) }
    await temp.library.store.write([{ insert: 'requests', columns }])
    const event = (key: string) => say(temp, 'ada', [play({ title: key }, NOW)], { at: now, ...request(key) })
    now = NOW + REQUESTS_KEPT_MS - many
    await expect(event('key 7')).rejects.toMatchObject({ code: 'REQUEST_CHANGED' })
    now = NOW + REQUESTS_KEPT_MS + 1
    expect((await event('key 7')).repeated).toBeUndefined()
    expect(await store.count('requests')).toBe(many - 500)
    await event('a')
    await event('b')
    expect(await store.count('requests', { key: keys })).toBe(1)
    await event('c')
    expect(await store.count('requests')).toBe(4)
    await expect(event('key 7')).resolves.toMatchObject({ repeated: true })
  })
})
