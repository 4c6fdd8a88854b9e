import { expect, test } from 'vitest'
import { accountRow, extendedRow, fileOf, folderOf, id, importOne, zipOf } from './suites/export-files.ts'

const NO_TRACK = {
  spotify_track_uri: null,
  master_metadata_track_name: null,
  master_metadata_album_artist_name: null,
  master_metadata_album_album_name: null,
}
const AUDIO = 'Streaming_History_Audio_2024_0.json'

test('a row of the extended history becomes a play with its exact time, end and device', async () => {
  const { records } = await importOne(
    fileOf(AUDIO, [extendedRow({ skipped: true, reason_end: 'fwdbtn', shuffle: null })]),
  )
  expect(records).toEqual([
    {
      kind: 'play',
      track: { spotify: id(1), title: 'Harbour Lights', artist: 'The Invented', album: 'First Album' },
      play: {
        endedAt: Date.UTC(2024, 2, 1, 10),
        msPlayed: 180_000,
        reasonStart: 'trackdone',
        reasonEnd: 'fwdbtn',
        skipped: true,
        offline: false,
        device: 'android',
        precision: 'second',
      },
    },
  ])
})

test('the older key set of endsong files gives the same play, and null flags stay unknown', async () => {
  const { ip_addr, audiobook_title, audiobook_uri, audiobook_chapter_uri, audiobook_chapter_title, ...rest } =
    extendedRow({
      skipped: null,
      username: 'someone',
      user_agent_decrypted: 'x',
      ip_addr_decrypted: '192.0.2.1',
    })
  const { records, report } = await importOne(fileOf('endsong_3.json', [rest]))
  expect(report.format).toBe('spotify-extended')
  expect(records).toHaveLength(1)
  expect(records[0]).not.toHaveProperty('play.skipped')
})

test('addresses, countries, users and agents never leave the parser', async () => {
  const path = fileOf('endsong_0.json', [
    extendedRow({ username: 'secret-user', user_agent_decrypted: 'secret-agent', conn_country: 'QX' }),
  ])
  const { records, report } = await importOne(path)
  expect(JSON.stringify({ records, report })).not.toMatch(/192\.0\.2|secret|QX/)
})

test('podcasts, audiobooks, private sessions, videos without a track and damaged rows are left out by name', async () => {
  const video = { ...NO_TRACK, ts: '2024-03-01T10:00:00Z' }
  const { report, records } = await importOne(
    folderOf({
      [AUDIO]: [
        extendedRow(),
        extendedRow({ ...NO_TRACK, episode_name: 'Talk', spotify_episode_uri: 'spotify:episode:x' }),
        extendedRow({ ...NO_TRACK, audiobook_title: 'Book', spotify_episode_uri: 'spotify:episode:y' }),
        extendedRow({ incognito_mode: true }),
        extendedRow(NO_TRACK),
        extendedRow({ ts: 'yesterday' }),
        extendedRow({ ts: '2024-02-31T10:00:00Z' }),
        extendedRow({ ms_played: -1 }),
        'not a row',
      ],
      'Streaming_History_Video_2024.json': [extendedRow(video), extendedRow({ ts: '2024-03-02T10:00:00Z' })],
    }),
  )
  expect(report.files.map(({ left }) => left)).toEqual([
    {
      podcast: 1,
      audiobook: 1,
      'private session': 1,
      'no metadata': 1,
      'wrong types': 2,
      'impossible date': 2,
    },
    { 'video without track': 1 },
  ])
  expect(records).toHaveLength(2)
})

test('short plays and plays of no length are kept, since skips teach', async () => {
  const { report } = await importOne(
    fileOf(AUDIO, [
      extendedRow({ ms_played: 0 }),
      extendedRow({ ms_played: 29_999, ts: '2024-03-01T11:00:00Z' }),
    ]),
  )
  expect(report.files[0]).toMatchObject({ kept: 2, left: {}, under30s: 2 })
})

test('a local file is a play without a Spotify id', async () => {
  const row = extendedRow({ spotify_track_uri: 'spotify:local:The+Invented:First:Harbour+Lights:200' })
  const { records } = await importOne(fileOf(AUDIO, [row]))
  expect(records[0]).toMatchObject({ kind: 'play', track: { title: 'Harbour Lights' } })
  expect(records[0]).not.toHaveProperty('track.spotify')
})

test('files are read by the numbers in their names, in any folder of the zip', async () => {
  const row = (n: number) => [extendedRow({ spotify_track_uri: `spotify:track:${id(n)}` })]
  const path = await zipOf({
    'a/Streaming_History_Audio_2022-2023_11.json': row(4),
    'b/c/Streaming_History_Audio_2022_10.json': row(3),
    'Streaming_History_Audio_2021_9.json': row(2),
    'deep/endsong_10.json': row(1),
    'deep/endsong_2.json': row(0),
    'a/Streaming_History_Video_2019.json': row(5),
    '__MACOSX/._endsong_2.json': 'clutter',
  })
  const { records, report } = await importOne(path)
  expect(records.map((record) => record.kind === 'play' && record.track.spotify)).toEqual(
    [0, 1, 2, 3, 4, 5].map(id),
  )
  expect(report.files.map((file) => file.name)[0]).toBe('endsong_2.json')
})

test('a renamed history is told by its keys, and one in another folder layout by its name', async () => {
  expect((await importOne(fileOf('mine.json', [extendedRow()]))).report.format).toBe('spotify-extended')
  expect((await importOne(fileOf('mine.json', [accountRow()]))).report.format).toBe('spotify-account')
})

test('account data gives plays to the minute, without device or reasons', async () => {
  const { records } = await importOne(fileOf('StreamingHistory_music_0.json', [accountRow()]))
  expect(records).toEqual([
    {
      kind: 'play',
      track: { title: 'Harbour Lights', artist: 'The Invented' },
      play: {
        endedAt: Date.UTC(2024, 2, 1, 10),
        msPlayed: 180_000,
        reasonStart: '',
        reasonEnd: '',
        device: '',
        precision: 'minute',
      },
    },
  ])
})

test('podcast and audiobook histories are counted, and nameless tracks are not plays', async () => {
  const { report } = await importOne(
    folderOf({
      'StreamingHistory0.json': [
        accountRow(),
        accountRow({ artistName: 'Unknown Artist', trackName: 'Unknown Track' }),
        accountRow({ endTime: '2024-03-01 10:05', trackName: 'Unknown Track' }),
      ],
      'StreamingHistory_podcast_0.json': [
        { endTime: '2024-03-01 10:00', podcastName: 'p', episodeName: 'e' },
      ],
      'StreamingHistory_audiobook_0.json': [{}, {}],
    }),
  )
  expect(Object.fromEntries(report.files.map((file) => [file.name, [file.kept, file.left]]))).toEqual({
    'StreamingHistory0.json': [2, { 'no metadata': 1 }],
    'StreamingHistory_podcast_0.json': [0, { podcast: 1 }],
    'StreamingHistory_audiobook_0.json': [0, { audiobook: 2 }],
  })
})

test('a library tells likes, dislikes and nevers, each once', async () => {
  const track = {
    artist: 'The Invented',
    album: 'First',
    track: 'Harbour Lights',
    uri: `spotify:track:${id(1)}`,
  }
  const { records, report } = await importOne(
    fileOf('YourLibrary.json', {
      tracks: [
        track,
        track,
        { artist: 'Old', track: 'No URI', album: '' },
        { ...track, uri: 'spotify:local:a:b:c:1' },
      ],
      bannedTracks: [{ ...track, uri: `spotify:track:${id(2)}` }],
      bannedArtists: [{ name: 'Noise', uri: 'spotify:artist:x' }],
      albums: [{ artist: 'a', album: 'b' }],
    }),
  )
  expect(records).toEqual([
    {
      kind: 'like',
      track: { spotify: id(1), title: 'Harbour Lights', artist: 'The Invented', album: 'First' },
    },
    { kind: 'like', track: { title: 'No URI', artist: 'Old' } },
    { kind: 'like', track: { title: 'Harbour Lights', artist: 'The Invented', album: 'First' } },
    expect.objectContaining({ kind: 'dislike' }),
    { kind: 'never', artist: 'Noise' },
  ])
  expect(report.files[0]?.left).toEqual({ duplicate: 1 })
})

test('playlists keep their tracks and dates; two of one name stay two', async () => {
  const item = (n: number) => ({
    track: { trackName: `Song ${n}`, artistName: 'A', albumName: 'B', trackUri: `spotify:track:${id(n)}` },
    episode: null,
    localTrack: null,
    addedDate: '2023-05-06',
  })
  const local = { track: null, episode: null, localTrack: { uri: 'spotify:local:Me:Demos:First+Take:90' } }
  const { records, report } = await importOne(
    folderOf({
      'Playlist1.json': { playlists: [{ name: 'Run', items: [item(1), local] }] },
      'Playlist2.json': {
        playlists: [{ name: 'Run', items: [item(2), { track: null, episode: { episodeName: 'x' } }] }],
      },
    }),
  )
  expect(records).toMatchObject([
    { kind: 'playlist-item', playlist: 'Run', track: { spotify: id(1) }, addedAt: Date.UTC(2023, 4, 6) },
    { kind: 'playlist-item', playlist: 'Run', track: { title: 'First Take', artist: 'Me' } },
    { kind: 'playlist-item', playlist: 'Run (2)', track: { spotify: id(2) } },
  ])
  expect(report.files[1]?.left).toEqual({ podcast: 1 })
})

test('personal files are skipped by name: even broken ones do not matter', async () => {
  const personal = [
    'Payments',
    'Userdata',
    'Identity',
    'UserAddress',
    'Identifiers',
    'SearchQueries',
    'Inferences',
  ]
  const { report } = await importOne(
    await zipOf({
      'MyData/StreamingHistory_music_0.json': [accountRow()],
      ...Object.fromEntries(personal.map((name) => [`MyData/${name}.json`, '{"broken'])),
      'MyData/Payments (1).json': '{"broken',
      'MyData/SomethingNew.json': '[{"ts": 1, "ms_played"',
    }),
  )
  expect(report.files).toHaveLength(1)
  const listed = (start: string) => report.notes.find((note) => note.startsWith(start))
  expect(listed('Not opened, since they hold nothing to learn taste from')).toContain('Payments.json')
  expect(listed('Not opened')).not.toContain('SomethingNew')
  expect(listed('Not recognised, and left unread')).toBe(
    'Not recognised, and left unread: SomethingNew.json.',
  )
})

test('copies that a system or a browser made are read, whatever mark they bear', async () => {
  const names = [
    'Streaming_History_Audio_2020_1 2.json',
    'Streaming_History_Audio_2020_2 (1).json',
    'Streaming_History_Audio_2020_3(2).json',
    'Streaming_History_Audio_2020_4 copy.json',
    'Streaming_History_Audio_2020_5 copy 3.json',
    'Streaming_History_Audio_2020_6 - Copy.json',
    'Streaming_History_Audio_2020_7 - Kopie (2).json',
    'Streaming_History_Audio_2020_8 (another copy).json',
    'Streaming_History_Audio_2020_9 (3rd copy).json',
    'Copy of endsong_1.json',
    'endsong_2 2.json',
    'StreamingHistory_podcast_0 2.json',
  ]
  const { report } = await importOne(
    await zipOf(Object.fromEntries(names.map((name) => [`MyData/${name}`, [extendedRow()]]))),
  )
  expect(report.files.map(({ name }) => name).sort()).toEqual([...names].sort())
  expect(report.notes.join(' ')).not.toMatch(/Not opened|Not recognised/)
})

test('a name that only begins like a known one is listed as not recognised, never dropped silently', async () => {
  const other = 'Streaming_History_Audio_2020_1 backup.json'
  const { report } = await importOne(folderOf({ [AUDIO]: [extendedRow()], [other]: [extendedRow()] }))
  expect(report.notes).toContain(`Not recognised, and left unread: ${other}.`)
})

test('a date that cannot be is told from a field of another type', async () => {
  const dates = ['2019-02-29 10:00', '1999-01-01 10:00', '2093-01-01 10:00', 7]
  const { report } = await importOne(
    fileOf('StreamingHistory0.json', [accountRow(), ...dates.map((endTime) => accountRow({ endTime }))]),
  )
  expect(report.files[0]!.left).toEqual({ 'impossible date': 3, 'wrong types': 1 })
})

test('one line of 10 MB is read like any other file', async () => {
  const rows = Array.from({ length: 16_000 }, (_, i) =>
    extendedRow({ ts: new Date(Date.UTC(2020, 0, 1) + i * 60_000).toISOString().replace('.000', '') }),
  )
  const text = JSON.stringify(rows)
  expect(text.length).toBeGreaterThan(10_000_000)
  const { report } = await importOne(fileOf(AUDIO, `\ufeff${text}`))
  expect(report.files[0]).toMatchObject({ rows: 16_000, kept: 16_000 })
})

test('strings with brackets, quotes, commas and other alphabets split nowhere but between rows', async () => {
  const names = ['a"],[{"b', 'c\\', '\\"', 'Ünïcödé, 東京', '}]}', '😀'.repeat(3)]
  const padding = 'x'.repeat(40_000)
  const rows = Array.from({ length: 60 }, (_, i) =>
    extendedRow({
      spotify_track_uri: null,
      master_metadata_track_name: names[i % 6]! + i,
      platform: padding,
    }),
  )
  const { records } = await importOne(fileOf(AUDIO, JSON.stringify(rows, null, 2)))
  expect(records.map((record) => record.kind === 'play' && record.track.title)).toEqual(
    rows.map((row) => row.master_metadata_track_name),
  )
})
