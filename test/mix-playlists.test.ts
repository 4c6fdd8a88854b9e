import { XMLParser } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import type { Mix, MixTrack } from '../src/core/mix.ts'
import type { Track } from '../src/core/track.ts'
import type { PlaylistEntry } from '../src/mix/playlist.ts'
import { PLAYLIST_FORMATS, playlistFormat } from '../src/mix/playlist-format.ts'

const MBID = '0b7e1c8e-8f1b-4c55-9d56-6a3f1f3d2a11'
const id = (n: number) => `${n}`.padStart(22, 'a')

const TRACKS: readonly Track[] = [
  {
    id: 1,
    title: 'Plain',
    artist: 'Ada',
    album: 'First',
    durationMs: 201_000,
    spotify: id(1),
    isrc: 'USABC1234567',
    mbid: MBID,
  },
  {
    id: 2,
    title: 'He said "no", <b>&amp; left</b>',
    artist: "O'Brien & Söhne",
    album: ']]> <!-- x -->',
    spotify: id(2),
  },
  { id: 3, title: '=1+1', artist: '@home', album: '-', durationMs: 99_999 },
  { id: 4, title: 'two\nlines\tand a tab', artist: ' spaced ', album: 'a,b;c', spotify: id(4) },
  { id: 5, title: '🎵 שלום عالم', artist: '\u202Bمرحبا\u202C', album: '日本語', spotify: id(5) },
  { id: 6, title: '1979', artist: '0042', album: 'true', spotify: id(6) },
  { id: 7, title: 'No album', artist: 'Ada', album: '', spotify: id(7) },
]

const mixOf = (tracks: readonly Track[]): Mix => ({
  draw: 'd1',
  recipe: 'daily-1',
  title: 'Daily mix 1 & <more>',
  description: 'What you finish.',
  listener: 'me',
  at: Date.UTC(2024, 2, 1, 6),
  modelVersion: 3,
  novelty: 0.3,
  notes: ['One artist came closer than it should.'],
  tracks: tracks.map(
    (track, i): MixTrack => ({
      position: i + 1,
      track,
      familiarity: i % 2 ? 'new' : 'familiar',
      likability: 0.5 + i / 100,
      explored: i === 3,
      propensity: 0.01,
      sources: ['nearest'],
      reason: { kind: 'near', text: `close in sound to "X", <${i}> & which you saved` },
    }),
  ),
})
const MIX = mixOf(TRACKS)

/** What a full round trip gives back. */
const entries = (mix: Mix): PlaylistEntry[] =>
  mix.tracks.map(({ track: { id: _, album, ...track }, reason }) => ({
    ...track,
    ...(album ? { album } : {}),
    reason: reason.text,
  }))

const format = (ending: string) => playlistFormat(`mix${ending}`)
const write = (ending: string, mix = MIX) => format(ending).write(mix).text

describe('what is written is read back, in the order shown', () => {
  test.each(['.xspf', '.jspf', '.csv', '.json'])('%s', (ending) => {
    expect(format(ending).read(write(ending))).toEqual(entries(MIX))
    expect(format(ending).write(MIX).leftOut).toEqual([])
  })

  test('.txt, which has ids only, and counts the tracks that it cannot name', () => {
    const { text, leftOut } = format('.txt').write(MIX)
    expect(text.split('\n').slice(0, 2)).toEqual([`spotify:track:${id(1)}`, `spotify:track:${id(2)}`])
    expect(format('.txt').read(text)).toEqual([1, 2, 4, 5, 6, 7].map((n) => ({ spotify: id(n) })))
    expect(leftOut.map((track) => track.id)).toEqual([3])
  })

  test.each(PLAYLIST_FORMATS.map((one) => [one.ending]))(
    'an empty mix is an empty playlist: %s',
    (ending) => {
      expect(format(ending).read(write(ending, mixOf([])))).toEqual([])
    },
  )

  test.each(['.xspf', '.jspf', '.csv'])(
    'characters that no file can hold are dropped, the rest stays: %s',
    (ending) => {
      const broken = mixOf([
        { id: 1, title: 'a\u0000b\u0007c\uD800d\uFFFEe\u0085f', artist: 'x\r\ny\u001bz', album: '' },
      ])
      const text = write(ending, broken)
      expect(format(ending).read(text)[0]).toMatchObject({ title: 'abcdef', artist: 'x\nyz' })
      expect(text).not.toMatch(/\p{Cs}/u)
    },
  )
})

test('XSPF has the structure of its specification', () => {
  const text = write('.xspf')
  const parsed = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseTagValue: false,
  }).parse(text)
  const { playlist } = parsed
  expect(text.startsWith('<?xml version="1.0" encoding="UTF-8"?>')).toBe(true)
  expect(playlist).toMatchObject({
    '@version': '1',
    '@xmlns': 'http://xspf.org/ns/0/',
    title: MIX.title,
    date: '2024-03-01T06:00:00.000Z',
  })
  expect(playlist.trackList.track).toHaveLength(TRACKS.length)
  expect(playlist.trackList.track[0]).toEqual({
    location: `spotify:track:${id(1)}`,
    identifier: [`https://musicbrainz.org/recording/${MBID}`, 'isrc:USABC1234567'],
    title: 'Plain',
    creator: 'Ada',
    annotation: 'close in sound to "X", <0> & which you saved',
    album: 'First',
    duration: '201000',
  })
})

test('XSPF of other programs is read: entities, CDATA, prefixes, one track, unknown elements', () => {
  const text = `<?xml version="1.0"?><x:playlist xmlns:x="http://xspf.org/ns/0/"><x:trackList><x:track>
    <x:title>caf&#233; &#x26; &lt;b&gt;</x:title><x:creator><![CDATA[A & B]]></x:creator><x:link rel="x">y</x:link>
    <x:location>file:///a.mp3</x:location><x:duration></x:duration></x:track></x:trackList></x:playlist>`
  expect(format('.xspf').read(text)).toEqual([{ title: 'café & <b>', artist: 'A & B' }])
})

test('a long XSPF of names full of entities is read whole', () => {
  const long = mixOf(
    Array.from({ length: 3_000 }, (_, i) => ({ ...TRACKS[1]!, id: i, title: `&lt;${i}> & "x"` })),
  )
  expect(format('.xspf').read(write('.xspf', long))).toEqual(entries(long))
})

test('JSPF has the MusicBrainz extension, and the explanation where ListenBrainz keeps extras', () => {
  const { playlist } = JSON.parse(write('.jspf'))
  expect(playlist.title).toBe(MIX.title)
  expect(playlist.extension['https://musicbrainz.org/doc/jspf#playlist']).toMatchObject({
    public: false,
    additional_metadata: { algorithm_metadata: { source_patch: 'daily-1' } },
  })
  const [first, second] = playlist.track
  expect(first).toMatchObject({
    identifier: [`https://musicbrainz.org/recording/${MBID}`],
    location: [`spotify:track:${id(1)}`],
    creator: 'Ada',
    duration: 201_000,
  })
  expect(second.identifier).toEqual([])
  const extra = first.extension['https://musicbrainz.org/doc/jspf#track'].additional_metadata
  expect(extra).toMatchObject({
    isrc: 'USABC1234567',
    explanation: { kind: 'near', text: 'close in sound to "X", <0> & which you saved' },
    likability: 0.5,
    explored: false,
  })
})

test('a JSPF identifier may be a single text, as before 2024', () => {
  const old = {
    playlist: { track: [{ title: 'T', identifier: `https://musicbrainz.org/recording/${MBID}` }] },
  }
  expect(format('.jspf').read(JSON.stringify(old))).toEqual([{ title: 'T', mbid: MBID }])
})

test('CSV keeps titles that look like formulas true, and quotes only what needs it', () => {
  const lines = write('.csv').split('\r\n')
  expect(lines[0]).toBe(
    'Position,Track URI,Track Name,Artist Name(s),Album Name,Track Duration (ms),ISRC,MBID,Likability,Familiarity,Exploration,Propensity,Reason',
  )
  expect(lines[3]).toMatch(/^3,,=1\+1,@home,-,99999,/)
  expect(lines[2]).toContain('"He said ""no"", <b>&amp; left</b>"')
})

test('Spotify links, comments and blank lines are read as well as URIs', () => {
  const text = `\uFEFF# mine\r\n\r\nhttps://open.spotify.com/intl-de/track/${id(1)}?si=x\r\nspotify:track:${id(2)}`
  expect(format('.txt').read(`\uFEFFspotify:track:${id(3)}\n`)).toEqual([{ spotify: id(3) }])
  expect(format('.txt').read(text.slice(1))).toEqual([{ spotify: id(1) }, { spotify: id(2) }])
})

describe('what is not a playlist gets a sentence', () => {
  test.each([
    ['.xspf', '<playlist><trackList>', /format XSPF: line/],
    ['.xspf', '<html/>', /no trackList/],
    ['.jspf', '{"playlist":', /format JSPF/],
    ['.jspf', '[1]', /"playlist" with a list "track"/],
    ['.csv', 'a,b\n1,2\n', /Track URI/],
    ['.csv', 'Track Name\n"open', /format CSV/],
    ['.txt', 'spotify:track:short\n', /line 1 is neither/],
    ['.json', '{"tracks":3}', /no list "tracks"/],
  ])('%s: %s', (ending, text, sentence) => {
    expect(() => format(ending).read(text)).toThrow(sentence)
  })

  test('an ending nobody knows names those that exist', () => {
    expect(() => playlistFormat('mix.docx')).toThrow(
      /mix\.docx\. Use one of \.xspf \(XSPF\), \.jspf \(JSPF\), \.csv/,
    )
    expect(playlistFormat('MIX.XSPF').name).toBe('XSPF')
  })
})
