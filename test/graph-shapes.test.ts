import { describe, expect, it } from 'vitest'
import {
  adamW,
  add,
  addPositions,
  binaryCrossEntropy,
  concat,
  dense,
  dots,
  dropout,
  ensembleDense,
  type Graph,
  GraphError,
  gather,
  gbce,
  graph,
  inBatchSoftmax,
  inferenceModel,
  linear,
  matmul,
  mean,
  mul,
  ones,
  openModel,
  openTrainer,
  reshape,
  rowDots,
  sampledBinaryCrossEntropy,
  sampledSoftmax,
  selfAttention,
  slice,
  softmax,
  softmaxCrossEntropy,
  stopGradient,
  sum,
  transformerBlock,
  transpose,
  weightedMean,
} from '../src/graph/index.ts'

const x = (g: Graph) => g.input('x', ['batch', 4])
const sequence = (g: Graph, length: number | string = 3) => g.input('x', ['batch', length, 4])

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
    [
      'selfAttention "a" of [batch, length, 4]: x is [batch, length, width] with length and width known.',
      (g) => selfAttention(sequence(g, 'length'), 'a', { heads: 2 }),
    ],
    [
      'selfAttention "a" of [batch, 3, 4]: 3 heads do not divide the width.',
      (g) => selfAttention(sequence(g), 'a', { heads: 3 }),
    ],
    [
      'selfAttention "b.attention" of [batch, 3, 4]: present is [batch, 3], not [batch, 4].',
      (g) => transformerBlock(sequence(g), 'b', { heads: 2, present: g.input('present', ['batch', 4]) }),
    ],
    [
      'addPositions "p" of [batch, 4]: x is [batch, length, width] with length and width known.',
      (g) => addPositions(x(g), 'p'),
    ],
    [
      'gather of [batch, 4] by [batch]: a table is [rows, width].',
      (g) => gather(x(g), g.input('ids', ['batch'])),
    ],
    [
      'rowDots of [batch, 4] and [4]: the shapes must be equal.',
      (g) => rowDots(x(g), g.constant([1, 2, 3, 4])),
    ],
    [
      'dots of [batch, 3, 4] and [other, 5, 4]: candidates are [n, width], or that for each row or sequence.',
      (g) => dots(sequence(g), g.input('y', ['other', 5, 4])),
    ],
    [
      'dots of [batch, 4] and [5, 3]: candidates are [n, width], or that for each row or sequence.',
      (g) => dots(x(g), g.input('y', [5, 3])),
    ],
    [
      'sampledSoftmax of [batch, 4] and [batch, 3, 5]: negatives are [batch, 4, n].',
      (g) => sampledSoftmax(x(g), g.input('y', ['batch', 3, 5])),
    ],
    [
      'sampledSoftmax of [batch, 4] and [batch, 4, 5]: logQ has more values than the scores.',
      (g) =>
        sampledSoftmax(x(g), g.input('y', ['batch', 4, 5]), {
          logQ: { positive: 0, negatives: g.input('q', [2, 1, 1, 5]) },
        }),
    ],
    [
      'sampledBinaryCrossEntropy of [batch] and [batch, 5]: except of [2, 1, 5] has more values than the negatives.',
      (g) =>
        sampledBinaryCrossEntropy(g.input('s', ['batch']), g.input('y', ['batch', 5]), {
          except: g.input('e', [2, 1, 5]),
        }),
    ],
    [
      'gbce of [batch] and [batch, 5]: the number of negatives is known, there are more items (5) than that, and the calibration (0.75) is in [0, 1].',
      (g) => gbce(g.input('s', ['batch']), g.input('y', ['batch', 5]), { items: 5 }),
    ],
    [
      'inBatchSoftmax of [batch, 4]: candidates of [batch, 3] do not fit; both are [batch, width].',
      (g) => inBatchSoftmax(x(g), g.input('y', ['batch', 3]), g.input('ids', ['batch'])),
    ],
    [
      'inBatchSoftmax of [batch, 4]: ids and logQ are [batch].',
      (g) => inBatchSoftmax(x(g), g.input('y', ['batch', 4]), g.input('ids', ['batch', 1])),
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
