import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { random } from '../src/core/random.ts'
import { FEATURE_COUNT, FEATURE_NAMES } from '../src/features/feature-names.ts'
import { describeLog, type Examples } from '../src/learn/dataset.ts'
import { fitLikability } from '../src/learn/fit.ts'
import { historyMaker, type ListenerData, readListenerData } from '../src/learn/listener-data.ts'
import { type TrainingReport, train } from '../src/learn/train.ts'
import { auc, logLoss } from '../src/metrics/binary.ts'
import { ece } from '../src/metrics/calibration.ts'
import { type LikabilityModel, logisticLikability, meanProbability } from '../src/model/likability.ts'
import { recommend } from '../src/recommend.ts'
import { emptyEngine, type InventedEngine, inventedEngine, NOW, playsOf } from './suites/invented-listener.ts'

const OPTIONS = { listener: 'ada', seed: 1 }
const modelFile = ({ folder }: InventedEngine, version: number) =>
  readFileSync(join(folder, 'models', String(version), 'model.json'), 'utf8')

describe('training on the invented world', () => {
  let invented: Awaited<ReturnType<typeof inventedEngine>>
  let report: TrainingReport
  let data: ListenerData
  let model: LikabilityModel
  let tail: Examples

  beforeAll(async () => {
    invented = await inventedEngine({ tracks: 1000, years: 0.9 })
    report = await train(invented.engine.library, OPTIONS, silent)
    data = await readListenerData(invented.engine.library, 'ada')
    const to = Math.floor(data.log.size * 0.75)
    const fitted = await fitLikability(data, to, silent)
    model = logisticLikability(fitted.model)
    tail = describeLog(data.log, historyMaker(data, fitted.audioScale)(), 'rolling', { from: to })
  })
  afterAll(() => invented.close())

  it('beats every baseline on plays that it has not seen, by a margin (quality floor)', () => {
    const { plays, models } = report.heldOut
    const ours = models.at(-1)!
    expect(ours.name).toBe('deepcuts')
    expect(plays).toBeGreaterThan(300)
    expect(ours.auc).toBeGreaterThan(0.74)
    for (const other of models.slice(0, -1)) {
      expect(ours.auc, other.name).toBeGreaterThan(other.auc + 0.02)
      expect(ours.logLoss, other.name).toBeLessThan(other.logLoss)
    }
  })

  it('states probabilities that hold on the plays after those it learned from', () => {
    const p = meanProbability(model.logits(tail.raw), model.heads)
    const share = tail.label.reduce((sum, y) => sum + y, 0) / tail.size
    expect(tail.size).toBeGreaterThan(800)
    expect(ece(p, tail.label, 10)).toBeLessThan(0.09)
    expect(Math.abs(p.reduce((sum, x) => sum + x, 0) / tail.size - share)).toBeLessThan(0.08)
    expect(logLoss(p, tail.label)).toBeLessThan(logLoss(p.fill(share), tail.label) - 0.03)
  })

  it('comes near what somebody who knows the truth could foresee', () => {
    const p = meanProbability(model.logits(tail.raw), model.heads)
    const truth = Array.from(tail.play, (i) => invented.world.history(0).plays[i]!.probability)
    expect(auc(p, tail.label)).toBeGreaterThan(auc(truth, tail.label) - 0.09)
  })

  it('tells contributions of the features that add up to the log-odds', () => {
    for (const i of [0, 10, 200, tail.size - 1]) {
      const raw = tail.raw.slice(i * FEATURE_COUNT, (i + 1) * FEATURE_COUNT)
      const { base, byFeature } = model.contributions(raw)
      expect(Object.keys(byFeature)).toEqual(FEATURE_NAMES)
      const sum = Object.values(byFeature).reduce((total, part) => total + part, base)
      expect(sum).toBeCloseTo(model.logits(raw)[0]!, 6)
    }
  })

  it('reports what it did in numbers of the log', () => {
    const { outcome, endedAt } = data.log
    expect(report).toMatchObject({
      version: 1,
      listener: 'ada',
      seed: 1,
      finishes: outcome.filter((o) => o === 1).length,
      skips: outcome.filter((o) => o === 0).length,
      firstPlayAt: endedAt[0],
      lastPlayAt: endedAt.at(-1),
    })
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
  })

  it('keeps the version as the one that serves, and gives it back whole', async () => {
    const { manifest, likability } = await invented.engine.model('ada')
    expect(manifest.version).toBe(1)
    expect(likability.logits(tail.raw.slice(0, FEATURE_COUNT)).every(Number.isFinite)).toBe(true)
  })
})

describe('training', () => {
  let invented: InventedEngine
  beforeAll(async () => {
    invented = await inventedEngine({ tracks: 200, years: 0.2 })
  })
  afterAll(() => invented.close())

  it('gives the same file for the same data and seed', async () => {
    const { library } = invented.engine
    const versions = [await train(library, OPTIONS, silent), await train(library, OPTIONS, silent)]
    expect(versions.map(({ version }) => version)).toEqual([1, 2])
    expect(modelFile(invented, 2)).toBe(modelFile(invented, 1))
  })

  it('stops when it is told to, at whichever moment, and leaves no version behind', async () => {
    const { library } = invented.engine
    const { id } = await library.listeners.get('ada')
    const before = await library.models.active(id)
    expect(before?.version).toBe(2)
    const listed = readdirSync(join(invented.folder, 'models'))
    for (const stopAt of [0, 1, 3, 6, 9]) {
      const controller = new AbortController()
      let steps = 0
      const at = () => {
        if (steps++ === stopAt) controller.abort(new Error('stopped here'))
      }
      const progress = { stage: at, at, done() {} }
      await expect(train(library, OPTIONS, progress, controller.signal)).rejects.toThrow('stopped here')
    }
    expect(await library.models.active(id)).toEqual(before)
    expect(readdirSync(join(invented.folder, 'models'))).toEqual(listed)
  })

  it('lets a Ctrl-C in while it computes', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(new Error('Ctrl-C')), 5)
    await expect(train(invented.engine.library, OPTIONS, silent, controller.signal)).rejects.toThrow('Ctrl-C')
  })
})

describe('too little to learn from', () => {
  const trainOn = async (finished: readonly boolean[]) => {
    const invented = await emptyEngine()
    try {
      const plays = finished.map((f, i) => ({
        title: `Track ${i % 7}`,
        artist: `Artist ${i % 3}`,
        finished: f,
      }))
      await invented.put('ada', playsOf(plays))
      const report = await train(invented.engine.library, OPTIONS, silent)
      const { likability } = await invented.engine.model('ada')
      return { report, likability }
    } finally {
      await invented.close()
    }
  }
  const runs = (...lengths: readonly [finished: boolean, count: number][]) =>
    lengths.flatMap(([finished, count]) => Array.from({ length: count }, () => finished))

  it('is told with the numbers when there are few plays', async () => {
    await expect(trainOn(runs([true, 10], [false, 4]))).rejects.toMatchObject({
      code: 'TOO_FEW_PLAYS',
      message: expect.stringMatching(/too few/),
    })
  })

  it('is told when everything was finished, and when everything was skipped', async () => {
    await expect(trainOn(runs([true, 300]))).rejects.toMatchObject({ code: 'TOO_FEW_PLAYS' })
    await expect(trainOn(runs([false, 300]))).rejects.toMatchObject({ code: 'TOO_FEW_PLAYS' })
  })

  it('never turns the ranking round: what short histories hold out makes no slope negative', async () => {
    for (const size of [70, 150, 300])
      for (const seed of [1, 2, 3, 4]) {
        const invented = await emptyEngine()
        try {
          const coin = random(`short ${seed} ${size}`)
          const plays = Array.from({ length: size }, (_, i) => ({
            title: `Track ${coin.int(20)}`,
            artist: `Artist ${i % 5}`,
            finished: coin.next() < 0.6,
          }))
          await invented.put('ada', playsOf(plays))
          const data = await readListenerData(invented.engine.library, 'ada')
          const { slopes, model } = await fitLikability(data, data.log.size, silent)
          for (const slope of [
            ...Object.values(slopes),
            model.calibration.rolling.a,
            model.calibration.frozen.a,
          ])
            expect(slope, `${size} plays, seed ${seed}`).toBeGreaterThan(0.2)
        } finally {
          await invented.close()
        }
      }
  })

  it('learns without a held-out tail when all outcomes are in the last plays', async () => {
    const invented = await emptyEngine()
    try {
      const unknown = playsOf(
        runs([true, 500]).map((finished, i) => ({ title: `T${i % 9}`, artist: 'A', finished })),
      )
      const masked = [...unknown].map((record) =>
        record.kind === 'play'
          ? { ...record, play: { ...record.play, reasonEnd: 'logout', skipped: false } }
          : record,
      )
      await invented.put('ada', masked)
      const last = runs([true, 25], [false, 25]).map((finished, i) => ({
        title: `L${i % 5}`,
        artist: 'B',
        finished,
      }))
      await invented.put('ada', playsOf(last, NOW + 30 * 86_400_000))
      invented.clock.at = NOW + 31 * 86_400_000
      const report = await train(invented.engine.library, OPTIONS, silent)
      expect(report.heldOut).toEqual({ plays: 0, models: [] })
      const { likability } = await invented.engine.model('ada')
      const raw = new Float32Array(FEATURE_COUNT)
      expect(Number.isFinite(likability.logits(raw)[0])).toBe(true)
    } finally {
      await invented.close()
    }
  })

  it('is told for a mix when the plays were taken back, and a model of other features is refused', async () => {
    const invented = await emptyEngine()
    try {
      const plays = runs([true, 40], [false, 25]).map((f, i) => ({
        title: `T${i % 6}`,
        artist: 'A',
        finished: f,
      }))
      await invented.put('ada', playsOf(plays))
      const { engine } = invented
      await train(engine.library, OPTIONS, silent)
      const query = { listener: 'ada', recipe: 'daily-1', n: 5, at: NOW }
      expect((await recommend(query, engine)).mix.tracks.length).toBeGreaterThan(0)
      await engine.library.imports.undo(1)
      await expect(recommend(query, engine)).rejects.toMatchObject({ code: 'NO_PLAYS' })

      const { manifest, model: stored } = await engine.library.models.load(1)
      await engine.library.models.save(1, { ...(stored as object), features: ['another'] }, manifest.training)
      await expect(engine.model('ada')).rejects.toMatchObject({ code: 'MODEL_OLD' })
    } finally {
      await invented.close()
    }
  })

  it('is told when nothing was played, and when nobody of that name is known', async () => {
    const invented = await emptyEngine()
    await invented.put('ada', [{ kind: 'never', artist: 'Nobody' }])
    const { library } = invented.engine
    await expect(train(library, OPTIONS, silent)).rejects.toMatchObject({ code: 'NO_PLAYS' })
    await expect(train(library, { listener: 'bob', seed: 1 }, silent)).rejects.toMatchObject({
      code: 'UNKNOWN_LISTENER',
      message: expect.stringContaining('ada'),
    })
    await invented.close()
  })

  it('is enough just above the bound, without audio, and when one outcome comes after the other', async () => {
    for (const finished of [runs([true, 30], [false, 30]), runs([false, 30], [true, 30])]) {
      const { report, likability } = await trainOn(finished)
      expect(report.finishes).toBe(30)
      const raw = new Float32Array(FEATURE_COUNT).fill(Number.NaN)
      expect(likability.logits(raw).every(Number.isFinite)).toBe(true)
    }
  })
})
