import { describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { random } from '../src/core/random.ts'
import { adamW, type NamedValues, openTrainer } from '../src/graph/index.ts'
import { batches, type TrainingSet } from '../src/learn/batches.ts'
import { heldOutLoss, isWorse, type ValidationSet } from '../src/learn/held-out-loss.ts'
import { type LoopSettings, trainEnsemble } from '../src/learn/training-loop.ts'
import type { EnsembleNetwork } from '../src/model/ensemble-network.ts'
import { HEADS, SETTINGS, toyNetwork, toyPlays, toyValidation, WIDTH } from './suites/toy-plays.ts'

const PLAYS = 200
/** Steps of a round, of the whole training, and between two scorings. */
const [ROUND, TOTAL, EVERY] = [10, 50, 5]

interface Run {
  readonly network?: EnsembleNetwork
  readonly set?: TrainingSet
  readonly validation?: ValidationSet
  readonly settings?: Partial<LoopSettings>
  readonly seed?: number
  readonly progress?: typeof silent
  readonly signal?: AbortSignal
}

function runOf({ network = toyNetwork(), set = toyPlays(PLAYS), progress = silent, ...run }: Run) {
  const settings = { ...SETTINGS, ...run.settings }
  return trainEnsemble(network, set, run.validation, settings, progress, run.signal)
}

/** Log-loss on validation plays of these parameters. */
async function lossOf(parameters: NamedValues, validation: ValidationSet): Promise<number> {
  const network = toyNetwork()
  const trainer = await openTrainer(network.loss, { optimizer: adamW() })
  trainer.load({ parameters })
  const predictor = await trainer.predictor({ finish: network.logits.finish! })
  const { mean } = await heldOutLoss(predictor, validation, HEADS)
  await Promise.all([trainer.close(), predictor.close()])
  return mean
}

const allFinite = (parameters: NamedValues) =>
  Object.values(parameters).every((values) => values.every(Number.isFinite))
const initialOf = ({ loss }: EnsembleNetwork): NamedValues =>
  Object.fromEntries(
    loss.graph.parameters.map(({ origin }) =>
      origin.kind === 'parameter' ? [origin.name, origin.initial] : [],
    ),
  )
const steps = (curve: readonly { readonly step: number }[]) => curve.map(({ step }) => step)

describe('the training loop', () => {
  it('learns how plays end that a line separates, scored twice a round', async () => {
    const validation = toyValidation(200)
    const { parameters, curve, kept, cut } = await runOf({ validation })
    expect(steps(curve)).toEqual(Array.from({ length: TOTAL / EVERY + 1 }, (_, i) => i * EVERY))
    expect(curve[0]!.training).toBeNull()
    expect(curve[0]!.validation).toBeGreaterThan(0.5)
    expect(curve.at(-1)!.validation).toBeLessThan(0.2)
    expect(curve.at(-1)!.training).toBeLessThan(0.25)
    expect([kept, cut]).toEqual([TOTAL, undefined])
    expect(await lossOf(parameters, validation)).toBeCloseTo(curve.at(-1)!.validation!, 9)
  })

  it('gives the parameters of the last point that nothing shows to be worse than the best', async () => {
    const label = Uint8Array.from(toyValidation(PLAYS).label, (end, i) => (i < 50 ? 1 - end : end))
    const validation = { ...toyValidation(PLAYS), label }
    const { parameters, curve, kept } = await runOf({ validation, settings: { patience: 99 } })
    const at = (step: number) => curve.find((point) => point.step === step)!.validation!
    const best = Math.min(...curve.map((point) => point.validation!))
    expect(kept).toBeGreaterThan(0)
    expect(kept).toBeLessThan(TOTAL)
    expect(at(kept)).toBeGreaterThan(best)
    expect(at(TOTAL)).toBeGreaterThan(at(kept))
    expect(await lossOf(parameters, validation)).toBeCloseTo(at(kept), 9)
  })

  it('stops when it has been worse for as many scorings as its patience, and gives back what it began with', async () => {
    const network = toyNetwork()
    const validation = toyValidation(PLAYS, true)
    const { parameters, curve, kept, cut } = await runOf({ network, validation, settings: { patience: 3 } })
    expect(steps(curve)).toEqual([0, EVERY, 2 * EVERY, 3 * EVERY])
    expect([kept, cut]).toEqual([0, undefined])
    expect(parameters).toEqual(initialOf(network))
  })

  it('goes on from given parameters, and runs all rounds where there is no validation', async () => {
    const first = await runOf({})
    expect(first.kept).toBe(TOTAL)
    expect(first.curve.map(({ validation }) => validation)).toEqual(new Array(11).fill(null))
    const second = await runOf({ settings: { from: first.parameters, epochs: 1, learningRate: 1e-4 } })
    expect(second.kept).toBe(ROUND)
    expect(second.curve[1]!.training).toBeLessThan(first.curve[4]!.training!)
    expect(second.parameters).not.toEqual(first.parameters)
  })

  it('gives the same parameters bit by bit for the same seed, and others for another', async () => {
    const [a, b, shuffled, drawn] = await Promise.all([
      runOf({}),
      runOf({}),
      runOf({ settings: { seed: 8 } }),
      runOf({ network: toyNetwork({ seed: 4 }) }),
    ])
    expect(b.parameters).toEqual(a.parameters)
    expect(b.curve).toEqual(a.curve)
    expect(shuffled!.parameters).not.toEqual(a.parameters)
    expect(drawn!.parameters).not.toEqual(a.parameters)
  })

  it('learns nothing from a label that is masked on every play', async () => {
    const labels = ['finish', 'like'] as const
    const masked = (hidden: number) => {
      const set = toyPlays(PLAYS, labels)
      const targets = set.targets.map((end, at) => (at % 2 ? hidden : end))
      return runOf({ network: toyNetwork({ labels }), set: { ...set, targets } })
    }
    const weightless = (hidden: number) => {
      const set = toyPlays(PLAYS, labels)
      const targets = set.targets.map((end, at) => (at % 2 ? hidden : end))
      return runOf({ network: toyNetwork({ labels }), set: { ...set, targets, labelWeights: [1, 0] } })
    }
    const [unknown, zeros, ones] = await Promise.all([masked(-1), weightless(0), weightless(1)])
    expect(zeros.parameters).toEqual(unknown.parameters)
    expect(ones.parameters).toEqual(unknown.parameters)
    expect((await masked(1)).parameters).not.toEqual(unknown.parameters)
  })

  it('tells the loss, the held-out loss with the best so far, and the line to beat', async () => {
    const told: [number, string | undefined][] = []
    const stages: [string, number, string | undefined][] = []
    const progress = {
      stage: (name: string, total: number, unit?: string) => void stages.push([name, total, unit]),
      at: (done: number, words?: string) => void told.push([done, words]),
      done: () => void stages.push(['done', 0, undefined]),
    }
    const lines = [
      { name: 'base-rate', logLoss: 0.7 },
      { name: 'artist-rate', logLoss: 0.61234 },
    ]
    const { curve } = await runOf({ validation: toyValidation(50), settings: { lines }, progress })
    expect(stages).toEqual([
      ['training', TOTAL, 'steps'],
      ['done', 0, undefined],
    ])
    const fixed = (value: number) => value.toFixed(4)
    let best = Number.POSITIVE_INFINITY
    expect(told).toEqual(
      curve.map(({ step, training, validation }) => {
        best = Math.min(best, validation!)
        const loss = training === null ? '' : `loss ${fixed(training)}, `
        return [step, `${loss}held out ${fixed(validation!)}, best ${fixed(best)}, to beat 0.6123`]
      }),
    )
  })
})

describe('a training that is cut short', () => {
  /** The toy plays with one value that is no number, met at this step of the first round. */
  function brokenAt(step: number, value: number): TrainingSet {
    const set = toyPlays(PLAYS)
    const marked = Float32Array.from({ length: PLAYS * WIDTH }, (_, at) => Math.floor(at / WIDTH))
    const order = random(`${SETTINGS.seed}/round 0`)
    const batch = [...batches({ ...set, views: [marked] }, 0, SETTINGS.batch, order)][step - 1]!
    const x = set.views[0]!.slice()
    x[batch.x![0]! * WIDTH + 1] = value
    return { ...set, views: [x, x] }
  }

  it.each([
    ['is no number', Number.NaN],
    ['is infinite', Number.POSITIVE_INFINITY],
    ['overflows', 3e38],
  ])('stops when the loss %s, keeps what was best and says so', async (_, value) => {
    const validation = toyValidation(100)
    for (const held of [validation, undefined]) {
      const trained = await runOf({ set: brokenAt(8, value), ...(held && { validation: held }) })
      expect(trained).toMatchObject({ cut: 'diverged', kept: EVERY })
      expect(steps(trained.curve)).toEqual([0, EVERY])
      expect(allFinite(trained.parameters)).toBe(true)
      if (held) expect(await lossOf(trained.parameters, held)).toBeCloseTo(trained.curve[1]!.validation!, 9)
    }
  })

  it.each([1e10, 1e30, 1e38])(
    'says that it fell apart when a learning rate of %d explodes before anything was learned',
    async (learningRate) => {
      const network = toyNetwork()
      const set = toyPlays(20)
      const validation = toyValidation(100)
      const settings = { learningRate, weightDecay: 1, epochs: 40 }
      await expect(runOf({ network, set, validation, settings })).rejects.toMatchObject({
        code: 'TRAINING_DIVERGED',
      })
      const from = initialOf(network)
      const further = await runOf({ network, set, validation, settings: { ...settings, from } })
      expect([further.cut, further.kept]).toEqual(['diverged', 0])
      expect(further.parameters).toEqual(from)
    },
  )

  it('keeps the best so far when it is told to stop, and takes no further step', async () => {
    const validation = toyValidation(100)
    const controller = new AbortController()
    const progress = {
      ...silent,
      at: (step: number) => {
        if (step === 2 * EVERY) controller.abort()
      },
    }
    const trained = await runOf({ validation, progress, signal: controller.signal })
    expect(trained).toMatchObject({ cut: 'stopped', kept: 2 * EVERY })
    expect(steps(trained.curve)).toEqual([0, EVERY, 2 * EVERY])
    expect(await lossOf(trained.parameters, validation)).toBeCloseTo(trained.curve[2]!.validation!, 9)
  })

  it('notices a signal that comes from outside while it computes', async () => {
    const controller = new AbortController()
    const set = toyPlays(2000)
    setTimeout(() => controller.abort(), 5)
    const validation = toyValidation(100)
    const running = runOf({ set, validation, settings: { epochs: 500 }, signal: controller.signal })
    await expect(running).rejects.toThrow('aborted')
  })
})

describe('a held-out loss', () => {
  it('is that of the mean probability over the heads, averaged over the views', async () => {
    const logits = [
      [0, 2, 1, -1],
      [1, 1, 1, 1],
    ]
    let view = 0
    const predictor = {
      run: async () => ({ finish: Float32Array.from(logits[view++]!) }),
      close: async () => {},
    }
    const validation = {
      views: [new Float32Array(2), new Float32Array(2)],
      label: Uint8Array.of(1, 0),
      sitting: Int32Array.of(0, 1),
    }
    const { mean, each } = await heldOutLoss(predictor, validation, 2)
    const p = (z: number) => 1 / (1 + Math.exp(-z))
    const first = -(Math.log((p(0) + p(1)) / 2) + Math.log(p(1))) / 2
    const second = -(Math.log(1 - (p(2) + p(-1)) / 2) + Math.log(1 - p(1))) / 2
    expect(each[0]).toBeCloseTo(first, 6)
    expect(each[1]).toBeCloseTo(second, 6)
    expect(mean).toBeCloseTo((first + second) / 2, 6)
  })

  const lossFrom = (...each: number[]) => ({
    mean: each.reduce((sum, loss) => sum + loss, 0) / each.length,
    each: Float64Array.from(each),
  })
  const best = lossFrom(1, 1, 1, 1)

  it('is worse when it is more than one standard error above the best', () => {
    const apart = Int32Array.of(0, 1, 2, 3)
    expect(isWorse(lossFrom(1.4, 1.4, 1.4, 0.8), best, apart)).toBe(true)
    expect(isWorse(lossFrom(1.4, 1.4, 0.6, 0.8), best, apart)).toBe(false)
    expect(isWorse(lossFrom(1.4, 0.9, 0.9, 1), best, apart)).toBe(false)
    expect(isWorse(lossFrom(0.5, 0.5, 0.5, 0.5), best, apart)).toBe(false)
    expect(isWorse(best, best, apart)).toBe(false)
  })

  it('takes the plays of one sitting for one: what happened there may have been chance', () => {
    const loss = lossFrom(1.4, 1.4, 1.4, 0.8)
    expect(isWorse(loss, best, Int32Array.of(0, 1, 2, 3))).toBe(true)
    expect(isWorse(loss, best, Int32Array.of(5, 5, 5, 5))).toBe(false)
    expect(isWorse(loss, best, Int32Array.of(5, 5, 5, 8))).toBe(false)
    expect(isWorse(lossFrom(1.4, 1.4, 1.4, 1.4), best, Int32Array.of(5, 5, 8, 8))).toBe(true)
  })

  it('that is no number is worse than any', () => {
    expect(isWorse(lossFrom(Number.NaN, 1, 1, 1), best, Int32Array.of(0, 1, 2, 3))).toBe(true)
    expect(isWorse(lossFrom(Number.POSITIVE_INFINITY, 1, 1, 1), best, Int32Array.of(0, 1, 2, 3))).toBe(true)
  })
})
