import { abs, add, div, exp, log, mul, neg, pow, sub } from './arithmetic.ts'
import { GraphError } from './errors.ts'
import { axisOf, reshapeFreely, sum, unsqueezed } from './shaping.ts'
import { apply, integers, show, type Tensor } from './tensor.ts'

/** max(x, 0); the gradient at 0 is 0. */
export function relu(x: Tensor): Tensor {
  return apply('Relu', [x], x.shape, { gradient: (dy, y) => [mul(dy, signOfPositive(y))] })
}

/** 1 / (1 + e⁻ˣ). */
export function sigmoid(x: Tensor): Tensor {
  return apply('Sigmoid', [x], x.shape, {
    gradient: (dy, y) => [mul(dy, mul(y, sub(x.graph.constant(1), y)))],
  })
}

/** Hyperbolic tangent. */
export function tanh(x: Tensor): Tensor {
  return apply('Tanh', [x], x.shape, { gradient: (dy, y) => [mul(dy, sub(x.graph.constant(1), mul(y, y)))] })
}

/** x · Φ(x), with the exact normal distribution function (Hendrycks & Gimpel 2016). */
export function gelu(x: Tensor): Tensor {
  const below = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5)
  return apply('Mul', [x, below], x.shape, {
    sources: [x],
    gradient(dy) {
      const density = mul(exp(mul(mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI))
      return [mul(dy, add(mul(x, density), below))]
    },
  })
}

/** x · sigmoid(x). */
export function silu(x: Tensor): Tensor {
  const gate = sigmoid(x)
  return apply('Mul', [x, gate], x.shape, {
    sources: [x],
    gradient: (dy, y) => [mul(dy, add(mul(sub(x.graph.constant(1), gate), y), gate))],
  })
}

/** ln(1 + eˣ), without overflow. */
export function softplus(x: Tensor): Tensor {
  const rest = apply('Log', [add(exp(neg(abs(x))), 1)], x.shape)
  return apply('Add', [apply('Relu', [x], x.shape), rest], x.shape, {
    sources: [x],
    gradient: (dy) => [mul(dy, sigmoid(x))],
  })
}

/**
 * Σ ln(1 + eˣ) over the last axis, without overflow. Logarithms are the slow part, so up to 64 of their arguments, which lie in
 * 1 … 2, are multiplied first.
 * @throws GraphError when the last size is not known
 */
export function sumOfSoftplus(x: Tensor): Tensor {
  const [rows, size] = [x.shape.slice(0, -1), x.shape.at(-1)]
  if (typeof size !== 'number')
    throw new GraphError(`sumOfSoftplus of ${show(x.shape)}: the last size must be a known number.`)
  const group = Array.from({ length: 64 }, (_, i) => 64 - i).find((divisor) => size % divisor === 0)!
  const factors = reshapeFreely(add(exp(neg(abs(x))), 1), [...rows, size / group, group])
  const axes = [rows.length + 1]
  const product = apply('ReduceProd', [factors], [...rows, size / group], {
    attributes: { axes, keepdims: 0 },
  })
  const above = sum(apply('Relu', [x], x.shape), [-1])
  return apply('Add', [above, sum(log(product), [-1])], rows, {
    sources: [x],
    gradient: (dy) => [mul(sigmoid(x), unsqueezed(dy, [rows.length]))],
  })
}

/** eˣ over its sum along an axis (default: the last). @throws GraphError when there is no such axis */
export function softmax(x: Tensor, axis = -1): Tensor {
  const at = axisOf('softmax', x, axis)
  return apply('Softmax', [x], x.shape, {
    attributes: { axis: at },
    gradient: (dy, y) => [mul(y, sub(dy, sum(mul(dy, y), [at], true)))],
  })
}

/** The logarithm of softmax, without overflow. @throws GraphError when there is no such axis */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  const at = axisOf('logSoftmax', x, axis)
  return apply('LogSoftmax', [x], x.shape, {
    attributes: { axis: at },
    gradient: (dy, y) => [sub(dy, mul(exp(y), sum(dy, [at], true)))],
  })
}

/** ln Σ eˣ over the last axis, without overflow. */
export function logSumExp(x: Tensor): Tensor {
  const at = x.shape.length - 1
  const top = apply('ReduceMax', [x], [...x.shape.slice(0, at), 1], {
    attributes: { axes: [at], keepdims: 1 },
  })
  const parts = apply('Exp', [apply('Sub', [x, top], x.shape)], x.shape)
  const total = sum(parts, [at], true)
  const rows = x.shape.slice(0, at)
  return apply('Squeeze', [add(log(total), top), integers(x.graph, [at])], rows, {
    sources: [x],
    gradient: (dy) => [mul(parts, div(unsqueezed(dy, [at]), total))],
  })
}

/**
 * The error function. ONNX Runtime has no 64-bit kernel: there, the series 7.1.6 of Abramowitz & Stegun, exact to 1e-12 for |x| ≤ 4.
 */
function erf(x: Tensor): Tensor {
  if (x.graph.precision === 'float32') return apply('Erf', [x], x.shape)
  const squared = pow(x, 2)
  let series = x.graph.constant(1)
  for (let n = 80; n > 0; n--) series = add(div(mul(squared, series), n + 0.5), 1)
  return mul(mul(mul(x, exp(neg(squared))), series), 2 / Math.sqrt(Math.PI))
}

/** 1 where y > 0 and 0 where y = 0. A HardSigmoid as steep as numbers allow takes a tenth of the time of Sign, but is 32-bit only. */
function signOfPositive(y: Tensor): Tensor {
  if (y.graph.precision === 'float64') return apply('Sign', [y], y.shape)
  return apply('HardSigmoid', [y], y.shape, { attributes: { alpha: { real: 3e38 }, beta: { real: 0 } } })
}
