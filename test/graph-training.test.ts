import { describe, expect, it } from 'vitest'
import {
  adamW,
  binaryCrossEntropy,
  dense,
  dropout,
  type Graph,
  GraphError,
  gelu,
  graph,
  layerNorm,
  linear,
  mean,
  openTrainer,
  relu,
  type Tensor,
  type Trainer,
  type TrainerSettings,
} from '../src/graph/index.ts'

/** sin(1.3 i + salt), the invented numbers that the reference was given too. */
const invented = (count: number, salt: number, scale = 1) =>
  Array.from({ length: count }, (_, i) => Math.sin(1.3 * i + salt) * scale)

// PyTorch 2.15 in float64: x@W1+b1, gelu, layer_norm, @W2+b2, binary_cross_entropy_with_logits; clip_grad_norm_(0.3);
// AdamW(lr .05, betas .9 .99, weight_decay .1 on W1 and W2 alone). Step, loss, gradient norm before clipping.
const REFERENCE = [
  [1, 1.06601577, 0.8007797],
  [2, 0.92858791, 0.6716681],
  [10, 0.44648694, 0.19704841],
  [20, 0.32080603, 0.145428],
  [40, 0.09755742, 0.26471667],
] as const
// biome-ignore format: numbers
const REFERENCE_W1 = [0.9480542, -0.2652984, -0.9158258, -0.7402614, 1.0086116, 0.7552581, -1.7480433, -0.5423052, -0.1305256, 0.8377747, 0.2711358, 0.0833579]

function referenceLoss(g: Graph): Tensor {
  const off = { decay: false }
  const w1 = g.parameter('w1', [3, 4], () => invented(12, 2, 0.8))
  const b1 = g.parameter('b1', [4], () => invented(4, 3, 0.1), off)
  const h = layerNorm(gelu(linear(g.input('x', ['batch', 3]), w1, b1)), 'norm')
  const w2 = g.parameter('w2', [4, 1], () => invented(4, 4, 0.8))
  const b2 = g.parameter('b2', [1], () => invented(1, 5, 0.1), off)
  return mean(binaryCrossEntropy(linear(h, w2, b2), g.input('y', ['batch', 1])))
}

const referenceX = invented(24, 1)
const referenceY = Array.from({ length: 8 }, (_, i) =>
  referenceX[3 * i]! * referenceX[3 * i + 1]! > 0 ? 1 : 0,
)

describe('a training run', () => {
  it.each([
    ['float64', 6],
    ['float32', 3],
  ] as const)(
    'in %s follows the trajectory of PyTorch: AdamW, decay of weights alone, clipping',
    async (precision, digits) => {
      const optimizer = adamW({ learningRate: 0.05, beta2: 0.99, weightDecay: 0.1 })
      const trainer = await openTrainer(referenceLoss(graph({ precision })), { optimizer, clipNorm: 0.3 })
      const array = (list: number[]) =>
        precision === 'float64' ? Float64Array.from(list) : Float32Array.from(list)
      const batch = { x: array(referenceX), y: array(referenceY) }
      const steps = []
      for (let i = 0; i < 40; i++) steps.push(await trainer.step(batch))
      for (const [t, loss, norm] of REFERENCE) {
        expect(steps[t - 1]!.loss).toBeCloseTo(loss, digits)
        expect(steps[t - 1]!.gradientNorm).toBeCloseTo(norm, digits)
      }
      for (const [i, value] of REFERENCE_W1.entries())
        expect(trainer.parameters().w1![i]).toBeCloseTo(value, digits)
      await trainer.close()
    },
  )

  it('gives the same parameters bit by bit for the same seed, and others for another', async () => {
    const runs = await Promise.all([1, 1, 2].map((seed) => trained(seed, 20)))
    expect(runs[0]).toEqual(runs[1])
    expect(runs[0]).not.toEqual(runs[2])
  })

  it('goes on from its state as if it had not stopped, dropout included', async () => {
    const whole = await trained(5, 20)
    const first = await opened(5)
    await steps(first, 0, 12)
    const state = structuredClone(first.state())
    await first.close()
    const second = await opened(5)
    second.load(state)
    await steps(second, 12, 20)
    expect(second.state().steps).toBe(20)
    expect(second.parameters()).toEqual(whole)
    await second.close()
  })

  it('changes the learning rate from step to step', async () => {
    const moved = async (rates: readonly number[]) => {
      const trainer = await opened(1)
      const before = trainer.parameters()['a.weight']![0]!
      for (const learningRate of rates) await trainer.step(batchAt(0), { learningRate })
      await trainer.close()
      return Math.abs(trainer.parameters()['a.weight']![0]! - before)
    }
    expect(await moved([0.002])).toBeCloseTo(2 * (await moved([0.001])), 6)
  })

  it('says what it cannot load and keeps what it has', async () => {
    const trainer = await opened(1)
    const before = trainer.parameters()
    const { 'a.weight': weight, ...rest } = before
    expect(() => trainer.load({ parameters: rest })).toThrow(
      'load: the parameters of "a.weight" needs 48 values, not 0.',
    )
    expect(() => trainer.load({ parameters: { ...before, other: weight! } })).toThrow(
      'load: the graph has no parameter "other".',
    )
    expect(trainer.parameters()).toEqual(before)
    await trainer.close()
  })

  it('refuses a second step while one is under way', async () => {
    const trainer = await opened(1)
    const first = trainer.step(batchAt(0))
    await expect(trainer.step(batchAt(1))).rejects.toThrow('A step is under way')
    await first
    await trainer.close()
  })

  it.each([
    [
      'an input that is missing',
      { x: new Float32Array(12) },
      'The batch lacks the input "y" of shape [batch, 1].',
    ],
    [
      'an input that is unknown',
      { x: new Float32Array(6), y: new Float32Array(1), z: new Float32Array(1) },
      'There is no input "z"; the inputs are x, y.',
    ],
    [
      'another number of rows',
      { x: new Float32Array(12), y: new Float32Array(3) },
      'input "y" of shape [batch, 1] cannot have 3 values with batch = 2.',
    ],
    [
      'half a row',
      { x: new Float32Array(7), y: new Float32Array(1) },
      'input "x" of shape [batch, 6] cannot have 7 values.',
    ],
    [
      'nothing',
      { x: new Float32Array(0), y: new Float32Array(0) },
      'input "x" of shape [batch, 6] cannot have 0 values.',
    ],
  ])('refuses a batch with %s', async (_, batch, sentence) => {
    const trainer = await opened(1)
    await expect(trainer.step(batch)).rejects.toThrow(new GraphError(sentence))
    await trainer.close()
  })
})

describe('dropout', () => {
  const dropped = async (seed: number, rate: number) => {
    const g = graph({ seed })
    const x = g.input('x', ['batch', 1000], { gradient: true })
    const y = dropout(x, rate, 'drop')
    const trainer = await openTrainer(mean(y), { optimizer: adamW() })
    const batch = { x: new Float32Array(4000).fill(2) }
    const masks = []
    for (let i = 0; i < 2; i++) {
      const { loss, gradients } = await trainer.step(batch)
      const mask = Array.from(gradients.x!, (value) => value * 4000)
      expect(loss).toBeCloseTo((2 * mask.reduce((sum, value) => sum + value, 0)) / 4000, 4)
      masks.push(mask)
    }
    const predictor = await trainer.predictor({ y })
    const predicted = (await predictor.run(batch)).y!
    await predictor.close()
    await trainer.close()
    return { masks, predicted }
  }

  it('leaves out the share that it is told, scales the rest, and does nothing in prediction', async () => {
    const { masks, predicted } = await dropped(1, 0.25)
    const kept = masks[0]!.filter((value) => value !== 0)
    expect(kept.length / 4000).toBeGreaterThan(0.72)
    expect(kept.length / 4000).toBeLessThan(0.78)
    for (const value of kept) expect(value).toBeCloseTo(4 / 3, 4)
    expect(predicted.every((value) => value === 2)).toBe(true)
  })

  it('draws other masks at each step and for each seed, and the same for the same', async () => {
    const [a, again, other] = await Promise.all([dropped(1, 0.5), dropped(1, 0.5), dropped(2, 0.5)])
    expect(a.masks).toEqual(again.masks)
    expect(a.masks[0]).not.toEqual(a.masks[1])
    expect(a.masks[0]).not.toEqual(other.masks[0])
  })
})

const opened = (seed: number, settings: Partial<TrainerSettings> = {}): Promise<Trainer> => {
  const g = graph({ seed })
  const x = g.input('x', ['batch', 6])
  const hidden = dropout(relu(dense(x, 8, 'a')), 0.2, 'drop')
  const loss = mean(binaryCrossEntropy(dense(hidden, 1, 'b'), g.input('y', ['batch', 1])))
  return openTrainer(loss, {
    optimizer: adamW({ learningRate: 0.01, weightDecay: 0.01 }),
    clipNorm: 1,
    ...settings,
  })
}

const batchAt = (i: number) => ({
  x: Float32Array.from(invented(96, i)),
  y: Float32Array.from({ length: 16 }, (_, row) => (row * 7 + i) % 2),
})

async function steps(trainer: Trainer, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) await trainer.step(batchAt(i))
}

async function trained(seed: number, count: number) {
  const trainer = await opened(seed)
  await steps(trainer, 0, count)
  const parameters = trainer.parameters()
  await trainer.close()
  return parameters
}
