import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { playlistFormat } from '../src/mix/playlist-format.ts'
import { makeCommandLine, smallExport } from './suites/cli.ts'

interface Named {
  readonly id: number
  readonly title: string
  readonly artist: string
  readonly spotify: string
}
interface Started {
  readonly title: string
  readonly tracks: { readonly track: Named; readonly reason: { readonly text: string } }[]
  readonly notes: readonly string[]
  readonly from: { readonly trackIds: readonly number[]; readonly kind: string; readonly told: number }
  readonly unknown: readonly { readonly title?: string; readonly artist?: string }[]
}
interface Like {
  readonly track: Named
  readonly similar: { readonly track: Named; readonly why: readonly string[] }[]
  readonly notes: readonly string[]
}

const cli = makeCommandLine()
afterAll(() => cli.remove())
const mix = async (...args: string[]) => (await cli.json(['mix', ...args])) as unknown as Started
const similar = async (...args: string[]) => (await cli.json(['similar', ...args])) as unknown as Like
const write = (name: string, text: string) => {
  writeFileSync(join(cli.folder, name), text)
  return name
}

let known: Named[]

beforeAll(async () => {
  const paths = await smallExport(cli.folder)
  const ran = await cli.run(['run', paths.export, '--catalog', paths.catalog, '--quiet'])
  expect(ran.status, ran.stderr).toBe(0)
  const written = await cli.run([
    'mix',
    '-n',
    '6',
    '--out',
    'six.xspf',
    'six.jspf',
    'six.csv',
    'six.txt',
    'six.json',
  ])
  expect(written.status, written.stderr).toBe(0)
  const six = JSON.parse(readFileSync(join(cli.folder, 'six.json'), 'utf8')) as Started
  known = six.tracks.map(({ track }) => track)
}, 120_000)

describe('mix continue', () => {
  it('goes on from a playlist of any format: the same tracks, none of them again', async () => {
    const names = known.map(({ artist, title }) => `${artist} - ${title}`)
    const files = [
      ...['six.xspf', 'six.jspf', 'six.csv', 'six.txt', 'six.json'],
      write(
        'six.m3u8',
        `#EXTM3U\r\n${names.map((name) => `#EXTINF:-1,${name}\r\n/music/x.mp3\r\n`).join('')}`,
      ),
      write('names.txt', names.join('\n')),
      write(
        'names.csv',
        `Title;Artist\n${known.map(({ artist, title }) => `${title};${artist}`).join('\n')}`,
      ),
    ]
    for (const file of files) {
      const more = await mix('continue', file, '-n', '5')
      expect(more.from, file).toMatchObject({
        trackIds: known.map(({ id }) => id),
        kind: 'playlist',
        told: 6,
      })
      expect(more.unknown).toEqual([])
      expect(more.tracks).toHaveLength(5)
      expect(more.tracks.filter(({ track }) => known.some(({ id }) => id === track.id))).toEqual([])
    }
  })

  it('writes the new tracks alone', async () => {
    const more = await mix('continue', 'six.xspf', '-n', '5', '--out', 'more.xspf')
    const titles = playlistFormat('more.xspf')
      .read(readFileSync(join(cli.folder, 'more.xspf'), 'utf8'))
      .map(({ title }) => title)
    expect(titles).toEqual(more.tracks.map(({ track }) => track.title))
  })

  it('names the tracks that it does not know: the first few for a person, all of them in JSON', async () => {
    const lost = ['A', 'B', 'C', 'D'].map((name) => `Nobody - Lost ${name}\u001b[31m`)
    const file = write('lost.txt', [...lost, `${known[0]!.artist} - ${known[0]!.title}`].join('\n'))
    const { stdout } = await cli.run(['mix', 'continue', file])
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      '4 of 5 tracks are not in your catalog: Lost A [31m – Nobody, Lost B',
    )
    expect(stdout).not.toContain('\u001b[31m')
    const { unknown, notes } = await mix('continue', file)
    expect(unknown).toHaveLength(4)
    expect(notes.join()).toContain('4 of 5')
    const { status, stderr } = await cli.run(['mix', 'continue', write('all-lost.txt', lost.join('\n'))])
    expect(status).toBe(1)
    expect(stderr).toContain('Nothing on all-lost.txt is in your catalog: not one of 4')
  })
})

describe('mix radio', () => {
  it('starts from a track, an artist, a file, or several of them', async () => {
    const [one, two] = known as [Named, Named]
    const name = `${one.title} – ${one.artist}`
    expect(await mix('radio', name)).toMatchObject({
      title: `Radio: ${name}`,
      from: { trackIds: [one.id], kind: 'track' },
    })
    expect(await mix('radio', ...name.split(' '))).toMatchObject({ from: { trackIds: [one.id] } })
    expect((await mix('radio', one.artist.toUpperCase())).from.kind).toBe('artist')
    expect((await mix('radio', 'six.xspf')).from.trackIds).toHaveLength(6)
    const both = await mix('radio', `spotify:track:${one.spotify}`, `spotify:track:${two.spotify}`)
    expect(both.from.trackIds).toEqual([one.id, two.id])
  })

  it.each([
    [['radio'], 2, /radio needs to know where to start/],
    [['continue'], 2, /continue needs to know where to start.*playlist\.xspf/],
    [['daily-1', 'x'], 2, /daily-1 starts from what you love, not from "x"/],
    [['radio', 'qqqqqq zzzzzz'], 2, /No track matches "qqqqqq zzzzzz"/],
    [['radio', 'none.xspf'], 2, /no file or folder at none\.xspf/],
    [['continue', 'six.zip.xspf'], 2, /six\.zip\.xspf/],
  ])('says what is wrong with %j', async (args, status, sentence) => {
    const ran = await cli.run(['mix', ...args])
    expect(ran).toMatchObject({ status, stdout: '' })
    expect(ran.stderr).toMatch(sentence)
  })

  it('says in one sentence that a file is no playlist', async () => {
    const { status, stderr } = await cli.run(['mix', 'radio', write('page.xspf', '<html><p>No</html>')])
    expect(status).toBe(1)
    expect(stderr).toMatch(/^This is not a playlist of the format XSPF: line 1: .*\n$/)
  })

  it('suggests what an unknown name may mean, artists too', async () => {
    const { artist } = known[0]!
    const { stderr } = await cli.run(['mix', 'radio', `${artist}x`])
    expect(stderr).toContain(artist)
  })
})

describe('similar', () => {
  it('shows tracks like one, each with why, and no version of it', async () => {
    const { id, title, artist } = known[0]!
    const like = await similar(`${title} – ${artist}`, '-n', '8')
    expect(like.track.id).toBe(id)
    expect(like.similar).toHaveLength(8)
    expect(like.similar.map(({ track }) => track.id)).not.toContain(id)
    for (const { why } of like.similar) expect(why.length).toBeGreaterThan(0)
    const { stdout } = await cli.run(['similar', String(id), '-n', '8'])
    expect(stdout).toContain(`Like ${title} – ${artist}`)
    for (const { track } of like.similar) expect(stdout).toContain(track.title)
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  it('needs nobody who listens: a catalog is enough', async () => {
    const data = ['--data', join(cli.folder, 'catalog-alone')]
    await cli.run(['import', 'tracks.csv', ...data])
    const { title, artist } = known[0]!
    expect((await similar(`${title} – ${artist}`, '-n', '3', ...data)).similar).toHaveLength(3)
  })

  it('says when nothing can be said, and when the sound is not known', async () => {
    const data = ['--data', join(cli.folder, 'bare')]
    const rows = ['Ann,Lone,', 'Ben,First,folk', 'Ben,Second,folk']
    write('bare.csv', `artist,title,genre\n${rows.join('\n')}\n`)
    await cli.run(['import', 'bare.csv', ...data])
    const lone = await similar('Lone', ...data)
    expect(lone.similar).toEqual([])
    expect(lone.notes.join()).toMatch(/^Nothing can be said/)
    const first = await similar('First', ...data)
    expect(first.similar.map(({ track }) => track.title)).toEqual(['Second'])
    expect(first.notes[0]).toMatch(/sound is not known/)
  })

  it('suggests names for a track that is not there', async () => {
    const { status, stderr } = await cli.run(['similar', `${known[0]!.title}x`])
    expect(status).toBe(2)
    expect(stderr).toContain(known[0]!.title)
  })
})
