/** Invented scrobbles: the same three plays of two tracks in every format. */
export const MBID = '0b2b7b9c-1111-4222-8333-123456789abc'
/** When they began, unix seconds: 2024-03-01 12:00 UTC and after. */
export const BEGAN = [1_709_294_400, 1_709_294_640, 1_709_298_000] as const

const [A, B, C] = BEGAN
const TIDE = { title: 'Low Tide', artist: 'The Harbour', album: 'Night Ferry' }
const RAIN = { title: 'Rain, "Again"', artist: 'Ada & the Engines', album: 'First' }
/** What each play is of, in the order of time. */
export const HEARD = [
  { ...TIDE, at: A },
  { ...RAIN, at: B },
  { ...TIDE, at: C },
] as const

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

/** A track of a page of Last.fm's API. */
export const lastfmTrack = (i: number, changes: Readonly<Record<string, unknown>> = {}) => ({
  artist: { '#text': HEARD[i]!.artist, mbid: '' },
  album: { '#text': HEARD[i]!.album, mbid: '' },
  name: HEARD[i]!.title,
  mbid: i === 0 ? MBID : '',
  url: 'https://music.example/',
  streamable: '0',
  image: [],
  date: { uts: String(HEARD[i]!.at), '#text': '01 Mar 2024, 12:00' },
  ...changes,
})
const nowPlaying = { ...lastfmTrack(0, { '@attr': { nowplaying: 'true' } }), date: undefined }
const attr = { user: 'ada', page: '1', perPage: '200', total: '3', totalPages: '1' }
/** Newest first, as the API answers. */
const newestFirst = [2, 1, 0].map((i) => lastfmTrack(i))

export const lastfmPage = { recenttracks: { track: [nowPlaying, ...newestFirst], '@attr': attr } }
export const lastfmPages = [
  { track: [nowPlaying, newestFirst[0]], '@attr': attr },
  { track: newestFirst.slice(1) },
]
export const lastfmLoved = { lovedtracks: { track: [lastfmTrack(1)], '@attr': attr } }
export const lastfmCsv = [
  'uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid',
  ...[2, 1, 0].map((i) => {
    const { title, artist, album, at } = HEARD[i]!
    return `"${at}","01 Mar 2024, 12:00",${quoted(artist)},"",${quoted(album)},"",${quoted(title)},"${i === 0 ? MBID : ''}"`
  }),
  '',
].join('\n')
export const bareCsv = [
  `${TIDE.artist},${TIDE.album},${TIDE.title},01 Mar 2024 13:00`,
  `${RAIN.artist},${RAIN.album},${quoted(RAIN.title)},01 Mar 2024 12:04`,
  `${TIDE.artist},${TIDE.album},${TIDE.title},01 Mar 2024 12:00`,
  '',
].join('\n')
export const librefmCsv = [
  '# Your listening history, exported from an invented service',
  '# It is yours, under no licence',
  '',
  'Time,Artist,Track,Album,TrackMbid',
  ...HEARD.map(
    ({ title, artist, album, at }, i) =>
      `${at},${quoted(artist)},${quoted(title)},${quoted(album)},${i === 0 ? MBID : ''}`,
  ),
  '',
].join('\n')
export const rockboxLog = (zone: string, ratings = 'LSL') =>
  [
    '#AUDIOSCROBBLER/1.1',
    `#TZ/${zone}`,
    '#CLIENT/Rockbox invented 1.0',
    ...HEARD.map(
      ({ title, artist, album, at }, i) =>
        `${artist}\t${album}\t${title}\t${i + 1}\t${i === 1 ? 180 : 200}\t${ratings[i] ?? ''}\t${at}\t${i === 0 ? MBID : ''}`,
    ),
    '',
  ].join('\n')
export const panoLines = [
  ...HEARD.map(({ title, artist, album, at }, i) => ({
    timeMs: at * 1000,
    track: title,
    artist,
    album,
    albumArtist: artist,
    ...(i !== 1 && { durationMs: 200_000 }),
    mediaPlayerName: 'invented',
    ...(i === 0 && { event: 'scrobble' }),
  })),
  { timeMs: B * 1000, track: RAIN.title, artist: RAIN.artist, event: 'love' },
]
  .map((row) => JSON.stringify(row))
  .join('\n')
export const maloja = {
  maloja: { export_time: C + 1000 },
  scrobbles: HEARD.map(({ title, artist, album, at }, i) => ({
    time: at,
    track: {
      artists: [artist, 'Somebody Else'],
      title,
      album: i === 1 ? null : { artists: [artist], albumtitle: album },
      length: i === 1 ? null : 200,
    },
    duration: i === 2 ? 190 : null,
    origin: 'client:invented',
  })),
}
const named = (alias: string) => ({
  aliases: [
    { alias: 'another spelling', source: 'x', is_primary: false },
    { alias, source: 'x', is_primary: true },
  ],
})
export const koito = {
  version: '1',
  exported_at: '2024-06-01T00:00:00Z',
  user: 'ada',
  listens: HEARD.map(({ title, artist, album, at }, i) => ({
    listened_at: new Date(at * 1000).toISOString().replace('.000Z', 'Z'),
    client: 'invented',
    track: { mbid: i === 0 ? MBID : null, duration: i === 1 ? 0 : 200, ...named(title) },
    album: { image_url: '', mbid: null, various_artists: false, ...named(album) },
    artists: [{ image_url: '', mbid: null, is_primary: true, ...named(artist) }],
  })),
}
export const listen = (i: number, info: Readonly<Record<string, unknown>> = {}) => ({
  inserted_at: HEARD[i]!.at + 0.5,
  listened_at: HEARD[i]!.at,
  track_metadata: {
    track_name: HEARD[i]!.title,
    artist_name: HEARD[i]!.artist,
    release_name: HEARD[i]!.album,
    recording_msid: `msid-${HEARD[i]!.title}`,
    mbid_mapping: i === 1 ? null : { recording_mbid: MBID },
    additional_info: { submission_client: 'invented', ...info },
  },
})
const jsonLines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')
export const listenBrainz = {
  'user.json': { user_id: 1, username: 'ada' },
  'listens/2024/3.jsonl': jsonLines([
    listen(0, { duration_ms: 200_000 }),
    listen(1, { duration: 180, duration_played: 60 }),
  ]),
  'listens/2024/4.jsonl': jsonLines([listen(2)]),
  'feedback.jsonl': jsonLines([
    { recording_msid: `msid-${RAIN.title}`, recording_mbid: null, score: -1, created: C },
    { recording_msid: null, recording_mbid: MBID, score: 1, created: C + 1 },
    { recording_msid: null, recording_mbid: MBID, score: 0, created: C + 2 },
    { recording_msid: 'msid-nobody-knows', recording_mbid: null, score: 1, created: C },
  ]),
  'pinned_recording.jsonl': jsonLines([
    {
      recording_msid: `msid-${TIDE.title}`,
      recording_mbid: null,
      blurb_content: null,
      pinned_until: C,
      created: C,
    },
  ]),
} as const
export const listenBrainzOld = [0, 1, 2].map((i) => listen(i))

/** One file of each format, by its name. */
export const SCROBBLE_FILES: Readonly<Record<string, string | object>> = {
  'page-1.json': lastfmPage,
  'recenttracks-ada-1709300000.json': lastfmPages,
  'loved.json': lastfmLoved,
  'recenttracks-ada-1709300000.csv': lastfmCsv,
  'ada.csv': bareCsv,
  'librefm.csv': librefmCsv,
  '.scrobbler.log': rockboxLog('UTC'),
  'scrobbles.jsonl': panoLines,
  'maloja_export.json': maloja,
  'koito_export.json': koito,
  'listens.jsonl': listenBrainz['listens/2024/3.jsonl'],
  'feedback.jsonl': listenBrainz['feedback.jsonl'],
  'ada_lb-2024-06-01.json': listenBrainzOld,
}
