import { describe, expect, it } from 'vitest'
import {
  adamW,
  addPositions,
  dots,
  type Graph,
  gather,
  gbce,
  graph,
  inferenceModel,
  layerNorm,
  mean,
  type NamedValues,
  normal,
  openModel,
  openTrainer,
  pow,
  rowDots,
  sampledSoftmax,
  selfAttention,
  sub,
  type Tensor,
  transformerBlock,
  weightedMean,
} from '../src/graph/index.ts'
import { invented as numbers } from './suites/op-gradients.ts'

/** What one head of width 2 makes of sequences of length 3, with queries (x₀, 0), keys (x₁, 0) and values x. */
async function attended(
  x: readonly number[],
  options: { readonly causal?: boolean; readonly present?: readonly number[] },
): Promise<number[]> {
  const g = graph()
  const { causal = false, present } = options
  const mask = present && { present: g.input('present', ['batch', 3]) }
  const y = selfAttention(g.input('x', ['batch', 3, 2]), 's', { heads: 1, causal, ...mask })
  const parameters: NamedValues = {
    's.qkv.weight': Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1),
    's.qkv.bias': new Float32Array(6),
    's.out.weight': Float32Array.of(1, 0, 0, 1),
    's.out.bias': new Float32Array(2),
  }
  const model = await openModel(inferenceModel({ y }, parameters))
  const batch: NamedValues = { x: Float32Array.from(x) }
  if (present) batch.present = Float32Array.from(present)
  const found = (await model.run(batch)).y!
  await model.close()
  return [...found].map((value) => Number(value.toFixed(4)) + 0)
}

// The score of row i for row j is x₀ᵢ x₁ⱼ / √2: for a first value of 1, ln 3 makes a row three times as heavy as a 0 does.
const heavy = Math.SQRT2 * Math.log(3)
const three = [1, 0, 1, heavy, 0, 0]
const about = (value: number) => Number(value.toFixed(4))

describe('attention, worked by hand', () => {
  it('weighs rows by the softmax of query · key / √width', async () => {
    // Rows 0 and 1 weigh 1 : 3 : 1; row 2 has a query of 0 and weighs all the same.
    const row = [about(4 / 5), about((3 * heavy) / 5)]
    expect(await attended(three, {})).toEqual([...row, ...row, about(2 / 3), about(heavy / 3)])
  })

  it('that is causal: each row sees itself and those before it', async () => {
    const expected = [1, 0, 1, about((3 * heavy) / 4), about(2 / 3), about(heavy / 3)]
    expect(await attended(three, { causal: true })).toEqual(expected)
  })

  it('over padding: nobody sees it, and its row is 0', async () => {
    const padded = [...three, ...three]
    const found = await attended(padded, { present: [0, 1, 1, 0, 0, 0] })
    const both = [about(3 / 4), about((3 * heavy) / 4), about(1 / 2), about(heavy / 2)]
    expect(found).toEqual([0, 0, ...both, 0, 0, 0, 0, 0, 0])
  })

  it('that is causal over padding', async () => {
    const found = await attended(three, { causal: true, present: [0, 1, 1] })
    expect(found).toEqual([0, 0, 1, about(heavy), about(1 / 2), about(heavy / 2)])
  })
})

it('what lies under padding changes nothing, and its gradient is 0, even where a sequence is nothing else', async () => {
  const g = graph({ seed: 2 })
  const x = g.input('x', ['batch', 4, 6], { gradient: true })
  const present = g.input('present', ['batch', 4])
  const h = transformerBlock(addPositions(x, 'p'), 'b', { heads: 2, causal: true, present })
  const trainer = await openTrainer(weightedMean(mean(pow(h, 2), [-1]), present), { optimizer: adamW() })
  const mask = Float32Array.of(0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0)
  const state = trainer.state()
  const steps = []
  for (const padding of [0, 1000]) {
    trainer.load(state)
    const values = Float32Array.from(numbers(72, 1), (value, i) =>
      mask[Math.floor(i / 6)] ? value : padding,
    )
    steps.push(await trainer.step({ x: values, present: mask }))
    expect(Object.values(trainer.parameters()).every((list) => list.every(Number.isFinite))).toBe(true)
  }
  expect(steps[1]!.loss).toBeCloseTo(steps[0]!.loss, 5)
  for (const [i, value] of steps[1]!.gradients.x!.entries())
    expect(value !== 0, `row ${Math.floor(i / 6)}`).toBe(mask[Math.floor(i / 6)] === 1)
  await trainer.close()
})

it('a causal block foretells a row from the same numbers whatever comes after', async () => {
  const g = graph({ seed: 2 })
  const x = g.input('x', ['batch', 4, 6])
  const y = transformerBlock(addPositions(x, 'p'), 'b', { heads: 3, causal: true })
  const trainer = await openTrainer(mean(y), { optimizer: adamW() })
  const predictor = await trainer.predictor({ y })
  const values = Float32Array.from(numbers(24, 1))
  const before = (await predictor.run({ x: values })).y!.slice()
  values.fill(9, 18)
  const after = (await predictor.run({ x: values })).y!
  expect(after.subarray(0, 18)).toEqual(before.subarray(0, 18))
  expect(after.subarray(18)).not.toEqual(before.subarray(18))
  await predictor.close()
  await trainer.close()
})

describe('gather', () => {
  const learned = async (threads: number) => {
    const g = graph({ seed: 1 })
    const table = g.parameter('hour', [3, 2], normal(1))
    const hours = gather(table, g.input('ids', ['batch', 50]))
    const loss = mean(pow(sub(hours, g.input('y', ['batch', 50, 2])), 2))
    const trainer = await openTrainer(loss, { optimizer: adamW({ learningRate: 0.1 }), threads })
    const ids = Float32Array.from({ length: 20_000 }, (_, i) => (i * 7) % 3)
    const y = Float32Array.from({ length: 40_000 }, (_, i) => ids[i >> 1]! + (i % 2) / 2)
    for (let i = 0; i < 200; i++) await trainer.step({ ids, y })
    const values = trainer.parameters().hour!
    await trainer.close()
    return values
  }

  it('learns the rows of a table, with one sum however many threads add to a row', async () => {
    const found = await learned(1)
    for (const [i, value] of [0, 0.5, 1, 1.5, 2, 2.5].entries()) expect(found[i]).toBeCloseTo(value, 2)
    expect(await learned(2)).toEqual(found)
  })

  it('refuses a batch with an id that is no row', async () => {
    const g = graph()
    const table = g.parameter('hour', [3, 2], normal(1))
    const model = await openModel(
      inferenceModel({ y: gather(table, g.input('ids', ['n'])) }, { hour: new Float32Array(6) }),
    )
    await expect(model.run({ ids: Float32Array.of(0, 3) })).rejects.toThrow('out of data bounds')
    await model.close()
  })
})

/** sin(1.3 i + salt), the invented numbers that the reference was given too. */
const invented = (count: number, salt: number, scale = 1) =>
  Float64Array.from({ length: count }, (_, i) => Math.sin(1.3 * i + salt) * scale)

// PyTorch 2.15 in float64: the same block spelled out, gBCE from the logarithms of sigmoids, sampled softmax from cross_entropy over
// corrected logits; Adam(lr .05). Step, loss, gradient norm; then the first row of the weights of queries, keys and values.
const REFERENCE = {
  gbce: [
    [1, 0.8451146, 0.5512996],
    [2, 0.73807156, 0.453903],
    [10, 0.3492496, 0.2079598],
    [20, 0.25602133, 0.0454443],
    [40, 0.21034695, 0.0411116],
  ],
  sampledSoftmax: [
    [1, 1.78907914, 1.2586777],
    [2, 1.52350173, 0.9811316],
    [10, 0.74100771, 0.3242483],
    [20, 0.56224225, 0.1593415],
    [40, 0.42735348, 0.0877838],
  ],
} as const
// biome-ignore format: numbers
const REFERENCE_QKV = {
  gbce: [0.5604969, -1.0170424, -0.5900055, 0.4099159, 0.9448507, -1.1403725, -1.1564226, 1.2069499, 0.5464816, 0.5949799, 0.1209864, -0.5377702],
  sampledSoftmax: [0.7953967, -1.5770236, -0.7725247, 1.4639128, 0.587435, -1.5526369, -0.9555255, 1.2313973, 1.4859678, 0.896419, 0.0606702, -1.321091],
}

function nextRow(g: Graph, kind: keyof typeof REFERENCE): Tensor {
  const present = g.input('present', ['batch', 4])
  const x = addPositions(g.input('x', ['batch', 4, 4]), 'positions')
  const h = layerNorm(transformerBlock(x, 'b', { heads: 2, hidden: 6, causal: true, present }), 'norm')
  const positive = rowDots(h, g.input('positives', ['batch', 4, 4]))
  const negatives = dots(h, g.input('negatives', [3, 4]))
  const logQ = {
    positive: Math.log(0.25),
    negatives: g.constant([0.5, 0.3, 0.2].map(Math.log)),
  }
  const rows =
    kind === 'gbce' ? gbce(positive, negatives, { items: 10 }) : sampledSoftmax(positive, negatives, { logQ })
  return weightedMean(rows, present)
}

describe.each(['gbce', 'sampledSoftmax'] as const)('a transformer trained with %s', (kind) => {
  it.each([
    ['float64', 6],
    ['float32', 2],
  ] as const)('in %s follows the trajectory of PyTorch', async (precision, digits) => {
    const g = graph({ precision })
    const trainer = await openTrainer(nextRow(g, kind), { optimizer: adamW({ learningRate: 0.05 }) })
    const start = Object.entries(trainer.parameters())
    trainer.load({
      parameters: Object.fromEntries(
        start.map(([name, { length }], i) => [name, invented(length, i + 1, 0.5)]),
      ),
    })
    const array = (list: Float64Array) => (precision === 'float64' ? list : Float32Array.from(list))
    const batch = {
      x: array(invented(32, 20)),
      positives: array(invented(32, 21)),
      negatives: array(invented(12, 22)),
      present: array(Float64Array.of(0, 0, 1, 1, 1, 1, 1, 1)),
    }
    const steps = []
    for (let i = 0; i < 40; i++) steps.push(await trainer.step(batch))
    for (const [t, loss, norm] of REFERENCE[kind]) {
      expect(steps[t - 1]!.loss).toBeCloseTo(loss, digits)
      expect(steps[t - 1]!.gradientNorm).toBeCloseTo(norm, digits)
    }
    for (const [i, value] of REFERENCE_QKV[kind].entries())
      expect(trainer.parameters()['b.attention.qkv.weight']![i]).toBeCloseTo(value, digits)
    await trainer.close()
  })
})

it('a transformer with dropout gives the same parameters bit by bit for the same seed, and others for another', async () => {
  const trained = async (seed: number) => {
    const g = graph({ seed })
    const x = g.input('x', ['batch', 5, 8])
    const h = transformerBlock(addPositions(x, 'p'), 'b', { heads: 2, causal: true, dropout: 0.3 })
    const trainer = await openTrainer(mean(pow(sub(h, 1), 2)), { optimizer: adamW() })
    for (let i = 0; i < 10; i++) await trainer.step({ x: Float32Array.from(numbers(160, i + 1)) })
    const parameters = trainer.parameters()
    await trainer.close()
    return parameters
  }
  const [a, again, other] = await Promise.all([trained(1), trained(1), trained(2)])
  expect(a).toEqual(again)
  expect(a).not.toEqual(other)
})
