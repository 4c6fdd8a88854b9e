import { describe, expect, test } from 'vitest'
import { NOW, play, row, take, tempLibrary } from './suites/temp-library.ts'

const DAY = 86_400_000
const TIDE = { spotify: 'tide', title: 'Low Tide', artist: 'The Harbour' }
const LAMP = { spotify: 'lamp', title: 'Lamplight', artist: 'Nia Vale' }

describe('listeners', () => {
  test('come with their first import, in the zone of the store, and can move', async () => {
    const { library } = await tempLibrary()
    await take(library, [play(TIDE, NOW)], { listener: 'ada' })
    await take(library, [play(LAMP, NOW)], { listener: 'bo' })
    await take(library, [play(LAMP, NOW)], { listener: 'ada' })
    await library.listeners.setTimeZone('bo', 'Asia/Tokyo')
    expect(await library.listeners.list()).toEqual([
      { id: 1, name: 'ada', timeZone: 'Europe/Berlin' },
      { id: 2, name: 'bo', timeZone: 'Asia/Tokyo' },
    ])
  })

  test('that do not exist are refused with the names there are', async () => {
    const { library } = await tempLibrary()
    await expect(library.listeners.get('ada')).rejects.toThrow(/nobody yet/)
    await take(library, [play(TIDE, NOW)], { listener: 'bo' })
    await expect(library.listeners.get('ada')).rejects.toThrow(/bo/)
    await expect(library.listeners.setTimeZone('ada', 'UTC')).rejects.toMatchObject({
      code: 'UNKNOWN_LISTENER',
    })
  })
})

describe('feedback', () => {
  test('is listed in the order in which it was said, so that the last word is last; an import says all of it when it comes', async () => {
    let now = NOW
    const { library } = await tempLibrary(() => now)
    await take(library, [
      { kind: 'like', track: TIDE, at: NOW - DAY },
      { kind: 'dislike', track: TIDE },
      { kind: 'never', artist: 'Grating' },
    ])
    await library.feedback.say(1, { kind: 'dislike', identifier: 1, artist: '' })
    now += 1000
    await library.feedback.say(1, { kind: 'like', identifier: 1, artist: '' })
    await take(library, [{ kind: 'dislike', track: TIDE }])
    expect(await library.feedback.list(1)).toEqual([
      { id: 1, kind: 'like', byHand: false, trackId: 1, at: NOW - DAY },
      { id: 2, kind: 'dislike', byHand: false, trackId: 1 },
      { id: 3, kind: 'never', byHand: false, artist: 'Grating' },
      { id: 4, kind: 'dislike', byHand: true, trackId: 1, at: NOW },
      { id: 5, kind: 'like', byHand: true, trackId: 1, at: NOW + 1000 },
      { id: 6, kind: 'dislike', byHand: false, trackId: 1 },
    ])
    expect(await library.feedback.list(2)).toEqual([])
  })

  test('undo takes back what was said by hand, last first, and nothing imported', async () => {
    const { library } = await tempLibrary()
    await take(library, [{ kind: 'like', track: TIDE }])
    await library.feedback.say(1, { kind: 'never', identifier: 0, artist: 'Grating' })
    await library.feedback.say(1, { kind: 'dislike', identifier: 1, artist: '' })
    await library.feedback.say(2, { kind: 'like', identifier: 1, artist: '' })
    expect(await library.feedback.undo(1, 'ada')).toMatchObject({ kind: 'dislike', trackId: 1 })
    expect(await library.feedback.undo(1, 'ada')).toMatchObject({ kind: 'never', artist: 'Grating' })
    await expect(library.feedback.undo(1, 'ada')).rejects.toMatchObject({ code: 'NOTHING_TO_UNDO' })
    expect(await library.feedback.list(1)).toMatchObject([{ kind: 'like' }])
    expect(await library.feedback.list(2)).toHaveLength(1)
  })

  test('a snooze stands up to its end', async () => {
    let now = NOW
    const { library } = await tempLibrary(() => now)
    const said = await library.feedback.say(1, {
      kind: 'snooze',
      identifier: 1,
      artist: '',
      until: NOW + DAY,
    })
    expect(said).toEqual({ id: 1, kind: 'snooze', byHand: true, trackId: 1, at: NOW, until: NOW + DAY })
    now = NOW + DAY - 1
    expect(await library.feedback.list(1)).toEqual([said])
    now = NOW + DAY
    expect(await library.feedback.list(1)).toEqual([])
    await expect(library.feedback.undo(1, 'ada')).rejects.toMatchObject({ code: 'NOTHING_TO_UNDO' })
  })

  test('said twice at a time is two sayings, each taken back on its own', async () => {
    const { library } = await tempLibrary()
    const say = (identifier: number) => library.feedback.say(1, { kind: 'like', identifier, artist: '' })
    const both = await Promise.all([say(1), say(2)])
    expect(new Set(both.map(({ id }) => id)).size).toBe(2)
    await library.feedback.undo(1, 'ada')
    expect(await library.feedback.list(1)).toHaveLength(1)
  })
})

test('saved tracks are those of the library and of own playlists: no hand-made likes, bans, or catalogs’ playlists', async () => {
  const { library } = await tempLibrary()
  const more = ['c', 'd', 'e'].map((spotify) => ({ spotify, title: spotify, artist: 'Various Rooms' }))
  await take(library, [
    { kind: 'like', track: TIDE },
    { kind: 'playlist-item', playlist: 'evening', track: LAMP },
    { kind: 'dislike', track: more[0]! },
  ])
  await take(library, [row(more[1]!), { kind: 'playlist-item', playlist: 'top', track: more[2]! }], {
    format: 'catalog',
  })
  await library.feedback.say(1, { kind: 'like', identifier: 4, artist: '' })
  expect([...(await library.saved(await library.listeners.get('ada')))].toSorted()).toEqual([0, 1])
})

describe('exposures', () => {
  const exposure = {
    draw: 'a',
    listener: 1,
    recipe: 'daily-1',
    occasion: 'day',
    at: NOW,
    model: 1,
    body: '{"pool":[]}',
  }

  test('are listed by time for one listener', async () => {
    const { library } = await tempLibrary()
    const later = { ...exposure, draw: 'b', at: NOW + 1 }
    for (const one of [later, exposure, { ...exposure, draw: 'c', listener: 2 }])
      await library.exposures.append(one)
    expect(await library.exposures.list(1)).toEqual([exposure, later])
  })

  test('count a draw once, also when it is shown twice at a time', async () => {
    const { library } = await tempLibrary()
    await Promise.all([library.exposures.append(exposure), library.exposures.append(exposure)])
    await library.exposures.append({ ...exposure, at: NOW + DAY })
    expect(await library.exposures.list(1)).toEqual([exposure])
  })
})
