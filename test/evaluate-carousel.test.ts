import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { type CarouselReport, evaluateCarousel } from '../src/evaluate/carousel.ts'
import { renderCarouselPage } from '../src/evaluate/carousel-page.ts'
import { renderCarousel } from '../src/evaluate/carousel-report.ts'
import { twoTastes } from './suites/carousel-worlds.ts'

const folder = mkdtempSync(join(tmpdir(), 'deepcuts-carousel-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
function file(lines: readonly string[]): string {
  const path = join(folder, `table-${files++}.csv`)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

const { listeners, playlists } = twoTastes(120, 30)
const rowsOf = (numbers: Float32Array, width: number, kept: number) =>
  Array.from({ length: numbers.length / width }, (_, row) =>
    numbers.subarray(row * width, row * width + kept).join(','),
  )
const playlistRows = ['dim_0,dim_1,dim_2,3', ...rowsOf(playlists.weights, 4, 4)]
const people = rowsOf(listeners.vectors, 4, 3)
const withSegments = ['segment,dim_0,dim_1,dim_2', ...people.map((row, i) => `s${i % 2},${row}`)]
const without = ['dim_0,dim_1,dim_2', ...people]
const judge = (options: Partial<Parameters<typeof evaluateCarousel>[0]>) =>
  evaluateCarousel({ rounds: 4, visitors: 150, seeds: 3, ...options }, silent)

let report: CarouselReport
beforeAll(async () => {
  report = await judge({
    playlists: file(playlistRows),
    users: file(withSegments),
    policies: ['random', 'ts-seg-pessimistic', 'deepcuts'],
  })
})

describe('the report', () => {
  it('has a row a policy, ours first, with intervals over seeds and a curve that ends at the regret', () => {
    expect(report.models.map(({ name }) => name)).toEqual(['deepcuts', 'ts-seg-pessimistic', 'random'])
    for (const { metrics, curve, regrets } of report.models) {
      expect(regrets).toHaveLength(3)
      expect(curve).toHaveLength(4)
      expect(curve.at(-1)).toEqual(metrics.regret)
      expect(metrics.regret.ci95[0]).toBeLessThan(metrics.regret.mean)
      expect(metrics.satisfaction.mean).toBeGreaterThan(0)
      expect(metrics.satisfaction.mean).toBeLessThan(1)
    }
  })

  it('says what it was of: files, checksums, levels, segments', () => {
    expect(report.dataset).toMatchObject({ playlists: 30, width: 4, listeners: 120, segments: 2 })
    expect(report.dataset.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(report.dataset.users!.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(report.dataset.meanBest).toBeGreaterThan(report.dataset.meanClick)
  })

  it('compares ours with each other policy, paired by seed', () => {
    const [first, second] = report.comparisons
    expect([first!.against, second!.against]).toEqual(['ts-seg-pessimistic', 'random'])
    const [ours, theirs] = [report.models[0]!.regrets, report.models[2]!.regrets]
    const ratios = ours.map((regret, seed) => regret / theirs[seed]!)
    expect(second!.ratio.mean).toBeCloseTo(ratios.reduce((a, b) => a + b) / 3, 12)
    expect(second!.ratio.mean).toBeLessThan(0.8)
  })

  it('is the same again', async () => {
    const again = await judge({
      playlists: file(playlistRows),
      users: file(withSegments),
      policies: ['deepcuts'],
    })
    expect(again.models[0]!.regrets).toEqual(report.models[0]!.regrets)
  })

  it('knows uniform as another name of random', async () => {
    const options = { playlists: file(playlistRows), users: file(withSegments) }
    const found = await judge({ ...options, policies: ['uniform', 'random'] })
    expect(found.models.map(({ name }) => name)).toEqual(['random'])
    expect(found.models[0]!.regrets).toEqual(report.models[2]!.regrets)
  })

  it('reads as text and as a page that loads nothing', () => {
    const text = renderCarousel(report)
    expect(text).toContain('ts-seg-pessimistic')
    expect(text).toMatch(/deepcuts loses less than/)
    const page = renderCarouselPage(report)
    expect(page).toContain('<svg')
    expect(page).toContain(report.dataset.sha256!)
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/)
  })

  it('takes a folder, makes segments where there are none, and says so', async () => {
    const inside = join(folder, 'published')
    mkdirSync(inside)
    writeFileSync(join(inside, 'playlist_features.csv'), `${playlistRows.join('\n')}\n`)
    const found = await judge({ playlists: inside, users: file(without), policies: ['random'], seeds: 1 })
    expect(found.dataset.file).toBe('playlist_features.csv')
    expect(found.dataset.segments).toBe(100)
    expect(found.notes).toContain('The listeners have no segments: k-means made them.')
    expect(found.comparisons).toEqual([])
  })
})

describe('a run that is called off', () => {
  it('stops between two rounds', async () => {
    const stop = new AbortController()
    const rounds: number[] = []
    const progress = {
      ...silent,
      at(done: number) {
        rounds.push(done)
        if (done === 2) stop.abort(new Error('enough'))
      },
    }
    const options = { playlists: file(playlistRows), users: file(withSegments), policies: ['random'] }
    await expect(
      evaluateCarousel({ rounds: 4, visitors: 20, seeds: 3, ...options }, progress, stop.signal),
    ).rejects.toThrow('enough')
    expect(rounds).toEqual([1, 2])
  })
})

describe('what cannot be judged', () => {
  it.each([
    [
      'a policy that there is not',
      { policies: ['luck'] },
      /--policies is luck, but it must be some of deepcuts/,
    ],
    ['no file', { playlists: join(folder, 'none.csv') }, /There is no file/],
    [
      'too few playlists',
      { playlists: file(playlistRows.slice(0, 6)) },
      /has 5 playlists, and a carousel .* needs 13/,
    ],
    [
      'a weight that is no number',
      { playlists: file([...playlistRows, '1,2,x,4']) },
      /row 31 .*its dim_2 is "x", not a number/,
    ],
    ['a row that ends early', { playlists: file([...playlistRows, '1,2,3']) }, /row 31 .*its 3 is empty/],
    [
      'listeners of another width',
      { playlists: file(playlistRows), users: file(['dim_0,dim_1', '1,2']) },
      /has 2 columns, but numbers a listener must be 3/,
    ],
    [
      'no listeners',
      { playlists: file(playlistRows), users: file(['dim_0,dim_1,dim_2']) },
      /below its header/,
    ],
  ])('%s is refused with a sentence', async (_, options, sentence) => {
    await expect(judge(options)).rejects.toThrow(sentence)
  })
})
