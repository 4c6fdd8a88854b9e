import { logSumExp, softplus, sumOfSoftplus } from './activations.ts'
import { add, div, equal, mul, neg, type Operand, sub } from './arithmetic.ts'
import { GraphError } from './errors.ts'
import { dots, rowDots } from './products.ts'
import { reshape } from './shaping.ts'
import { broadcast, same, show, type Tensor } from './tensor.ts'

/** Negatives that are none. */
export interface Sampled {
  /** Broadcasts to the negatives: 1 where a negative is what was right (see `equal` of ids) and must not count, else 0. */
  readonly except?: Tensor
}

/** How likely what is scored was to be drawn, as a logarithm; any constant may be missing from both. */
export interface LogQ {
  /** Broadcasts to the positives. */
  readonly positive: Operand
  /** Broadcasts to the negatives. */
  readonly negatives: Operand
}

/** Taken from a score, it leaves nothing of it, and is finite. */
const NEVER = 1e9

/**
 * Softmax cross-entropy against a sample in place of the whole catalog, one value a row: ln Σ exp(s − ln q) − (s⁺ − ln q⁺) over the
 * positive and the negatives [..., n]. `logQ` takes back that items were drawn more often than others (Bengio & Senécal 2008; Yi et al. 2019).
 * @throws GraphError when the negatives are not the shape of the positives with one more axis
 */
export function sampledSoftmax(
  positive: Tensor,
  negatives: Tensor,
  options: Sampled & { readonly logQ?: LogQ } = {},
): Tensor {
  const { logQ } = options
  checked('sampledSoftmax', positive, negatives, options)
  const right = logQ ? sub(positive, logQ.positive) : positive
  const wrong = without(logQ ? sub(negatives, logQ.negatives) : negatives, options)
  if (!same(right.shape, positive.shape) || !same(wrong.shape, negatives.shape))
    throw new GraphError(
      `sampledSoftmax of ${show(positive.shape)} and ${show(negatives.shape)}: logQ has more values than the scores.`,
    )
  return softplus(sub(logSumExp(wrong), right))
}

/**
 * Each row with every other row's candidate as a negative: x and candidates [batch, width], ids [batch] of the candidates → [batch].
 * A candidate that is the row's own, or the same item again, is no negative. `logQ` [batch]: how often each candidate turns up
 * as one, as a logarithm; without it popular items are pushed down for being popular (Yi et al. 2019).
 * @throws GraphError when x and the candidates differ in shape, or ids or logQ are not one for each
 */
export function inBatchSoftmax(x: Tensor, candidates: Tensor, ids: Tensor, logQ?: Tensor): Tensor {
  const [batch] = x.shape
  const problem =
    x.shape.length !== 2 || !same(x.shape, candidates.shape)
      ? `candidates of ${show(candidates.shape)} do not fit; both are [batch, width]`
      : [ids, logQ].some((list) => list && !same(list.shape, [batch!]))
        ? `ids and logQ are ${show([batch!])}`
        : undefined
  if (problem) throw new GraphError(`inBatchSoftmax of ${show(x.shape)}: ${problem}.`)
  return sampledSoftmax(rowDots(x, candidates), dots(x, candidates), {
    except: equal(reshape(ids, [batch!, 1]), ids),
    ...(logQ && { logQ: { positive: logQ, negatives: logQ } }),
  })
}

/**
 * Binary cross-entropy of a positive and n sampled negatives [..., n], their mean, one value a row. It overrates every item as soon
 * as the catalog has more than n: see `gbce`.
 * @throws GraphError when the negatives are not the shape of the positives with one more axis
 */
export function sampledBinaryCrossEntropy(
  positive: Tensor,
  negatives: Tensor,
  options: Sampled = {},
): Tensor {
  checked('sampledBinaryCrossEntropy', positive, negatives, options)
  return binary(positive, negatives, 1, options)
}

/**
 * gBCE, one value a row: as `sampledBinaryCrossEntropy`, with the positive's probability raised to β = α (t (1 − 1/α) + 1/α), where
 * α = n / (items − 1) is the share of the catalog that is sampled and t, `calibration`, goes from 0 (β = 1) to 1 (β = α, calibrated
 * probabilities); .75 is the default of the paper (Petrov & Macdonald 2023, gSASRec).
 * @throws GraphError when the number of negatives is not known, there are fewer items than that, or t is not in [0, 1]
 */
export function gbce(
  positive: Tensor,
  negatives: Tensor,
  options: Sampled & { readonly items: number; readonly calibration?: number },
): Tensor {
  const { items, calibration = 0.75 } = options
  checked('gbce', positive, negatives, options)
  const n = negatives.shape.at(-1)
  if (typeof n !== 'number' || !(items > n) || !(calibration >= 0 && calibration <= 1))
    throw new GraphError(
      `gbce of ${show(positive.shape)} and ${show(negatives.shape)}: the number of negatives is known, there are more items (${items}) than that, and the calibration (${calibration}) is in [0, 1].`,
    )
  const alpha = n / (items - 1)
  return binary(positive, negatives, alpha * (calibration * (1 - 1 / alpha) + 1 / alpha), options)
}

function binary(positive: Tensor, negatives: Tensor, beta: number, options: Sampled): Tensor {
  const n = negatives.shape.at(-1) as number
  const right = softplus(neg(positive))
  const wrong = sumOfSoftplus(without(negatives, options))
  return div(add(beta === 1 ? right : mul(right, beta), wrong), n + 1)
}

function without(negatives: Tensor, { except }: Sampled): Tensor {
  return except ? sub(negatives, mul(except, NEVER)) : negatives
}

function checked(op: string, positive: Tensor, negatives: Tensor, { except }: Sampled): void {
  const fits = same(negatives.shape.slice(0, -1), positive.shape) && negatives.shape.length > 0
  if (!fits)
    throw new GraphError(
      `${op} of ${show(positive.shape)} and ${show(negatives.shape)}: negatives are ${show([...positive.shape, 'n'])}.`,
    )
  if (except && !same(broadcast(op, negatives.shape, except.shape), negatives.shape))
    throw new GraphError(
      `${op} of ${show(positive.shape)} and ${show(negatives.shape)}: except of ${show(except.shape)} has more values than the negatives.`,
    )
}
