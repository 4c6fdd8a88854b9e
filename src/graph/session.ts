import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { GraphError } from './errors.ts'
import { count, type Graph, type Shape, show, type Values } from './tensor.ts'

/** The values of one batch by the name of the input, in row-major order. */
export type Batch = Readonly<Record<string, Values>>

export interface RunSettings {
  /** Threads inside one operation. More than one pays only for large matrices on an idle machine; default 1. */
  readonly threads?: number
}

/** An input as a model asks for it. */
export interface Wanted {
  readonly name: string
  readonly shape: Shape
}

/** A model in ONNX Runtime. */
export interface Session {
  readonly inputs: readonly Wanted[]
  readonly outputs: readonly string[]
  /** Runs the model. An output with an array in `into` is written there instead of into a new one. */
  run(
    values: Batch,
    sizes: ReadonlyMap<string, number>,
    into?: Readonly<Record<string, Values>>,
  ): Promise<Record<string, Values>>
  close(): Promise<void>
}

/**
 * Loads an ONNX model with real inputs and outputs.
 * @throws GraphError with ONNX Runtime's sentence when it refuses the model
 */
export async function openSession(
  bytes: Uint8Array,
  { threads = 1 }: RunSettings,
  layout?: readonly Wanted[],
  precision: Graph['precision'] = 'float32',
): Promise<Session> {
  if (!(Number.isInteger(threads) && threads > 0))
    throw new GraphError(`threads is a positive integer, not ${threads}.`)
  const { InferenceSession, Tensor } = await import('onnxruntime-node')
  const session = await InferenceSession.create(bytes, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // The fused kernels are 32-bit only.
    graphOptimizationLevel: precision === 'float32' ? 'all' : 'basic',
    logSeverityLevel: 3,
  }).catch((error: unknown) => {
    throw new GraphError(`ONNX Runtime does not accept the model: ${String(error)}`, { cause: error })
  })
  const inputs = layout ?? session.inputMetadata.map(wantedOf)
  const tensor = (values: Values, dims: readonly number[]) =>
    values instanceof Float32Array ? new Tensor('float32', values, dims) : new Tensor('float64', values, dims)
  return {
    inputs,
    outputs: session.outputNames,
    async run(values, sizes, into = {}) {
      const feeds: Record<string, OrtTensor> = {}
      for (const { name, shape } of inputs) feeds[name] = tensor(values[name]!, known(shape, sizes))
      const fetches: Record<string, OrtTensor | null> = {}
      for (const name of session.outputNames) {
        const target = into[name]
        fetches[name] = target ? tensor(target, [target.length]) : null
      }
      const results = await session.run(feeds, fetches)
      const found: Record<string, Values> = {}
      for (const name of session.outputNames) found[name] = results[name]!.data as Values
      return found
    },
    close: () => session.release(),
  }
}

/**
 * What the named sizes of the inputs are in this batch.
 * @throws GraphError when an input is missing or unknown, or has a number of values that fits no size
 */
export function sizesOf(inputs: readonly Wanted[], batch: Batch): Map<string, number> {
  const names = inputs.map(({ name }) => name)
  const extra = Object.keys(batch).find((name) => !names.includes(name))
  if (extra !== undefined)
    throw new GraphError(`There is no input "${extra}"; the inputs are ${names.join(', ')}.`)
  const sizes = new Map<string, number>()
  // An input with two named sizes is worked out after another has told one of them.
  let open = [...inputs]
  for (let before = -1; open.length > 0 && open.length !== before; ) {
    before = open.length
    open = open.filter((input) => !fitted(input, batch, sizes))
  }
  if (open.length > 0)
    throw new GraphError(
      `input "${open[0]!.name}" of shape ${show(open[0]!.shape)}: two of its sizes follow from nothing.`,
    )
  return sizes
}

function fitted({ name, shape }: Wanted, batch: Batch, sizes: Map<string, number>): boolean {
  const values = batch[name]
  if (!values) throw new GraphError(`The batch lacks the input "${name}" of shape ${show(shape)}.`)
  const unknown = [...new Set(shape.filter((size) => typeof size === 'string' && !sizes.has(size)))]
  if (unknown.length > 1) return false
  const rest = count(
    shape
      .filter((size) => size !== unknown[0])
      .map((size) => (typeof size === 'number' ? size : sizes.get(size)!)),
  )
  const times = shape.filter((size) => size === unknown[0]).length
  const size = times === 0 ? 1 : Math.round((values.length / rest) ** (1 / times))
  if (rest * size ** times !== values.length || (times > 0 && size === 0)) {
    const read = [...sizes].map(([known, is]) => `${known} = ${is}`).join(', ')
    throw new GraphError(
      `input "${name}" of shape ${show(shape)} cannot have ${values.length} values${read && ` with ${read}`}.`,
    )
  }
  if (times > 0) sizes.set(unknown[0] as string, size)
  return true
}

/** A shape with the sizes of this batch. */
export function known(shape: Shape, sizes: ReadonlyMap<string, number>): number[] {
  return shape.map((size) => (typeof size === 'number' ? size : sizes.get(size)!))
}

function wantedOf(value: InferenceSession.ValueMetadata): Wanted {
  if (!value.isTensor) throw new GraphError(`input "${value.name}" is not a tensor.`)
  return { name: value.name, shape: value.shape }
}
