import { GraphError } from './errors.ts'
import { type OnnxNode, type OnnxTensor, type OnnxType, type OnnxValue, onnxFile } from './onnx-file.ts'
import { count, type ElementType, type Graph, show, type Tensor, type Values } from './tensor.ts'

/** Where a model takes its parameters from: constants in the file, or one flat input that holds them in the order of `layout`. */
export type ParameterSource =
  | { readonly kind: 'constants'; readonly values: Readonly<Record<string, Values>> }
  | { readonly kind: 'flat'; readonly input: Tensor; readonly layout: readonly Tensor[] }

/** An ONNX file and the inputs that it asks for, in order. */
export interface Compiled {
  readonly bytes: Uint8Array
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly string[]
}

/**
 * The ONNX model that computes `outputs` by name. With `training` dropout is on.
 * The same definition gives the same bytes.
 * @throws GraphError when an output is called like an input or a parameter
 */
export function compile(
  outputs: Readonly<Record<string, Tensor>>,
  parameters: ParameterSource,
  training: boolean,
): Compiled {
  const owner = Object.values(outputs)[0]?.graph
  if (!owner) throw new GraphError('A model needs at least one output.')
  const wanted = new Map(Object.entries(outputs).map(([name, t]) => [keyOf(actual(t, training)), name]))
  const emission = emit(owner, parameters, training, wanted)
  const results = Object.entries(outputs).map(([name, tensor]) => emission.output(name, tensor))
  const { nodes, constants, inputs } = emission
  const bytes = onnxFile({
    nodes,
    constants,
    inputs: inputs.map((t) => onnxValue(nameOf(t), t)),
    outputs: results,
  })
  return { bytes, inputs, outputs: Object.keys(outputs) }
}

interface Emission {
  readonly nodes: readonly OnnxNode[]
  readonly constants: readonly OnnxTensor[]
  readonly inputs: readonly Tensor[]
  output(name: string, tensor: Tensor): OnnxValue
}

function emit(
  owner: Graph,
  parameters: ParameterSource,
  training: boolean,
  wanted: ReadonlyMap<unknown, string>,
): Emission {
  const nodes: OnnxNode[] = []
  const constants: OnnxTensor[] = []
  const inputs: Tensor[] = []
  const names = new Map<unknown, string>()
  const taken = new Set([...owner.inputs, ...owner.parameters].map(nameOf))
  const constantNames = new Map<string, string>()
  const fresh = (base: string) => `~${base}.${nodes.length + constants.length}`

  const constant = (type: ElementType, values: readonly number[], dims: readonly number[]) => {
    const key = `${type}:${dims}:${values}`
    const known = constantNames.get(key)
    if (known) return known
    const name = fresh('constant')
    const raw = bytesOf(
      type === 'integer'
        ? BigInt64Array.from(values, BigInt)
        : owner.precision === 'float32'
          ? Float32Array.from(values)
          : Float64Array.from(values),
    )
    constants.push({ name, type: onnxType(owner, type), dims, raw })
    constantNames.set(key, name)
    return name
  }

  const node = (op: string, from: readonly string[], to: readonly string[], attributes = {}) => {
    nodes.push({ op, inputs: from, outputs: to, attributes })
  }

  const splitFlat = (flat: Tensor, layout: readonly Tensor[]) => {
    const sizes = layout.map((parameter) => count(parameter.shape as number[]))
    const pieces = layout.map((parameter) => `~flat.${nameOf(parameter)}`)
    const whole = visit(flat)
    if (layout.length > 1)
      node('Split', [whole, constant('integer', sizes, [sizes.length])], pieces, { axis: 0 })
    for (const [i, parameter] of layout.entries()) {
      const name = nameOf(parameter)
      const shape = constant('integer', parameter.shape as number[], [parameter.shape.length])
      node('Reshape', [layout.length > 1 ? pieces[i]! : whole, shape], [name])
      names.set(parameter, name)
    }
  }

  const emitLeaf = (tensor: Tensor): string => {
    const { origin } = tensor
    if (origin.kind === 'constant') return constant(tensor.type, origin.values, tensor.shape as number[])
    if (origin.kind === 'parameter') {
      if (parameters.kind === 'flat') {
        if (!parameters.layout.includes(tensor))
          throw new GraphError(`The parameter "${origin.name}" came after the trainer was opened.`)
        splitFlat(parameters.input, parameters.layout)
        return origin.name
      }
      const values = parameters.values[origin.name]
      const size = count(tensor.shape as number[])
      if (!values || values.length !== size)
        throw new GraphError(
          `The parameter "${origin.name}" of shape ${show(tensor.shape)} needs ${size} values, not ${values?.length ?? 0}.`,
        )
      const type = onnxType(owner, 'real')
      constants.push({ name: origin.name, type, dims: tensor.shape as number[], raw: bytesOf(values) })
      return origin.name
    }
    const name = nameOf(tensor)
    if (inputs.some((input) => nameOf(input) === name))
      throw new GraphError(`There are two dropout layers called "${name.slice(1)}".`)
    inputs.push(tensor)
    return name
  }

  // Depth first without recursion: a deep graph must not overflow the stack.
  const visit = (root: Tensor): string => {
    const stack = [root]
    while (stack.length > 0) {
      const tensor = actual(stack.at(-1)!, training)
      const { origin } = tensor
      const key = origin.kind === 'node' ? origin.node : tensor
      if (names.has(key)) {
        stack.pop()
      } else if (origin.kind !== 'node') {
        names.set(tensor, emitLeaf(tensor))
      } else {
        const waiting = origin.node.inputs.filter((input) => !names.has(keyOf(actual(input, training))))
        if (waiting.length > 0) {
          stack.push(...[...waiting].reverse())
          continue
        }
        const base = wanted.get(origin.node) ?? fresh(origin.node.op)
        const from = origin.node.inputs.map((input) => nameIn(actual(input, training)))
        const to = Array.from({ length: origin.node.outputs }, (_, i) => (i === 0 ? base : `${base}.${i}`))
        node(origin.node.op, from, to, origin.node.attributes)
        names.set(origin.node, base)
      }
    }
    return nameIn(actual(root, training))
  }
  const nameIn = (tensor: Tensor) => {
    const base = names.get(keyOf(tensor))!
    return tensor.origin.kind === 'node' && tensor.origin.output > 0
      ? `${base}.${tensor.origin.output}`
      : base
  }

  return {
    nodes,
    constants,
    inputs,
    output(name, tensor) {
      if (taken.has(name))
        throw new GraphError(`An output cannot be called "${name}" as well; choose another name.`)
      const computed = visit(tensor)
      if (computed !== name) node('Identity', [computed], [name])
      return onnxValue(name, tensor)
    },
  }
}

/** The name of an input or a parameter. */
export function nameOf(tensor: Tensor): string {
  if (tensor.origin.kind === 'input' || tensor.origin.kind === 'parameter') return tensor.origin.name
  throw new GraphError('Only inputs and parameters have names.')
}

function actual(tensor: Tensor, training: boolean): Tensor {
  return !training && tensor.whenPredicting ? actual(tensor.whenPredicting, training) : tensor
}

function keyOf(tensor: Tensor): unknown {
  return tensor.origin.kind === 'node' ? tensor.origin.node : tensor
}

function onnxValue(name: string, tensor: Tensor): OnnxValue {
  return { name, type: onnxType(tensor.graph, tensor.type), shape: tensor.shape }
}

function onnxType(owner: Graph, type: ElementType): OnnxType {
  if (type === 'integer') return 'int64'
  if (type === 'boolean') return 'bool'
  return owner.precision === 'float32' ? 'float' : 'double'
}

function bytesOf(values: Values | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
