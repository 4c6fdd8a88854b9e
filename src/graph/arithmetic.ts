import { sumTo } from './shaping.ts'
import { apply, broadcast, type Gradient, type Tensor } from './tensor.ts'

/** A tensor or a plain number. */
export type Operand = Tensor | number

/** a + b, broadcasting. @throws GraphError when the shapes do not broadcast */
export function add(a: Tensor, b: Operand): Tensor {
  const right = operand(a, b)
  return binary('add', 'Add', a, right, (dy) => [sumTo(dy, a.shape), sumTo(dy, right.shape)])
}

/** a − b, broadcasting. @throws GraphError when the shapes do not broadcast */
export function sub(a: Tensor, b: Operand): Tensor {
  const right = operand(a, b)
  return binary('sub', 'Sub', a, right, (dy) => [
    sumTo(dy, a.shape),
    right.differentiable ? sumTo(neg(dy), right.shape) : undefined,
  ])
}

/** a · b, element by element, broadcasting. @throws GraphError when the shapes do not broadcast */
export function mul(a: Tensor, b: Operand): Tensor {
  const right = operand(a, b)
  return binary('mul', 'Mul', a, right, (dy) => [
    a.differentiable ? sumTo(mul(dy, right), a.shape) : undefined,
    right.differentiable ? sumTo(mul(dy, a), right.shape) : undefined,
  ])
}

/** a / b, element by element, broadcasting. @throws GraphError when the shapes do not broadcast */
export function div(a: Tensor, b: Operand): Tensor {
  const right = operand(a, b)
  return binary('div', 'Div', a, right, (dy, y) => [
    a.differentiable ? sumTo(div(dy, right), a.shape) : undefined,
    right.differentiable ? sumTo(neg(div(mul(dy, y), right)), right.shape) : undefined,
  ])
}

/** The larger of a and b, broadcasting; where they are equal the gradient goes to a. @throws GraphError when the shapes do not broadcast */
export function maximum(a: Tensor, b: Operand): Tensor {
  const right = operand(a, b)
  return binary('maximum', 'Max', a, right, (dy) => {
    const left = asReal(greaterOrEqual(a, right))
    const share = mul(dy, left)
    return [sumTo(share, a.shape), sumTo(sub(dy, share), right.shape)]
  })
}

/** 1 where a ≥ b, else 0; no gradient. @throws GraphError when the shapes do not broadcast */
export function atLeast(a: Tensor, b: Operand): Tensor {
  return asReal(greaterOrEqual(a, operand(a, b)))
}

/** 1 where a and b are equal, else 0, broadcasting; no gradient. Ids are exact up to 2²⁴. @throws GraphError when the shapes do not broadcast */
export function equal(a: Tensor, b: Operand): Tensor {
  const right = operand(a, b)
  const shape = broadcast('equal', a.shape, right.shape)
  return asReal(apply('Equal', [a, right], shape, { type: 'boolean' }))
}

/**
 * `a` where `condition` is not 0, else `b`; all broadcast. A mask of 0 and 1 comes as an input.
 * @throws GraphError when the shapes do not broadcast
 */
export function where(condition: Tensor, a: Tensor, b: Operand): Tensor {
  const right = operand(a, b)
  const shape = broadcast('where', broadcast('where', condition.shape, a.shape), right.shape)
  const zero = a.graph.constant(0)
  const not = apply('Equal', [condition, zero], condition.shape, { type: 'boolean' })
  return apply('Where', [not, right, a], shape, {
    sources: [a, right],
    gradient: (dy) => [
      a.differentiable ? sumTo(apply('Where', [not, zero, dy], shape), a.shape) : undefined,
      right.differentiable ? sumTo(apply('Where', [not, dy, zero], shape), right.shape) : undefined,
    ],
  })
}

/** −x. */
export function neg(x: Tensor): Tensor {
  return unary('Neg', x, (dy) => [neg(dy)])
}

/** eˣ. */
export function exp(x: Tensor): Tensor {
  return unary('Exp', x, (dy, y) => [mul(dy, y)])
}

/** Natural logarithm. */
export function log(x: Tensor): Tensor {
  return unary('Log', x, (dy) => [div(dy, x)])
}

/** √x. */
export function sqrt(x: Tensor): Tensor {
  return unary('Sqrt', x, (dy, y) => [div(mul(dy, 0.5), y)])
}

/** |x|, with gradient 0 at 0. */
export function abs(x: Tensor): Tensor {
  return unary('Abs', x, (dy) => [mul(dy, apply('Sign', [x], x.shape))])
}

/** x to a constant power. */
export function pow(x: Tensor, exponent: number): Tensor {
  if (exponent === 2)
    return apply('Mul', [x, x], x.shape, { sources: [x], gradient: (dy) => [mul(mul(dy, 2), x)] })
  return apply('Pow', [x, x.graph.constant(exponent)], x.shape, {
    sources: [x],
    gradient: (dy) => [mul(mul(dy, exponent), pow(x, exponent - 1))],
  })
}

/** The same values without a gradient. */
export function stopGradient(x: Tensor): Tensor {
  return apply('Identity', [x], x.shape)
}

function binary(name: string, op: string, a: Tensor, b: Tensor, gradient: Gradient): Tensor {
  return apply(op, [a, b], broadcast(name, a.shape, b.shape), { gradient })
}

function unary(op: string, x: Tensor, gradient: Gradient): Tensor {
  return apply(op, [x], x.shape, { gradient })
}

function operand(beside: Tensor, value: Operand): Tensor {
  return typeof value === 'number' ? beside.graph.constant(value) : value
}

function greaterOrEqual(a: Tensor, b: Tensor): Tensor {
  return apply('GreaterOrEqual', [a, b], broadcast('atLeast', a.shape, b.shape), { type: 'boolean' })
}

function asReal(x: Tensor): Tensor {
  return apply('Cast', [x], x.shape, { attributes: { to: x.graph.precision === 'float32' ? 1 : 11 } })
}
