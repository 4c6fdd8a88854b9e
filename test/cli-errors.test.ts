import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeExport } from '../bench/make-export.ts'
import { makeCommandLine, smallExport } from './suites/cli.ts'

const cli = makeCommandLine()
afterAll(() => cli.remove())

beforeAll(async () => {
  const { catalog } = await smallExport(cli.folder)
  await cli.run(['import', catalog, '--data', 'catalog-only'])
  mkdirSync(join(cli.folder, 'somewhere'))
  writeFileSync(join(cli.folder, 'endsong_0.json'), '[{"ts": "2024')
  writeFileSync(join(cli.folder, 'odd.csv'), 'name,artist,energy\nEvil \u001b[31mred,Mallory,0.5\n')
})

const CASES: readonly [args: string, status: number, sentence: RegExp][] = [
  ['mux', 2, /^Unknown command 'mux' \(did you mean mix\?\)\. Run "deepcuts --help" to see what it takes\.$/],
  ['mix --nn 3', 2, /^Unknown option '--nn'.*Run "deepcuts mix --help"/],
  ['import', 2, /^Missing required argument 'path'/],
  ['mix --n 0', 2, /^--n is 0, but it must be a whole number of at least 1\.$/],
  ['mix --novelty 1.5', 2, /^--novelty is 1\.5, but it must be a number from 0 to 1\.$/],
  ['mix --seed=', 2, /^--seed is empty, but/],
  ['snooze 1 --days 0', 2, /^--days is 0, but/],
  ['mix no-such', 2, /^There is no recipe no-such\. The recipes are daily-1/],
  ['mix --out list.doc', 2, /^No playlist format goes with the ending of list\.doc/],
  [
    'mix --data nowhere',
    1,
    /^There is no data in .*nowhere yet\. Run "deepcuts run my_spotify_data\.zip" first/,
  ],
  ['mix --data=', 2, /^--data is empty, but it must be the path of a folder\.$/],
  ['mix --data somewhere', 1, /^There is no data in .*somewhere yet\./],
  ['mix --data tracks.csv', 2, /^.*tracks\.csv is not a folder/],
  ['report --data catalog-only', 1, /^Nothing has been learned yet about this listener in/],
  ['train --data catalog-only', 1, /^me has no plays to learn from/],
  ['undo --data catalog-only --listener eve', 2, /^There is no listener "eve" here\. Known: me\./],
  [
    'like no such song --data catalog-only',
    2,
    /^No track matches "no such song"\. Give its id, its Spotify link, or "title – artist"/,
  ],
  ['never nobody at all --data catalog-only', 2, /^No artist is called "nobody at all" here\./],
  ['exclude --artist nobody --data catalog-only', 2, /^No artist is called "nobody" here\./],
  ['imports undo --data catalog-only', 2, /^Which import to undo is missing/],
  ['exclude --remove 4 --data catalog-only', 2, /^There is no exclusion 4\./],
  ['run my_spotify_data.zip --exclude kitchen', 2, /^--exclude is kitchen, but it must be artist:NAME/],
  ['run no-such.zip --data fresh', 2, /^There is no file or folder at no-such\.zip/],
  ['import endsong_0.json --data fresh', 1, /^endsong_0\.json stops in the middle/],
  ['import tracks.csv --as midi --data fresh', 2, /^--as is midi, but it must be one of spotify-extended/],
  ['import tracks.csv --time-zone Moon', 2, /^--time-zone is Moon, but it must be a time zone/],
  ['evaluate likability tracks.csv', 2, /^Required option '--label <column>' not specified/],
  ['evaluate likability tracks.csv --label taste', 2, /^tracks\.csv has no column "taste"/],
  [
    'evaluate likability tracks.csv --label mode --protocol mine',
    2,
    /^--protocol is mine, but it must be one of/,
  ],
]

describe('what a person gets wrong', () => {
  it.each(CASES)('%s ends with %i and one sentence', async (args, status, sentence) => {
    const ran = await cli.run([...args.split(' '), '--quiet'])
    const [said, ...more] = ran.stderr.trimEnd().split('\n')
    expect(said).toMatch(sentence)
    expect(more).toEqual([])
    expect(ran.stderr).not.toMatch(/\bat .*:\d+/)
    expect(ran).toMatchObject({ status, stdout: '' })
  })

  it('is one JSON document on stdout with --json', async () => {
    const ran = await cli.run(['mix', 'no-such', '--json', '--quiet'])
    expect(ran).toMatchObject({ status: 2, stderr: '' })
    expect(JSON.parse(ran.stdout)).toEqual({
      error: { code: 'UNKNOWN_RECIPE', message: expect.stringContaining('There is no recipe no-such.') },
    })
  })

  it('tells the stack with DEEPCUTS_DEBUG=1 alone', async () => {
    const { stderr } = await cli.run(['mix', 'no-such'], { env: { DEEPCUTS_DEBUG: '1' } })
    expect(stderr).toMatch(/^There is no recipe.*\n.*DeepcutsError/)
    expect(stderr).toMatch(/\n +at /)
  })
})

interface Doctor extends Record<string, unknown> {
  readonly findings: readonly { readonly check: string; readonly text: string }[]
  readonly next: string
}

describe('a catalog alone', () => {
  const data = ['--data', 'catalog-only']

  it('gives first songs by name, without numbers and reasons that are the same on all of them', async () => {
    const { status, stdout } = await cli.run(['mix', '--n', '3', ...data])
    expect(status).toBe(0)
    expect(stdout).toMatch(/^First songs .*3 tracks/)
    expect(stdout.match(/^ \d {2}\S/gm)).toHaveLength(3)
    expect(stdout).not.toMatch(/50 %|likely|to find out what you like\n.*to find out what you like\n/)
  })

  it('is told what to do next: by the import, and by the doctor, which does not send to train', async () => {
    const tracks = join(cli.folder, 'two.csv')
    writeFileSync(tracks, 'name,artist,energy\nOne,Ada,0.5\nTwo,Bo,0.6\n')
    const { stdout } = await cli.run(['import', tracks, ...data])
    expect(stdout).toContain('Next: "deepcuts mix" has songs to begin with')
    const { findings, next } = await cli.json(['doctor', ...data])
    expect(findings).toContainEqual(expect.objectContaining({ check: 'model', state: 'advice' }))
    expect(next).toMatch(/^Next: "deepcuts mix" has songs to begin with/)
  })
})

describe('a data folder', () => {
  it('that cannot be written to is named in the sentence', async () => {
    const folder = join(cli.folder, 'locked')
    mkdirSync(folder)
    chmodSync(folder, 0o555)
    // Who may write everywhere, such as root, is stopped by a folder of the system that takes no files.
    const data = process.getuid?.() === 0 ? '/proc/deepcuts' : folder
    const { status, stderr } = await cli.run(['import', 'tracks.csv', '--data', data])
    expect(status).toBe(1)
    expect(stderr).toMatch(/(locked|proc\/deepcuts) cannot be written to\. /)
  })

  it('of several listeners asks whom is meant', async () => {
    const data = ['--data', 'family']
    for (const [i, name] of ['ann', 'ben'].entries()) {
      const path = join(cli.folder, `${name}.zip`)
      await makeExport({ path, rows: 60, tracks: 100, seed: i + 1 })
      await cli.run(['import', path, '--listener', name, ...data])
    }
    const { status, stderr } = await cli.run(['train', ...data])
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: 'Several people listen here: ann, ben. Say whom you mean with --listener.\n',
    })
    const { findings, next } = (await cli.json(['doctor', ...data])) as Doctor
    expect(findings.filter(({ check }) => check === 'model')).toEqual([
      expect.objectContaining({ text: expect.stringContaining('of ann, ben') }),
    ])
    expect(next).toContain('"deepcuts train --listener NAME"')
  })

  it('of several listeners takes nobody’s plays for another’s: not even when one import was taken back', async () => {
    const data = ['--data', 'family']
    await cli.run(['imports', 'undo', '1', ...data])
    for (const verb of ['import', 'run']) {
      const { status, stderr } = await cli.run([verb, 'ann.zip', ...data, '--quiet'])
      expect({ status, stderr }, verb).toEqual({
        status: 2,
        stderr: 'Several people listen here: ann, ben. Say whom you mean with --listener.\n',
      })
    }
    const { imports } = await cli.json(['import', 'ann.zip', '--listener', 'ann', ...data])
    expect(imports).toMatchObject([{ listener: 'ann', alreadyImported: false }])
    expect((await cli.run(['import', 'tracks.csv', ...data])).status, 'tracks are anybody’s').toBe(0)
  })

  it('with a listener and a catalog that somebody else brought asks nobody', async () => {
    const data = ['--data', 'two-names']
    await cli.run(['import', 'tracks.csv', ...data])
    await cli.run(['import', 'ann.zip', '--listener', 'ann', ...data])
    const { imports } = await cli.json(['import', 'ben.zip', ...data])
    expect(imports).toMatchObject([{ listener: 'ann' }])
  })

  it('is not made by a verb that only reads', () => {
    expect(existsSync(join(cli.folder, 'nowhere'))).toBe(false)
    expect(readdirSync(join(cli.folder, 'somewhere'))).toEqual([])
    expect(existsSync(join(cli.folder, 'deepcuts-data'))).toBe(false)
  })
})

describe('a run that is stopped', () => {
  it('ends with 130 and says which imports were kept; nothing of the stopped one is', async () => {
    const path = join(cli.folder, 'long.zip')
    await makeExport({ path, rows: 30_000, tracks: 300 })
    const ran = await cli.spawn(['import', 'tracks.csv', path, '--data', 'stopped'], { stopAt: /→ import 1/ })
    expect(ran.status).toBe(130)
    expect(ran.stderr).toMatch(/^Stopping…\n/m)
    expect(ran.stderr).toMatch(
      /^The import of long\.zip was stopped and nothing of it was kept\. Kept before it: tracks\.csv\. Run it again/m,
    )
    expect(await cli.json(['imports', '--data', 'stopped'])).toMatchObject({
      imports: [{ name: 'tracks.csv' }],
    })
  })

  it('says nothing but why it ended with --quiet', async () => {
    const args = ['import', 'tracks.csv', 'long.zip', '--data', 'quietly', '--quiet']
    const ran = await cli.spawn(args, { stopAt: /→ import 1/ })
    expect(ran.stderr).toMatch(/^The import of long\.zip was stopped/)
  })
})

describe('names from files', () => {
  it('cannot steer the terminal', async () => {
    await cli.run(['import', 'odd.csv', '--data', 'odd'])
    const { stdout } = await cli.run(['split', '1', '--data', 'odd'])
    expect(stdout).toContain('Evil')
    expect(stdout).not.toContain('\u001b')
  })
})

describe('a reader that stops reading', () => {
  it('ends the output without a word', async () => {
    const { stderr, status } = await cli.spawn(['imports', '--data', 'catalog-only'], { closeStdout: true })
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  })
})
