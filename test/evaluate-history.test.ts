import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { UNKNOWN } from '../src/core/labels.ts'
import { silent } from '../src/core/progress.ts'
import { AUDIO_FEATURES } from '../src/core/track.ts'
import { evaluateHistory, type HistoryOptions, type HistoryReport } from '../src/evaluate/history.ts'
import { renderHistory } from '../src/evaluate/history-report.ts'
import { auc } from '../src/metrics/binary.ts'
import type { World } from '../src/world/world.ts'
import { fileOf } from './suites/export-files.ts'
import { NOW, smallWorld } from './suites/invented-listener.ts'

const ROWS = ['all', 'firstPlay', 'noSessionContext'] as const

/** What Spotify would send of the world's listener. */
function exportOf(world: World): string {
  const rows = world.history(0).plays.map(({ track, play }) => {
    const { ref } = world.tracks[track]!
    return {
      ts: `${new Date(play.endedAt).toISOString().slice(0, 19)}Z`,
      platform: play.device,
      ms_played: play.msPlayed,
      master_metadata_track_name: ref.title,
      master_metadata_album_artist_name: ref.artist,
      master_metadata_album_album_name: ref.album,
      spotify_track_uri: `spotify:track:${ref.spotify}`,
      reason_start: play.reasonStart,
      reason_end: play.reasonEnd,
      shuffle: play.shuffle,
      skipped: play.skipped,
      offline: play.offline,
      incognito_mode: false,
    }
  })
  return fileOf('Streaming_History_Audio_2026_0.json', rows)
}

function catalogOf(world: World): string {
  const lines = world.tracks.map(({ ref, facts }) =>
    [ref.spotify, ref.title, ref.artist, ...AUDIO_FEATURES.map((name) => facts.audio?.[name] ?? '')].join(
      ',',
    ),
  )
  return fileOf(
    'catalog.csv',
    `${['track_id', 'name', 'artist', ...AUDIO_FEATURES].join(',')}\n${lines.join('\n')}\n`,
  )
}

const world = smallWorld({ tracks: 800, years: 0.8 })
let options: HistoryOptions
let report: HistoryReport
beforeAll(async () => {
  options = { paths: [exportOf(world)], catalog: [catalogOf(world)], seed: 1, timeZone: 'UTC', now: NOW }
  report = await evaluateHistory(options, silent)
})

const metricsOf = (name: string) => report.models.find((model) => model.name === name)!.metrics

describe('evaluate history', () => {
  it('tells task, data, protocol, seed and models as the JSON contract says', () => {
    const { plays } = world.history(0)
    const count = (code: number) => plays.filter(({ outcome }) => outcome === code).length
    expect(report.task).toBe('history')
    expect(report.dataset).toMatchObject({
      file: 'Streaming_History_Audio_2026_0.json',
      sha256: createHash('sha256').update(readFileSync(options.paths[0]!)).digest('hex'),
      rows: plays.length,
      finishes: count(1),
      skips: count(0),
      masked: count(UNKNOWN),
    })
    expect(report.dataset.catalog[0]!.file).toBe('catalog.csv')
    expect(report.dataset.audioShare).toBeGreaterThan(0.9)
    expect(report.seed).toBe(1)
    expect(report.models.map(({ name }) => name)).toEqual([
      'base-rate',
      'track-rate',
      'artist-rate',
      'logistic-regression',
      'deepcuts',
    ])
    for (const { metrics } of report.models) {
      expect(Object.keys(metrics)).toEqual([...ROWS])
      for (const row of ROWS)
        for (const metric of ['auc', 'logLoss', 'brier', 'accuracy', 'ece'] as const) {
          const { mean, ci95 } = metrics[row][metric]
          expect(ci95[0]).toBeLessThanOrEqual(mean)
          expect(ci95[1]).toBeGreaterThanOrEqual(mean)
          if (metric !== 'auc') expect(ci95[0]).toBeGreaterThanOrEqual(0)
        }
    }
    const slope = metricsOf('deepcuts').all.slope
    expect(slope.ci95[0]).toBeLessThan(slope.mean)
    expect(slope.ci95[1]).toBeGreaterThan(slope.mean)
    expect(Math.abs(slope.mean - 1)).toBeLessThan(0.4)
    expect(metricsOf('base-rate').all.slope.mean).toBeNaN()
    for (const { rankCorrelation, groups } of Object.values(report.spread)) {
      expect(rankCorrelation.ci95[0]).toBeGreaterThan(0)
      expect(groups.reduce((sum, { n }) => sum + n, 0)).toBe(metricsOf('deepcuts').all.n)
    }
    expect(Object.keys(report.spread)).toEqual(['all', 'noSessionContext'])
    const told = JSON.parse(JSON.stringify(report)) as HistoryReport
    expect(told.models.at(-1)).toEqual(report.models.at(-1))
    expect(told.models[0]!.metrics.all.slope.mean).toBeNull()
  })

  it('has a base rate that is one number, which tells nothing apart', () => {
    for (const row of ROWS) expect(metricsOf('base-rate')[row].auc).toEqual({ mean: 0.5, ci95: [0.5, 0.5] })
  })

  it('names no folder of this machine', () => {
    expect(JSON.stringify(report)).not.toMatch(/\/tmp|\\\\/)
  })

  it('splits in time, 80 to 20, and counts no masked play', () => {
    const { plays } = world.history(0)
    const cut = Math.floor(plays.length * 0.8)
    expect(report.protocol).toMatchObject({ name: 'chronological', training: cut, test: plays.length - cut })
    expect(report.protocol.firstTestPlay).toBe(new Date(plays[cut]!.play.endedAt).toISOString().slice(0, 10))
    const test = plays.slice(cut)
    const judged = test.filter(({ outcome }) => outcome !== UNKNOWN)
    const heard = new Set(plays.slice(0, cut).map(({ track }) => track))
    const first = test.filter(({ track, outcome }) => {
      const isFirst = !heard.has(track)
      heard.add(track)
      return isFirst && outcome !== UNKNOWN
    })
    for (const { metrics } of report.models)
      expect(ROWS.map((row) => metrics[row].n)).toEqual([judged.length, first.length, judged.length])
  })

  it('finds ours ahead of the baselines, and behind somebody who knows the truth by little', () => {
    const { plays } = world.history(0)
    const judged = plays.slice(Math.floor(plays.length * 0.8)).filter(({ outcome }) => outcome !== UNKNOWN)
    const truth = auc(
      judged.map(({ probability }) => probability),
      judged.map(({ outcome }) => outcome),
    )
    const ours = metricsOf('deepcuts')
    expect(ours.all.auc.mean).toBeGreaterThan(truth - 0.1)
    expect(ours.all.auc.mean).toBeLessThan(truth + 0.01)
    for (const name of ['base-rate', 'track-rate', 'artist-rate']) {
      expect(ours.all.auc.mean, name).toBeGreaterThan(metricsOf(name).all.auc.mean + 0.02)
      expect(ours.all.logLoss.mean, name).toBeLessThan(metricsOf(name).all.logLoss.mean)
      expect(ours.noSessionContext.auc.mean, name).toBeGreaterThan(metricsOf(name).noSessionContext.auc.mean)
    }
    expect(report.ahead.all.auc.mean).toBeGreaterThan(0)
  })

  it('is a report for people too, with every row and model', () => {
    const text = renderHistory(report)
    for (const word of ['all plays', 'first plays', 'no session context', 'track-rate', 'deepcuts', 'sha256'])
      expect(text).toContain(word)
    const drawn = text.split('\n').filter((line) => /^[┌├└│]/.test(line))
    expect(drawn.length).toBeGreaterThan(30)
    for (const line of drawn) expect(line.length, line).toBeLessThanOrEqual(80)
  })

  it('refuses a history that is too short, and stops when it is told to', async () => {
    const short = smallWorld({ tracks: 50, years: 0.004 })
    await expect(evaluateHistory({ ...options, paths: [exportOf(short)] }, silent)).rejects.toMatchObject({
      code: 'TOO_FEW_PLAYS',
    })
    const controller = new AbortController()
    const at = () => controller.abort(new Error('stopped here'))
    await expect(
      evaluateHistory(
        options,
        { stage: (name) => name === 'bootstrap' && at(), at() {}, done() {} },
        controller.signal,
      ),
    ).rejects.toThrow('stopped here')
  })
})
