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
