import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Mix, MixTrack } from '../src/core/mix.ts'
import type { Track } from '../src/core/track.ts'
import { playlistFormat } from '../src/mix/playlist-format.ts'
import { parsePlaylist, readPlaylistFile } from '../src/playlist-file.ts'

const id = (n: number) => String(n).padStart(22, '0')
const MBID = '0c1ad7e6-5b1c-4b0b-9b1c-0e6a0b6b7c01'

/** What a text holds, named like `file`. */
const read = async (text: string, file = 'list') => (await parsePlaylist(text, file)).entries

/** A file of these bytes, as a person would have it. */
async function readBytes(bytes: string | Uint8Array, name: string) {
  const folder = mkdtempSync(join(tmpdir(), 'deepcuts-playlist-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, name), bytes)
  return readPlaylistFile(join(folder, name))
}

const TRACKS: readonly Track[] = [
  {
    id: 1,
    title: 'One',
    artist: 'Ada',
    album: 'First',
    durationMs: 200_000,
    spotify: id(1),
    isrc: 'XX0010000001',
  },
  { id: 2, title: '<b>&amp; "two"</b>', artist: 'A, B; C & D', album: ']]>', spotify: id(2), mbid: MBID },
  { id: 3, title: '🎵 שלום عالم - 日本', artist: '=1+1', album: 'x', durationMs: 61_000, spotify: id(3) },
]
const MIX: Mix = {
  ...{ draw: 'd', recipe: 'radio', title: 'Radio: <Two> & more', description: 'About.', listener: 'me' },
  ...{ at: Date.UTC(2024, 2, 1), modelVersion: 1, novelty: 0.5, notes: [] },
  tracks: TRACKS.map((track, i): MixTrack => {
    const reason = { kind: 'near', text: 'because' } as const
    const numbers = { position: i + 1, likability: 0.5, propensity: 0.1 }
    return { ...numbers, track, familiarity: 'new', explored: false, sources: [], reason }
  }),
}
const NAMES = TRACKS.map(({ id: _, ...track }) => track)

describe('what deepcuts writes it reads back, whatever the file is called', () => {
  it.each(['.xspf', '.jspf', '.json', '.csv'])('%s', async (ending) => {
    const { text } = playlistFormat(`a${ending}`).write(MIX)
    for (const file of [`mix${ending}`, 'mix', 'mix.txt']) {
      const playlist = await parsePlaylist(text, file)
      expect(playlist.entries.map(({ reason: _, ...entry }) => entry)).toEqual(NAMES)
      if (ending !== '.csv') expect(playlist.title).toBe('Radio: <Two> & more')
    }
  })

  it('.txt, whose lines are Spotify URIs', async () => {
    const { text } = playlistFormat('a.txt').write(MIX)
    expect(await read(text)).toEqual([1, 2, 3].map((n) => ({ spotify: id(n) })))
  })
})

describe('XSPF and JSPF of other programs', () => {
  it('reads identifiers as a text or as a list, and a name space with a prefix', async () => {
    const track = (identifier: unknown) => ({ title: 'One', creator: 'Ada', identifier })
    const uri = `https://musicbrainz.org/recording/${MBID}`
    const list = { playlist: { title: 'Mine', track: [track(uri), track([uri]), track(7)] } }
    expect(await parsePlaylist(JSON.stringify(list), 'x')).toEqual({
      title: 'Mine',
      entries: [
        { mbid: MBID, title: 'One', artist: 'Ada' },
        { mbid: MBID, title: 'One', artist: 'Ada' },
        { title: 'One', artist: 'Ada' },
      ],
    })
    const xml = `<?xml version='1.0'?>\r\n<x:playlist xmlns:x="http://xspf.org/ns/0/"><x:trackList><x:track>
      <x:location>file:///a.mp3</x:location><x:title>Ich &amp; Du</x:title><x:creator>M&#252;ller</x:creator>
      <x:duration>61000</x:duration></x:track></x:trackList></x:playlist>`
    expect(await read(xml)).toEqual([{ title: 'Ich & Du', artist: 'Müller', durationMs: 61_000 }])
  })

  it.each([
    ['XML that is cut off', '<playlist><trackList><track><title>One', 'NOT_A_PLAYLIST'],
    ['a web page', '<!doctype html><html><body><p>No</p></body></html>', 'NOT_A_PLAYLIST'],
    ['JSON that is cut off', '{"playlist":{"track":[{"title":"On', 'NOT_A_PLAYLIST'],
    ['JSON of something else', '{"a":1}', 'NOT_A_PLAYLIST'],
    ['a JSON list', '[1,2]', 'NOT_A_PLAYLIST_FILE'],
    ['the pieces of a stream', '#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:9.9,\nseg1.ts', 'NOT_A_PLAYLIST_FILE'],
  ])('refuses %s in one sentence', async (_, text, code) => {
    await expect(read(text)).rejects.toMatchObject({ code })
  })

  it('does not unfold entities that grow without end', async () => {
    const bomb = `<!DOCTYPE p [<!ENTITY a "${'x'.repeat(1000)}">${Array.from({ length: 9 }, (_, i) => `<!ENTITY ${'bcdefghij'[i]} "${`&${'abcdefghi'[i]};`.repeat(10)}">`).join('')}]><playlist><trackList><track><title>&j;</title></track></trackList></playlist>`
    const entries = await read(bomb).catch(() => [])
    expect(JSON.stringify(entries).length).toBeLessThan(100_000)
  })
})

describe('M3U', () => {
  it('reads what EXTINF says, in Windows and old Mac line ends', async () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const text = [
        '#EXTM3U',
        '#PLAYLIST:Road',
        '#EXTINF:201,Ada - One - Live',
        'C:\\m\\1.mp3',
        '',
        '#EXTALB:First',
        '#EXTINF:-1 a="b, c",Two',
        '2.mp3',
      ]
      expect(await parsePlaylist(text.join(end), 'x')).toEqual({
        title: 'Road',
        entries: [
          { artist: 'Ada', title: 'One - Live', durationMs: 201_000 },
          { title: 'Two', album: 'First' },
        ],
      })
    }
  })

  it.each([
    ['road_trip.txt', 'road trip'],
    ['m.txt', 'your playlist'],
    ['2024-05-01.txt', 'your playlist'],
    ['0f8fad5b-d9cb-469f-a165-70867728950e.txt', 'your playlist'],
    ['日本語.txt', '日本語'],
  ])('is called by the name of %s as far as that is one: %s', async (name, title) => {
    const folder = mkdtempSync(join(tmpdir(), 'deepcuts-names-'))
    writeFileSync(join(folder, name), 'Ada - One\n')
    expect((await readPlaylistFile(join(folder, name))).title).toBe(title)
    rmSync(folder, { recursive: true })
  })

  it('takes names from paths where nothing else says them', async () => {
    const text = [
      '/music/Ada/First Album/01 One.flac',
      'file:///music/Ada/First%20Album/02%20-%20Two.mp3',
      'D:\\music\\03. Bob - Three.m4a',
      'bob_-_four_seasons.ogg',
      `https://open.spotify.com/track/${id(5)}?si=x`,
    ].join('\n')
    expect(await read(text, 'a.m3u8')).toEqual([
      { title: 'One', artist: 'Ada', album: 'First Album' },
      { title: 'Two', artist: 'Ada', album: 'First Album' },
      { title: 'Three', artist: 'Bob' },
      { title: 'four seasons', artist: 'bob' },
      { spotify: id(5) },
    ])
  })

  it('does not take a number that is a title, or the start of one, for a track number', async () => {
    expect(await read('/m/Ada/X/1979.mp3\n/m/Ada/X/07 99 Luftballons.mp3', 'a.m3u')).toMatchObject([
      { title: '1979' },
      { title: '99 Luftballons' },
    ])
  })
})

describe('tables', () => {
  it('reads Exportify, whose artists are counted by their ids', async () => {
    const header =
      'Track URI,Track Name,Artist URI(s),Artist Name(s),Album Name,Track Duration (ms),ISRC,Added At'
    const row = `spotify:track:${id(1)},One,"spotify:artist:a, spotify:artist:b","Ada, Bob",First,200000,xx0010000001,2020-01-01T00:00:00Z`
    expect(await read(`\uFEFF${header}\r\n${row}\r\n`.replace('\uFEFF', ''))).toEqual([
      {
        spotify: id(1),
        isrc: 'XX0010000001',
        title: 'One',
        artist: 'Ada',
        album: 'First',
        durationMs: 200_000,
      },
    ])
  })

  it.each([',', ';', '\t'])('reads a table with artist and title, split by "%s"', async (by) => {
    const text = [
      ['Artist', 'Title', 'Year'],
      ['Ada', 'One', '1999'],
      ['Bob', '"Two, or more"', ''],
    ]
    expect(await read(text.map((row) => row.join(by)).join('\n'))).toEqual([
      { artist: 'Ada', title: 'One' },
      { artist: 'Bob', title: 'Two, or more' },
    ])
  })

  it('refuses a table that names no tracks and one with an open quote', async () => {
    await expect(read('a,b\n1,2', 'x.csv')).rejects.toMatchObject({ code: 'NOT_A_PLAYLIST_FILE' })
    await expect(read('artist,title\nAda,"One')).rejects.toMatchObject({ code: 'CSV_BROKEN' })
  })
})

describe('text', () => {
  it('reads a track a line, in several ways of writing', async () => {
    const lines = [
      '# mine',
      '',
      '1. Ada - One',
      'Bob – Two – Live',
      'Ada\tThree',
      'Alone',
      `spotify:track:${id(1)}`,
      'isrc:xx0010000001',
      'spotify:local:Cy:Al:Some+Song:100',
      '7 - Seven',
    ]
    expect(await read(lines.join('\r\n'))).toEqual([
      { artist: 'Ada', title: 'One' },
      { artist: 'Bob', title: 'Two – Live' },
      { artist: 'Ada', title: 'Three' },
      { title: 'Alone' },
      { spotify: id(1) },
      { isrc: 'XX0010000001' },
      { artist: 'Cy', title: 'Some Song', album: 'Al' },
      { artist: '7', title: 'Seven' },
    ])
  })
})

describe('a file', () => {
  it('is UTF-8 or UTF-16 with a mark, or what old Windows programs wrote', async () => {
    const text = 'Müller - Straße'
    const expected = [{ artist: 'Müller', title: 'Straße' }]
    const little = Buffer.from(`\uFEFF${text}`, 'utf16le')
    for (const bytes of [
      text,
      `\uFEFF${text}`,
      little,
      Buffer.from(little).swap16(),
      Buffer.from(text, 'latin1'),
    ])
      expect((await readBytes(Buffer.from(bytes as never), 'My_list.txt')).entries).toEqual(expected)
  })

  it('gives its own name, without the ending, to a list without one', async () => {
    expect((await readBytes('Ada - One', 'My_list.txt')).title).toBe('My list')
    expect((await readBytes('Ada - One', '.txt')).title).toBe('.txt')
  })

  it.each([
    ['nothing', '', 'FILE_EMPTY'],
    ['blank lines', '\n \r\n', 'FILE_EMPTY'],
    ['a sound', Buffer.from([0x49, 0x44, 0x33, 0, 0, 0, 1, 0xff]), 'NOT_A_PLAYLIST_FILE'],
    ['comments alone', '# a\n# b', 'NOT_A_PLAYLIST_FILE'],
    ['an M3U of nothing', '#EXTM3U\n', 'NOT_A_PLAYLIST_FILE'],
    ['a header alone', 'artist,title\n', 'NOT_A_PLAYLIST_FILE'],
  ])('with %s in it is refused in one sentence', async (_, bytes, code) => {
    await expect(readBytes(bytes, 'x.txt')).rejects.toMatchObject({ code })
  })

  it('that is not there is not there', async () => {
    await expect(readPlaylistFile('/nowhere/x.xspf')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
  })

  it('that is cut anywhere is read as far as it makes sense, or refused: never anything else', async () => {
    const texts = ['.xspf', '.jspf', '.csv', '.txt', '.json'].map(
      (e) => playlistFormat(`a${e}`).write(MIX).text,
    )
    texts.push('#EXTM3U\n#EXTINF:10,A - B\n/x/y.mp3\n')
    for (const text of texts)
      for (let end = 1; end < text.length; end += 7)
        await readBytes(text.slice(0, end), 'x').catch((error: { code?: string }) => {
          expect(error.code).toMatch(/^(NOT_A_PLAYLIST|NOT_A_PLAYLIST_FILE|CSV_BROKEN|FILE_EMPTY)$/)
        })
  })

  it('may hold titles of any length and script', async () => {
    const title = `${'ab🎵ש'.repeat(2500)}<script>`
    expect(await read(`Ada - ${title}`)).toEqual([{ artist: 'Ada', title }])
    expect(await read(`#EXTINF:1,Ada - ${title}\nx.mp3`)).toMatchObject([{ artist: 'Ada', title }])
  })
})
