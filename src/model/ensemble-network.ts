import { random } from '../core/random.ts'
import {
  add,
  binaryCrossEntropy,
  dropout,
  ensembleDense,
  gelu,
  graph,
  headsDense,
  linear,
  matmul,
  mul,
  slice,
  type Tensor,
  tanh,
  weightedMean,
} from '../graph/index.ts'
import type { Label } from './likability.ts'

/** How large the ensemble is, and what it tells apart. */
export interface EnsembleShape {
  /** Encoded inputs a row. */
  readonly inputs: number
  readonly labels: readonly Label[]
  readonly heads: number
  /** Units of each hidden layer. */
  readonly hidden: readonly number[]
  readonly dropout: number
  /** Standard deviation of the fixed random function of each head, in log-odds. */
  readonly priorScale: number
  readonly seed: number
}

/** The ensemble as a graph: what it predicts, and the loss that trains it. */
export interface EnsembleNetwork {
  /** [heads, batch, 1] log-odds of each label. Needs the input `x` [batch, inputs] alone. */
  readonly logits: Readonly<Partial<Record<Label, Tensor>>>
  /**
   * Weighted mean binary cross-entropy. Inputs: `x`; `targets` [batch, labels], 0 or 1; `known` [batch, labels], where 0 masks a
   * target; `weights` [heads, batch, 1], how much the row counts for each head.
   */
  readonly loss: Tensor
}

/** Random features that the priors of the heads mix. */
const PRIOR_FEATURES = 64

/**
 * Many networks in one: hidden layers that share their matrices but for two vectors a head (TabM, Gorishniy et al. 2025, after
 * BatchEnsemble, Wen et al. 2020) and an output layer of each head's own, plus a random function a head that no training changes
 * (randomised priors, Osband et al. 2018): where no play has taught the heads otherwise, they disagree.
 */
export function ensembleNetwork(shape: EnsembleShape): EnsembleNetwork {
  const { inputs, labels, heads, hidden, seed } = shape
  const g = graph({ seed })
  const x = g.input('x', ['batch', inputs])
  const targets = g.input('targets', ['batch', labels.length])
  const known = g.input('known', ['batch', labels.length])
  const weights = g.input('weights', [heads, 'batch', 1])

  let layer = x
  hidden.forEach((units, k) => {
    const adapters = k === 0 ? 'random' : 'ones'
    layer = gelu(ensembleDense(layer, heads, units, `hidden${k}`, { adapters }))
    layer = dropout(layer, shape.dropout, `hidden${k}.dropout`)
  })
  const logits = add(headsDense(layer, heads, labels.length, 'out'), prior(x, shape))
  return {
    logits: Object.fromEntries(labels.map((label, l) => [label, slice(logits, -1, l, l + 1)])),
    loss: weightedMean(binaryCrossEntropy(logits, targets), mul(weights, known)),
  }
}

/** β · tanh(x W + b) V, nothing of which is trained: [heads, batch, labels]. */
function prior(x: Tensor, { inputs, labels, heads, priorScale, seed }: EnsembleShape): Tensor {
  const { normal } = random(`${seed}/prior`)
  const constant = (sizes: readonly number[], scale: number) =>
    x.graph.constant(
      Array.from({ length: sizes.reduce((a, b) => a * b, 1) }, () => normal() * scale),
      sizes,
    )
  const features = tanh(
    linear(x, constant([inputs, PRIOR_FEATURES], 2 / Math.sqrt(inputs)), constant([PRIOR_FEATURES], 1)),
  )
  return matmul(
    features,
    constant([heads, PRIOR_FEATURES, labels.length], priorScale / Math.sqrt(PRIOR_FEATURES)),
  )
}
