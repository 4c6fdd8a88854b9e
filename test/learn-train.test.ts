import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { FEATURE_COUNT } from '../src/features/feature-names.ts'
import type { Evaluation, HeldOut } from '../src/learn/evaluation.ts'
import { type ListenerData, readListenerData } from '../src/learn/listener-data.ts'
import { type TrainingReport, train } from '../src/learn/train.ts'
import { auc, logLoss } from '../src/metrics/binary.ts'
import { ece } from '../src/metrics/calibration.ts'
import { spearman } from '../src/metrics/rank-correlation.ts'
import { type InventedEngine, inventedEngine } from './suites/invented-listener.ts'

/** What the three trainings of a training are called. */
const TRAININGS = ['training', 'going on with the held-out plays', 'going on with the newest plays']
const OPTIONS = { listener: 'ada', seed: 1, preset: 'nano' } as const
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
/** All files of a version but its manifest, as text. */
const filesOf = ({ folder }: InventedEngine, version: number) => {
  const at = join(folder, 'models', String(version))
  const names = readdirSync(at).filter((name) => name !== 'manifest.json')
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(at, name)).toString('latin1')]))
}

describe('training on the invented world', () => {
  let invented: Awaited<ReturnType<typeof inventedEngine>>
  let report: TrainingReport
  let data: ListenerData
  let evaluation: Evaluation & { readonly heldOut: HeldOut }
  /** What somebody who knows the truth would have said of the held-out plays. */
  let truth: number[]

  beforeAll(async () => {
    invented = await inventedEngine({ tracks: 1000, years: 0.9 })
    const { library } = invented.engine
    report = await train(library, OPTIONS, silent)
    data = await readListenerData(library, 'ada')
    const { files } = await library.models.load(data.listener.id)
    evaluation = JSON.parse(Buffer.from(files['evaluation.json']!).toString()) as typeof evaluation
    const { plays } = invented.world.history(0)
    truth = plays.slice(-report.heldOut.plays).map(({ probability }) => probability)
  })
  afterAll(() => invented.close())

  it('beats every baseline on plays that it has not seen, by a margin (quality floor)', () => {
    const { plays, models } = report.heldOut
    const ours = models.at(-1)!
    expect(ours.name).toBe('deepcuts')
    expect(plays).toBeGreaterThan(300)
    expect(ours.auc).toBeGreaterThan(0.74)
    for (const other of models.slice(0, -2)) {
      expect(ours.auc, other.name).toBeGreaterThan(other.auc + 0.02)
      expect(ours.logLoss, other.name).toBeLessThan(other.logLoss - 0.01)
      expect(ours.beforeSitting.auc, other.name).toBeGreaterThan(other.beforeSitting.auc + 0.02)
    }
    const logistic = models.at(-2)!
    expect(logistic.name).toBe('logistic-regression')
    expect(ours.logLoss).toBeLessThan(logistic.logLoss + 0.01)
  })

  it('has heads that disagree where it is wrong, and over artists that were played seldom (quality floor)', () => {
    const { label, artistPlays, views } = evaluation.heldOut
    for (const { spread, predictions } of [views.rolling, views.frozen]) {
      const p = predictions.deepcuts!
      expect(
        spearman(
          spread,
          p.map((q, i) => (q - label[i]!) ** 2),
        ),
      ).toBeGreaterThan(0.2)
      expect(
        spearman(
          spread,
          p.map((q, i) => Math.abs(q - truth[i]!)),
        ),
      ).toBeGreaterThan(0)
      expect(spearman(spread, artistPlays)).toBeLessThan(-0.2)
    }
  })

  it('states probabilities that hold on the plays after those it learned from', () => {
    const { label, views } = evaluation.heldOut
    const p = views.rolling.predictions.deepcuts!
    const share = mean(label)
    expect(ece(p, label, 10)).toBeLessThan(0.1)
    expect(Math.abs(mean(p) - share)).toBeLessThan(0.08)
    const base = new Float64Array(label.length).fill(share)
    expect(logLoss(p, label)).toBeLessThan(logLoss(base, label) - 0.03)
  })

  it('comes near what somebody who knows the truth could foresee', () => {
    const { label, views } = evaluation.heldOut
    expect(auc(views.rolling.predictions.deepcuts!, label)).toBeGreaterThan(auc(truth, label) - 0.09)
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
      heldOutFrom: endedAt[Math.floor(data.log.size * 0.9)],
    })
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
  })

  it('keeps the curve, the step that was kept, and the lines to beat', () => {
    const { curve, kept, lines } = evaluation
    expect(curve.map(({ step }) => step)).toContain(kept)
    expect(curve.at(-1)!.validation).toBeLessThan(curve[0]!.validation!)
    expect(lines.map(({ name }) => name)).toEqual([
      'base-rate',
      'track-rate',
      'artist-rate',
      'logistic-regression',
    ])
    const best = Math.min(...curve.map(({ validation }) => validation!))
    for (const { name, logLoss: line } of lines.slice(0, 3)) expect(best, name).toBeLessThan(line)
  })

  it('keeps the version as the one that serves, and gives it back whole', async () => {
    const { manifest, likability } = await invented.engine.model('ada')
    expect(manifest.version).toBe(1)
    const { finish } = await likability.logits(new Float32Array(FEATURE_COUNT))
    expect(finish.every(Number.isFinite)).toBe(true)
    expect(finish).toHaveLength(likability.heads)
  })
})

describe('training', () => {
  let invented: InventedEngine
  beforeAll(async () => {
    invented = await inventedEngine({ tracks: 200, years: 0.15 })
  })
  afterAll(() => invented.close())

  it('gives the same files for the same data and seed, byte for byte, and others for another seed', async () => {
    const { library } = invented.engine
    const versions = [await train(library, OPTIONS, silent), await train(library, OPTIONS, silent)]
    expect(versions.map(({ version }) => version)).toEqual([1, 2])
    const [first, second] = [filesOf(invented, 1), filesOf(invented, 2)]
    expect(Object.keys(first).sort()).toEqual([
      'evaluation.json',
      'held-out.background.f32',
      'held-out.json',
      'held-out.onnx',
      'model.background.f32',
      'model.json',
      'model.onnx',
    ])
    for (const [name, bytes] of Object.entries(first)) expect(second[name] === bytes, name).toBe(true)
    const { version } = await train(library, { ...OPTIONS, seed: 2 }, silent)
    expect(filesOf(invented, version)['model.onnx'] === first['model.onnx']).toBe(false)
    await library.models.use((await library.listeners.get('ada')).id, 2)
  })

  /** The trainings that began in the last `stoppingIn`. */
  let trainings: string[] = []
  const stoppingIn = (stage: string, after: number) => {
    const controller = new AbortController()
    let [current, steps] = ['', 0]
    trainings = []
    const progress = {
      stage(name: string) {
        current = name
        if (TRAININGS.includes(name)) trainings.push(name)
        this.at()
      },
      at() {
        if (current === stage && steps++ === after) controller.abort(new Error('stopped here'))
      },
      done() {},
    }
    return train(invented.engine.library, OPTIONS, progress, controller.signal)
  }

  it('stops when it is told to before it has learned anything, and leaves no version behind', async () => {
    const { library } = invented.engine
    const { id } = await library.listeners.get('ada')
    const before = await library.models.active(id)
    expect(before?.version).toBe(2)
    const listed = readdirSync(join(invented.folder, 'models'))
    for (const [stage, after] of [
      ['describing plays', 0],
      ['describing plays', 2],
      ['lines to beat', 1],
      // Before it is scored a network is one that nobody can vouch for.
      ['training', 0],
    ] as const)
      await expect(stoppingIn(stage, after)).rejects.toThrow('stopped here')
    expect(await library.models.active(id)).toEqual(before)
    expect(readdirSync(join(invented.folder, 'models'))).toEqual(listed)
  })

  it('keeps the best so far when it is stopped while it learns, and says so', async () => {
    for (const [k, after] of [6, 0, 0].entries()) {
      const report = await stoppingIn(TRAININGS[k]!, after)
      expect([report.cut, trainings], TRAININGS[k]).toEqual(['stopped', TRAININGS.slice(0, k + 1)])
      expect(report.heldOut.plays).toBeGreaterThan(0)
      // Four fifths of nine tenths; nine tenths once it has gone over the plays that said when to stop.
      const known = report.finishes + report.skips
      expect(report.plays / known, TRAININGS[k]).toBeCloseTo(k < 2 ? 0.72 : 0.9, 1)
    }
    const { likability } = await invented.engine.model('ada')
    expect((await likability.logits(new Float32Array(FEATURE_COUNT))).finish.every(Number.isFinite)).toBe(
      true,
    )
  })

  it('lets a Ctrl-C in while it computes', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(new Error('Ctrl-C')), 5)
    await expect(train(invented.engine.library, OPTIONS, silent, controller.signal)).rejects.toThrow('Ctrl-C')
  })
})
