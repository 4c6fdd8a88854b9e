import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { type CarouselReport, evaluateCarousel } from '../src/evaluate/carousel.ts'
import { twoTastes } from './suites/carousel-worlds.ts'

const CLI = join(import.meta.dirname, '../dist/cli/main.js')
const run = promisify(execFile)

const folder = mkdtempSync(join(tmpdir(), 'deepcuts-carousel-threads-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, numbers: Float32Array, width: number, kept: number): string {
  const rows = Array.from({ length: numbers.length / width }, (_, row) =>
    numbers.subarray(row * width, row * width + kept).join(','),
  )
  const header = Array.from({ length: kept }, (_, d) => `dim_${d}`).join(',')
  const path = join(folder, name)
  writeFileSync(path, `${[header, ...rows].join('\n')}\n`)
  return path
}

describe('the compiled package', () => {
  it('runs the carousels in threads, and says what one thread says from the sources', async () => {
    const { listeners, playlists } = twoTastes(200, 30)
    const table = file('playlists.csv', playlists.weights, 4, 4)
    const users = file('users.csv', listeners.vectors, 4, 3)
    const policies = ['deepcuts', 'ts-seg-pessimistic', 'ts-lin-pessimistic', 'random']
    const { stdout } = await run(process.execPath, [
      CLI,
      ...['evaluate', 'carousel', table, '--users', users, '--rounds', '4', '--visitors', '150'],
      ...['--seeds', '3', '--policies', policies.join(','), '--json'],
    ])
    const threaded = JSON.parse(stdout) as CarouselReport
    const here = await evaluateCarousel(
      { playlists: table, users, rounds: 4, visitors: 150, seeds: 3, policies },
      silent,
    )
    expect(threaded.models.map(({ name }) => name)).toEqual(policies)
    expect(threaded.models.map(({ regrets }) => regrets)).toEqual(here.models.map(({ regrets }) => regrets))
    expect(threaded.dataset).toEqual(here.dataset)
  })
})
