import { expect, it, vi } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { trainEnsemble } from '../src/learn/training-loop.ts'
import { SETTINGS, toyNetwork, toyPlays, toyValidation } from './suites/toy-plays.ts'

const verdicts: boolean[] = []
vi.mock('../src/learn/held-out-loss.ts', () => ({
  heldOutLoss: async () => ({ mean: 1, each: new Float64Array(10) }),
  isWorse: () => verdicts.shift() ?? false,
}))

/** Scorings five steps apart that find the model worse where told. */
const scored = async (patience: number, ...worse: readonly (0 | 1)[]) => {
  verdicts.splice(0, verdicts.length, ...worse.map(Boolean))
  const settings = { ...SETTINGS, patience }
  const { curve, kept } = await trainEnsemble(
    toyNetwork(),
    toyPlays(200),
    toyValidation(10),
    settings,
    silent,
  )
  return { scorings: curve.length, kept }
}

it('patience counts the scorings in a row that were worse, and the last that was not is kept', async () => {
  expect(await scored(2, 0, 1, 0, 1, 1, 0, 0)).toEqual({ scorings: 5, kept: 10 })
  expect(await scored(3, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0)).toEqual({ scorings: 10, kept: 30 })
  expect(await scored(4, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1)).toEqual({ scorings: 11, kept: 40 })
})
