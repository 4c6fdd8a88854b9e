import { describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { FEATURE_COUNT } from '../src/features/feature-names.ts'
import type { Evaluation } from '../src/learn/evaluation.ts'
import { fitLikability } from '../src/learn/fit.ts'
import { readListenerData } from '../src/learn/listener-data.ts'
import { PRESETS } from '../src/learn/presets.ts'
import { train } from '../src/learn/train.ts'
import { recommend } from '../src/recommend.ts'
import { emptyEngine, NOW, playsOf } from './suites/invented-listener.ts'

const OPTIONS = { listener: 'ada', seed: 1, preset: 'nano' } as const
const SETTINGS = { preset: PRESETS.nano, seed: 1 }

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

  it('never turns the ranking round, not even where the last plays ended the other way', async () => {
    const invented = await emptyEngine()
    try {
      const plays = Array.from({ length: 250 }, (_, i) => ({
        title: `Track ${(i * 7) % 20}`,
        artist: `Artist ${i % 5}`,
        finished: (i * 7) % 20 < 10 === i < 210,
      }))
      await invented.put('ada', playsOf(plays))
      const data = await readListenerData(invented.engine.library, 'ada')
      const { state, checkpoint } = await fitLikability(data, data.log.size, SETTINGS, silent)
      // All in one sitting, which proves nothing.
      expect(state.slopes).toEqual({ rolling: 1, frozen: 1 })
      expect(checkpoint.ensemble.calibration.rolling.a).toBe(1)
    } finally {
      await invented.close()
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
      const { mix } = await recommend(query, engine)
      expect(mix.tracks).toEqual([])
      expect(mix.notes.join(' ')).toMatch(/Discovery needs a catalog/)

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
