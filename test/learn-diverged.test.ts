import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { FEATURE_COUNT } from '../src/features/feature-names.ts'
import type { Evaluation } from '../src/learn/evaluation.ts'
import { train } from '../src/learn/train.ts'
import { emptyEngine, playsOf } from './suites/invented-listener.ts'

vi.mock('../src/learn/presets.ts', async (original) => {
  const { PRESETS } = await original<typeof import('../src/learn/presets.ts')>()
  return { PRESETS: { ...PRESETS, nano: { ...PRESETS.nano, learningRate: 1e30 } } }
})

it('a training whose loss explodes keeps what it began with, says so, and serves numbers', async () => {
  const invented = await emptyEngine()
  try {
    const plays = Array.from({ length: 150 }, (_, i) => ({
      title: `Track ${i % 11}`,
      artist: `Artist ${i % 4}`,
      finished: i % 11 < 6,
    }))
    await invented.put('ada', playsOf(plays))
    const { library } = invented.engine
    const stages: string[] = []
    const progress = { ...silent, stage: (name: string) => void stages.push(name) }
    const report = await train(library, { listener: 'ada', seed: 1, preset: 'nano' }, progress)
    expect(report.cut).toBe('diverged')
    expect(report.heldOut.plays).toBe(15)
    expect(report.heldOut.models.at(-1)!.logLoss).toBeLessThan(1.5)
    const folder = join(invented.folder, 'models/1')
    const evaluation = JSON.parse(readFileSync(join(folder, 'evaluation.json'), 'utf8')) as Evaluation
    expect(evaluation.kept).toBe(0)
    // A model that failed is taught no further: both are the one that it began with.
    expect(stages.filter((name) => name === 'training')).toHaveLength(1)
    expect(readFileSync(join(folder, 'model.onnx')).equals(readFileSync(join(folder, 'held-out.onnx')))).toBe(
      true,
    )
    const { likability } = await invented.engine.model('ada')
    const { finish } = await likability.logits(new Float32Array(FEATURE_COUNT))
    expect(finish.every((z) => Math.abs(z) < 10)).toBe(true)
  } finally {
    await invented.close()
  }
})
