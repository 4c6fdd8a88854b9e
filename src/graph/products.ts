import { mul } from './arithmetic.ts'
import { GraphError } from './errors.ts'
import { flattened, reshape, reshapeFreely, sumTo, transpose, unsqueezed } from './shaping.ts'
import { apply, broadcast, integers, type Shape, same, show, type Tensor } from './tensor.ts'

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

/**
 * The dot product of each row of a with the same row of b: two [..., width] → [...].
 * @throws GraphError when the shapes differ
 */
export function rowDots(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length === 0 || !same(a.shape, b.shape))
    throw new GraphError(`rowDots of ${show(a.shape)} and ${show(b.shape)}: the shapes must be equal.`)
  const last = a.shape.length - 1
  return apply(
    'ReduceSum',
    [apply('Mul', [a, b], a.shape), integers(a.graph, [last])],
    a.shape.slice(0, last),
    {
      attributes: { keepdims: 0 },
      sources: [a, b],
      gradient(dy) {
        const column = unsqueezed(dy, [last])
        return [a.differentiable ? mul(b, column) : undefined, b.differentiable ? mul(a, column) : undefined]
      },
    },
  )
}

/**
 * The dot products of each row of x [..., width] with n candidates: those that all rows share [n, width], those of the row's own
 * sequence ([batch, n, width] for [batch, length, width]), or those of the row [..., n, width]; → [..., n].
 * @throws GraphError when the candidates have none of these shapes
 */
export function dots(x: Tensor, candidates: Tensor): Tensor {
  const [rank, other] = [x.shape.length, candidates.shape.length]
  const lead = candidates.shape.slice(0, -2)
  const shared = other === 2 && rank >= 2
  const fits = shared || same(lead, x.shape.slice(0, -1)) || (rank > 2 && same(lead, x.shape.slice(0, -2)))
  if (!fits || other < 2 || candidates.shape.at(-1) !== x.shape.at(-1))
    throw new GraphError(
      `dots of ${show(x.shape)} and ${show(candidates.shape)}: candidates are [n, width], or that for each row or sequence.`,
    )
  const shape = [...x.shape.slice(0, -1), candidates.shape.at(-2)!]
  if (shared && rank > 2 && typeof shape.at(-1) === 'number')
    return reshapeFreely(matmul(flattened(x), transpose(candidates)), shape)
  if (shared || other === rank) return matmul(x, transpose(candidates))
  const rows = reshape(x, [...x.shape.slice(0, -1), 1, x.shape.at(-1)!])
  return reshape(matmul(rows, transpose(candidates)), shape)
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
