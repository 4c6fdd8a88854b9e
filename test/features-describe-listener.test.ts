import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../src/library/catalog.ts'
import { findTrackByName } from '../src/library/find-track.ts'
import type { ImportRecord } from '../src/library/import-record.ts'
import {
  describeUntrained,
  emptyEngine,
  type InventedEngine,
  NOW,
  playsOf,
} from './suites/invented-listener.ts'

const DAY = 86_400_000
let invented: InventedEngine
beforeAll(async () => {
  invented = await emptyEngine()
  const tracks: [artist: string, title: string][] = [
    ['Ona', 'Sunrise'],
    ['Ona', 'Sunrise - Live in Ulm'],
    ['Ona', 'Sunrise (Acoustic)'],
    ['Ona', 'Sunrise Avenue'],
    ['Ona', '(Never) Again'],
    ['Ona', '(Never) Again - Mono'],
    ['Bel', 'Sunrise'],
    ['Bel', 'Duet (feat. Ona)'],
    ['Bel', 'Trio (feat. Cleo, Dag & Ona)'],
    ['Bel', 'Open feat. Ona - Remix'],
    ['Bel & Ona', 'Together'],
    ['Bel x Ona', 'Side by Side'],
    ['Onara', 'Not Her'],
    ['Bel', 'Ona'],
    ['Earth, Wind & Flour', 'Bread'],
    ['Bel', 'Toast (with Earth, Wind & Flour and Cleo)'],
    ['Bel', 'Dirt (feat. Earth)'],
    ['Flour', 'Dust'],
    ['Bel & Flour', 'Cake'],
    ['Salt & Flour', 'Dough'],
    ['Salt & Flour', 'Crust'],
    ['Salt & Flour', 'Crumb'],
  ]
  await invented.put(
    'me',
    tracks.map(([artist, title]) => ({
      kind: 'track' as const,
      track: { artist, title },
      facts: { source: 'spotify' },
    })),
    'catalog',
  )
  await invented.put('eve', playsOf([{ artist: 'Bel', title: 'Sunrise', finished: true }]))
})
afterAll(() => invented.close())

/** What eve refuses, by name, after saying things. */
async function refusedAfter(...sayings: readonly Parameters<typeof say>[0][]) {
  for (const saying of sayings) await say(saying)
  const { listener, catalog } = await describeUntrained(invented, 'eve')
  const refused: Record<string, string> = {}
  for (let row = 0; row < catalog.size; row++) {
    const why = listener.refusal(row)
    if (why) refused[`${catalog.artists.at(catalog.artist[row]!)} – ${catalog.titles.at(row)}`] = why
  }
  await invented.engine.library.store.write([{ delete: 'feedback', where: { listener: await eve() } }])
  return refused
}

const eve = async () => (await invented.engine.library.listeners.get('eve')).id

async function say(saying: {
  readonly kind: 'like' | 'dislike' | 'snooze' | 'never'
  readonly track?: string
  readonly artist?: string
  readonly until?: number
}) {
  const { library } = invented.engine
  const catalog = await library.catalog()
  const { kind, track, artist = '', until } = saying
  const identifier = track ? catalog.trackId[findTrackByName(catalog, track)]! : 0
  await library.feedback.say(await eve(), { kind, identifier, artist, ...(until ? { until } : {}) })
}

describe('a no', () => {
  it('holds for every version of the song by that artist, and for no other song', async () => {
    expect(await refusedAfter({ kind: 'dislike', track: 'Ona – Sunrise - Live in Ulm' })).toEqual({
      'Ona – Sunrise': 'disliked',
      'Ona – Sunrise - Live in Ulm': 'disliked',
      'Ona – Sunrise (Acoustic)': 'disliked',
    })
  })

  it('holds for a title that begins with a bracket', async () => {
    const refused = await refusedAfter({ kind: 'dislike', track: 'Ona – (Never) Again - Mono' })
    expect(Object.keys(refused)).toEqual(['Ona – (Never) Again', 'Ona – (Never) Again - Mono'])
  })

  it('to an artist holds for their tracks, shared tracks and guest parts', async () => {
    const refused = await refusedAfter({ kind: 'never', artist: 'ONA' })
    expect(Object.keys(refused).sort()).toEqual(
      [
        'Ona – Sunrise',
        'Ona – Sunrise - Live in Ulm',
        'Ona – Sunrise (Acoustic)',
        'Ona – Sunrise Avenue',
        'Ona – (Never) Again',
        'Ona – (Never) Again - Mono',
        'Bel – Duet (feat. Ona)',
        'Bel – Trio (feat. Cleo, Dag & Ona)',
        'Bel – Open feat. Ona - Remix',
        'Bel & Ona – Together',
        'Bel x Ona – Side by Side',
      ].sort(),
    )
  })

  it('to an artist whose name has an "and" of its own holds whole', async () => {
    const refused = await refusedAfter({ kind: 'never', artist: 'Earth, Wind & Flour' })
    expect(Object.keys(refused)).toEqual([
      'Earth, Wind & Flour – Bread',
      'Bel – Toast (with Earth, Wind & Flour and Cleo)',
    ])
  })

  it('to an artist spares the band that has the name in its own', async () => {
    expect(Object.keys(await refusedAfter({ kind: 'never', artist: 'Flour' }))).toEqual([
      'Flour – Dust',
      'Bel & Flour – Cake',
    ])
    expect(Object.keys(await refusedAfter({ kind: 'never', artist: 'Earth' }))).toEqual([
      'Bel – Dirt (feat. Earth)',
    ])
    expect(Object.keys(await refusedAfter({ kind: 'never', artist: 'Salt and Flour' }))).toHaveLength(3)
  })

  it('for a time ends with the time', async () => {
    const saying = { kind: 'snooze', track: 'Ona – Sunrise', until: NOW + 7 * DAY } as const
    expect(Object.values(await refusedAfter(saying))).toEqual(['snoozed', 'snoozed', 'snoozed'])
    invented.clock.at = NOW + 7 * DAY
    expect(await refusedAfter({ ...saying })).toEqual({})
    invented.clock.at = NOW
  })

  it('is taken back by a like that comes later, but stays when only a snooze over it has ended', async () => {
    const track = 'Ona – Sunrise'
    expect(await refusedAfter({ kind: 'dislike', track }, { kind: 'like', track })).toEqual({})
    const ended = { kind: 'snooze', track, until: NOW - DAY } as const
    expect(Object.values(await refusedAfter({ kind: 'dislike', track }, ended))).toContain('disliked')
  })

  it('is gone when it is undone', async () => {
    expect(await refusedAfter()).toEqual({})
  })
})

describe('a like', () => {
  const like = { kind: 'like' as const, track: { artist: 'Bel', title: 'Ona' } }
  const row = async () => findTrackByName(await invented.engine.library.catalog(), 'Bel – Ona')
  const describedAs = async (name: string) => {
    const { listener } = await describeUntrained(invented, name)
    const at = await row()
    const { saved, liked } = listener.trackHistory(at)
    return { saved, liked, weight: listener.loved.find((track) => track.row === at)?.weight }
  }

  it('that is imported is a saved track, and counts as one', async () => {
    await invented.put('fay', [like])
    expect(await describedAs('fay')).toEqual({ saved: true, liked: false, weight: 1 })
  })

  it('by hand is a liked track, saved or not, until another word by hand', async () => {
    const { library } = invented.engine
    await invented.put('gus', playsOf([{ artist: 'Bel', title: 'Sunrise', finished: true }]))
    const { id } = await library.listeners.get('gus')
    const identifier = (await library.catalog()).trackId[await row()]!
    await library.feedback.say(id, { kind: 'like', identifier, artist: '' })
    expect(await describedAs('gus')).toEqual({ saved: false, liked: true, weight: 2 })
    await invented.put('gus', [like])
    expect(await describedAs('gus')).toEqual({ saved: true, liked: true, weight: 3 })
    await library.feedback.say(id, { kind: 'dislike', identifier, artist: '' })
    expect(await describedAs('gus')).toEqual({ saved: true, liked: false, weight: undefined })
  })
})

describe('what an exclusion takes out', () => {
  const title = (catalog: Catalog) => (row: number) => catalog.titles.at(row)

  it('is neither known, loved nor new; an excluded artist has nothing new either', async () => {
    const { library } = invented.engine
    const device = (record: ImportRecord, name: string): ImportRecord =>
      record.kind === 'play' ? { ...record, play: { ...record.play, device: name } } : record
    const heard = [
      ...playsOf(['Sunrise', 'Ona', 'Sunrise'].map((t) => ({ artist: 'Bel', title: t, finished: true }))),
    ]
    await invented.put('hal', [
      ...heard.map((record, i) => device(record, i < 2 ? 'kids tablet' : 'phone')),
      ...playsOf([{ artist: 'Flour', title: 'Dust', finished: true }], NOW - 2 * DAY),
      { kind: 'like', track: { artist: 'Salt & Flour', title: 'Crust' } },
    ])
    const { id } = await library.listeners.get('hal')
    const all = await describeUntrained(invented, 'hal')
    expect(all.listener.known.map(title(all.catalog)).sort()).toEqual(['Crust', 'Dust', 'Ona', 'Sunrise'])

    await library.exclusions.add(id, { kind: 'device', device: 'kids' })
    await library.exclusions.add(id, { kind: 'artist', artist: 'salt & flour' })
    const { listener, catalog } = await describeUntrained(invented, 'hal')
    const fresh = Array.from(catalog.artist.keys()).filter(listener.isNew)
    // Sunrise was heard on the phone too.
    expect(listener.known.map(title(catalog)).sort()).toEqual(['Dust', 'Sunrise'])
    expect(listener.excluded.map(title(catalog)).sort()).toEqual(['Crumb', 'Crust', 'Dough', 'Ona'])
    expect(listener.loved.map(({ row }) => row).filter((row) => listener.excluded.includes(row))).toEqual([])
    expect(fresh.filter((row) => listener.excluded.includes(row))).toEqual([])
    expect(fresh).toHaveLength(catalog.size - listener.known.length - listener.excluded.length)
    expect(listener.trackHistory(findTrackByName(catalog, 'Bel – Ona')).plays).toBe(0)
  })

  it('is known again when it is liked by hand', async () => {
    const { library } = invented.engine
    const catalog = await library.catalog()
    const row = findTrackByName(catalog, 'Salt & Flour – Dough')
    const { id } = await library.listeners.get('hal')
    await library.feedback.say(id, { kind: 'like', identifier: catalog.trackId[row]!, artist: '' })
    const { listener } = await describeUntrained(invented, 'hal')
    expect(listener.known).toContain(row)
    expect(listener.excluded).not.toContain(row)
  })
})

describe('the day a listener is described on', () => {
  const asOfAt = async (at: number) => {
    invented.clock.at = at
    const { listener } = await describeUntrained(invented, 'eve')
    invented.clock.at = NOW
    return listener
  }

  it('is today while the history is fresh, and the end of the history once it is old', async () => {
    const endedAt = NOW - DAY
    expect((await asOfAt(NOW)).asOf).toBe(NOW)
    expect((await asOfAt(NOW + DAY)).asOf).toBe(NOW + DAY)
    expect((await asOfAt(NOW + 400 * DAY)).asOf).toBe(endedAt + 60_000)
  })

  it('knows a sitting that is under way', async () => {
    expect((await asOfAt(NOW - DAY + 10 * 60_000)).inSitting).toBe(true)
    expect((await asOfAt(NOW)).inSitting).toBe(false)
    expect((await asOfAt(NOW + 400 * DAY)).inSitting).toBe(false)
  })
})
