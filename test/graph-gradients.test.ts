import { describe, expect, it } from 'vitest'
import { sumOfSoftplus } from '../src/graph/activations.ts'
import * as surface from '../src/graph/index.ts'
import {
  abs,
  add,
  addPositions,
  atLeast,
  binaryCrossEntropy,
  concat,
  dense,
  div,
  dots,
  ensembleDense,
  equal,
  exp,
  gather,
  gbce,
  gelu,
  headsDense,
  inBatchSoftmax,
  layerNorm,
  linear,
  log,
  logSoftmax,
  logSumExp,
  matmul,
  maximum,
  mean,
  mul,
  neg,
  pow,
  relu,
  reshape,
  rowDots,
  sampledBinaryCrossEntropy,
  sampledSoftmax,
  selfAttention,
  sigmoid,
  silu,
  slice,
  softmax,
  softmaxCrossEntropy,
  softplus,
  sqrt,
  stopGradient,
  sub,
  sum,
  type Tensor,
  tanh,
  transformerBlock,
  transpose,
  weightedMean,
  where,
} from '../src/graph/index.ts'
import { type Build, evaluated, invented, valuesIn, worstDifference } from './suites/op-gradients.ts'

interface Case {
  readonly name: string
  readonly shapes: readonly (readonly (number | string)[])[]
  readonly build: Build
  readonly positive?: boolean
}

const one = (name: string, op: (x: never) => unknown, positive = false): Case => ({
  name,
  shapes: [['batch', 4]],
  build: ([x]) => (op as (x: unknown) => ReturnType<Build>)(x),
  positive,
})

/** Some rows of a [batch, 3, 4] there, some not: 1 where the first value is not small. */
const padding = (x: Tensor) => reshape(atLeast(abs(slice(stopGradient(x), -1, 0, 1)), 0.605), ['batch', 3])

const CASES: readonly Case[] = [
  { name: 'add', shapes: [['batch', 4], [4]], build: ([a, b]) => add(a!, b!) },
  { name: 'add a number', shapes: [['batch', 4]], build: ([a]) => add(a!, 2) },
  {
    name: 'sub',
    shapes: [
      ['batch', 4],
      ['batch', 1],
    ],
    build: ([a, b]) => sub(a!, b!),
  },
  {
    name: 'mul',
    shapes: [
      [2, 1, 4],
      ['batch', 4],
    ],
    build: ([a, b]) => mul(a!, b!),
  },
  { name: 'mul of a tensor with itself', shapes: [['batch', 2]], build: ([a]) => mul(a!, a!) },
  {
    name: 'div',
    shapes: [
      ['batch', 4],
      [1, 4],
    ],
    build: ([a, b]) => div(a!, b!),
  },
  { name: 'maximum', shapes: [['batch', 4], [4]], build: ([a, b]) => maximum(a!, b!) },
  {
    name: 'where',
    shapes: [['batch', 4], [4], ['batch', 1]],
    build: ([a, b, c]) => where(atLeast(stopGradient(a!), 0.5), mul(a!, b!), c!),
  },
  one('neg', neg),
  one('exp', exp),
  one('log', log, true),
  one('sqrt', sqrt, true),
  one('abs', abs),
  { name: 'pow 2', shapes: [['batch', 4]], build: ([x]) => pow(x!, 2) },
  { name: 'pow -1.5', shapes: [['batch', 4]], build: ([x]) => pow(x!, -1.5), positive: true },
  one('relu', relu),
  one('sigmoid', sigmoid),
  one('tanh', tanh),
  one('gelu', gelu),
  one('silu', silu),
  one('softplus', softplus),
  one('softmax', softmax),
  { name: 'softmax over the first axis', shapes: [['batch', 4]], build: ([x]) => softmax(x!, 0) },
  one('logSoftmax', logSoftmax),
  {
    name: 'matmul',
    shapes: [
      ['batch', 4],
      [4, 2],
    ],
    build: ([a, b]) => matmul(a!, b!),
  },
  {
    name: 'matmul, batched',
    shapes: [
      [2, 'batch', 4],
      [2, 4, 2],
    ],
    build: ([a, b]) => matmul(a!, b!),
  },
  {
    name: 'matmul, one for many',
    shapes: [
      ['batch', 4],
      [2, 4, 2],
    ],
    build: ([a, b]) => matmul(a!, b!),
  },
  {
    name: 'matmul, many for one',
    shapes: [
      [2, 'batch', 4],
      [4, 2],
    ],
    build: ([a, b]) => matmul(a!, b!),
  },
  { name: 'linear', shapes: [['batch', 4], [4, 2], [2]], build: ([a, b, c]) => linear(a!, b!, c!) },
  {
    name: 'linear over sequences',
    shapes: [[2, 'batch', 4], [4, 2], [2]],
    build: ([a, b, c]) => linear(a!, b!, c!),
  },
  { name: 'sum', shapes: [['batch', 4]], build: ([x]) => sum(x!) },
  { name: 'sum over an axis', shapes: [[2, 'batch', 2]], build: ([x]) => sum(x!, [1]) },
  { name: 'sum, axes kept', shapes: [[2, 'batch', 2]], build: ([x]) => sum(x!, [0, -1], true) },
  { name: 'mean', shapes: [['batch', 4]], build: ([x]) => mean(x!) },
  { name: 'mean over an axis', shapes: [['batch', 4]], build: ([x]) => mean(x!, [-1]) },
  {
    name: 'reshape',
    shapes: [['batch', 4]],
    build: ([x]) => mul(reshape(x!, ['batch', 2, 2]), x!.graph.constant([1, 2])),
  },
  { name: 'transpose', shapes: [['batch', 4]], build: ([x]) => transpose(x!) },
  { name: 'transpose of three axes', shapes: [[2, 'batch', 4]], build: ([x]) => transpose(x!, [1, 2, 0]) },
  {
    name: 'concat',
    shapes: [
      ['batch', 2],
      ['batch', 3],
    ],
    build: ([a, b]) => concat([a!, b!, a!]),
  },
  { name: 'slice', shapes: [['batch', 5]], build: ([x]) => slice(x!, -1, 1, 4) },
  { name: 'dense', shapes: [['batch', 4]], build: ([x]) => dense(x!, 3, 'layer') },
  {
    name: 'dense without bias',
    shapes: [['batch', 4]],
    build: ([x]) => dense(x!, 3, 'layer', { bias: false }),
  },
  { name: 'layerNorm', shapes: [['batch', 4]], build: ([x]) => layerNorm(x!, 'norm') },
  {
    name: 'ensembleDense',
    shapes: [['batch', 4]],
    build: ([x]) => ensembleDense(tanh(ensembleDense(x!, 2, 3, 'one', { adapters: 'random' })), 2, 2, 'two'),
  },
  {
    name: 'headsDense',
    shapes: [['batch', 4]],
    build: ([x]) => headsDense(headsDense(x!, 2, 3, 'one'), 2, 1, 'two'),
  },
  {
    name: 'binaryCrossEntropy',
    shapes: [['batch', 4]],
    build: ([x], g) => binaryCrossEntropy(x!, g.constant([0, 1, 0.3, 0.9])),
  },
  {
    name: 'softmaxCrossEntropy',
    shapes: [['batch', 2]],
    build: ([x], g) => softmaxCrossEntropy(x!, add(mul(stopGradient(x!), 0), g.constant([0.25, 0.75]))),
  },
  one('logSumExp', logSumExp),
  one('sumOfSoftplus', sumOfSoftplus),
  {
    name: 'rowDots',
    shapes: [
      ['batch', 2, 3],
      ['batch', 2, 3],
    ],
    build: ([a, b]) => rowDots(a!, b!),
  },
  {
    name: 'dots with candidates that all share',
    shapes: [
      ['batch', 2, 3],
      [4, 3],
    ],
    build: ([a, b]) => dots(a!, b!),
  },
  {
    name: 'dots with candidates of the sequence',
    shapes: [
      ['batch', 2, 3],
      ['batch', 4, 3],
    ],
    build: ([a, b]) => dots(a!, b!),
  },
  {
    name: 'dots with candidates of the row',
    shapes: [
      ['batch', 2, 3],
      ['batch', 2, 4, 3],
    ],
    build: ([a, b]) => dots(a!, b!),
  },
  {
    name: 'gather',
    shapes: [[3, 2]],
    build: ([a], g) => gather(a!, g.constant([2, 0, 2, 2], [2, 2])),
  },
  { name: 'addPositions', shapes: [['batch', 2, 3]], build: ([x]) => addPositions(x!, 'positions') },
  {
    name: 'selfAttention',
    shapes: [['batch', 3, 4]],
    build: ([x]) => selfAttention(x!, 'layer', { heads: 2 }),
  },
  {
    name: 'selfAttention, causal',
    shapes: [['batch', 3, 4]],
    build: ([x]) => selfAttention(x!, 'layer', { heads: 2, causal: true }),
  },
  {
    name: 'selfAttention, causal and padded',
    shapes: [['batch', 3, 4]],
    build: ([x]) => selfAttention(x!, 'layer', { heads: 1, causal: true, present: padding(x!) }),
  },
  {
    name: 'transformerBlock',
    shapes: [['batch', 3, 4]],
    build: ([x]) => transformerBlock(x!, 'block', { heads: 2, present: padding(x!), hidden: 5 }),
  },
  {
    name: 'sampledSoftmax',
    shapes: [
      ['batch', 2],
      ['batch', 2, 3],
    ],
    build: ([a, b], g) =>
      sampledSoftmax(a!, b!, {
        except: g.constant([1, 0, 0, 0, 0, 1], [2, 3]),
        logQ: { positive: -2, negatives: g.constant([-1, -3, -0.5]) },
      }),
  },
  {
    name: 'inBatchSoftmax',
    shapes: [
      ['batch', 4],
      ['batch', 4],
    ],
    build: ([a, b]) =>
      inBatchSoftmax(a!, b!, sum(stopGradient(a!), [-1]), atLeast(sum(stopGradient(b!), [-1]), 0.105)),
  },
  {
    name: 'sampledBinaryCrossEntropy',
    shapes: [['batch'], ['batch', 3]],
    build: ([a, b]) => sampledBinaryCrossEntropy(a!, b!),
  },
  {
    name: 'gbce',
    shapes: [['batch'], ['batch', 3]],
    build: ([a, b], g) => gbce(a!, b!, { items: 9, except: g.constant([0, 1, 0]) }),
  },
  {
    name: 'weightedMean',
    shapes: [
      [2, 'batch', 2],
      ['batch', 2],
    ],
    build: ([x, w]) => weightedMean(x!, w!),
    positive: true,
  },
]

describe('the gradient', () => {
  it.each(CASES)('of $name equals central differences in float64', async ({ shapes, build, positive }) => {
    const values = shapes.map((shape, i) => invented(valuesIn(shape), i + 1, positive))
    expect(await worstDifference(shapes, values, build)).toBeLessThan(2e-8)
  })
})

describe.each(['float64', 'float32'] as const)('a worked example in %s', (precision) => {
  const at = (op: Build, x: number[], more: number[][] = []) =>
    evaluated(
      [x, ...more].map((list) => [list.length]),
      [x, ...more],
      op,
      precision,
    )
  const expectClose = (found: readonly number[], expected: readonly number[]) => {
    expect(found).toHaveLength(expected.length)
    for (const [i, value] of expected.entries())
      expect(found[i]).toBeCloseTo(value, precision === 'float64' ? 6 : 5)
  }

  it.each<[string, Build, number[], number[], number[]]>([
    ['neg', ([x]) => neg(x!), [2, -3], [-2, 3], [-1, -1]],
    ['exp', ([x]) => exp(x!), [0, Math.log(3)], [1, 3], [1, 3]],
    ['log', ([x]) => log(x!), [1, Math.E], [0, 1], [1, 1 / Math.E]],
    ['sqrt', ([x]) => sqrt(x!), [4, 25], [2, 5], [0.25, 0.1]],
    ['abs', ([x]) => abs(x!), [-2, 0, 3], [2, 0, 3], [-1, 0, 1]],
    ['pow', ([x]) => pow(x!, 3), [2, -1], [8, -1], [12, 3]],
    ['relu', ([x]) => relu(x!), [-2, 0, 1e-20, 3], [0, 0, 0, 3], [0, 0, 1, 1]],
    ['sigmoid', ([x]) => sigmoid(x!), [0, Math.log(3)], [0.5, 0.75], [0.25, 0.1875]],
    ['tanh', ([x]) => tanh(x!), [0, Math.log(2)], [0, 0.6], [1, 0.64]],
    ['silu', ([x]) => silu(x!), [0, Math.log(3)], [0, 0.823959], [0.5, 0.95599]],
    ['softplus', ([x]) => softplus(x!), [0, Math.log(3)], [Math.log(2), Math.log(4)], [0.5, 0.75]],
    // Φ(1) = 0.8413447, φ(1) = 0.2419707 (tables of the normal distribution).
    ['gelu', ([x]) => gelu(x!), [0, 1, -1], [0, 0.8413447, -0.1586553], [0.5, 1.0833155, -0.0833155]],
    // The sum of a softmax is always 1: no gradient.
    ['softmax', ([x]) => softmax(x!), [0, Math.log(3)], [0.25, 0.75], [0, 0]],
    ['logSoftmax', ([x]) => logSoftmax(x!), [0, Math.log(3)], [Math.log(0.25), Math.log(0.75)], [0.5, -0.5]],
    // 1 + 3 and 2 · e¹⁰⁰, which 32 bits cannot hold.
    ['logSumExp', ([x]) => logSumExp(x!), [0, Math.log(3)], [Math.log(4)], [0.25, 0.75]],
    ['logSumExp, large', ([x]) => logSumExp(x!), [100, 100], [100 + Math.log(2)], [0.5, 0.5]],
    ['sumOfSoftplus', ([x]) => sumOfSoftplus(x!), [0, Math.log(3)], [Math.log(8)], [0.5, 0.75]],
    ['gather', ([x], g) => gather(reshape(x!, [2, 1]), g.constant([1, 1, 0])), [3, 4], [4, 4, 3], [1, 2]],
    ['mean', ([x]) => mean(x!), [1, 2, 6], [3], [1 / 3, 1 / 3, 1 / 3]],
    ['slice', ([x]) => slice(x!, 0, 1, 3), [1, 2, 3, 4], [2, 3], [0, 1, 1, 0]],
    [
      'transpose',
      ([x]) => transpose(reshape(x!, [2, 3])),
      [1, 2, 3, 4, 5, 6],
      [1, 4, 2, 5, 3, 6],
      [1, 1, 1, 1, 1, 1],
    ],
    ['stopGradient', ([x]) => mul(stopGradient(x!), x!), [2, 3], [4, 9], [2, 3]],
  ])('of %s', async (_, op, x, outputs, gradient) => {
    const found = await at(op, x)
    expectClose(found.outputs, outputs)
    expectClose(found.gradients.a!, gradient)
  })

  it.each<[string, Build, number[], number[], number[], number[], number[]]>([
    ['add', ([a, b]) => add(a!, b!), [1, 2], [10], [11, 12], [1, 1], [2]],
    ['sub', ([a, b]) => sub(a!, b!), [1, 2], [10], [-9, -8], [1, 1], [-2]],
    ['mul', ([a, b]) => mul(a!, b!), [1, 2], [10], [10, 20], [10, 10], [3]],
    ['div', ([a, b]) => div(a!, b!), [1, 2], [10], [0.1, 0.2], [0.1, 0.1], [-0.03]],
    ['maximum', ([a, b]) => maximum(a!, b!), [1, 5, 3], [4, 2, 3], [4, 5, 3], [0, 1, 1], [1, 0, 0]],
    ['where', ([a, b], g) => where(g.constant([1, 0]), a!, b!), [1, 2], [8, 9], [1, 9], [1, 0], [0, 1]],
    ['concat', ([a, b]) => concat([b!, a!]), [1, 2], [3], [3, 1, 2], [1, 1], [1]],
    // [1 2; 3 4] · [5; 6] = [17; 39]
    [
      'matmul',
      ([a, b]) => matmul(reshape(a!, [2, 2]), reshape(b!, [2, 1])),
      [1, 2, 3, 4],
      [5, 6],
      [17, 39],
      [5, 6, 5, 6],
      [4, 6],
    ],
    // ln 2 for a logit of 0 whatever the target; −ln 0.75 and −ln 0.25 for a logit of ln 3; no overflow at 1000.
    [
      'binaryCrossEntropy',
      ([a, b]) => binaryCrossEntropy(a!, stopGradient(b!)),
      [0, Math.log(3), Math.log(3), 1000],
      [1, 1, 0, 0],
      [Math.log(2), -Math.log(0.75), -Math.log(0.25), 1000],
      [-0.5, -0.25, 0.75, 1],
      [],
    ],
    ['rowDots', ([a, b]) => rowDots(a!, b!), [1, 2], [3, 4], [11], [3, 4], [1, 2]],
    [
      'dots',
      ([a, b]) => dots(reshape(a!, [1, 2]), reshape(b!, [2, 2])),
      [1, 2],
      [3, 4, 5, 6],
      [11, 17],
      [8, 10],
      [1, 2, 1, 2],
    ],
    ['equal', ([a, b]) => add(equal(a!, b!), mul(a!, 2)), [1, 2], [2], [2, 5], [2, 2], []],
    // The positive has the share 2 / (2 + 1 + 5); with except, 2 / (2 + 1).
    [
      'sampledSoftmax',
      ([a, b]) => sampledSoftmax(reshape(a!, []), b!),
      [Math.log(2)],
      [0, Math.log(5)],
      [Math.log(4)],
      [-0.75],
      [0.125, 0.625],
    ],
    [
      'sampledSoftmax without what is no negative',
      ([a, b], g) => sampledSoftmax(reshape(a!, []), b!, { except: g.constant([0, 1]) }),
      [Math.log(2)],
      [0, Math.log(5)],
      [Math.log(1.5)],
      [-1 / 3],
      [1 / 3, 0],
    ],
    // Drawn with ½ and ⅛: 2 / ½ = 4 against 1 / ⅛ = 8.
    [
      'sampledSoftmax with logQ',
      ([a, b]) =>
        sampledSoftmax(reshape(a!, []), b!, { logQ: { positive: -Math.log(2), negatives: -Math.log(8) } }),
      [Math.log(2)],
      [0],
      [Math.log(3)],
      [-2 / 3],
      [2 / 3],
    ],
    // Row 0 has one other, with the share e² / (e² + e¹); rows 1 and 2 are the same item, and have row 0 alone.
    [
      'inBatchSoftmax',
      ([a, b], g) => inBatchSoftmax(reshape(a!, [3, 1]), reshape(b!, [3, 1]), g.constant([7, 8, 8])),
      [1, 1, 1],
      [1, Math.log(2), Math.log(2)],
      [Math.log(1 + 4 / Math.E), Math.log(1 + Math.E / 2), Math.log(1 + Math.E / 2)],
      [
        ((Math.log(2) - 1) * 4) / (4 + Math.E),
        ((1 - Math.log(2)) * Math.E) / (2 + Math.E),
        ((1 - Math.log(2)) * Math.E) / (2 + Math.E),
      ],
      [
        (2 * Math.E) / (2 + Math.E) - 4 / (4 + Math.E),
        2 / (4 + Math.E) - Math.E / (2 + Math.E),
        2 / (4 + Math.E) - Math.E / (2 + Math.E),
      ],
    ],
    // −ln ¾ for the positive, −ln ½ and −ln ¼ for the negatives; a third of their sum.
    [
      'sampledBinaryCrossEntropy',
      ([a, b]) => sampledBinaryCrossEntropy(reshape(a!, []), b!),
      [Math.log(3)],
      [0, Math.log(3)],
      [Math.log(32 / 3) / 3],
      [-1 / 12],
      [1 / 6, 1 / 4],
    ],
    // Two of four others: α = ½, and with t = ½ β = ½ (½ · −1 + 2) = ¾.
    [
      'gbce',
      ([a, b]) => gbce(reshape(a!, []), b!, { items: 5, calibration: 0.5 }),
      [Math.log(3)],
      [0, Math.log(3)],
      [(0.75 * Math.log(4 / 3) + Math.log(8)) / 3],
      [-1 / 16],
      [1 / 6, 1 / 4],
    ],
    // Values 1 and 3 count, with weights 1 and 3; the 1000 is masked.
    [
      'weightedMean',
      ([a, b]) => weightedMean(a!, stopGradient(b!)),
      [1, 1000, 3],
      [1, 0, 3],
      [2.5],
      [0.25, 0, 0.75],
      [],
    ],
    [
      'weightedMean of nothing',
      ([a, b]) => weightedMean(a!, stopGradient(b!)),
      [1, 2],
      [0, 0],
      [0],
      [0, 0],
      [],
    ],
  ])('of %s', async (_, op, a, b, outputs, da, db) => {
    const unmarked = db.length === 0
    const found = await at(unmarked ? ([x, y], g) => add(op([x!, y!], g), mul(sum(y!), 0)) : op, a, [b])
    expectClose(found.outputs, outputs)
    expectClose(found.gradients.a!, da)
    if (!unmarked) expectClose(found.gradients.b!, db)
  })
})

it('every function of the public surface that has a gradient is among them', () => {
  const checked = new Set(CASES.map(({ name }) => name.split(/[ ,]/)[0]))
  const others = [
    ...['GraphError', 'adamW', 'embeddingTable', 'graph', 'inferenceModel', 'openModel', 'openTrainer'],
    'readParameters',
    ...['normal', 'ones', 'uniform', 'zeros'],
    // No gradient, or one that is random.
    ...['atLeast', 'equal', 'stopGradient', 'dropout'],
  ]
  expect(Object.keys(surface).filter((name) => !checked.has(name) && !others.includes(name))).toEqual([])
})
