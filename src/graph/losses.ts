import { logSoftmax, sigmoid, softplus } from './activations.ts'
import { div, maximum, mul, neg, sub } from './arithmetic.ts'
import { GraphError } from './errors.ts'
import { repeats, sum } from './shaping.ts'
import { apply, broadcast, same, show, type Tensor } from './tensor.ts'

/**
 * −y ln p − (1 − y) ln (1 − p) with p = sigmoid(logits), for each logit and without overflow. Targets may be anything in [0, 1]
 * and may broadcast to the logits ([batch, labels] for [heads, batch, labels]). Weigh or mask it with `weightedMean`.
 * @throws GraphError when the targets do not broadcast to the shape of the logits
 */
export function binaryCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  if (!same(broadcast('binaryCrossEntropy', logits.shape, targets.shape), logits.shape))
    throw new GraphError(
      `binaryCrossEntropy of ${show(logits.shape)}: targets of ${show(targets.shape)} have more values than the logits.`,
    )
  return apply('Sub', [softplus(logits), mul(logits, targets)], logits.shape, {
    sources: [logits],
    gradient: (dy) => [mul(dy, sub(sigmoid(logits), targets))],
  })
}

/**
 * −Σ y ln softmax(logits) over the last axis, for each row; targets are probabilities, such as one-hot rows.
 * @throws GraphError when targets and logits differ in shape
 */
export function softmaxCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  if (!same(logits.shape, targets.shape))
    throw new GraphError(
      `softmaxCrossEntropy of ${show(logits.shape)} and ${show(targets.shape)}: the shapes must be equal.`,
    )
  return neg(sum(mul(logSoftmax(logits), targets), [-1]))
}

/**
 * Σ w x / Σ w over everything, where the weights broadcast to x: 0 masks a value. When all weights are 0 it is 0.
 * @throws GraphError when the weights do not broadcast to the shape of x
 */
export function weightedMean(x: Tensor, weights: Tensor): Tensor {
  if (!same(broadcast('weightedMean', x.shape, weights.shape), x.shape))
    throw new GraphError(
      `weightedMean of ${show(x.shape)}: weights of ${show(weights.shape)} have more values than it.`,
    )
  const total = mul(sum(weights), repeats(weights, x))
  return div(sum(mul(x, weights)), maximum(total, 1e-30))
}
