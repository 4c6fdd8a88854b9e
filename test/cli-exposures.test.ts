import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { makeCommandLine, smallExport } from './suites/cli.ts'

const cli = makeCommandLine()
afterAll(() => cli.remove())

it('exposures writes what was shown as a table, and evaluate policy reads the folder and the file alike', async () => {
  const paths = await smallExport(cli.folder)
  await cli.run(['import', paths.catalog, paths.export, '--quiet'])
  await cli.json(['mix', 'daily-1', '--n', '6'])
  const mix = (await cli.json(['mix', 'deep-cuts', '--n', '6'])) as { tracks: readonly unknown[] }
  await cli.json(['mix', 'deep-cuts', '--n', '6', '--seed', '4'])

  const document = await cli.json(['exposures', '--out', 'log.csv'])
  expect(document).toMatchObject({ file: 'log.csv', format: 'csv', slates: 3, answered: 0 })
  const lines = readFileSync(join(cli.folder, 'log.csv'), 'utf8').trim().split('\n')
  expect(lines).toHaveLength(1 + Number(document.rows))
  expect(lines[0]).toMatch(/^draw,listener,recipe,occasion,shown_at,/)
  expect(mix.tracks.length).toBeGreaterThan(0)

  const told = await cli.run(['exposures', '--out', 'log.parquet'])
  expect(told.stdout).toMatch(/Written: log\.parquet, \d+ slots of 3 slates, 0 of them answered\./)

  const asked = await cli.json(['evaluate', 'policy', '--policy', 'uniform'])
  expect(asked).toMatchObject({
    metrics: { n: 0, refused: expect.stringContaining('no sittings that count') },
  })
  for (const file of ['log.csv', 'log.parquet']) {
    const read = await cli.json(['evaluate', 'policy', file, '--policy', 'uniform'])
    expect(read.notes).toEqual(asked.notes)
  }
  expect(asked.notes).toEqual([
    'Left out 2 sittings: nobody played a track of them, which is no negative answer.',
    'Left out 1 sitting: they were drawn again, by a seed, or with a novelty or by a policy of their own.',
  ])

  // What would be passed over in silence is refused instead.
  const listener = await cli.run(['evaluate', 'policy', 'log.csv', '--listener', 'me'])
  expect(listener.status).toBe(2)
  expect(listener.stderr).toContain('left out where LOG is given')
  const epsilon = await cli.run(['evaluate', 'policy', '--policy', 'uniform', '--epsilon', '0.2'])
  expect(epsilon.status).toBe(2)
  expect(epsilon.stderr).toContain('--epsilon is 0.2, but it must be left out: uniform has none')
})

it('exposures asks for a file of a kind that it can write', async () => {
  const { status, stderr } = await cli.run(['exposures', '--out', 'log.xlsx'])
  expect(status).toBe(2)
  expect(stderr).toContain('the path of a .csv or .parquet file')
  const lost = await cli.run(['exposures', '--out', 'no/such/log.csv'])
  expect(lost.stderr).toContain('its folder does not exist')
})
