import { GraphError } from './errors.ts'
import { flattened, sumTo, transpose } from './shaping.ts'
import { apply, broadcast, type Shape, show, type Tensor } from './tensor.ts'

/**
 * The matrix product over the last two axes; axes before them broadcast: [batch, in] · [in, out], [heads, batch, in] · [heads, in, out].
 * @throws GraphError when the inner sizes differ or the axes before them do not broadcast
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  const shape = productShape('matmul', a.shape, b.shape)
  if (b.shape.length === 2) return affine(a, b, undefined, shape)
  return apply('MatMul', [a, b], shape, {
    gradient: (dy) => [
      a.differentiable ? sumTo(matmul(dy, transpose(b)), a.shape) : undefined,
      b.differentiable ? sumTo(matmul(transpose(a), dy), b.shape) : undefined,
    ],
  })
}

/**
 * x · weight + bias over the last axis of x: [..., in] · [in, out] + [out].
 * @throws GraphError when the sizes do not fit
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const shape = productShape('linear', x.shape, weight.shape)
  if (weight.shape.length !== 2 || (bias && show(bias.shape) !== show([weight.shape[1]!])))
    throw new GraphError(
      `linear of ${show(x.shape)}: a weight [in, out] and a bias [out] fit, not ${show(weight.shape)} and ${show(bias?.shape ?? [])}.`,
    )
  return affine(x, weight, bias, shape)
}

/** In two dimensions one Gemm, whose kernel transposes and adds the bias by itself. */
function affine(x: Tensor, weight: Tensor, bias: Tensor | undefined, shape: Shape): Tensor {
  const flat = x.shape.length === 2
  const gradient = (dy: Tensor) => [
    x.differentiable
      ? flat
        ? gemm(dy, weight, { transB: 1 }, x.shape)
        : matmul(dy, transpose(weight))
      : undefined,
    weight.differentiable ? gemm(flattened(x), flattened(dy), { transA: 1 }, weight.shape) : undefined,
    bias?.differentiable ? sumTo(dy, bias.shape) : undefined,
  ]
  const sources = bias ? [x, weight, bias] : [x, weight]
  if (flat) return apply('Gemm', sources, shape, { gradient })
  const product = apply('MatMul', [x, weight], shape, { gradient })
  return bias ? apply('Add', [product, bias], shape, { sources, gradient }) : product
}

function gemm(a: Tensor, b: Tensor, attributes: Readonly<Record<string, number>>, shape: Shape): Tensor {
  return apply('Gemm', [a, b], shape, { attributes })
}

function productShape(op: string, a: Shape, b: Shape): Shape {
  const [inner, other] = [a.at(-1), b.at(-2)]
  const problem =
    a.length < 2 || b.length < 2
      ? 'both need at least two axes'
      : inner !== other
        ? `the inner sizes ${inner} and ${other} differ`
        : undefined
  if (problem) throw new GraphError(`${op} of ${show(a)} and ${show(b)}: ${problem}.`)
  return [...broadcast(op, a.slice(0, -2), b.slice(0, -2)), a.at(-2)!, b.at(-1)!]
}
