import { GraphError } from './errors.ts'
import { apply, count, integers, type Shape, type Size, same, show, type Tensor } from './tensor.ts'

/**
 * The same values in another shape. At most one size may be a name; it must then be the product that the others leave.
 * @throws GraphError when known sizes do not multiply to the same number, or two names would have to be worked out
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  if (same(x.shape, shape)) return x
  const names = (sizes: Shape) => sizes.filter((size) => typeof size === 'string')
  const known = (sizes: Shape) => count(sizes.filter((size) => typeof size === 'number'))
  const wrong =
    names(shape).length > 1 ||
    names(x.shape).length !== names(shape).length ||
    (names(x.shape)[0] === names(shape)[0] && known(x.shape) !== known(shape))
  if (wrong) throw new GraphError(`reshape of ${show(x.shape)} to ${show(shape)}: the sizes do not multiply.`)
  return reshapeFreely(x, shape)
}

/**
 * The axes in another order: axis i of the result is axis `order[i]` of x; without an order the last two change places.
 * @throws GraphError when `order` does not name each axis once
 */
export function transpose(x: Tensor, order?: readonly number[]): Tensor {
  const axes = x.shape.map((_, axis) => axis)
  const perm = order ?? [...axes.slice(0, -2), ...axes.slice(-2).reverse()]
  if ([...perm].sort((a, b) => a - b).join() !== axes.join())
    throw new GraphError(`transpose of ${show(x.shape)} by [${perm.join(', ')}]: name each axis once.`)
  const back = axes.map((axis) => perm.indexOf(axis))
  return apply(
    'Transpose',
    [x],
    perm.map((axis) => x.shape[axis]!),
    { attributes: { perm }, gradient: (dy) => [transpose(dy, back)] },
  )
}

/**
 * Tensors one after the other along an axis (default: the last).
 * @throws GraphError when their other sizes differ, or the sizes along the axis are not all known
 */
export function concat(parts: readonly Tensor[], axis = -1): Tensor {
  const [first] = parts
  if (!first) throw new GraphError('concat needs at least one tensor.')
  const at = axisOf('concat', first, axis)
  const fits = parts.every(
    (part) =>
      part.shape.length === first.shape.length &&
      part.shape.every((size, i) => (i === at ? typeof size === 'number' : size === first.shape[i])),
  )
  if (!fits)
    throw new GraphError(
      `concat of ${parts.map((part) => show(part.shape)).join(' and ')} along axis ${at}: the other sizes must be equal.`,
    )
  const sizes = parts.map((part) => part.shape[at] as number)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  return apply('Concat', parts, replaced(first.shape, at, total), {
    attributes: { axis: at },
    gradient(dy) {
      let end = 0
      return sizes.map((size) => {
        end += size
        return slice(dy, at, end - size, end)
      })
    },
  })
}

/**
 * Positions `start` up to, not including, `end` along an axis.
 * @throws GraphError when they are not inside the axis, whose size must be known
 */
export function slice(x: Tensor, axis: number, start: number, end: number): Tensor {
  const at = axisOf('slice', x, axis)
  const size = x.shape[at]
  if (typeof size !== 'number' || !(start >= 0 && start < end && end <= size))
    throw new GraphError(`slice of ${show(x.shape)} along axis ${at}: ${start} to ${end} is not inside.`)
  const bounds = [[start], [end], [at]].map((list) => integers(x.graph, list))
  const shape = replaced(x.shape, at, end - start)
  return apply('Slice', [x, ...bounds], shape, {
    sources: [x],
    gradient(dy) {
      const before = x.shape.map((_, i) => (i === at ? start : 0))
      const after = x.shape.map((_, i) => (i === at ? size - end : 0))
      return [apply('Pad', [dy, integers(x.graph, [...before, ...after])], x.shape)]
    },
  })
}

/**
 * The sum over some axes (default: all). `keep` leaves them in the shape with size 1.
 * @throws GraphError when there is no such axis
 */
export function sum(x: Tensor, axes?: readonly number[], keep = false): Tensor {
  const over = axesOf('sum', x, axes)
  if (over.length === 0) return x
  return apply('ReduceSum', [x, integers(x.graph, over)], reduced(x.shape, over, keep), {
    attributes: { keepdims: keep ? 1 : 0 },
    sources: [x],
    gradient: (dy) => [spread(dy, x, over)],
  })
}

/**
 * The mean over some axes (default: all). `keep` leaves them in the shape with size 1.
 * @throws GraphError when there is no such axis
 */
export function mean(x: Tensor, axes?: readonly number[], keep = false): Tensor {
  const over = axesOf('mean', x, axes)
  if (over.length === 0) return x
  return apply('ReduceMean', [x], reduced(x.shape, over, keep), {
    attributes: { axes: over, keepdims: keep ? 1 : 0 },
    gradient: (dy) => [spread(apply('Div', [dy, countOver(x, over)], dy.shape), x, over)],
  })
}

/** The gradient of a broadcast: sums `x` over the axes that `shape` lacks or has with size 1. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  const extra = x.shape.length - shape.length
  const leading = x.shape.slice(0, extra).map((_, axis) => axis)
  const inner = sum(x, leading)
  const stretched = shape.flatMap((size, axis) => (size === 1 && inner.shape[axis] !== 1 ? [axis] : []))
  return sum(inner, stretched, true)
}

/** Two dimensions: all axes but the last in one. */
export function flattened(x: Tensor): Tensor {
  return x.shape.length === 2 ? x : reshapeFreely(x, [rowsOf(x.shape), x.shape.at(-1)!])
}

/** A reshape whose sizes the caller answers for; at most one is a name. */
export function reshapeFreely(x: Tensor, shape: Shape): Tensor {
  const sizes = shape.map((size) => (typeof size === 'number' ? size : -1))
  return apply('Reshape', [x, integers(x.graph, sizes)], shape, {
    sources: [x],
    gradient: (dy) => [reshapeFreely(dy, x.shape)],
  })
}

/** An axis counted from the left; negative ones count from the right. */
export function axisOf(op: string, x: Tensor, axis: number): number {
  const at = axis < 0 ? axis + x.shape.length : axis
  if (!Number.isInteger(at) || at < 0 || at >= x.shape.length)
    throw new GraphError(`${op} of ${show(x.shape)}: there is no axis ${axis}.`)
  return at
}

/** `dy` of a reduction over `axes`, repeated to the shape of x. */
function spread(dy: Tensor, x: Tensor, axes: readonly number[]): Tensor {
  const column = dy.shape.length === x.shape.length ? dy : unsqueezed(dy, axes)
  const shape = apply('Shape', [x], [x.shape.length], { type: 'integer' })
  return apply('Expand', [column, shape], x.shape)
}

/** An axis of size 1 at each of `axes` of the result; no gradient. */
export function unsqueezed(x: Tensor, axes: readonly number[]): Tensor {
  const left = [...x.shape]
  const shape = Array.from({ length: x.shape.length + axes.length }, (_, axis) =>
    axes.includes(axis) ? 1 : left.shift()!,
  )
  return apply('Unsqueeze', [x, integers(x.graph, axes)], shape)
}

/** How many values of x there are for each value of a tensor that broadcasts to it. */
export function repeats(small: Tensor, x: Tensor): Tensor {
  const extra = x.shape.length - small.shape.length
  const missing = x.shape.flatMap((size, axis) =>
    axis < extra || (small.shape[axis - extra] === 1 && size !== 1) ? [axis] : [],
  )
  return countOver(x, missing)
}

/** The product of the sizes of some axes, as a real number. */
function countOver(x: Tensor, axes: readonly number[]): Tensor {
  const sizes = axes.map((axis) => x.shape[axis]!)
  if (sizes.every((size) => typeof size === 'number')) return x.graph.constant(count(sizes))
  const whole = apply('Shape', [x], [x.shape.length], { type: 'integer' })
  const chosen = apply('Gather', [whole, integers(x.graph, axes)], [axes.length], { type: 'integer' })
  const product = apply('ReduceProd', [chosen], [], { attributes: { keepdims: 0 }, type: 'integer' })
  return apply('Cast', [product], [], { attributes: { to: x.graph.precision === 'float32' ? 1 : 11 } })
}

function axesOf(op: string, x: Tensor, axes: readonly number[] | undefined): number[] {
  const all = axes ?? x.shape.map((_, axis) => axis)
  return [...new Set(all.map((axis) => axisOf(op, x, axis)))].sort((a, b) => a - b)
}

function reduced(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  return shape.flatMap((size, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [size]))
}

function replaced(shape: Shape, axis: number, size: Size): Shape {
  return shape.map((old, i) => (i === axis ? size : old))
}

/** The size of all axes but the last together. */
function rowsOf(shape: Shape): Size {
  const sizes = shape.slice(0, -1)
  return sizes.every((size) => typeof size === 'number') ? count(sizes) : sizes.join('·')
}
