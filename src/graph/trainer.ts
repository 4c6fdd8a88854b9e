import { compile, nameOf } from './compile.ts'
import { gradients } from './differentiate.ts'
import { GraphError } from './errors.ts'
import { type AdamW, adamWStep, scalarsAt } from './optimizer.ts'
import type { Predictor } from './predictor.ts'
import { fillDropout } from './random.ts'
import { type Batch, known, openSession, type RunSettings, sizesOf } from './session.ts'
import { concat, reshape } from './shaping.ts'
import { count, hiddenInput, type Tensor, type Values } from './tensor.ts'

export interface TrainerSettings extends RunSettings {
  readonly optimizer: AdamW
  /** The largest norm that the gradient of all parameters together may have (not that of inputs); default: any. */
  readonly clipNorm?: number
}

/** What a training step returns. */
export interface Step {
  readonly loss: number
  /** The norm of the gradient of all parameters, before clipping; 0 without parameters. */
  readonly gradientNorm: number
  /** Gradients of the inputs marked with `gradient: true`, by name. */
  readonly gradients: Readonly<Record<string, Values>>
}

/** Values by the name of the parameter. */
export type NamedValues = Record<string, Values>

/** Everything that a training needs to go on as if it had not stopped. */
export interface TrainerState {
  readonly steps: number
  readonly parameters: Readonly<NamedValues>
  readonly first: Readonly<NamedValues>
  readonly second: Readonly<NamedValues>
}

/** A loss being minimised. One step at a time. */
export interface Trainer {
  /** One step of the optimizer on a batch. @throws GraphError when the batch does not fit the inputs */
  step(batch: Batch, change?: { readonly learningRate?: number }): Promise<Step>
  /** A copy of the parameters. */
  parameters(): NamedValues
  /** A copy of the whole state. */
  state(): TrainerState
  /** Continues from a state, or from parameters alone with fresh moments. @throws GraphError when names or sizes differ */
  load(state: Pick<TrainerState, 'parameters'> & Partial<TrainerState>): void
  /** Computes outputs with the parameters as they are at each call, dropout off. */
  predictor(outputs: Readonly<Record<string, Tensor>>): Promise<Predictor>
  close(): Promise<void>
}

const FLAT = '~parameters'

/**
 * Compiles forward pass, backward pass and optimizer into one ONNX model and opens it. The same seed, batches and number of threads
 * give the same parameters, bit by bit, on one machine.
 * @throws GraphError when the loss is not one number or does not depend on a parameter or a marked input
 */
export async function openTrainer(loss: Tensor, settings: TrainerSettings): Promise<Trainer> {
  const { optimizer } = settings
  const owner = loss.graph
  const layout = [...owner.parameters]
  const sizes = layout.map((parameter) => count(parameter.shape as number[]))
  const length = sizes.reduce((sum, size) => sum + size, 0)
  const vector = () => (owner.precision === 'float32' ? new Float32Array(length) : new Float64Array(length))
  const scalar = (value: number) =>
    owner.precision === 'float32' ? Float32Array.of(value) : Float64Array.of(value)
  const flat = hiddenInput(owner, FLAT.slice(1), [length])
  const model = stepModel(loss, settings, flat, layout)
  const wanted = model.inputs.map((tensor) => ({ name: nameOf(tensor), shape: tensor.shape }))
  const visible = wanted.filter(({ name }) => !name.startsWith('~'))
  const masks = model.inputs.filter(({ origin }) => origin.kind === 'input' && origin.dropout !== undefined)
  const session = await openSession(model.bytes, settings, wanted, owner.precision)

  // Each step reads one of two sets of vectors and writes the other: no copies.
  let [current, next] = [0, 1].map(() => ({ parameters: vector(), first: vector(), second: vector() })) as [
    Vectors,
    Vectors,
  ]
  let steps = 0
  let busy = false

  const pack = (named: Readonly<NamedValues>, into: Values, what: string) => {
    let at = 0
    for (const [i, parameter] of layout.entries()) {
      const values = named[nameOf(parameter)]
      if (!values || values.length !== sizes[i])
        throw new GraphError(
          `load: ${what} of "${nameOf(parameter)}" needs ${sizes[i]} values, not ${values?.length ?? 0}.`,
        )
      into.set(values, at)
      at += values.length
    }
    const extra = Object.keys(named).find((name) => !layout.some((parameter) => nameOf(parameter) === name))
    if (extra !== undefined) throw new GraphError(`load: the graph has no parameter "${extra}".`)
  }
  const unpack = (values: Values): NamedValues => {
    let at = 0
    return Object.fromEntries(
      layout.map((parameter, i) => {
        at += sizes[i]!
        return [nameOf(parameter), values.slice(at - sizes[i]!, at)]
      }),
    )
  }
  const initial = Object.fromEntries(
    layout.map(({ origin }) => (origin.kind === 'parameter' ? [origin.name, origin.initial] : [])),
  )
  pack(initial, current.parameters, 'the parameters')

  const run = async (batch: Batch, learningRate: number): Promise<Step> => {
    const named = sizesOf(visible, batch)
    const values: Record<string, Values> = { ...batch }
    for (const [i, mask] of masks.entries()) {
      const { name, dropout } = mask.origin as { name: string; dropout: number }
      const factors = scalar(0).constructor as new (length: number) => Values
      const filled = new factors(count(known(mask.shape, named)))
      fillDropout(filled, dropout, [owner.seed, steps, i])
      values[name] = filled
    }
    if (length > 0) {
      const scalars = scalarsAt({ ...optimizer, learningRate }, steps + 1)
      for (const [name, value] of Object.entries(scalars)) values[`~${name}`] = scalar(value)
      values[FLAT] = current.parameters
      values['~first'] = current.first
      values['~second'] = current.second
    }
    const into: Record<string, Values> =
      length > 0
        ? { '~parameters.next': next.parameters, '~first.next': next.first, '~second.next': next.second }
        : {}
    const results = await session.run(values, named, into)
    ;[current, next] = [next, current]
    steps++
    return {
      loss: results['~loss']![0]!,
      gradientNorm: results['~norm']?.[0] ?? 0,
      gradients: Object.fromEntries(
        owner.inputs
          .filter((input) => input.differentiable)
          .map((input) => [nameOf(input), results[`~gradient.${nameOf(input)}`]!]),
      ),
    }
  }

  return {
    async step(batch, { learningRate = optimizer.learningRate } = {}) {
      if (busy) throw new GraphError('A step is under way; await it before the next.')
      busy = true
      try {
        return await run(batch, learningRate)
      } finally {
        busy = false
      }
    },
    parameters: () => unpack(current.parameters),
    state: () => ({
      steps,
      parameters: unpack(current.parameters),
      first: unpack(current.first),
      second: unpack(current.second),
    }),
    load(state) {
      const loaded: Vectors = { parameters: vector(), first: vector(), second: vector() }
      pack(state.parameters, loaded.parameters, 'the parameters')
      if (state.first) pack(state.first, loaded.first, 'the first moments')
      if (state.second) pack(state.second, loaded.second, 'the second moments')
      current = loaded
      steps = state.steps ?? 0
    },
    async predictor(outputs) {
      const compiled = compile(outputs, { kind: 'flat', input: flat, layout }, false)
      const inputs = compiled.inputs.map((tensor) => ({ name: nameOf(tensor), shape: tensor.shape }))
      const asked = inputs.filter(({ name }) => name !== FLAT)
      const own = await openSession(compiled.bytes, settings, inputs, owner.precision)
      return {
        run: async (batch) => own.run({ ...batch, [FLAT]: current.parameters }, sizesOf(asked, batch)),
        close: () => own.close(),
      }
    },
    close: () => session.close(),
  }
}

interface Vectors {
  readonly parameters: Values
  readonly first: Values
  readonly second: Values
}

/** The training step as one model over flat vectors of parameters and moments. */
function stepModel(loss: Tensor, settings: TrainerSettings, flat: Tensor, layout: readonly Tensor[]) {
  const owner = loss.graph
  const [length] = flat.shape as [number]
  const marked = owner.inputs.filter((input) => input.differentiable)
  if (layout.length + marked.length === 0)
    throw new GraphError(
      'There is nothing to train: the graph has no parameter and no input with a gradient.',
    )
  const found = gradients(loss, [...layout, ...marked])
  const outputs: Record<string, Tensor> = { '~loss': loss }
  for (const [i, input] of marked.entries()) outputs[`~gradient.${nameOf(input)}`] = found[layout.length + i]!
  if (length > 0) {
    const parts = layout.map((parameter, i) => reshape(found[i]!, [count(parameter.shape as number[])]))
    const decays = layout.flatMap(({ origin, shape }) =>
      new Array<number>(count(shape as number[])).fill(origin.kind === 'parameter' && origin.decay ? 1 : 0),
    )
    const input = (name: string, shape: readonly number[]) => hiddenInput(owner, name, shape)
    const inputs = {
      parameters: flat,
      first: input('first', [length]),
      second: input('second', [length]),
      rate: input('rate', []),
      epsilon: input('epsilon', []),
      shrink: input('shrink', []),
    }
    const updated = adamWStep(settings.optimizer, inputs, concat(parts, 0), decays, settings.clipNorm)
    outputs['~parameters.next'] = updated.parameters
    outputs['~first.next'] = updated.first
    outputs['~second.next'] = updated.second
    outputs['~norm'] = updated.gradientNorm
  }
  return compile(outputs, { kind: 'flat', input: flat, layout }, true)
}
