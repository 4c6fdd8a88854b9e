import { describe, expect, it } from 'vitest'
import {
  adamW,
  add,
  binaryCrossEntropy,
  concat,
  dense,
  dropout,
  ensembleDense,
  type Graph,
  GraphError,
  graph,
  inferenceModel,
  linear,
  matmul,
  mean,
  mul,
  ones,
  openModel,
  openTrainer,
  reshape,
  slice,
  softmax,
  softmaxCrossEntropy,
  stopGradient,
  sum,
  transpose,
  weightedMean,
} from '../src/graph/index.ts'

const x = (g: Graph) => g.input('x', ['batch', 4])

describe('a graph that cannot be built is refused with a sentence that names the operation and the shapes', () => {
  it.each<[string, (g: Graph) => unknown]>([
    [
      'add of [batch, 4] and [3]: 4 and 3 neither match nor is one of them 1.',
      (g) => add(x(g), g.constant([1, 2, 3])),
    ],
    [
      'mul of [batch, 4] and [time, 4]: batch and time neither match nor is one of them 1.',
      (g) => mul(x(g), g.input('y', ['time', 4])),
    ],
    [
      'matmul of [batch, 4] and [3, 2]: the inner sizes 4 and 3 differ.',
      (g) => matmul(x(g), g.input('w', [3, 2])),
    ],
    ['matmul of [batch, 4] and [4]: both need at least two axes.', (g) => matmul(x(g), g.input('w', [4]))],
    [
      'linear of [batch, 4]: a weight [in, out] and a bias [out] fit, not [4, 2] and [3].',
      (g) => linear(x(g), g.input('w', [4, 2]), g.input('b', [3])),
    ],
    ['reshape of [batch, 4] to [batch, 5]: the sizes do not multiply.', (g) => reshape(x(g), ['batch', 5])],
    ['transpose of [batch, 4] by [0, 0]: name each axis once.', (g) => transpose(x(g), [0, 0])],
    [
      'concat of [batch, 4] and [batch, 3] along axis 0: the other sizes must be equal.',
      (g) => concat([x(g), g.input('y', ['batch', 3])], 0),
    ],
    ['slice of [batch, 4] along axis 1: 2 to 5 is not inside.', (g) => slice(x(g), 1, 2, 5)],
    ['softmax of [batch, 4]: there is no axis 2.', (g) => softmax(x(g), 2)],
    ['sum of [batch, 4]: there is no axis -3.', (g) => sum(x(g), [-3])],
    [
      'dense "first" of [4, batch]: the last size must be a known number.',
      (g) => dense(g.input('x', [4, 'batch']), 2, 'first'),
    ],
    [
      'ensembleDense "first" of [3, batch, 4] with 2 heads: x is [batch, in] or [2, batch, in].',
      (g) => ensembleDense(g.input('x', [3, 'batch', 4]), 2, 5, 'first'),
    ],
    ['dropout "drop": 1 is not a rate in [0, 1).', (g) => dropout(x(g), 1, 'drop')],
    [
      'binaryCrossEntropy of [batch, 4]: targets of [2, batch, 4] have more values than the logits.',
      (g) => binaryCrossEntropy(x(g), g.input('y', [2, 'batch', 4])),
    ],
    [
      'softmaxCrossEntropy of [batch, 4] and [batch, 1]: the shapes must be equal.',
      (g) => softmaxCrossEntropy(x(g), g.input('y', ['batch', 1])),
    ],
    [
      'weightedMean of [batch, 4]: weights of [2, 1, 1] have more values than it.',
      (g) => weightedMean(x(g), g.input('w', [2, 1, 1])),
    ],
    ['There are two inputs or parameters called "x".', (g) => [x(g), x(g)]],
    [
      'parameter "w" of shape [2, 0]: a size is a positive integer or a name.',
      (g) => g.parameter('w', [2, 0], ones),
    ],
    ['parameter "w" of shape [2] needs 2 initial values, not 1.', (g) => g.parameter('w', [2], () => [1])],
    ['Add was given tensors of two graphs; build both with the same graph().', (g) => add(x(g), x(graph()))],
    ['An output cannot be called "x" as well; choose another name.', (g) => inferenceModel({ x: x(g) }, {})],
  ])('%s', (sentence, build) => {
    expect(() => build(graph())).toThrow(new GraphError(sentence))
  })

  it.each<[string, (g: Graph) => Promise<unknown>]>([
    [
      'The loss has shape [batch, 2]; take its mean or sum to make it one number.',
      (g) => openTrainer(dense(x(g), 2, 'd'), { optimizer: adamW() }),
    ],
    [
      'The loss does not depend on "unused"; leave it out or use it.',
      (g) => {
        g.parameter('unused', [2], ones)
        return openTrainer(mean(dense(x(g), 2, 'd')), { optimizer: adamW() })
      },
    ],
    [
      'There is nothing to train: the graph has no parameter and no input with a gradient.',
      (g) => openTrainer(mean(x(g)), { optimizer: adamW() }),
    ],
    [
      'There are two dropout layers called "d".',
      (g) =>
        openTrainer(mean(dropout(dropout(dense(x(g), 2, 'a'), 0.1, 'd'), 0.1, 'd')), { optimizer: adamW() }),
    ],
    [
      'threads is a positive integer, not 0.',
      (g) => openTrainer(mean(dense(x(g), 2, 'd')), { optimizer: adamW(), threads: 0 }),
    ],
  ])('%s', async (sentence, open) => {
    await expect((async () => open(graph()))()).rejects.toThrow(new GraphError(sentence))
  })

  it('a model file that is damaged', async () => {
    await expect(openModel(Uint8Array.of(1, 2, 3))).rejects.toThrow(
      /^ONNX Runtime does not accept the model: /,
    )
  })

  it('a setting of the optimizer out of its range', () => {
    expect(() => adamW({ beta1: 1 })).toThrow('adamW: learningRate and epsilon are positive')
  })
})

it('a tensor behind stopGradient is left alone', async () => {
  const g = graph()
  const layer = dense(x(g), 2, 'd')
  await expect(openTrainer(mean(stopGradient(layer)), { optimizer: adamW() })).rejects.toThrow(
    'does not depend on "d.weight"',
  )
})
