import { add, mul, pow, sub } from './arithmetic.ts'
import { GraphError } from './errors.ts'
import { ones, uniform, zeros } from './initializers.ts'
import { linear, matmul } from './products.ts'
import { flattened, mean, reshape, sumTo } from './shaping.ts'
import { apply, applyMany, hiddenInput, type Initializer, show, type Tensor } from './tensor.ts'

/**
 * x · weight + bias over the last axis: [..., in] → [..., out]. Its parameters are `name.weight` and `name.bias`; the weight starts
 * uniform in ±1/√in unless `initial` says otherwise.
 * @throws GraphError when the last size of x is not known
 */
export function dense(
  x: Tensor,
  out: number,
  name: string,
  options: { readonly bias?: boolean; readonly initial?: Initializer } = {},
): Tensor {
  const size = width('dense', name, x)
  const bound = 1 / Math.sqrt(size)
  const g = x.graph
  const weight = g.parameter(`${name}.weight`, [size, out], options.initial ?? uniform(bound))
  if (options.bias === false) return linear(x, weight)
  return linear(x, weight, g.parameter(`${name}.bias`, [out], uniform(bound), { decay: false }))
}

/**
 * Each row shifted and scaled to mean 0 and variance 1 over the last axis, then times `name.scale` plus `name.shift` (Ba et al. 2016).
 * @throws GraphError when the last size of x is not known
 */
export function layerNorm(x: Tensor, name: string, epsilon = 1e-5): Tensor {
  const size = width('layerNorm', name, x)
  const g = x.graph
  const scale = g.parameter(`${name}.scale`, [size], ones, { decay: false })
  const shift = g.parameter(`${name}.shift`, [size], zeros, { decay: false })
  const gradient = (dy: Tensor): Tensor[] => {
    const normed = mul(sub(x, average), inverse)
    const slope = mul(dy, scale)
    const level = add(mean(slope, [-1], true), mul(normed, mean(mul(slope, normed), [-1], true)))
    return [mul(sub(slope, level), inverse), sumTo(mul(dy, normed), [size]), sumTo(dy, [size])]
  }
  const sources = [x, scale, shift]
  const rows = [...x.shape.slice(0, -1), 1]
  const fused = () =>
    applyMany('LayerNormalization', sources, [x.shape, rows, rows], {
      attributes: { axis: -1, epsilon: { real: epsilon } },
      gradient,
    }) as [Tensor, Tensor, Tensor]
  // The kernel returns the statistics of 64-bit rows in 32 bits.
  const spelledOut = (): [Tensor, Tensor, Tensor] => {
    const average = mean(x, [-1], true)
    const inverse = pow(add(mean(pow(sub(x, average), 2), [-1], true), epsilon), -0.5)
    const normed = mul(mul(sub(x, average), inverse), scale)
    return [apply('Add', [normed, shift], x.shape, { sources, gradient }), average, inverse]
  }
  const [y, average, inverse] = g.precision === 'float32' ? fused() : spelledOut()
  return y
}

/**
 * Defines a norm, `name.scale` and `name.shift`, and returns linear(layerNorm(x), weight, bias) with both multiplied into the weight, which
 * is smaller than x: [..., in] → [rows, out].
 */
export function normedLinear(x: Tensor, name: string): (weight: Tensor, bias: Tensor) => Tensor {
  const size = width('layerNorm', name, x)
  const scale = x.graph.parameter(`${name}.scale`, [size], ones, { decay: false })
  const shift = x.graph.parameter(`${name}.shift`, [size], zeros, { decay: false })
  const rows = flattened(standardised(x))
  return (weight, bias) => {
    const moved = reshape(matmul(reshape(shift, [1, size]), weight), bias.shape)
    return linear(rows, mul(reshape(scale, [size, 1]), weight), add(moved, bias))
  }
}

/** Each row shifted and scaled to mean 0 and variance 1 over the last axis. */
function standardised(x: Tensor, epsilon = 1e-5): Tensor {
  const g = x.graph
  const size = x.shape.at(-1) as number
  const gradient = (dy: Tensor, y: Tensor): Tensor[] => {
    const level = add(mul(y, mean(mul(dy, y), [-1], true)), mean(dy, [-1], true))
    return [mul(sub(dy, level), inverse)]
  }
  const fused = (): [Tensor, Tensor] => {
    const rows = [...x.shape.slice(0, -1), 1]
    const inputs = [x, g.constant(ones([size])), g.constant(zeros([size]))]
    const [y, , inverse] = applyMany('LayerNormalization', inputs, [x.shape, rows, rows], {
      attributes: { axis: -1, epsilon: { real: epsilon } },
      sources: [x],
      gradient,
    })
    return [y!, inverse!]
  }
  const spelledOut = (): [Tensor, Tensor] => {
    const centered = sub(x, mean(x, [-1], true))
    const inverse = pow(add(mean(pow(centered, 2), [-1], true), epsilon), -0.5)
    return [apply('Mul', [centered, inverse], x.shape, { sources: [x], gradient }), inverse]
  }
  const [y, inverse] = g.precision === 'float32' ? fused() : spelledOut()
  return y
}

/**
 * In training each value is 0 with probability `rate` and otherwise divided by 1 − rate (Srivastava et al. 2014); in prediction
 * nothing happens. The masks follow from the seed of the graph and the number of the step.
 * @throws GraphError when the rate is not in [0, 1)
 */
export function dropout(x: Tensor, rate: number, name: string): Tensor {
  if (!(rate >= 0 && rate < 1)) throw new GraphError(`dropout "${name}": ${rate} is not a rate in [0, 1).`)
  if (rate === 0) return x
  const factors = hiddenInput(x.graph, name, x.shape, rate)
  return { ...mul(x, factors), whenPredicting: x }
}

/**
 * A dense layer for `heads` networks that share one weight matrix (BatchEnsemble, Wen et al. 2020; TabM, Gorishniy et al. 2025):
 * head h computes ((x ∘ r_h) W) ∘ s_h + b_h. x is [batch, in] where all heads read the same, or [heads, batch, in]; the result is
 * [heads, batch, out]. Parameters: `name.weight` [in, out], `.r` [heads, in], `.s` [heads, out], `.bias` [heads, out].
 * `adapters` says how r and s start: 'random' signs, which make the heads differ from the first step (the first layer), or 'ones'.
 * @throws GraphError when x has another number of heads, or its last size is not known
 */
export function ensembleDense(
  x: Tensor,
  heads: number,
  out: number,
  name: string,
  options: { readonly adapters?: 'random' | 'ones' } = {},
): Tensor {
  const size = width('ensembleDense', name, x)
  const stacked = headed('ensembleDense', name, x, heads)
  const g = x.graph
  const bound = 1 / Math.sqrt(size)
  const start = options.adapters === 'random' ? signs : ones
  const weight = g.parameter(`${name}.weight`, [size, out], uniform(bound))
  const r = g.parameter(`${name}.r`, [heads, size], start, { decay: false })
  const s = g.parameter(`${name}.s`, [heads, out], ones, { decay: false })
  const bias = g.parameter(`${name}.bias`, [heads, out], uniform(bound), { decay: false })
  // Equal to scaling x and the product, and cheaper: these products are as large as the weights, those as large as the batch.
  const scales = mul(reshape(r, [heads, size, 1]), reshape(s, [heads, 1, out]))
  return add(matmul(stacked, mul(scales, weight)), reshape(bias, [heads, 1, out]))
}

/**
 * A dense layer with weights of its own for each head: [batch, in] or [heads, batch, in] → [heads, batch, out].
 * Parameters: `name.weight` [heads, in, out], `name.bias` [heads, out].
 * @throws GraphError when x has another number of heads, or its last size is not known
 */
export function headsDense(x: Tensor, heads: number, out: number, name: string): Tensor {
  const size = width('headsDense', name, x)
  const stacked = headed('headsDense', name, x, heads)
  const bound = 1 / Math.sqrt(size)
  const weight = x.graph.parameter(`${name}.weight`, [heads, size, out], uniform(bound))
  const bias = x.graph.parameter(`${name}.bias`, [heads, out], uniform(bound), { decay: false })
  return add(matmul(stacked, weight), reshape(bias, [heads, 1, out]))
}

function signs(shape: readonly number[], random: { next(): number }): number[] {
  return ones(shape).map(() => (random.next() < 0.5 ? -1 : 1))
}

function width(layer: string, name: string, x: Tensor): number {
  const size = x.shape.at(-1)
  if (typeof size === 'number') return size
  throw new GraphError(`${layer} "${name}" of ${show(x.shape)}: the last size must be a known number.`)
}

function headed(layer: string, name: string, x: Tensor, heads: number): Tensor {
  if (x.shape.length === 2) return x
  if (x.shape.length === 3 && x.shape[0] === heads) return x
  throw new GraphError(
    `${layer} "${name}" of ${show(x.shape)} with ${heads} heads: x is [batch, in] or [${heads}, batch, in].`,
  )
}
