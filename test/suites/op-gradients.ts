import {
  adamW,
  type Graph,
  graph,
  mul,
  type NamedValues,
  openTrainer,
  sum,
  type Tensor,
} from '../../src/graph/index.ts'

/** The size of the axis called batch in all these tests. */
const BATCH = 3

export interface Checked {
  readonly outputs: readonly number[]
  /** By the name of the input (a, b, c) or the parameter. */
  readonly gradients: Readonly<Record<string, readonly number[]>>
}

export type Build = (inputs: readonly Tensor[], g: Graph) => Tensor

/**
 * What a function of inputs a, b, c … gives, and the gradient of the sum of its outputs.
 */
export async function evaluated(
  shapes: readonly (readonly (number | string)[])[],
  values: readonly (readonly number[])[],
  build: Build,
  precision: Graph['precision'],
): Promise<Checked> {
  const { trainer, batch, output } = await prepared(precision, shapes, values, build)
  const predictor = await trainer.predictor({ output })
  try {
    const outputs = [...(await predictor.run(batch)).output!]
    const step = await trainer.step(batch)
    const gradients = { ...step.gradients, ...trainer.state().first }
    return {
      outputs,
      gradients: Object.fromEntries(Object.entries(gradients).map(([name, list]) => [name, [...list]])),
    }
  } finally {
    await trainer.close()
    await predictor.close()
  }
}

/** The largest difference between a gradient and the central difference of the loss, over all inputs and parameters. */
export async function worstDifference(
  shapes: readonly (readonly (number | string)[])[],
  values: readonly (readonly number[])[],
  build: Build,
): Promise<number> {
  const weights = (i: number) => Math.cos(1.7 * i + 0.3)
  const { trainer, batch } = await prepared('float64', shapes, values, build, weights)
  try {
    const parameters = trainer.parameters()
    const { gradients } = await trainer.step(batch)
    const all: NamedValues = { ...gradients, ...trainer.state().first }
    const lossAt = async () => {
      trainer.load({ parameters })
      return (await trainer.step(batch)).loss
    }
    const h = 1e-5
    let worst = 0
    for (const [name, gradient] of Object.entries(all)) {
      const place = batch[name] ?? parameters[name]!
      for (let i = 0; i < gradient.length; i++) {
        const middle = place[i]!
        place[i] = middle + h
        const above = await lossAt()
        place[i] = middle - h
        const below = await lossAt()
        place[i] = middle
        const difference = Math.abs((above - below) / (2 * h) - gradient[i]!)
        worst = Math.max(worst, difference / (1 + Math.abs(gradient[i]!)))
        if (Number.isNaN(difference)) return Number.NaN
      }
    }
    return worst
  } finally {
    await trainer.close()
  }
}

/** Numbers in 0.2 … 1.4 of both signs (or positive alone), far enough from 0 and from each other for differences. */
export function invented(count: number, salt: number, positive = false): number[] {
  return Array.from({ length: count }, (_, i) => {
    const size = 0.2 + ((i * 37 + salt * 53) % 121) / 100
    return positive || (i * 7 + salt) % 3 > 0 ? size : -size
  })
}

/** How many values an input of this shape has. */
export function valuesIn(shape: readonly (number | string)[]): number {
  return shape.reduce<number>((n, size) => n * (typeof size === 'number' ? size : BATCH), 1)
}

async function prepared(
  precision: Graph['precision'],
  shapes: readonly (readonly (number | string)[])[],
  values: readonly (readonly number[])[],
  build: Build,
  weights?: (index: number) => number,
) {
  const g = graph({ precision, seed: 3 })
  const inputs = shapes.map((shape, i) => g.input('abcdef'[i]!, shape, { gradient: true }))
  const output = build(inputs, g)
  const batch: NamedValues = Object.fromEntries(
    values.map((list, i) => [
      'abcdef'[i]!,
      precision === 'float64' ? Float64Array.from(list) : Float32Array.from(list),
    ]),
  )
  const loss = weights ? weighed(g, output, batch, weights) : sum(output)
  const trainer = await openTrainer(loss, { optimizer: adamW({ beta1: 0 }) })
  return { trainer, batch, output }
}

function weighed(g: Graph, output: Tensor, batch: NamedValues, weights: (index: number) => number): Tensor {
  batch.weights = Float64Array.from({ length: valuesIn(output.shape) }, (_, i) => weights(i))
  return sum(mul(output, g.input('weights', output.shape)))
}
