import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { makeCommandLine, smallExport } from './suites/cli.ts'

const cli = makeCommandLine()
afterAll(() => cli.remove())

it('map writes one page, says where and whose it is, and with --json what its corners hold', async () => {
  const paths = await smallExport(cli.folder)
  await cli.run(['import', paths.catalog, paths.export, '--quiet'])
  const refused = await cli.run(['map', '--out', 'no/such/folder.html'])
  expect(refused.status).toBe(1)
  expect(refused.stderr).toContain('its folder does not exist')

  const told = await cli.run(['map', '--out', 'look.html'])
  expect(told.status, told.stderr).toBe(0)
  expect(told.stdout).toContain('Written: look.html')
  expect(told.stdout).toContain('"deepcuts train"')
  expect(told.stderr).toContain('what one person hears, likes and skips')
  const page = readFileSync(join(cli.folder, 'look.html'), 'utf8')
  expect(page).toContain('<canvas id="map"')

  const document = await cli.json(['map', '--out', 'again.html'])
  expect(document).toMatchObject({ file: 'again.html', listener: 'me' })
  expect(document).not.toHaveProperty('points')
  expect(readFileSync(join(cli.folder, 'again.html'), 'utf8')).toBe(page)
  expect(existsSync(join(cli.folder, 'map.html'))).toBe(false)
})
