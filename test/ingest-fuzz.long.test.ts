import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DeepcutsError } from '../src/core/errors.ts'
import { type Random, random } from '../src/core/random.ts'
import { malojaExport } from '../src/ingest/scrobble-exports.ts'
import { countingSink } from '../src/ingest/sink.ts'
import { accountRow, extendedRow, fileOf, id, importOne, NOW, zipOf } from './suites/export-files.ts'
import { maloja, SCROBBLE_FILES } from './suites/scrobble-files.ts'

const ROUNDS = 400
/** A mutated file this small is read in milliseconds; a hang is none of the allowed outcomes. */
const HANG_MS = 10_000

const library = {
  tracks: [{ artist: 'A', album: 'B', track: 'C', uri: `spotify:track:${id(1)}` }],
  bannedTracks: [],
  bannedArtists: [{ name: 'X' }],
}
const playlist = {
  playlists: [{ name: 'P', items: [{ track: { trackName: 'a', artistName: 'b', trackUri: 'c' } }] }],
}
const document = {
  rhythm: { bpm: 120 },
  tonal: { key_key: 'A' },
  metadata: { tags: { title: ['T'], artist: ['A'] } },
}
const CSV = `track_id,name,artist,energy,tempo\n${id(1)},"Say ""Hi"", twice",B,0.5,120\n${id(2)},C,D,0.25,90\n`

const FILES: Readonly<Record<string, unknown>> = {
  'Streaming_History_Audio_2024_0.json': Array.from({ length: 20 }, (_, i) => extendedRow({ ms_played: i })),
  'StreamingHistory_music_0.json': Array.from({ length: 20 }, (_, i) => accountRow({ msPlayed: i })),
  'YourLibrary.json': library,
  'Playlist1.json': playlist,
  'doc.json': document,
  'songs.csv': CSV,
  'liked.csv': 'Track URI,Track Name,Artist Name(s),Added At\nspotify:track:x,A,B,2024-01-01T00:00:00Z\n',
  'renamed.json': [extendedRow()],
  ...SCROBBLE_FILES,
}

/** Cuts, flips, inserts, repeats or removes bytes. */
function damage(bytes: Buffer, rng: Random): Buffer {
  const at = rng.int(bytes.length + 1)
  const other = Math.min(bytes.length, at + rng.int(40))
  switch (rng.int(5)) {
    case 0:
      return bytes.subarray(0, at)
    case 1: {
      const flipped = Buffer.from(bytes)
      for (let i = 0; i <= rng.int(5); i++) flipped[rng.int(bytes.length)]! ^= 1 << rng.int(8)
      return flipped
    }
    case 2:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from('{}[]",:\\\n\u0000'), bytes.subarray(at)])
    case 3:
      return Buffer.concat([bytes.subarray(0, other), bytes.subarray(at)])
    default:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(other)])
  }
}

const JUNK: readonly unknown[] = [
  null,
  0,
  -1,
  1e300,
  '',
  'x',
  true,
  [],
  {},
  [[]],
  'spotify:track:',
  '9999-99-99T99:99:99Z',
]

/** Drops or replaces values anywhere in a JSON value. */
function distort(value: unknown, rng: Random): unknown {
  if (rng.next() < 0.05) return JUNK[rng.int(JUNK.length)]
  if (Array.isArray(value)) return value.filter(() => rng.next() > 0.03).map((item) => distort(item, rng))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(() => rng.next() > 0.05)
  return Object.fromEntries(entries.map(([key, item]) => [key, distort(item, rng)]))
}

async function survives(path: string): Promise<'report' | 'refused'> {
  const begin = performance.now()
  try {
    const { report } = await importOne(path)
    for (const file of report.files) {
      const left = Object.values(file.left).reduce((sum, n) => sum + n, 0)
      expect(file.kept + left).toBe(file.rows)
    }
    return 'report'
  } catch (error) {
    expect(error, `${path}: ${error instanceof Error ? error.stack : error}`).toBeInstanceOf(DeepcutsError)
    expect((error as Error).message).not.toMatch(/\{\w+\}/)
    return 'refused'
  } finally {
    expect(performance.now() - begin, path).toBeLessThan(HANG_MS)
  }
}

test.each(Object.keys(FILES))('damaged bytes of %s give a report or a sentence', async (name) => {
  const rng = random(`bytes ${name}`)
  const content = FILES[name]!
  const path = fileOf(name, content as object)
  const whole = readFileSync(path)
  const seen = new Set<string>()
  for (let round = 0; round < ROUNDS; round++) {
    writeFileSync(path, damage(whole, rng))
    seen.add(await survives(path))
  }
  expect(seen).toEqual(new Set(['report', 'refused']))
})

test.each(Object.keys(FILES).filter((name) => name.endsWith('.json')))(
  'distorted values of %s give a report or a sentence',
  async (name) => {
    const rng = random(`values ${name}`)
    const path = fileOf(name, {})
    for (let round = 0; round < ROUNDS; round++) {
      writeFileSync(path, JSON.stringify(distort(FILES[name], rng)) ?? '')
      await survives(path)
    }
  },
)

test('a damaged zip gives a report or a sentence', async () => {
  const rng = random('zip')
  const path = await zipOf(FILES as Record<string, object>)
  const whole = readFileSync(path)
  const seen = new Set<string>()
  for (let round = 0; round < 3 * ROUNDS; round++) {
    writeFileSync(path, damage(whole, rng))
    seen.add(await survives(path))
  }
  expect(seen).toContain('refused')
})

test('a list inside an object is read in little memory, however long it is', async () => {
  const ROWS = 1_000_000
  const row = JSON.stringify(maloja.scrobbles[0])
  async function* bytes() {
    yield Buffer.from('{"maloja":{"export_time":1},"scrobbles":[')
    const batch = Buffer.from(Array(1000).fill(row).join(','))
    for (let i = 0; i < ROWS / 1000; i++) yield i === 0 ? batch : Buffer.concat([Buffer.from(','), batch])
    yield Buffer.from(']}')
  }
  const sink = countingSink('x', 'maloja', () => {})
  const context = { now: NOW, catalogOnly: false, playlist: () => '', timeZone: 'UTC', recordings: new Map() }
  const before = process.memoryUsage().rss
  await malojaExport(bytes(), 'x', sink, context)
  expect(sink.report()).toMatchObject({ rows: ROWS, kept: ROWS })
  expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(250)
}, 60_000)
