import { describe, expect, test } from 'vitest'
import type { ImportRecord } from '../src/library/import-record.ts'
import type { Library } from '../src/library/library.ts'
import { lastOpinions, refusals } from '../src/library/refusals.ts'
import { NOW, play, take, tempLibrary } from './suites/temp-library.ts'

const DAY = 86_400_000
const TIDE = { spotify: 'tide', title: 'Low Tide', artist: 'The Harbour' }
const LIKE: ImportRecord = { kind: 'like', track: TIDE, at: NOW - DAY }
const BAN: ImportRecord = { kind: 'dislike', track: TIDE }

/** What ada refuses now: title → why. */
async function refused(library: Library): Promise<Record<string, string>> {
  const catalog = await library.catalog()
  const { id } = await library.listeners.get('ada')
  const refusal = refusals(catalog, lastOpinions(await library.feedback.list(id), catalog, NOW))
  const found: Record<string, string> = {}
  for (let row = 0; row < catalog.size; row++) {
    const why = refusal(row)
    if (why) found[`${catalog.artists.at(catalog.artist[row]!)} – ${catalog.titles.at(row)}`] = why
  }
  return found
}

const byHand = (library: Library, kind: 'like' | 'dislike' | 'snooze') =>
  library.feedback.say(1, { kind, identifier: 1, artist: '', ...(kind === 'snooze' && { until: NOW + DAY }) })

describe('an imported like', () => {
  test.each<[string, (library: Library) => Promise<unknown>, string]>([
    ['an undated ban of an earlier import', (library) => take(library, [BAN]), 'disliked'],
    ['a dislike by hand', (library) => byHand(library, 'dislike'), 'disliked'],
    ['a snooze by hand', (library) => byHand(library, 'snooze'), 'snoozed'],
  ])('does not lift %s, however late it is dated', async (_, no, why) => {
    const { library } = await tempLibrary()
    await take(library, [play(TIDE, NOW - DAY)])
    await no(library)
    await take(library, [LIKE])
    expect(await refused(library)).toEqual({ 'The Harbour – Low Tide': why })
  })

  test.each([[[LIKE, BAN]], [[BAN, LIKE]]])('does not lift a ban of its own import', async (records) => {
    const { library } = await tempLibrary()
    await take(library, records)
    expect(await refused(library)).toEqual({ 'The Harbour – Low Tide': 'disliked' })
  })
})

describe('an imported ban', () => {
  test('stands over a like by hand that was said before it came', async () => {
    const { library } = await tempLibrary()
    await take(library, [play(TIDE, NOW - DAY)])
    await byHand(library, 'like')
    await take(library, [BAN])
    expect(await refused(library)).toEqual({ 'The Harbour – Low Tide': 'disliked' })
  })

  test('is lifted by a like by hand that is said later, and stands again when that is undone', async () => {
    const { library } = await tempLibrary()
    await take(library, [BAN])
    await byHand(library, 'like')
    expect(await refused(library)).toEqual({})
    await library.feedback.undo(1, 'ada')
    expect(await refused(library)).toEqual({ 'The Harbour – Low Tide': 'disliked' })
  })
})

describe('a no by hand', () => {
  const NAMED = { title: 'Low Tide', artist: 'The Harbour' }
  const account = [play(NAMED, NOW - 2 * DAY, { precision: 'minute' })]
  const extended = [play(TIDE, NOW - DAY)]
  const no = { 'The Harbour – Low Tide': 'disliked' }

  test.each([
    ['both imports were there', account, extended, true],
    ['both imports were there, the other way round', extended, account, true],
    ['the second import came later', account, extended, false],
    ['the second import came later, the other way round', extended, account, false],
  ])('holds when its first import is taken back: %s', async (_, first, second, before) => {
    const { library, again } = await tempLibrary()
    const { id } = await take(library, first)
    if (before) await take(library, second)
    await byHand(library, 'dislike')
    if (!before) await take(library, second)
    await library.imports.undo(id)
    expect((await library.catalog()).size).toBe(1)
    expect(await refused(library)).toEqual(no)
    expect(await refused(again())).toEqual(no)
  })

  test('holds when everything is taken back and imported anew, and leaves no track behind meanwhile', async () => {
    const { library } = await tempLibrary()
    const ids = [(await take(library, account)).id, (await take(library, extended)).id]
    await byHand(library, 'dislike')
    for (const id of ids) await library.imports.undo(id)
    expect((await library.catalog()).size).toBe(0)
    for (const records of [extended, account]) {
      const { id } = await take(library, records)
      expect(await refused(library)).toEqual(no)
      await library.imports.undo(id)
    }
  })

  test('holds for each part of a recording that is split, and undo takes all of it back', async () => {
    const { library } = await tempLibrary()
    const other = { spotify: 'ebb', title: 'Ebb', artist: 'The Harbour' }
    const one = await take(library, [play({ ...TIDE, isrc: 'AA0000000001' }, NOW - DAY)])
    await take(library, [play({ ...other, isrc: 'AA0000000001' }, NOW)])
    expect((await library.catalog()).size).toBe(1)
    const said = await byHand(library, 'dislike')
    expect(said).toMatchObject({ trackId: 1, identifiers: [1, 2] })
    await library.recordings.split(1)
    const both = { 'The Harbour – Low Tide': 'disliked', 'The Harbour – Ebb': 'disliked' }
    expect(await refused(library)).toEqual(both)
    await library.imports.undo(one.id)
    expect(await refused(library)).toEqual({ 'The Harbour – Ebb': 'disliked' })
    await take(library, [play({ ...TIDE, isrc: 'AA0000000001' }, NOW - DAY)])
    expect(await refused(library)).toEqual(both)
    expect(await library.feedback.list(1)).toEqual([said])
    expect(await library.feedback.undo(1, 'ada')).toEqual(said)
    expect(await refused(library)).toEqual({})
  })

  test('said again and again keeps the names once, and does not make the catalog anew', async () => {
    const { library, store } = await tempLibrary()
    await take(library, account)
    const { revision } = await library.catalog()
    for (const kind of ['dislike', 'like', 'snooze'] as const) await byHand(library, kind)
    expect(await store.count('claims', { import: 0 })).toBe(1)
    expect((await library.catalog()).revision).toBe(revision)
  })
})
