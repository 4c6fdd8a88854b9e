import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { XMLValidator } from 'fast-xml-parser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeCommandLine, type Ran, smallExport } from './suites/cli.ts'

const cli = makeCommandLine()
afterAll(() => cli.remove())

let told: Ran
beforeAll(async () => {
  const paths = await smallExport(cli.folder)
  await cli.run(['import', paths.catalog, paths.export, '--quiet'])
  const untrained = await cli.run(['report'])
  expect(untrained).toMatchObject({ status: 1 })
  expect(untrained.stderr).toContain('deepcuts train')
  await cli.run(['train', '--preset', 'nano', '--quiet'])
  told = await cli.run(['report', '--out', 'page.html'])
})

describe('report', () => {
  it('writes one whole page, says where, and what it says in short', () => {
    expect(told.status, told.stderr).toBe(0)
    expect(told.stdout).toMatch(/Judged on [\d,]+ plays that it had not learned from/)
    expect(told.stdout).toContain('Written: page.html')
    const page = readFileSync(join(cli.folder, 'page.html'), 'utf8')
    expect(XMLValidator.validate(page)).toBe(true)
    for (const part of [
      'Reliability',
      'Telling finishes from skips',
      'Training',
      'What moves it',
      'This version',
    ])
      expect(page).toContain(`<h2>${part}</h2>`)
    expect(page).toContain('deepcuts train --preset nano --seed 1')
    expect(page).not.toMatch(/NaN|undefined/)
  })

  it('names no track and no artist of the listener', async () => {
    const page = readFileSync(join(cli.folder, 'page.html'), 'utf8')
    const { tracks } = (await cli.json(['mix', '--n', '50'])) as unknown as {
      tracks: { track: { title: string; artist: string } }[]
    }
    expect(tracks.length).toBeGreaterThan(20)
    const named = tracks
      .flatMap(({ track }) => [track.title, track.artist])
      .filter((name) => page.includes(name))
    expect(named).toEqual([])
  })

  it('gives its numbers with --json, and the results alone with --quiet', async () => {
    const report = (await cli.json(['report', '--quiet'])) as unknown as {
      file: string
      heldOut: { scores: { all: { models: { name: string }[] } } }
      effects: { forMix: unknown[] }
    }
    expect(report.file).toBe('report.html')
    expect(report.heldOut.scores.all.models.at(-1)).toMatchObject({ name: 'deepcuts' })
    expect(report.effects.forMix.length).toBeGreaterThan(3)
    const quiet = await cli.run(['report', '--quiet', '--out', 'again.html'])
    expect(quiet).toMatchObject({ stdout: 'Written: again.html\n', stderr: '' })
  })

  it('refuses what it cannot write before it begins, and leaves what is there', async () => {
    mkdirSync(join(cli.folder, 'pages'))
    writeFileSync(join(cli.folder, 'pages/old.html'), 'old')
    const problems = {
      pages: 'pages cannot be written (it is a folder)',
      'nowhere/page.html': 'nowhere/page.html cannot be written (its folder does not exist)',
      'pages/old.html/page.html': 'cannot be written (its folder does not exist)',
      '': '--out is empty, but it must be the path of a file',
    }
    for (const [path, problem] of Object.entries(problems)) {
      const { status, stderr } = await cli.run(['report', '--out', path, '--quiet'])
      expect(status).toBeGreaterThan(0)
      expect(stderr.replace(/\s+/g, ' ')).toContain(problem)
    }
    expect(readFileSync(join(cli.folder, 'pages/old.html'), 'utf8')).toBe('old')
    expect(readdirSync(cli.folder).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  it('ends by itself as a process of its own', async () => {
    const { status, stdout } = await cli.spawn(['report', '--out', 'alone.html', '--quiet'])
    expect([status, stdout]).toEqual([0, 'Written: alone.html\n'])
  })
})
