import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeCommandLine } from './suites/cli.ts'

const cli = makeCommandLine()
const TRACKS = 40
const DAY_S = 86_400

/** 300 scrobbles of 40 tracks by 8 artists; the last came an hour ago. */
const scrobbles = () => {
  const last = Math.floor(Date.now() / 1000) - 3600
  const rows = Array.from({ length: 300 }, (_, i) => {
    const track = (i * i + i) % TRACKS
    return `${last - (299 - i) * (DAY_S / 4)},Artist ${track % 8},Track ${track}`
  })
  return ['uts,artist,track', ...rows, ''].join('\n')
}
beforeAll(() => writeFileSync(join(cli.folder, 'recenttracks-ada-1.csv'), scrobbles()))
afterAll(() => cli.remove())

it('scrobbles alone make mixes: it is told that nothing can be trained on them, and why', async () => {
  const ran = await cli.run(['run', 'recenttracks-ada-1.csv'])
  expect(ran.status).toBe(0)
  expect(ran.stdout).toContain('import 1 (lastfm)')
  expect((ran.stdout + ran.stderr).replaceAll(/\s+/g, ' ')).toContain(
    '300 more plays do not say how they ended',
  )
  expect(ran.stdout).toMatch(/you played it \d+ times/)
  expect((await cli.run(['import', 'recenttracks-ada-1.csv'])).stdout).toContain('already imported as 1')
})
