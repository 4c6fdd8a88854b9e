import { PLAYLIST_SIGNALS } from '../collaborative/playlist-signals.ts'
import {
  add,
  dropout,
  gelu,
  graph,
  headsDense,
  logSoftmax,
  mean,
  mul,
  neg,
  reshape,
  sum,
  type Tensor,
} from '../graph/index.ts'

/** How large the ranker is. */
export interface ContinuationShape {
  /** Networks that share nothing but what they are shown. */
  readonly heads: number
  /** Units of each hidden layer. */
  readonly hidden: readonly number[]
  readonly dropout: number
  /** Lists a step, and tracks a list. */
  readonly lists: number
  readonly length: number
  readonly seed: number
}

/** Scores [heads, rows, 1] of `x` [rows, inputs] as a graph; those of one playlist compare. */
export function continuationScores(shape: ContinuationShape): Tensor {
  return deep(graph({ seed: shape.seed }).input('x', ['rows', PLAYLIST_SIGNALS.length]), shape)
}

/**
 * Mean cross-entropy of softmaxes over whole lists, with the parameters of `continuationScores`. Inputs: `x` [lists · length, inputs]; and
 * twice, once for all tracks and once for those that were on some playlist before, `.offset` [lists, length], the logarithm of how many tracks a
 * row stands for (very negative: not of the list), and `.target` [lists, length], which shares 1 among the wanted ones, or 0 where there are none.
 */
export function continuationLoss(shape: ContinuationShape): Tensor {
  const { heads, lists, length, seed } = shape
  const g = graph({ seed })
  const scores = reshape(deep(g.input('x', [lists * length, PLAYLIST_SIGNALS.length]), shape), [
    heads,
    lists,
    length,
  ])
  const over = (name: string) => {
    const offset = g.input(`${name}.offset`, [lists, length])
    const target = g.input(`${name}.target`, [lists, length])
    return neg(sum(mul(logSoftmax(add(scores, offset)), target), [-1]))
  }
  return mean(add(over('all'), over('warm')))
}

function deep(x: Tensor, { heads, hidden, dropout: rate }: ContinuationShape): Tensor {
  let layer = x
  for (const [k, units] of hidden.entries())
    layer = dropout(gelu(headsDense(layer, heads, units, `hidden${k}`)), rate, `hidden${k}.dropout`)
  return headsDense(layer, heads, 1, 'out')
}
