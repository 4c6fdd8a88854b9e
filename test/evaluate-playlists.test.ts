import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { evaluatePlaylists, type PlaylistsReport } from '../src/evaluate/playlists.ts'
import { dayOf, readPlaylistArchive } from '../src/evaluate/playlists-file.ts'
import { renderPlaylists } from '../src/evaluate/playlists-report.ts'
import { CONTINUATION } from '../src/learn/continuation.ts'
import { continuationAfter, continuationWithheld } from '../src/learn/continuation-task.ts'
import type { Estimate } from '../src/metrics/interval.ts'
import { PLAYLIST_HEADER, playlistRows, playlistWorld, WORLD_UNTIL } from './suites/playlist-world.ts'

const folder = mkdtempSync(join(tmpdir(), 'deepcuts-playlists-'))
afterAll(() => rmSync(folder, { recursive: true }))

function write(name: string, rows: readonly string[], header = PLAYLIST_HEADER): string {
  const path = join(folder, name)
  writeFileSync(path, `${[header, ...rows].join('\n')}\n`)
  return path
}

const SMALL = { ...CONTINUATION, heads: 2, hidden: [12], steps: 150, lists: 6, length: 200 }
const evaluate = (file: string, until = WORLD_UNTIL) =>
  evaluatePlaylists({ file, until, seed: 1, ranker: SMALL }, silent)

describe('evaluate playlists', () => {
  const report: Promise<PlaylistsReport> = evaluate(write('world.csv', playlistWorld()))
  const ndcg = (found: PlaylistsReport, model: string, subset: 'all' | 'warm' | 'cold') =>
    (found.models.find(({ name }) => name === model)!.metrics[subset]['ndcg@100'] as Estimate).mean

  it('foresees what followers take over from their leader, and new tracks by the artists of a playlist', async () => {
    const found = await report
    expect(found.models.map(({ name }) => name)).toEqual([
      'popularity',
      'item-knn',
      'ease',
      'playlist-knn',
      'artist-recency',
      'blend',
      'deepcuts',
    ])
    expect(ndcg(found, 'deepcuts', 'warm')).toBeGreaterThan(0.8)
    expect(ndcg(found, 'deepcuts', 'warm')).toBeGreaterThan(ndcg(found, 'popularity', 'warm') + 0.3)
    expect(ndcg(found, 'deepcuts', 'cold')).toBeGreaterThan(0.8)
    // Who has what says nothing of tracks that nobody had.
    for (const blind of ['popularity', 'item-knn', 'ease', 'playlist-knn'])
      expect(ndcg(found, blind, 'cold')).toBeLessThan(0.5)
    expect(ndcg(found, 'artist-recency', 'cold')).toBeGreaterThan(0.8)
    expect(ndcg(found, 'deepcuts', 'all')).toBeGreaterThan(0.6)
  }, 60_000)

  it('continues playlists that it never saw from a few tracks', async () => {
    const { models, protocol } = await report
    const clicks = (name: string, seeds: string) =>
      (models.find((model) => model.name === name)!.withheld[seeds]!.clicks as Estimate).mean
    expect(Object.keys(models[0]!.withheld)).toEqual(['1', '5', '10', '25'])
    expect(clicks('deepcuts', '10')).toBeLessThan(0.5)
    expect(clicks('popularity', '10')).toBeGreaterThan(clicks('deepcuts', '10'))
    expect(protocol.withheld.playlists).toBe(4)
  }, 60_000)

  it('says what it did: cuts before the date, candidates, comparisons', async () => {
    const found = await report
    const { inner, candidates, until } = found.protocol
    for (const { to } of inner) expect(to <= until).toBe(true)
    expect(candidates.warm + candidates.cold).toBe(candidates.all)
    expect(found.comparisons.filter(({ subset }) => subset === 'warm')).toHaveLength(6)
    expect(renderPlaylists(found)).toContain('deepcuts is')
    expect(found.notes).toContain('Playlists withheld: only 4. Intervals over so few say little.')
  }, 60_000)

  it('tells of models that found nothing, and of subsets that nobody got anything of, in words', async () => {
    const found = await report
    const nothing = { mean: Number.POSITIVE_INFINITY, ci95: [Number.NaN, Number.NaN] as const }
    const [first, ...others] = found.comparisons
    const text = renderPlaylists({
      ...found,
      models: found.models.map((row) => ({ ...row, metrics: { ...row.metrics, cold: { n: 0 } } })),
      comparisons: [{ ...first!, ratio: nothing }, ...others],
    })
    expect(text).toContain('beside popularity, which found nothing')
    expect(text).toContain('cold: tracks that were on none: no playlist got one.')
    expect(text).not.toMatch(/NaN|Infinity|undefined/)
  }, 60_000)

  it('refuses what cannot be judged with a sentence', async () => {
    const small = write(
      'small.csv',
      playlistRows([
        ['p', 'a', 'A', 'X', '2020-01-01'],
        ['q', 'a', 'A', 'X', '2020-03-01'],
      ]),
    )
    await expect(evaluate(small, 'July')).rejects.toThrow(
      '--until is July, but it must be a date like 2020-07-31',
    )
    await expect(evaluate(small, '2020-02-30')).rejects.toMatchObject({ code: 'BAD_VALUE' })
    await expect(evaluate(small, '2019-01-01')).rejects.toMatchObject({ code: 'PLAYLISTS_NOTHING_BEFORE' })
    await expect(evaluate(small, '2020-02-01')).rejects.toMatchObject({ code: 'PLAYLISTS_TOO_FEW' })
    await expect(evaluate(small, '2021-01-01')).rejects.toMatchObject({ code: 'PLAYLISTS_NOTHING_AFTER' })
    const burst = write(
      'burst.csv',
      playlistRows([
        ['p', 'a', 'A', 'X', '2020-01-01'],
        ['q', 'b', 'B', 'X', '2020-01-01'],
        ['q', 'a', 'A', 'X', '2020-03-01'],
      ]),
    )
    await expect(evaluate(burst, '2020-02-01')).rejects.toMatchObject({ code: 'PLAYLISTS_TOO_SHORT' })
  })
})

describe('readPlaylistArchive', () => {
  it('joins ids of one title and the same artists, and titles of one id, and numbers tracks by none of their places', async () => {
    const rows = playlistRows([
      ['p', 'a', 'Song', 'X; Y', '2020-01-01'],
      ['p', 'b', 'SONG', 'y;x', '2020-02-01'],
      ['q', 'b', 'Song (renamed)', 'X', '2020-02-01'],
      ['q', 'c', 'Song', 'Z', '2020-02-01'],
    ])
    const { log, content, notes } = await readPlaylistArchive(write('ids.csv', rows))
    expect(log.tracks).toBe(2)
    expect(log.track[0]).toBe(log.track[1])
    expect(log.track[0]).toBe(log.track[2])
    expect(log.track[3]).not.toBe(log.track[0])
    expect(content.artists).toBe(3)
    expect(notes).toHaveLength(1)
    const turned = await readPlaylistArchive(write('turned.csv', rows.toReversed()))
    expect([...turned.log.track]).toEqual([...log.track].reverse())
  })

  it('does not take two ids for one recording by their title alone', async () => {
    const rows = playlistRows([
      ['p', 'a', 'Intro', '', '2020-01-01'],
      ['p', 'b', 'Intro', ' ; ', '2020-01-01'],
      ['q', '', 'Intro', '', '2020-01-02'],
      ['r', '', 'Intro', '', '2020-01-02'],
    ])
    const { log } = await readPlaylistArchive(write('titles.csv', rows))
    expect(log.tracks).toBe(3)
    expect(log.track[2]).toBe(log.track[3])
  })

  it('says what a file lacks', async () => {
    const rows = playlistRows([['p', 'a', 'A', 'X', '']])
    await expect(readPlaylistArchive(write('undated.csv', rows))).rejects.toThrow(
      'does not say when tracks were added',
    )
    await expect(
      readPlaylistArchive(write('column.csv', ['p,a,A,X'], 'playlist_id,track_id,title,artists')),
    ).rejects.toMatchObject({ code: 'PLAYLISTS_NO_DATES' })
    await expect(
      readPlaylistArchive(write('artists.csv', ['p,a,A,2020-01-01'], 'playlist_id,track_id,title,added')),
    ).rejects.toThrow('has no column "artists"')
    await expect(
      readPlaylistArchive(write('broken.csv', playlistRows([['p', 'a', 'A', 'X', '1 May 2020']]))),
    ).rejects.toThrow('row 1 below its header: its added "1 May 2020" is no date')
  })
})

describe('continuationAfter', () => {
  it('knows nothing of the day and later: neither what came nor what left', async () => {
    const history = await readPlaylistArchive(
      write(
        'stays.csv',
        playlistRows([
          ['p', 'stays', 'stays', 'X', '2020-01-01', '2020-03-01'],
          ['p', 'left', 'left', 'X', '2020-01-01', '2020-01-20'],
          ['p', 'left', 'left', 'X', '2020-02-05'],
          ['p', 'stays', 'stays', 'X', '2020-03-10'],
          ['p', 'new', 'new', 'X', '2020-02-01'],
          ['q', 'elsewhere', 'elsewhere', 'X', '2020-02-02'],
        ]),
      ),
    )
    const day = dayOf('2020-02-01')
    const { cases, candidate, warm, past } = continuationAfter(history, day, day + 100)
    const [stays, left, , , fresh, elsewhere] = history.log.track
    expect(cases).toHaveLength(1)
    expect([...cases[0]!.taken]).toEqual([stays])
    // What left comes back and counts; what was on it is not foreseen a second time.
    expect(cases[0]!.wanted).toEqual(new Set([left, fresh]))
    expect(past.log.removed[0]).toBe(Number.POSITIVE_INFINITY)
    expect([candidate[elsewhere!], warm[elsewhere!]]).toEqual([1, 0])
    expect(warm[left!]).toBe(1)
  })

  it('withholds a playlist whole, and shows its first tracks', async () => {
    const history = await readPlaylistArchive(
      write(
        'withheld.csv',
        playlistRows([
          ['p', 'b', 'b', 'X', '2020-01-02'],
          ['p', 'a', 'a', 'X', '2020-01-01'],
          ['p', 'c', 'c', 'X', '2020-01-03'],
          ['p', 'own', 'own', 'X', '2020-01-04'],
          ['q', 'b', 'b', 'X', '2020-01-01'],
          ['q', 'c', 'c', 'X', '2020-01-01'],
        ]),
      ),
    )
    const { cases, past } = continuationWithheld(history, new Set([0]), 1)
    const [b, a, c] = history.log.track
    expect([...past.log.playlist]).toEqual([1, 1])
    expect(cases[0]!.query.stays.map(({ track }) => track)).toEqual([a])
    expect(cases[0]!.wanted).toEqual(new Set([b, c]))
  })
})
