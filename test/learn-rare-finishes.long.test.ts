import { describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { random } from '../src/core/random.ts'
import type { Evaluation } from '../src/learn/evaluation.ts'
import { train } from '../src/learn/train.ts'
import { emptyEngine, NOW, playsOf } from './suites/invented-listener.ts'

const SKIPS = 30_000

/** So many finishes among 30,000 skips. */
function rare(finishes: number) {
  const draw = random('rare')
  const finished = new Uint8Array(SKIPS + finishes)
  for (let left = finishes; left > 0; ) {
    const at = draw.int(finished.length)
    if (finished[at]) continue
    finished[at] = 1
    left--
  }
  return Array.from(finished, (f) => ({
    title: `Track ${draw.int(3000)}`,
    artist: `Artist ${draw.int(200)}`,
    finished: f === 1,
  }))
}

async function trained(finishes: number, preset: 'nano' | 'default') {
  const invented = await emptyEngine()
  try {
    await invented.put('ada', playsOf(rare(finishes), NOW - 100 * 86_400_000))
    const report = await train(invented.engine.library, { listener: 'ada', seed: 1, preset }, silent)
    const { files } = await invented.engine.library.models.load(1)
    const { heldOut } = JSON.parse(Buffer.from(files['evaluation.json']!).toString()) as Evaluation
    return { report, heldOut: heldOut! }
  } finally {
    await invented.close()
  }
}

describe('30,000 skips', () => {
  it('and 12 finishes are refused with the numbers', async () => {
    await expect(trained(12, 'nano')).rejects.toMatchObject({
      code: 'TOO_FEW_PLAYS',
      message: expect.stringMatching(/12 finished, 30000 skipped\. That is too few .* at least 20 of each/),
    })
  })

  it.each(['nano', 'default'] as const)(
    'and 40 finishes are learned from with %s: probabilities stay near the base rate, and are numbers',
    async (preset) => {
      const { report, heldOut } = await trained(40, preset)
      expect(report).toMatchObject({ finishes: 40, skips: SKIPS })
      expect(report.cut).toBeUndefined()
      for (const { predictions, spread } of Object.values(heldOut.views)) {
        const p = predictions.deepcuts!
        expect(p).toHaveLength(report.heldOut.plays)
        expect(p.every((q) => q >= 0 && q < 0.2)).toBe(true)
        const mean = p.reduce((sum, q) => sum + q, 0) / p.length
        expect(mean).toBeGreaterThan(40 / SKIPS / 4)
        expect(mean).toBeLessThan((40 / SKIPS) * 4)
        expect(spread.every(Number.isFinite)).toBe(true)
      }
      const [base, ours] = [report.heldOut.models[0]!, report.heldOut.models.at(-1)!]
      expect(base.name).toBe('base-rate')
      expect(ours.logLoss).toBeLessThan(base.logLoss + 0.003)
    },
  )
})
