import { describe, expect, test } from 'vitest'
import { random } from '../src/core/random.ts'
import type { TrackRef } from '../src/core/track.ts'
import type { ImportRecord } from '../src/library/import-record.ts'
import { type Claims, groupRecordings } from '../src/library/recordings.ts'
import { recordingGroups, row, take, tempLibrary } from './suites/temp-library.ts'

interface Claim extends TrackRef {
  readonly id: number
  readonly seconds?: number
}

/** The recordings of these claims: the ids that are one, smallest first. */
function groups(claims: readonly Claim[], split: readonly number[] = []): number[][] {
  const columns: Claims = {
    identifier: Int32Array.from(claims, (claim) => claim.id),
    isrc: claims.map((claim) => claim.isrc ?? ''),
    mbid: claims.map((claim) => claim.mbid ?? ''),
    title: claims.map((claim) => claim.title ?? ''),
    artist: claims.map((claim) => claim.artist ?? ''),
    duration_ms: Float32Array.from(claims, ({ seconds }) =>
      seconds === undefined ? Number.NaN : seconds * 1000,
    ),
  }
  const size = Math.max(...claims.map((claim) => claim.id)) + 1
  const root = groupRecordings(columns, size, new Set(split))
  const found = new Map<number, number[]>()
  for (let id = 1; id < size; id++) if (root[id]) found.set(root[id]!, [...(found.get(root[id]!) ?? []), id])
  for (const [first, ids] of found) expect(first).toBe(ids[0])
  return [...found.values()]
}

const TIDE = { title: 'Low Tide', artist: 'The Harbour' }

describe('names of one recording', () => {
  test('meet over an ISRC or an MBID, whatever they are called', () => {
    const claims = [
      { id: 1, isrc: 'AA1', ...TIDE },
      { id: 2, isrc: 'AA1', title: 'Niedrigwasser', artist: 'Hafen' },
      { id: 3, mbid: 'm', title: 'Niedrigwasser (live)', artist: 'Hafen' },
      { id: 4, mbid: 'm', isrc: 'BB2' },
    ]
    expect(groups(claims)).toEqual([
      [1, 2],
      [3, 4],
    ])
  })

  test('meet over artist and title, letters, quotes and white space aside', () => {
    expect(
      groups([
        { id: 1, title: 'Don’t  Wait', artist: 'NIA VALE' },
        { id: 2, title: "don't wait", artist: 'Nia Vale ' },
      ]),
    ).toEqual([[1, 2]])
  })

  test('never meet across artists, versions, or a missing title', () => {
    const apart: Claim[] = [
      { id: 1, ...TIDE },
      { id: 2, title: TIDE.title, artist: 'Another Harbour' },
      { id: 3, title: 'Low Tide (Live)', artist: TIDE.artist },
      { id: 4, artist: TIDE.artist },
      { id: 5, artist: TIDE.artist },
    ]
    expect(groups(apart)).toEqual([[1], [2], [3], [4], [5]])
  })

  test('meet when their lengths are at most ten seconds apart', () => {
    expect(
      groups([
        { id: 1, ...TIDE, seconds: 200 },
        { id: 2, ...TIDE, seconds: 210 },
      ]),
    ).toEqual([[1, 2]])
    expect(
      groups([
        { id: 1, ...TIDE, seconds: 200 },
        { id: 2, ...TIDE, seconds: 210.1 },
      ]),
    ).toEqual([[1], [2]])
  })

  test('are not chained: the first and the last of three may be too far apart', () => {
    const claims = [198, 206, 214].map((seconds, i) => ({ id: i + 1, ...TIDE, seconds }))
    expect(groups(claims)).toEqual([[1, 2], [3]])
  })

  test('without a length join the shortest version', () => {
    const claims = [
      { id: 1, ...TIDE, seconds: 300 },
      { id: 2, ...TIDE },
      { id: 3, ...TIDE, seconds: 200 },
    ]
    expect(groups(claims)).toEqual([[1], [2, 3]])
  })
})

describe('a title without an artist', () => {
  test('joins the one artist who has it', () => {
    expect(
      groups([
        { id: 1, title: 'low tide' },
        { id: 2, ...TIDE },
      ]),
    ).toEqual([[1, 2]])
  })

  test('stays alone when two artists have it, or nobody', () => {
    expect(
      groups([
        { id: 1, title: 'Low Tide' },
        { id: 2, ...TIDE },
        { id: 3, ...TIDE, artist: 'Kite' },
      ]),
    ).toEqual([[1], [2], [3]])
    expect(
      groups([
        { id: 1, title: 'High Tide' },
        { id: 2, ...TIDE },
      ]),
    ).toEqual([[1], [2]])
  })

  test('does not count for a name that has an artist elsewhere', () => {
    const claims = [
      { id: 1, title: 'Lamplight' },
      { id: 1, ...TIDE },
      { id: 2, title: 'Lamplight', artist: 'Nia Vale' },
    ]
    expect(groups(claims)).toEqual([[1], [2]])
  })
})

test('a name that was split off meets nobody, by code or by name', () => {
  const claims = [
    { id: 1, isrc: 'AA1', ...TIDE },
    { id: 2, isrc: 'AA1', ...TIDE },
    { id: 3, ...TIDE },
  ]
  expect(groups(claims, [2])).toEqual([[1, 3], [2]])
})

/** Claims about few names, so that many meet: codes, spellings, lengths, missing artists. */
function randomImports(seed: number): ImportRecord[][] {
  const draw = random(`claims/${seed}`)
  const one = <T>(items: readonly T[]) => items[draw.int(items.length)]!
  const track = (): ImportRecord => {
    const ref = {
      ...(draw.next() < 0.5 ? { spotify: `s${draw.int(8)}` } : {}),
      ...(draw.next() < 0.15 ? { isrc: `i${draw.int(4)}` } : {}),
      ...(draw.next() < 0.9 ? { title: one(['Low Tide', 'low tide', 'Lamplight', 'Kites']) } : {}),
      ...(draw.next() < 0.7 ? { artist: one(['The Harbour', 'the harbour', 'Nia Vale']) } : {}),
    }
    return row(ref, draw.next() < 0.6 ? { audio: { duration_ms: one([200, 207, 214, 260]) * 1000 } } : {})
  }
  return Array.from({ length: 3 }, () => Array.from({ length: 5 + draw.int(8) }, track))
}

test('the recordings do not depend on the order of the imports', async () => {
  let merged = 0
  for (let seed = 0; seed < 8; seed++) {
    const imports = randomImports(seed)
    const [a, b] = [await tempLibrary(), await tempLibrary()]
    for (const records of imports) await take(a.library, records)
    for (const records of random(seed).shuffle([...imports])) await take(b.library, records)
    const shown = await recordingGroups(a.library)
    expect(await recordingGroups(b.library)).toEqual(shown)
    merged += shown.filter((group) => group.includes(' = ')).length
  }
  expect(merged).toBeGreaterThan(10)
})

describe('a wrong merge', () => {
  const [one, two] = [
    { ...TIDE, spotify: 'one' },
    { ...TIDE, spotify: 'two' },
  ]

  test('is shown with its names and can be split; later imports keep the split', async () => {
    const { library } = await tempLibrary()
    await take(library, [row(one), row({ ...two, album: 'Singles' })])
    expect(await recordingGroups(library)).toEqual(['spotify:one = spotify:two'])
    const names = await library.recordings.names(await library.catalog(), 0)
    expect(names).toEqual([
      { identifier: 1, scheme: 'spotify', value: 'one', ...TIDE, album: '' },
      { identifier: 2, scheme: 'spotify', value: 'two', ...TIDE, album: 'Singles' },
    ])
    await library.recordings.split(2)
    expect(await recordingGroups(library)).toEqual(['spotify:one', 'spotify:two'])
    await take(library, [row(one), row(two), row({ ...TIDE, spotify: 'three' })])
    expect(await recordingGroups(library)).toEqual(['spotify:one = spotify:three', 'spotify:two'])
  })

  test('of a name that is not there is refused with a sentence', async () => {
    const { library } = await tempLibrary()
    await expect(library.recordings.split(7)).rejects.toMatchObject({ code: 'UNKNOWN_TRACK' })
  })
})
