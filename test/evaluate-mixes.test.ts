import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { evaluateMixes, type MixesReport } from '../src/evaluate/mixes.ts'
import { type DrawnList, drawLists } from '../src/evaluate/mixes-draws.ts'
import { judgeList } from '../src/evaluate/mixes-judge.ts'
import { renderMixes } from '../src/evaluate/mixes-report.ts'
import { train } from '../src/learn/train.ts'
import { inventedEngine, NOW } from './suites/invented-listener.ts'

let invented: Awaited<ReturnType<typeof inventedEngine>>
let report: MixesReport
let lists: DrawnList[]

beforeAll(async () => {
  invented = await inventedEngine({ tracks: 600, years: 0.5 })
  const { engine } = invented
  await train(engine.library, { listener: 'ada', seed: 1, preset: 'nano' }, silent)
  const own = { engine, listener: 'ada', now: NOW }
  report = await evaluateMixes({ own, worlds: 1, days: 3, seed: 1 }, silent)
  lists = await drawLists(engine, { listener: 'ada', from: NOW, days: 2, n: 30, seed: 'one' }, async () => {})
}, 120_000)
afterAll(() => invented.close())

const of = (drawer: string) => report.models.find(({ name }) => name === drawer)!.metrics

describe('evaluate mixes', () => {
  it('draws every recipe that gives something on every day, and logs nothing', async () => {
    const { engine } = invented
    const { clusters } = await engine.describe('ada', NOW)
    const dailies = Array.from({ length: clusters }, (_, i) => `daily-${i + 1}`)
    // Nothing was left for four months by somebody of half a year.
    expect(Object.keys(of('deepcuts'))).toEqual([...dailies, 'deep-cuts', 'on-repeat'])
    for (const { n } of Object.values(of('deepcuts'))) expect(n).toBe(3)
    const { id } = await engine.listener('ada')
    expect(await engine.library.exposures.list(id)).toEqual([])
  })

  it('stands beside the n best of the same pool, which are the same every day and worth more', () => {
    for (const [recipe, best] of Object.entries(of('top-n'))) {
      const ours = of('deepcuts')[recipe]!
      expect(best.likability.mean, recipe).toBeGreaterThanOrEqual(ours.likability.mean)
      expect(best.exploredShare.mean).toBe(0)
      expect(best.dayOverlap.mean).toBeGreaterThan(ours.dayOverlap.mean)
    }
  })

  it('knows no truth of a person, and leaves its columns out', () => {
    expect(of('deepcuts')['deep-cuts']!.ndcg.mean).toBeNaN()
    const text = renderMixes(report)
    expect(text).not.toMatch(/NDCG|true/)
    expect(text).toMatch(/│ {2}top-N/)
    for (const line of text.split('\n').filter((one) => /^[│┌├└]/.test(one)))
      expect(line.length).toBeLessThanOrEqual(80)
  })

  it('says how far the balance brings the mixes of all of the taste, and of no others', () => {
    expect(report.calibration.map(({ recipe }) => recipe)).toEqual(['deep-cuts', 'on-repeat'])
    expect(Object.keys(of('uncalibrated'))).toEqual(['deep-cuts', 'on-repeat'])
    expect(of('deepcuts')['daily-1']!.calibrationKl.mean).toBeNaN()
    for (const { recipe, klCut } of report.calibration) {
      const [ours, without] = ['deepcuts', 'uncalibrated'].map((name) => of(name)[recipe]!.calibrationKl.mean)
      expect(klCut.mean).toBeCloseTo(1 - ours! / without!)
    }
    expect(of('deepcuts')['deep-cuts']!.calibrationKl.mean).toBeLessThan(
      of('uncalibrated')['deep-cuts']!.calibrationKl.mean,
    )
  })

  it('draws with and without the balance by the same randomness, from the same first track on', () => {
    const firstsOf = (drawer: string) =>
      lists.filter((list) => list.drawer === drawer).map(({ tracks }) => tracks[0]!.trackId)
    const without = firstsOf('uncalibrated')
    // Before anything is drawn every corner costs the same.
    const balanced = lists.filter(
      ({ drawer, recipe }) => drawer === 'deepcuts' && recipe.balance !== undefined,
    )
    expect(without).toEqual(balanced.map(({ tracks }) => tracks[0]!.trackId))
    expect(without.length).toBe(4)
  })

  it('gives the same report again', async () => {
    const own = { engine: invented.engine, listener: 'ada', now: NOW }
    expect(await evaluateMixes({ own, worlds: 1, days: 3, seed: 1 }, silent)).toEqual(report)
    const other = await evaluateMixes({ own, worlds: 1, days: 1, seed: 2 }, silent)
    expect(other.models[0]!.metrics['deep-cuts']!.likability.mean).not.toBe(
      of('deepcuts')['deep-cuts']!.likability.mean,
    )
  })
})

describe('what a list is judged by', () => {
  const judged = async (change: (list: DrawnList) => Partial<DrawnList>, before?: DrawnList) => {
    const { catalog, audio } = await invented.engine.shelves()
    const list = lists.find(({ recipe, drawer }) => recipe.name === 'deep-cuts' && drawer === 'deepcuts')!
    return judgeList({ ...list, ...change(list) }, before, {
      catalog,
      audio,
      truth: (row) => (row % 7) / 7,
    })
  }

  it('tells one track again and again from a varied list', async () => {
    const [list, one] = [
      await judged(() => ({})),
      await judged(({ tracks }) => ({ tracks: tracks.map(() => tracks[0]!) })),
    ]
    expect(one.diversity).toBe(0)
    expect(list.diversity).toBeGreaterThan(0.3)
    expect(one.gapViolations).toBe(29)
    expect(list.gapViolations).toBe(0)
    expect(one.calibrationKl).toBeGreaterThan(5 * list.calibrationKl)
  })

  it('counts what two days share, and the best of the pool as an NDCG of 1', async () => {
    const list = lists.find(({ recipe }) => recipe.name === 'deep-cuts')!
    expect((await judged(() => ({}), list)).dayOverlap).toBe(1)
    expect((await judged(() => ({}))).dayOverlap).toBeNaN()
    const best = (await judged(({ pool }) => ({
      tracks: [...pool].sort((a, b) => (b.row % 7) - (a.row % 7)).slice(0, 30),
    }))) as { ndcg: number }
    expect(best.ndcg).toBeCloseTo(1)
  })

  it('finds the flow of an order that alternates rougher than that of the same tracks in a row', async () => {
    const flowOf = async (order: readonly number[]) =>
      (
        await judged(({ tracks }) => ({
          tracks: order.map((energy) => ({
            ...tracks[0]!,
            ...{ tempo: 100, key: 0, mode: 1, energy },
          })),
        }))
      ).flowCost
    expect(await flowOf([0, 1, 0, 1, 0, 1])).toBeGreaterThan(1.3)
    expect(await flowOf([0, 0, 0, 1, 1, 1])).toBeLessThan(0.6)
  })
})
