import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { train } from '../src/learn/train.ts'
import { emptyEngine, playsOf } from './suites/invented-listener.ts'

vi.mock('../src/learn/presets.ts', async (original) => {
  const { PRESETS } = await original<typeof import('../src/learn/presets.ts')>()
  return { PRESETS: { ...PRESETS, large: { ...PRESETS.nano, learningRate: 1e30 } } }
})

it('a training whose loss explodes says what to change, and what serves goes on', async () => {
  const invented = await emptyEngine()
  try {
    const plays = Array.from({ length: 150 }, (_, i) => ({
      title: `Track ${i % 11}`,
      artist: `Artist ${i % 4}`,
      finished: i % 11 < 6,
    }))
    await invented.put('ada', playsOf(plays))
    const { library } = invented.engine
    await train(library, { listener: 'ada', seed: 1, preset: 'nano' }, silent)
    await expect(train(library, { listener: 'ada', seed: 1, preset: 'large' }, silent)).rejects.toMatchObject(
      {
        code: 'TRAINING_DIVERGED',
        message: expect.stringMatching(/--seed.*doctor/),
      },
    )
    expect(readdirSync(join(invented.folder, 'models'))).toEqual(['1'])
    expect((await invented.engine.model('ada')).manifest.version).toBe(1)
  } finally {
    await invented.close()
  }
})
