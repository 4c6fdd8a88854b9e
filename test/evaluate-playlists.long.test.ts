import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { evaluatePlaylists, type PlaylistsReport } from '../src/evaluate/playlists.ts'
import { CONTINUATION } from '../src/learn/continuation.ts'
import { makeCommandLine } from './suites/cli.ts'
import { PLAYLIST_HEADER, playlistWorld, WORLD_UNTIL } from './suites/playlist-world.ts'

const folder = mkdtempSync(join(tmpdir(), 'deepcuts-playlists-'))
afterAll(() => rmSync(folder, { recursive: true }))

const SMALL = { ...CONTINUATION, heads: 2, hidden: [12], steps: 60, lists: 6, length: 200 }

async function evaluate(name: string, rows: readonly string[]): Promise<PlaylistsReport> {
  const file = join(folder, name)
  writeFileSync(file, `${[PLAYLIST_HEADER, ...rows].join('\n')}\n`)
  return evaluatePlaylists({ file, until: WORLD_UNTIL, seed: 1, ranker: SMALL }, silent)
}

describe('evaluate playlists, twice', () => {
  it('gives the same report for the same file and seed', async () => {
    expect(await evaluate('one.csv', playlistWorld())).toEqual(await evaluate('one.csv', playlistWorld()))
  })

  it('learns nothing from after the date: other days to come leave every setting as it was', async () => {
    const after = playlistWorld().map((row) => {
      const cells = row.split(',')
      if (cells[8]! >= WORLD_UNTIL) cells[8] = ''
      return cells[7]! >= WORLD_UNTIL
        ? cells.with(0, 'leader 0').with(1, 'leader 0').join(',')
        : cells.join(',')
    })
    const [one, other] = [await evaluate('one.csv', playlistWorld()), await evaluate('other.csv', after)]
    const learned = ({ models }: PlaylistsReport) =>
      models.map(({ name, settings, validation }) => ({ name, settings, validation }))
    expect(learned(other)).toEqual(learned(one))
    expect(other.models.at(-1)!.metrics).not.toEqual(one.models.at(-1)!.metrics)
  })
})

describe('deepcuts evaluate playlists', () => {
  const cli = makeCommandLine()
  afterAll(() => cli.remove())

  it('prints one JSON document, or a sentence about what is wrong with the date', async () => {
    const file = join(folder, 'cli.csv')
    writeFileSync(file, `${[PLAYLIST_HEADER, ...playlistWorld()].join('\n')}\n`)
    const report = await cli.json(['evaluate', 'playlists', file, '--until', WORLD_UNTIL, '--seed', '2'])
    expect(report).toMatchObject({ task: 'playlists', seed: 2, dataset: { file: 'cli.csv' } })
    const refused = await cli.run(['evaluate', 'playlists', file, '--until', 'soon'])
    expect(refused.status).toBe(2)
    expect(refused.stderr).toContain('--until is soon, but it must be a date like 2020-07-31')
  })
})
