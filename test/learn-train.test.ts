import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { random } from '../src/core/random.ts'
import { FEATURE_COUNT } from '../src/features/feature-names.ts'
import type { Evaluation, HeldOut } from '../src/learn/evaluation.ts'
import { fitLikability } from '../src/learn/fit.ts'
import { type ListenerData, readListenerData } from '../src/learn/listener-data.ts'
import { PRESETS } from '../src/learn/presets.ts'
import { type TrainingReport, train } from '../src/learn/train.ts'
import { auc, logLoss } from '../src/metrics/binary.ts'
import { ece } from '../src/metrics/calibration.ts'
import { spearman } from '../src/metrics/rank-correlation.ts'
import { recommend } from '../src/recommend.ts'
import { emptyEngine, type InventedEngine, inventedEngine, NOW, playsOf } from './suites/invented-listener.ts'

const OPTIONS = { listener: 'ada', seed: 1, preset: 'nano' } as const
const SETTINGS = { preset: PRESETS.nano, seed: 1 }
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

  const stoppingIn = (stage: string, after: number) => {
    const controller = new AbortController()
    let [current, steps] = ['', 0]
    const progress = {
      stage(name: string) {
        current = name
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
    ] as const)
      await expect(stoppingIn(stage, after)).rejects.toThrow('stopped here')
    expect(await library.models.active(id)).toEqual(before)
    expect(readdirSync(join(invented.folder, 'models'))).toEqual(listed)
  })

  it('keeps the best so far when it is stopped while it learns, and says so', async () => {
    // In the search for the number of steps, when it goes on with the validation plays, and with all plays.
    for (const after of [0, 1, 20, 28]) {
      const report = await stoppingIn('training', after)
      expect(report.cut, `${after}`).toBe('stopped')
      expect(report.heldOut.plays).toBeGreaterThan(0)
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
      const { finish } = await likability.logits(new Float32Array(FEATURE_COUNT).fill(Number.NaN))
      const { files } = await invented.engine.library.models.load(1)
      const evaluation = JSON.parse(Buffer.from(files['evaluation.json']!).toString()) as Evaluation
      return { report, finish, evaluation }
    } finally {
      await invented.close()
    }
  }
  const runs = (...lengths: readonly [finished: boolean, count: number][]) =>
    lengths.flatMap(([finished, count]) => Array.from({ length: count }, () => finished))
  const mixed = (count: number) => Array.from({ length: count }, (_, i) => i % 5 < 3)

  it('is told with the numbers when there are few plays', async () => {
    await expect(trainOn(runs([true, 20], [false, 10]))).rejects.toMatchObject({
      code: 'TOO_FEW_PLAYS',
      message:
        'Plays with a known outcome: 20 finished, 10 skipped. That is too few to learn from, at least 20 of each are needed. Import more history.',
    })
    await expect(trainOn(runs([true, 19], [false, 60]))).rejects.toMatchObject({ code: 'TOO_FEW_PLAYS' })
  })

  it('is told when everything was finished, and when everything was skipped', async () => {
    await expect(trainOn(runs([true, 300]))).rejects.toMatchObject({ code: 'TOO_FEW_PLAYS' })
    await expect(trainOn(runs([false, 300]))).rejects.toMatchObject({ code: 'TOO_FEW_PLAYS' })
  })

  it('never turns the ranking round: what short histories hold out makes no slope negative', async () => {
    for (const size of [70, 150])
      for (const seed of [1, 2]) {
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
          const { state, checkpoint } = await fitLikability(data, data.log.size, SETTINGS, silent)
          const { calibration } = checkpoint.ensemble
          for (const slope of [...Object.values(state.slopes), calibration.rolling.a, calibration.frozen.a])
            expect(slope, `${size} plays, seed ${seed}`).toBeGreaterThan(0.2)
        } finally {
          await invented.close()
        }
      }
  })

  it('learns all rounds where the last plays have one outcome alone, and scores no number on them', async () => {
    const { report, finish, evaluation } = await trainOn([...mixed(200), ...runs([true, 100])])
    expect(evaluation.curve.every(({ validation }) => validation === null)).toBe(true)
    expect(evaluation.lines).toEqual([])
    expect(report.heldOut.plays).toBe(30)
    expect(report.heldOut.models.every((model) => Number.isNaN(model.auc))).toBe(true)
    expect(report.heldOut.models.at(-1)!.logLoss).toBeLessThan(2)
    expect(finish.every(Number.isFinite)).toBe(true)
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
      expect(Number.isFinite((await likability.logits(raw)).finish[0])).toBe(true)
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

      const { manifest, files } = await engine.library.models.load(1)
      const tables = JSON.parse(Buffer.from(files['model.json']!).toString()) as object
      const other = {
        ...files,
        'model.json': Buffer.from(JSON.stringify({ ...tables, features: ['another'] })),
      }
      await engine.library.models.save(1, other, manifest.training, { serve: true })
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
    await expect(train(library, { ...OPTIONS, listener: 'bob' }, silent)).rejects.toMatchObject({
      code: 'UNKNOWN_LISTENER',
      message: expect.stringContaining('ada'),
    })
    await invented.close()
  })

  it('is enough just above the bound, without audio, and when one outcome comes after the other', async () => {
    for (const finished of [runs([true, 30], [false, 30]), runs([false, 30], [true, 30])]) {
      const { report, finish } = await trainOn(finished)
      expect(report.finishes).toBe(30)
      expect(finish.every(Number.isFinite)).toBe(true)
    }
  })
})
