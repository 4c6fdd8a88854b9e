import type { Label } from '../core/labels.ts'
import { random } from '../core/random.ts'
import {
  add,
  binaryCrossEntropy,
  div,
  dropout,
  ensembleDense,
  exp,
  gelu,
  graph,
  headsDense,
  linear,
  matmul,
  mul,
  pow,
  slice,
  sqrt,
  sub,
  type Tensor,
  tanh,
  weightedMean,
} from '../graph/index.ts'

/** How large the ensemble is, and what it tells apart. */
export interface EnsembleShape {
  /** Encoded inputs a row. */
  readonly inputs: number
  readonly labels: readonly Label[]
  readonly heads: number
  /** Units of each hidden layer. */
  readonly hidden: readonly number[]
  readonly dropout: number
  /** Standard deviation, in log-odds, of the fixed random function of each head where nothing is known of a track. */
  readonly priorScale: number
  /** Where the inputs tell how much is known. */
  readonly evidence: EvidenceColumns
  readonly seed: number
}

/** Inputs that tell how much is known of a track. */
export interface EvidenceColumns {
  /** ln(1 + plays of the artist). */
  readonly artistPlays: Column
  /** 1 where the track has no audio features. */
  readonly noAudio: Column
}

/** value = mean + sd · x[column]; where sd is 0, all plays of the training were alike and x has no such column. */ interface Column {
  readonly column: number
  readonly mean: number
  readonly sd: number
}

/** The ensemble as a graph: what it predicts, and the loss that trains it. */
export interface EnsembleNetwork {
  /** [heads, batch, 1] log-odds of each label. Needs the input `x` [batch, inputs] alone. */
  readonly logits: Readonly<Partial<Record<Label, Tensor>>>
  /**
   * Weighted mean binary cross-entropy. Inputs: `x`; `targets` [batch, labels], 0 or 1; `known` [batch, labels], how much a target counts,
   * 0 masks it; `weights` [heads, batch, 1], how much the row counts for each head.
   */
  readonly loss: Tensor
}

/** Random features that the priors of the heads mix. */
const PRIOR_FEATURES = 64
/** After so many plays half of the variance of a feeling for an artist is gone. */
const ENOUGH_PLAYS = 3
/** Variance that a sound that is not known adds, in that of an artist that is not known. */
const UNHEARD_SOUND = 0.5

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

/**
 * Of each head a random function of the row, nothing of which is trained: β · u(row) · tanh(x W + b) V, [heads, batch, labels]. u is
 * how uncertain a listener's feeling for an artist still is after n plays, the posterior deviation 1 / √(1 + n / 3) of a mean that is seen with
 * noise, and larger where the sound of the track is not known.
 */
function prior(x: Tensor, { inputs, labels, heads, priorScale, evidence, seed }: EnsembleShape): Tensor {
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
    mul(features, uncertainty(x, evidence)),
    constant([heads, PRIOR_FEATURES, labels.length], priorScale / Math.sqrt(PRIOR_FEATURES)),
  )
}

/** u of each row: [batch, 1], or one number for all. */
function uncertainty(x: Tensor, { artistPlays, noAudio }: EvidenceColumns): Tensor {
  const value = ({ column, mean, sd }: Column) =>
    sd > 0 ? add(mul(slice(x, -1, column, column + 1), sd), mean) : x.graph.constant(mean)
  const plays = sub(exp(value(artistPlays)), 1)
  const ofArtist = pow(add(div(plays, ENOUGH_PLAYS), 1), -1)
  return sqrt(add(ofArtist, mul(value(noAudio), UNHEARD_SOUND)))
}
