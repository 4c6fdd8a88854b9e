import { describe, expect, it } from 'vitest'
import {
  dense,
  dropout,
  ensembleDense,
  graph,
  headsDense,
  inferenceModel,
  layerNorm,
  type NamedValues,
  openModel,
  softmaxCrossEntropy,
  type Tensor,
} from '../src/graph/index.ts'

/** What a layer makes of a batch with the parameters given. */
async function output(
  layer: (x: Tensor) => Tensor,
  shape: readonly (number | string)[],
  x: readonly number[],
  parameters: Readonly<Record<string, readonly number[]>>,
): Promise<number[]> {
  const y = layer(graph().input('x', shape))
  const named: NamedValues = Object.fromEntries(
    Object.entries(parameters).map(([name, list]) => [name, Float32Array.from(list)]),
  )
  const model = await openModel(inferenceModel({ y }, named))
  const { y: found } = await model.run({ x: Float32Array.from(x) })
  await model.close()
  return [...found!].map((value) => Number(value.toFixed(4)))
}

describe('a layer, worked by hand', () => {
  it('dense: x · weight + bias', async () => {
    const parameters = { 'd.weight': [1, 2, 3, 4], 'd.bias': [10, 20] }
    expect(await output((x) => dense(x, 2, 'd'), ['batch', 2], [1, 1, 0, 2], parameters)).toEqual([
      14, 26, 16, 28,
    ])
  })

  it('dense over the last of three axes', async () => {
    const parameters = { 'd.weight': [1, 2, 3, 4], 'd.bias': [10, 20] }
    const found = await output((x) => dense(x, 2, 'd'), [2, 'batch', 2], [1, 1, 0, 2], parameters)
    expect(found).toEqual([14, 26, 16, 28])
  })

  it('layerNorm: mean 0, variance 1, then scale and shift', async () => {
    // [1, 2, 3] has mean 2 and variance 2/3: −√1.5, 0, √1.5.
    const parameters = { 'n.scale': [1, 1, 2], 'n.shift': [0, 5, 0] }
    const found = await output((x) => layerNorm(x, 'n', 1e-12), ['batch', 3], [1, 2, 3], parameters)
    expect(found).toEqual([-1.2247, 5, 2.4495])
  })

  const shared = {
    'e.weight': [1, 2, 3, 4],
    'e.r': [1, 1, -1, 0],
    'e.s': [1, 1, 1, 10],
    'e.bias': [0, 0, 100, 200],
  }

  it('ensembleDense: ((x ∘ r) W) ∘ s + b for each head', async () => {
    // x = [1, 2]. Head 0: [1+6, 2+8]. Head 1: x ∘ r = [−1, 0]; · W = [−1, −2]; ∘ s = [−1, −20]; + b.
    const layer = (x: Tensor) => ensembleDense(x, 2, 2, 'e')
    expect(await output(layer, ['batch', 2], [1, 2], shared)).toEqual([7, 10, 99, 180])
    expect(await output(layer, [2, 'batch', 2], [1, 2, 3, 0], shared)).toEqual([7, 10, 97, 140])
  })

  it('headsDense: each head its own weight', async () => {
    const parameters = { 'h.weight': [1, 2, 3, 4], 'h.bias': [0, 100] }
    expect(await output((x) => headsDense(x, 2, 1, 'h'), ['batch', 2], [1, 2], parameters)).toEqual([5, 111])
  })

  it('dropout does nothing in prediction', async () => {
    expect(await output((x) => dropout(x, 0.5, 'd'), ['batch', 2], [1, 2], {})).toEqual([1, 2])
  })

  it('softmaxCrossEntropy: −Σ y ln p', async () => {
    // Logits 0 and ln 3: probabilities ¼ and ¾.
    const layer = (x: Tensor) => softmaxCrossEntropy(x, x.graph.constant([0, 1], [1, 2]))
    expect(await output(layer, [1, 2], [0, Math.log(3)], {})).toEqual([0.2877])
  })
})

it('random adapters are signs, so the heads differ from the first step; ones make them equal', async () => {
  const values = (adapters: 'random' | 'ones') => {
    const g = graph({ seed: 4 })
    ensembleDense(g.input('x', ['batch', 16]), 8, 2, 'e', { adapters })
    const { origin } = g.parameters.find(
      ({ origin }) => origin.kind === 'parameter' && origin.name === 'e.r',
    )!
    return origin.kind === 'parameter' ? [...origin.initial] : []
  }
  const random = values('random')
  expect(new Set(random)).toEqual(new Set([-1, 1]))
  expect(random.filter((value) => value === 1).length).toBeGreaterThan(40)
  expect(new Set(values('ones'))).toEqual(new Set([1]))
})
