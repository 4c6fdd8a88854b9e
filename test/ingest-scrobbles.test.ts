import { describe, expect, it } from 'vitest'
import type { Play } from '../src/core/event.ts'
import { PRECISION } from '../src/core/event.ts'
import { outcome, statesReasons } from '../src/core/labels.ts'
import { silent } from '../src/core/progress.ts'
import { importPaths } from '../src/ingest/import-paths.ts'
import { formatReport } from '../src/ingest/report.ts'
import type { ImportRecord } from '../src/library/import-record.ts'
import { extendedRow, fileOf, folderOf, importOne, NOW, zipOf } from './suites/export-files.ts'
import {
  BEGAN,
  bareCsv,
  HEARD,
  koito,
  lastfmCsv,
  lastfmLoved,
  lastfmPage,
  lastfmPages,
  lastfmTrack,
  librefmCsv,
  listen,
  listenBrainz,
  listenBrainzOld,
  MBID,
  maloja,
  panoLines,
  rockboxLog,
  SCROBBLE_FILES,
} from './suites/scrobble-files.ts'
import { tempLibrary } from './suites/temp-library.ts'

const playsOf = (records: readonly ImportRecord[]) =>
  records
    .flatMap((record) => (record.kind === 'play' ? [record] : []))
    .sort((a, b) => a.play.endedAt - b.play.endedAt)
const saidOf = (records: readonly ImportRecord[]) =>
  records.flatMap((r) => (r.kind === 'like' || r.kind === 'dislike' ? [{ ...r, track: r.track.title }] : []))
const began = ({ endedAt, msPlayed }: Play) => (endedAt - msPlayed) / 1000
const lengthsOf = (records: readonly ImportRecord[]) =>
  records.flatMap((r) => (r.kind === 'track' ? [r.facts.audio?.duration_ms] : []))
const outcomeOf = (play: Play, lengthMs = Number.NaN) =>
  outcome({
    ...play,
    skipped: play.skipped,
    lengthMs,
    hasReasons: statesReasons(play.reasonEnd, PRECISION[play.precision]),
  })

describe.each([
  ['pages of Last.fm’s API', 'page.json', lastfmPage, 'lastfm', 1],
  ['a list of such pages', 'recenttracks-ada-1.json', lastfmPages, 'lastfm', 1],
  ['a list of their tracks', 'tracks.json', lastfmPage.recenttracks.track.slice(1), 'lastfm', 0],
  ['a table with "uts"', 'recenttracks-ada-1.csv', lastfmCsv, 'lastfm', 0],
  ['a table without a header', 'ada.csv', bareCsv, 'lastfm', 0],
  ['Libre.fm’s table', 'history.csv', librefmCsv, 'librefm', 0],
  ['a .scrobbler.log', '.scrobbler.log', rockboxLog('UTC'), 'rockbox', 0],
  ['Pano Scrobbler’s lines', 'scrobbles.jsonl', panoLines, 'pano-scrobbler', 0],
  ['Maloja’s export', 'maloja_export.json', maloja, 'maloja', 0],
  ['Koito’s export', 'koito_export.json', koito, 'koito', 0],
  ['ListenBrainz’ single file', 'ada_lb-2024-06-01.json', listenBrainzOld, 'listenbrainz', 0],
] as const)('%s', (_, name, content, format, playing) => {
  it('tells which track was heard from when on, by its schema and not by its name', async () => {
    const renamed = name.replace(/^.*?(?=\.\w+$)/, 'history')
    for (const file of [name, renamed]) {
      const { records, report } = await importOne(fileOf(file, content))
      expect(report.format).toBe(format)
      const plays = playsOf(records)
      expect(plays.map(({ play }) => began(play))).toEqual(BEGAN)
      expect(plays.map(({ track }) => track.title)).toEqual(HEARD.map(({ title }) => title))
      expect(plays.map(({ track }) => track.artist)).toEqual(HEARD.map(({ artist }) => artist))
      expect(plays[0]!.track.album).toBe(HEARD[0].album)
      expect(plays.every(({ play }) => play.precision === 'start')).toBe(true)
      expect(report.files[0]!.left['now playing'] ?? 0).toBe(playing)
    }
  })
})

describe('what scrobbles say beside that', () => {
  const read = async (name: string, content: string | object) => importOne(fileOf(name, content))

  it('keeps the MBIDs that are some', async () => {
    for (const name of Object.keys(SCROBBLE_FILES)) {
      const { records } = await read(name, SCROBBLE_FILES[name]!)
      const mbids = new Set(records.flatMap((r) => ('track' in r && r.track.mbid) || []))
      const without = ['ada.csv', 'scrobbles.jsonl', 'maloja_export.json', 'loved.json']
      expect([...mbids], name).toEqual(without.includes(name) ? [] : [MBID])
    }
    const { records } = await read('page.json', { recenttracks: { track: [lastfmTrack(0, { mbid: 'x' })] } })
    expect(playsOf(records)[0]!.track).not.toHaveProperty('mbid')
  })

  it('takes an object for a list of one, as Libre.fm’s API answers', async () => {
    const { records } = await read('page.json', { recenttracks: { track: lastfmTrack(1) } })
    expect(playsOf(records)).toHaveLength(1)
  })

  it('takes loved tracks for likes, with their date where it is one', async () => {
    expect(saidOf((await read('loved.json', lastfmLoved)).records)).toEqual([
      { kind: 'like', track: HEARD[1].title, at: BEGAN[1] * 1000 },
    ])
    const loved = [
      lastfmTrack(0, { loved: '1' }),
      lastfmTrack(2, { loved: '1' }),
      lastfmTrack(1, { loved: '0' }),
    ]
    const { records } = await read('page.json', { recenttracks: { track: loved } })
    expect(saidOf(records)).toEqual([
      { kind: 'like', track: HEARD[0].title },
      { kind: 'like', track: HEARD[2].title },
    ])
    expect(saidOf((await read('pano.jsonl', panoLines)).records)).toMatchObject([{ kind: 'like' }])
  })

  it('tells a track’s length once, and by it how long was heard at least: half of it, or 240 s', async () => {
    const long = { timeMs: BEGAN[0] * 1000, track: 'T', artist: 'A', durationMs: 900_000 }
    const { records } = await read('pano.jsonl', `${panoLines}\n${JSON.stringify(long)}\n`)
    expect(lengthsOf(records)).toEqual([200_000, 900_000])
    const heard = playsOf(records).map(({ track, play }) => [track.title, play.msPlayed])
    expect(heard).toContainEqual([HEARD[0].title, 100_000])
    expect(heard).toContainEqual([HEARD[1].title, 0])
    expect(heard).toContainEqual(['T', 240_000])
  })

  it('says how a play ended only where that was measured or rated', async () => {
    const ends = async (name: string, content: string | object, length = 200_000) =>
      playsOf((await read(name, content)).records).map(({ play }) => outcomeOf(play, length))
    expect(await ends('page.json', lastfmPage)).toEqual([-1, -1, -1])
    expect(await ends('pano.jsonl', panoLines)).toEqual([-1, -1, -1])
    expect(await ends('x.log', rockboxLog('UTC'))).toEqual([1, 0, 1])
    expect(await ends('x.log', rockboxLog('UTC', ''))).toEqual([-1, -1, -1])
    // 190 of 200 s were measured.
    expect(await ends('maloja.json', maloja)).toEqual([-1, -1, 1])
    const listens = [listen(0, { duration_played: 30 }), listen(1, { ms_played: 199_000 }), listen(2)]
    expect(await ends('old.json', listens)).toEqual([0, 1, -1])
  })

  it('counts what it leaves out, and why', async () => {
    const rows = [
      'uts,artist,track',
      `${BEGAN[0]},A,B`,
      '0,A,B',
      `${BEGAN[0]},A,`,
      `${BEGAN[0]},A,B,C`,
      `${NOW / 1000 + 300_000},A,B`,
    ]
    const { report } = await read('x.csv', rows.join('\n'))
    expect(report.files[0]).toMatchObject({
      rows: 5,
      kept: 1,
      left: { 'impossible date': 2, 'no metadata': 1, 'wrong types': 1 },
    })
  })

  it('says in the report what such plays teach', async () => {
    const { report } = await read('page.json', lastfmPage)
    expect(formatReport(report)).toContain(
      'Scrobbles that say that a track was heard, and not how it ended: 3.',
    )
    expect(formatReport(report)).not.toContain('shorter than 30 seconds')
  })
})

describe('a log of a device without a zone', () => {
  it('is of the listener’s zone, and the report says so', async () => {
    const path = fileOf('.scrobbler.log', rockboxLog('UNKNOWN'))
    const { records, report } = await importOne(path, { timeZone: 'America/New_York' })
    expect(playsOf(records).map(({ play }) => began(play) - 5 * 3600)).toEqual(BEGAN)
    expect(report.notes[0]).toContain('taken as America/New_York')
    const known = await importOne(fileOf('.scrobbler.log', rockboxLog('UTC')), {
      timeZone: 'America/New_York',
    })
    expect(known.report.notes.join()).not.toContain('zone')
  })

  it('is found among other files of a folder, though its name begins with a dot', async () => {
    const { report } = await importOne(folderOf({ '.scrobbler.log': rockboxLog('UTC'), '.rockbox': 'x' }))
    expect(report.format).toBe('rockbox')
  })
})

describe('a ListenBrainz export', () => {
  it('is listens, loves, hates and pins; its owner’s file is not opened', async () => {
    const { records, report } = await importOne(await zipOf(listenBrainz, 'listenbrainz_ada_1.zip'))
    expect(report.format).toBe('listenbrainz')
    expect(playsOf(records)).toHaveLength(3)
    expect(saidOf(records)).toEqual([
      { kind: 'dislike', track: HEARD[1].title, at: BEGAN[2] * 1000 },
      { kind: 'like', track: undefined, at: (BEGAN[2] + 1) * 1000 },
      { kind: 'like', track: HEARD[0].title, at: BEGAN[2] * 1000 },
    ])
    expect(report.files.map(({ name, rows }) => [name, rows])).toEqual([
      ['2 files', 3],
      ['feedback.jsonl', 4],
      ['pinned_recording.jsonl', 1],
    ])
    expect(report.files[1]!.left).toEqual({ 'taken back': 1, 'no metadata': 1 })
    expect(report.notes.join('\n')).toContain(
      'Not opened, since they hold nothing to learn taste from: user.json',
    )
  })

  it('knows tracks by ISRC and Spotify link where players told them', async () => {
    const spotify_id = 'https://open.spotify.com/track/inventedTrack000000001'
    const { records } = await importOne(
      fileOf('x.jsonl', JSON.stringify(listen(1, { isrc: 'usabc2400001', spotify_id }))),
    )
    expect(playsOf(records)[0]!.track).toMatchObject({
      isrc: 'USABC2400001',
      spotify: 'inventedTrack000000001',
    })
  })
})

describe('tables that are no scrobbles', () => {
  it('are what they were: a length called time, and a catalog', async () => {
    const catalog = 'track,artist,time,tempo\nLow Tide,The Harbour,201,120\n'
    expect((await importOne(fileOf('x.csv', catalog))).report.format).toBe('catalog')
    const log = 'user,time,artist,track\nann,2024-03-01T12:00:00Z,A,B\n'
    expect((await importOne(fileOf('x.csv', log))).report.format).toBe('listens')
  })
})

describe('imports of several services', () => {
  const spotify = HEARD.map(({ title, artist, at }, i) =>
    extendedRow({
      ts: new Date((at + 200) * 1000).toISOString().replace('.000Z', 'Z'),
      ms_played: 200_000 - 3000 * i,
      master_metadata_track_name: title,
      master_metadata_album_artist_name: artist,
      spotify_track_uri: `spotify:track:inventedTrack00000000${i % 2}`,
    }),
  )
  const folders = {
    spotify: { 'Streaming_History_Audio_2024_0.json': spotify },
    lastfm: { 'page.json': lastfmPage },
    bare: { 'ada.csv': bareCsv },
    listenbrainz: listenBrainz,
  }
  type Name = keyof typeof folders

  it.each([
    [['spotify', 'lastfm', 'bare', 'listenbrainz']],
    [['listenbrainz', 'bare', 'lastfm', 'spotify']],
    [['bare', 'spotify', 'listenbrainz', 'lastfm']],
  ] as [Name[]][])('count every play once, in the order %s', async (names) => {
    const { library, store } = await tempLibrary()
    const paths = names.map((name) => folderOf(folders[name]))
    const options = { listener: 'ada', now: NOW }
    const reports = await importPaths(paths, options, library.imports, silent)
    expect(reports[0]!.plays).toBe(3)
    const again = await importPaths(paths, options, library.imports, silent)
    expect(again.every(({ alreadyImported }) => alreadyImported)).toBe(true)
    expect(await store.count('plays', { hidden: 0 })).toBe(3)
    const { exact } = await store.read('plays', ['exact'], { where: { hidden: 0 } })
    expect([...exact]).toEqual([1, 1, 1])
    // Taking Spotify's back leaves one row of each play of the others.
    await library.imports.undo(names.indexOf('spotify') + 1)
    expect(await store.count('plays', { hidden: 0 })).toBe(3)
  })
})

describe('damaged scrobble files', () => {
  const fault = async (name: string, content: string, as?: string) =>
    importOne(fileOf(name, content), as === undefined ? {} : { as }).then(
      () => 'imported',
      (error: Error & { code: string }) => `${error.code}: ${error.message}`,
    )

  it('are refused with one sentence', async () => {
    const cut = (content: object) => JSON.stringify(content).slice(0, -40)
    expect(await fault('x.json', cut(lastfmPage))).toMatch(/^JSON_CUT: .*x\.json/)
    expect(await fault('x.json', cut(maloja))).toMatch(/^JSON_CUT: .*x\.json/)
    expect(await fault('x.json', cut(koito))).toMatch(/^JSON_CUT: .*x\.json/)
    expect(await fault('x.json', '{"scrobbles": {"track": {"artists": []}}}')).toMatch(
      /^JSON_SHAPE: .*a list named "scrobbles"/,
    )
    expect(await fault('x.json', '{"error":17,"message":"Login: User required"}')).toMatch(
      /^IMPORT_NOTHING_KNOWN/,
    )
    expect(await fault('x.log', '#AUDIOSCROBBLER/1.1\n#TZ/UTC\n')).toMatch(/^IMPORT_NOTHING_KEPT/)
    expect(await fault('x.jsonl', JSON.stringify({ ...listen(0), listened_at: -5 }))).toMatch(/^ROWS_WRONG/)
  })
})
