import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { playlistFormat } from '../src/mix/playlist-format.ts'
import { RECIPES } from '../src/mix/recipes.ts'
import { makeCommandLine, type Ran, smallExport } from './suites/cli.ts'

const cli = makeCommandLine()
afterAll(() => cli.remove())

interface Document {
  readonly [key: string]: never
}
interface MixDocument {
  readonly tracks: { track: { id: number; title: string; artist: string; spotify: string } }[]
  readonly notes: string[]
}

let first: Ran
let liked: MixDocument['tracks'][number]['track']
interface Findings {
  readonly healthy: boolean
  readonly findings: { check: string; state: string; text: string }[]
  readonly next: string
}
const doctor = async () => (await cli.json(['doctor'])) as unknown as Findings
const mix = async (...args: string[]) => (await cli.json(['mix', ...args])) as unknown as MixDocument

beforeAll(async () => {
  const paths = await smallExport(cli.folder)
  first = await cli.spawn(['run', paths.export, '--catalog', paths.catalog, '--exclude', 'hours:3-4'])
  liked = (await mix('--n', '1', '--novelty', '0')).tracks[0]!.track
})

describe('run', () => {
  it('imports, learns, and shows mixes with their reasons', () => {
    expect(first.status, first.stderr).toBe(0)
    expect(first.stdout).toContain('my_spotify_data.zip → import 2 (spotify-extended)')
    expect(first.stdout).toMatch(/Learned from [\d,]+ plays of me/)
    expect(first.stdout).toMatch(/Daily mix 1: \S.*\n?.*30 tracks/)
    expect(first.stdout).toMatch(/\d+ % [━╌]{8}\n +(you finished|you played|close in sound|new to you)/)
  })

  it('keeps to 80 columns where no terminal says otherwise, and uses no colours there', () => {
    const long = first.stdout.split('\n').filter((line) => line.length > 80)
    expect(long.filter((line) => !line.includes('Streaming_History'))).toEqual([])
    expect(first.stdout + first.stderr).not.toContain('\u001b')
  })

  it('writes each mix as a whole, in every format', () => {
    const folder = join(cli.folder, 'deepcuts-data/mixes/me')
    const files = readdirSync(folder)
    expect(files).toEqual(
      expect.arrayContaining(['daily-1.xspf', 'daily-1.csv', 'daily-1.txt', 'daily-1.json']),
    )
    const titles = (file: string) =>
      playlistFormat(file)
        .read(readFileSync(join(folder, file), 'utf8'))
        .map(({ title }) => title)
    expect(titles('daily-1.xspf')).toHaveLength(30)
    expect(titles('daily-1.xspf')).toEqual(titles('daily-1.json'))
  })

  it('shows progress on stderr alone, one line a stage', () => {
    expect(first.stderr).toMatch(/^Reading my_spotify_data\.zip: [\d,]+ KB in [\d.]+ s$/m)
    expect(first.stdout).not.toContain('Reading')
  })

  it('does not learn again when nothing is new, and says nothing on stderr with --quiet', async () => {
    const again = await cli.run(['run', '--quiet', '--json'])
    expect(again).toMatchObject({ status: 0, stderr: '' })
    expect(JSON.parse(again.stdout)).toMatchObject({ imports: [], training: null })
  })

  it('learns again when what counts has changed: an exclusion comes, and goes', async () => {
    const runAgain = () => cli.json(['run', '--quiet']) as Promise<{ training?: unknown }>
    await cli.json(['exclude', '--hours', '13-14'])
    const [added] = (
      (await cli.json(['exclude'])) as unknown as { exclusions: { id: number }[] }
    ).exclusions.slice(-1)
    expect((await runAgain()).training).toMatchObject({ listener: 'me' })
    expect((await runAgain()).training).toBeNull()
    await cli.json(['exclude', '--remove', String(added!.id)])
    expect((await runAgain()).training).toMatchObject({ listener: 'me' })
  })
})

describe('--quiet', () => {
  it('leaves notes, hints and legends out, and the results in', async () => {
    const args = ['mix', '--n', '5000', '--seed', '1']
    const told = (await cli.run(args)).stdout
    expect(told).toMatch(/^• .*5000/m)
    const quiet = (await cli.run([...args, '--quiet'])).stdout
    expect(quiet).not.toMatch(/^(•|%:)/m)
    expect(told.startsWith(quiet.trimEnd())).toBe(true)
    const data = ['--data', mkdtempSync(join(cli.folder, 'data-'))]
    const { stdout } = await cli.run(['import', 'my_spotify_data.zip', 'tracks.csv', ...data, '--quiet'])
    expect(stdout).toContain('→ import 2')
    expect(stdout).not.toMatch(/^(•|Next)/m)
  })
})

describe('mix', () => {
  it('is the recipe, length and files that were asked for', async () => {
    const ran = await cli.run(['mix', 'on-repeat', '-n', '4', '--out', 'a.xspf', 'b.txt'])
    expect(ran.status, ran.stderr).toBe(0)
    expect(ran.stdout).toMatch(/^On repeat {2}for me · 4 tracks/)
    expect(ran.stdout).toContain('Written: b.txt')
    expect(readFileSync(join(cli.folder, 'b.txt'), 'utf8').trim().split('\n')).toHaveLength(4)
    expect(playlistFormat('a.xspf').read(readFileSync(join(cli.folder, 'a.xspf'), 'utf8'))).toHaveLength(4)
  })

  it('puts the reason beside the track on a wide terminal', async () => {
    const { stdout } = await cli.run(['mix', '-n', '5'], { env: { COLUMNS: '120' } })
    expect(stdout).toMatch(/\d+ % [━╌]{8} {2}(you|close|new|a deliberate)/)
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120)
  })

  it('gives the room of the bars to the titles on a narrow terminal', async () => {
    const { stdout } = await cli.run(['mix', '-n', '30'], { env: { COLUMNS: '40' } })
    expect(stdout).toMatch(/\d+ %$/m)
    expect(stdout).not.toContain('━')
    expect(stdout.split('\n').filter((line) => line.length > 40)).toEqual([])
  })

  it('draws the same bar for the same percentage', async () => {
    const { stdout } = await cli.run(['mix', '-n', '200'])
    const bars = new Map<string, Set<string>>()
    for (const [, share = '', bar = ''] of stdout.matchAll(/(\d+ %) ([━╌]{8})/g))
      bars.set(share, (bars.get(share) ?? new Set()).add(bar))
    expect(bars.size).toBeGreaterThan(5)
    expect([...bars.values()].filter(({ size }) => size > 1)).toEqual([])
  })

  it('counts in its JSON what each filter took out', async () => {
    await cli.run(['dislike', String(liked.id)])
    const { removed } = await cli.json(['mix', '--seed', '3'])
    await cli.run(['undo'])
    expect(removed).toMatchObject({ refused: 1 })
  })

  it('is the same all day, and another with another seed', async () => {
    const ids = async (...args: string[]) => (await mix(...args)).tracks.map(({ track }) => track.id)
    const today = await ids()
    expect(await ids()).toEqual(today)
    expect(await ids('--seed', '5')).not.toEqual(today)
  })

  it('gives what exists when more is asked for, and says so', async () => {
    const { tracks, notes } = await mix('--n', '5000')
    expect(tracks.length).toBeGreaterThan(30)
    expect(tracks.length).toBeLessThan(5000)
    expect(notes.join(' ')).toMatch(/5,?000/)
  })

  it('names every recipe in its help', async () => {
    const { stdout } = await cli.run(['mix', '--help'])
    const told = stdout.slice(stdout.indexOf('Recipes:'))
    for (const { name } of RECIPES)
      expect(told.replace('…', 'daily-2 daily-3 daily-4 daily-5')).toContain(name)
  })
})

describe('what is said by hand', () => {
  const isMixed = async (id: number) => (await mix('--n', '200')).tracks.some(({ track }) => track.id === id)

  it('a dislike takes a track out of the next mix, and undo brings it back', async () => {
    expect(await isMixed(liked.id)).toBe(true)
    const said = await cli.json(['dislike', `${liked.artist} – ${liked.title}`])
    expect(said).toMatchObject({ listener: 'me', said: { kind: 'dislike', trackId: liked.id } })
    expect(await isMixed(liked.id)).toBe(false)
    const { stdout } = await cli.run(['undo'])
    expect(stdout).toContain(`Took back: dislike ${liked.title}`)
    expect(await isMixed(liked.id)).toBe(true)
  })

  it('never takes an artist out, whatever the case of the letters', async () => {
    expect(await cli.json(['never', liked.artist.toUpperCase()])).toMatchObject({
      said: { artist: liked.artist },
    })
    expect(await isMixed(liked.id)).toBe(false)
    await cli.run(['undo'])
  })

  it('a snooze lasts as many days as said, and names a track by its Spotify URI', async () => {
    const { said } = (await cli.json(['snooze', `spotify:track:${liked.spotify}`, '--days', '3'])) as {
      said: { at: number; until: number; trackId: number }
    }
    expect(said.trackId).toBe(liked.id)
    expect(Math.round((said.until - said.at) / 86_400_000)).toBe(3)
    await cli.run(['undo'])
  })

  it('explains a track: the likability, the facts, and what speaks for and against', async () => {
    const document = await cli.json(['explain', String(liked.id)])
    expect(document).toMatchObject({ track: { id: liked.id }, likability: expect.any(Number) })
    await cli.run(['dislike', String(liked.id)])
    const { stdout } = await cli.run(['explain', String(liked.id)])
    expect(stdout).toContain('It is in no mix: you disliked it.')
    expect(stdout).toMatch(/You played it .* finished, .* skipped, last on \d{4}-\d\d-\d\d/)
    expect(stdout).toMatch(/what you did with this track +[+−]\d\.\d\d ± \d\.\d\d +━/)
    expect(stdout.replace(/\s+/g, ' ')).toMatch(/four fifths of its \d+ heads say (from \d+ % to )?\d+ %\./)
    const narrow = (await cli.run(['explain', String(liked.id)], { env: { COLUMNS: '40' } })).stdout
    expect(narrow).toMatch(/^ +what you did with this track\n +[+−]\d\.\d\d ± \d\.\d\d +━/m)
    expect(narrow.split('\n').filter((line) => line.length > 40)).toEqual([])
    await cli.run(['undo'])
  })
})

describe('the data', () => {
  it('imports are listed, and can be taken back', async () => {
    const small = mkdtempSync(join(cli.folder, 'data-'))
    const at = ['--data', small]
    const [report] = ((await cli.json(['import', 'tracks.csv', ...at])) as unknown as { imports: Document[] })
      .imports
    expect(report).toMatchObject({ name: 'tracks.csv', newTracks: 300 })
    const again = await cli.run(['import', 'tracks.csv', ...at])
    expect(again.stdout).toContain('already imported as 1; nothing changed')
    expect((await cli.run(['imports', ...at])).stdout).toMatch(
      /1 +\d{4}-\d\d-\d\d +me +catalog +300 +tracks\.csv/,
    )
    expect(await cli.json(['imports', 'undo', '1', ...at])).toMatchObject({ undone: { id: 1 } })
    const { stdout } = await cli.run(['imports', ...at])
    expect(stdout).toMatch(/catalog +taken back +tracks\.csv/)
  })

  it('exclusions are kept, listed and removed', async () => {
    const added = await cli.run([
      'exclude',
      '--artist',
      liked.artist,
      '--from',
      '2024-12-01',
      '--to',
      '2024-12-26',
    ])
    expect(added.stdout).toContain(' 1  plays between 3:00 and 4:00')
    expect(added.stdout).toMatch(/Excluded: everything by .*\. That is \d+ plays?\./s)
    expect(added.stdout).toContain(` 2  everything by ${liked.artist}`)
    expect(added.stdout.replaceAll('\n', ' ')).toContain(
      'Excluded: plays from 2024-12-01 up to and with 2024-12-26. That is no play so far.',
    )
    const { exclusions } = (await cli.json(['exclude'])) as unknown as { exclusions: { id: number }[] }
    expect(exclusions).toHaveLength(3)
    const { stdout } = await cli.run(['exclude', '--remove', String(exclusions[0]!.id)])
    expect(stdout).not.toContain('between 3:00 and 4:00')
  })

  it('an exclusion says how many plays it takes out, and the doctor that the model does not know it yet', async () => {
    const { findings } = await doctor()
    const plays = /[\d,]+ plays/.exec(findings.find(({ check }) => check === 'plays')!.text)![0]
    const { stdout } = await cli.run(['exclude', '--from', '2000-01-01'])
    expect(stdout).toContain(`Excluded: plays from 2000-01-01. That is ${plays}.`)
    const after = await doctor()
    expect(after.findings.find(({ check }) => check === 'exclude')!.text).toBe(`3 rules: ${plays}`)
    expect(after.findings.find(({ check }) => check === 'model')!.text).toContain('data has changed since')
    expect(after.next).toMatch(/^Look at what is marked ! \(.*model\)\. Next: "deepcuts train"\.$/)
    const { exclusions } = (await cli.json(['exclude'])) as unknown as { exclusions: { id: number }[] }
    for (const { id } of exclusions) await cli.run(['exclude', '--remove', String(id)])
  })

  it('an unknown artist is refused with close names, and no rule of the command is added', async () => {
    const args = ['exclude', '--artist', `${liked.artist}x`, '--hours', '1-2']
    const { status, stderr } = await cli.run(args)
    expect(status).toBe(2)
    expect(stderr).toContain(`Did you mean ${liked.artist}`)
    expect(await cli.json(['exclude'])).toMatchObject({ exclusions: [] })
  })

  it('split lists the names of a track and takes one out', async () => {
    const data = mkdtempSync(join(cli.folder, 'data-'))
    const rows = ['name,artist,isrc,energy', 'Harbour,Ada,ZZZZZ2600001,0.5', 'Harbour,Ada,ZZZZZ2600002,0.5']
    writeFileSync(join(cli.folder, 'twice.csv'), rows.join('\n'))
    await cli.run(['import', 'twice.csv', '--data', data])
    const { names } = (await cli.json(['split', 'harbour', '--data', data])) as unknown as {
      names: { identifier: number }[]
    }
    expect(names).toHaveLength(2)
    await cli.run(['split', 'harbour', '--identifier', String(names[1]!.identifier), '--data', data])
    const after = await cli.run(['split', 'Ada – Harbour', '--data', data])
    expect(after).toMatchObject({ status: 2, stderr: expect.stringContaining('could be several tracks') })
  })

  it('train says what it learned from and how well it foresees', async () => {
    const report = await cli.json(['train', '--seed', '3'])
    expect(report).toMatchObject({ listener: 'me', seed: 3, heldOut: { models: expect.any(Array) } })
  })

  it('doctor finds all well, and says what to do where nothing is yet', async () => {
    const { healthy, findings, next } = await doctor()
    expect(next).toBe('All is well. Next: "deepcuts mix".')
    expect(healthy).toBe(true)
    expect(findings.map(({ check }) => check)).toEqual([
      'node',
      'folder',
      'store',
      'plays',
      'catalog',
      'model',
    ])
    const empty = await cli.run(['doctor', '--data', 'nothing-here'])
    expect(empty).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('deepcuts run my_spotify_data.zip'),
    })
    expect(existsSync(join(cli.folder, 'nothing-here'))).toBe(false)
  })
})

describe('help', () => {
  const verbs = [
    ...[
      'run',
      'mix',
      'explain',
      'like',
      'dislike',
      'snooze',
      'never',
      'undo',
      'import',
      'imports',
      'exclude',
      'split',
    ],
    ...[
      'train',
      'models',
      'evaluate',
      'evaluate history',
      'evaluate likability',
      'evaluate ranking',
      'doctor',
    ],
  ]

  it('of every verb has an example that begins with the verb', async () => {
    const pages: Ran[] = []
    for (const verb of verbs) pages.push(await cli.run([...verb.split(' '), '--help']))
    expect(pages.map(({ status }) => status)).toEqual(verbs.map(() => 0))
    expect(verbs.filter((verb, i) => !pages[i]!.stdout.includes(`\n  deepcuts ${verb}`))).toEqual([])
  })

  it('alone, deepcuts lists every verb with what it does', async () => {
    const { status, stdout } = await cli.run([])
    expect(status).toBe(0)
    for (const verb of verbs.filter((one) => !one.includes(' ')))
      expect(stdout).toMatch(new RegExp(`^  ${verb}\\b.* {2,}\\S`, 'm'))
    expect(stdout).toContain('deepcuts run my_spotify_data.zip')
  })
})
