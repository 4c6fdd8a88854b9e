import { GraphError } from './errors.ts'
import type { Attribute } from './onnx-file.ts'
import { type Random, seeded } from './random.ts'

/** A size known now, or the name of one that each batch brings, such as 'batch'. */
export type Size = number | string
export type Shape = readonly Size[]
/** Real numbers are 32 bits wide, or 64 in a graph that asks for it. */
export type ElementType = 'real' | 'integer' | 'boolean'
export type Values = Float32Array | Float64Array

/** A value of the graph that is not computed yet: what it will be computed from, and its shape. */
export interface Tensor {
  readonly graph: Graph
  readonly shape: Shape
  readonly type: ElementType
  readonly origin: Origin
  /** Whether a gradient flows through it to a parameter or a marked input. */
  readonly differentiable: boolean
  /** What stands in its place when nothing is trained (dropout). */
  readonly whenPredicting?: Tensor
}

export type Origin =
  | { readonly kind: 'input'; readonly name: string; readonly dropout?: number }
  | { readonly kind: 'parameter'; readonly name: string; readonly initial: Values; readonly decay: boolean }
  | { readonly kind: 'constant'; readonly values: readonly number[] }
  | { readonly kind: 'node'; readonly node: Node; readonly output: number }

/** One ONNX operator. */
interface Node {
  readonly op: string
  readonly inputs: readonly Tensor[]
  readonly attributes: Readonly<Record<string, Attribute>>
  readonly outputs: number
  /** The tensors that `gradient` answers for. */
  readonly sources: readonly Tensor[]
  /** From the gradient of the first output to the gradients of `sources`; undefined stops it. */
  readonly gradient?: Gradient
}

export type Gradient = (dy: Tensor, y: Tensor) => readonly (Tensor | undefined)[]

/** Initial values of a parameter of `shape`. */
export type Initializer = (shape: readonly number[], random: Random) => ArrayLike<number>

export interface Graph {
  readonly precision: 'float32' | 'float64'
  readonly seed: number
  /** Inputs and parameters in the order of their definition. */
  readonly inputs: readonly Tensor[]
  readonly parameters: readonly Tensor[]
  /**
   * A value that every batch brings. With `gradient` each training step also returns the gradient of the loss with respect to it.
   * @throws GraphError when the name is taken or a size is neither a name nor a positive integer
   */
  input(name: string, shape: Shape, options?: { readonly gradient?: boolean }): Tensor
  /**
   * A value that training changes. `decay: false` keeps weight decay away from it (biases, norms).
   * @throws GraphError when the name is taken, a size is not a positive integer, or `initial` gives another number of values
   */
  parameter(
    name: string,
    shape: readonly number[],
    initial: Initializer,
    options?: { readonly decay?: boolean },
  ): Tensor
  /** A number, or numbers in row-major order of `shape`. */
  constant(values: number | readonly number[], shape?: readonly number[]): Tensor
}

/**
 * An empty graph. The seed decides initial values and dropout; float64 is for checking gradients.
 */
export function graph(
  options: { readonly seed?: number; readonly precision?: 'float32' | 'float64' } = {},
): Graph {
  const { seed = 0, precision = 'float32' } = options
  const random = seeded(seed)
  const names = new Set<string>()
  const inputs: Tensor[] = []
  const parameters: Tensor[] = []
  const claim = (kind: string, name: string, shape: Shape) => {
    if (names.has(name)) throw new GraphError(`There are two inputs or parameters called "${name}".`)
    if (name === '' || name.startsWith('~'))
      throw new GraphError(`An ${kind} cannot be called "${name}": choose a name that does not start with ~.`)
    const bad = shape.find((size) => typeof size === 'number' && !(Number.isInteger(size) && size > 0))
    if (bad !== undefined || shape.includes(''))
      throw new GraphError(
        `${kind} "${name}" of shape ${show(shape)}: a size is a positive integer or a name.`,
      )
    names.add(name)
  }
  const self: Graph = {
    precision,
    seed,
    inputs,
    parameters,
    input(name, shape, { gradient = false } = {}) {
      claim('input', name, shape)
      const tensor = source(self, shape, { kind: 'input', name }, gradient)
      inputs.push(tensor)
      return tensor
    },
    parameter(name, shape, initial, { decay = true } = {}) {
      claim('parameter', name, shape)
      const drawn = initial(shape, random)
      if (drawn.length !== count(shape))
        throw new GraphError(
          `parameter "${name}" of shape ${show(shape)} needs ${count(shape)} initial values, not ${drawn.length}.`,
        )
      const values = precision === 'float32' ? Float32Array.from(drawn) : Float64Array.from(drawn)
      const tensor = source(self, shape, { kind: 'parameter', name, initial: values, decay }, true)
      parameters.push(tensor)
      return tensor
    },
    constant(values, shape = typeof values === 'number' ? [] : [values.length]) {
      const list = typeof values === 'number' ? [values] : values
      if (list.length !== count(shape))
        throw new GraphError(
          `constant of shape ${show(shape)} needs ${count(shape)} values, not ${list.length}.`,
        )
      return source(self, shape, { kind: 'constant', values: list }, false)
    },
  }
  return self
}

/** What an operation may say about itself beside its inputs. */
interface NodeOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>
  readonly type?: ElementType
  readonly gradient?: Gradient
  /** The tensors that `gradient` answers for, where they are not the inputs of the last node. */
  readonly sources?: readonly Tensor[]
}

/** The result of one ONNX operator. @throws GraphError when the inputs belong to different graphs */
export function apply(
  op: string,
  inputs: readonly Tensor[],
  shape: Shape,
  options: NodeOptions = {},
): Tensor {
  return applyMany(op, inputs, [shape], options)[0]!
}

/** All results of an ONNX operator with several; the gradient belongs to the first. */
export function applyMany(
  op: string,
  inputs: readonly Tensor[],
  shapes: readonly Shape[],
  { attributes = {}, type = 'real', gradient, sources = inputs }: NodeOptions,
): Tensor[] {
  const owner = inputs[0]!.graph
  if (inputs.some((input) => input.graph !== owner))
    throw new GraphError(`${op} was given tensors of two graphs; build both with the same graph().`)
  const node: Node = {
    op,
    inputs,
    attributes,
    outputs: shapes.length,
    sources,
    ...(gradient && { gradient }),
  }
  const flows = gradient !== undefined && sources.some((input) => input.differentiable)
  return shapes.map((shape, output) => ({
    graph: owner,
    shape,
    type,
    origin: { kind: 'node', node, output },
    differentiable: flows && output === 0,
  }))
}

/** An input that this folder feeds itself. */
export function hiddenInput(owner: Graph, name: string, shape: Shape, dropout?: number): Tensor {
  return source(
    owner,
    shape,
    { kind: 'input', name: `~${name}`, ...(dropout !== undefined && { dropout }) },
    false,
  )
}

/** A list of integers as ONNX takes axes, sizes and bounds. */
export function integers(owner: Graph, values: readonly number[]): Tensor {
  return {
    ...source(owner, [values.length], { kind: 'constant', values }, false),
    type: 'integer',
  }
}

/** The number of values in a known shape. */
export function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** A shape as text: [batch, 64]. */
export function show(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

/** Whether two shapes are the same, names included. */
export function same(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis])
}

/**
 * The shape of an elementwise operation (NumPy's rule: sizes are equal or one of them is 1, counted from the right).
 * @throws GraphError that names the operation and both shapes
 */
export function broadcast(op: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1
    const right = b[axis - rank + b.length] ?? 1
    if (left === right || right === 1) return left
    if (left === 1) return right
    throw new GraphError(
      `${op} of ${show(a)} and ${show(b)}: ${left} and ${right} neither match nor is one of them 1.`,
    )
  })
}

function source(owner: Graph, shape: Shape, origin: Origin, differentiable: boolean): Tensor {
  return { graph: owner, shape, type: 'real', origin, differentiable }
}
