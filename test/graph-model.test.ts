import { InferenceSession, Tensor as WebTensor } from 'onnxruntime-web'
import { describe, expect, it } from 'vitest'
import {
  adamW,
  binaryCrossEntropy,
  dense,
  dropout,
  ensembleDense,
  gelu,
  graph,
  headsDense,
  inferenceModel,
  layerNorm,
  mean,
  openModel,
  openTrainer,
  sigmoid,
  silu,
} from '../src/graph/index.ts'

/** A small ensemble with every layer, its loss, and what it predicts. */
function ensemble(seed: number) {
  const g = graph({ seed })
  const x = g.input('x', ['batch', 5])
  const shared = dropout(layerNorm(gelu(dense(x, 6, 'in')), 'norm'), 0.1, 'drop')
  const heads = silu(ensembleDense(shared, 3, 4, 'first', { adapters: 'random' }))
  const logit = headsDense(silu(ensembleDense(heads, 3, 4, 'second')), 3, 2, 'out')
  const loss = mean(binaryCrossEntropy(logit, g.input('y', ['batch', 2])))
  return { loss, outputs: { probability: sigmoid(logit), center: mean(sigmoid(logit), [0]) } }
}

const rows = (n: number) => Float32Array.from({ length: 5 * n }, (_, i) => Math.sin(i))

async function trainedModel(seed: number) {
  const { loss, outputs } = ensemble(seed)
  const trainer = await openTrainer(loss, { optimizer: adamW({ weightDecay: 0.1 }), clipNorm: 1 })
  for (let i = 0; i < 5; i++)
    await trainer.step({ x: rows(4), y: Float32Array.from({ length: 8 }, (_, j) => (i + j) % 2) })
  const predictor = await trainer.predictor(outputs)
  const live = await predictor.run({ x: rows(3) })
  const bytes = inferenceModel(outputs, trainer.parameters())
  await predictor.close()
  await trainer.close()
  return { bytes, live }
}

describe('the exported model', () => {
  it('predicts what the trainer predicts, for any number of rows', async () => {
    const { bytes, live } = await trainedModel(1)
    const model = await openModel(bytes)
    const predicted = await model.run({ x: rows(3) })
    expect([...live.probability!]).toHaveLength(3 * 3 * 2)
    expectClose(predicted.probability!, live.probability!)
    expectClose(predicted.center!, live.center!)
    expectClose((await model.run({ x: rows(1) })).center!, live.center!.slice(0, 2))
    await model.close()
  })

  it('is refused when a parameter is missing or was made for other inputs', () => {
    const g = graph()
    const y = dense(g.input('x', ['batch', 2]), 3, 'd')
    const bias = new Float32Array(3)
    expect(() => inferenceModel({ y }, { 'd.bias': bias })).toThrow(
      'The parameter "d.weight" of shape [2, 3] needs 6 values, not 0.',
    )
    expect(() => inferenceModel({ y }, { 'd.bias': bias, 'd.weight': new Float32Array(9) })).toThrow(
      'The parameter "d.weight" of shape [2, 3] needs 6 values, not 9.',
    )
  })

  it('cannot hold a parameter that the trainer never saw', async () => {
    const g = graph()
    const x = g.input('x', ['batch', 2])
    const trainer = await openTrainer(mean(dense(x, 1, 'd')), { optimizer: adamW() })
    const late = dense(x, 1, 'late')
    await expect(trainer.predictor({ late })).rejects.toThrow(
      'The parameter "late.weight" came after the trainer was opened.',
    )
    await trainer.close()
  })

  it('predicts the same in a second runtime, WebAssembly', async () => {
    const { bytes, live } = await trainedModel(1)
    const session = await InferenceSession.create(bytes, { executionProviders: ['wasm'] })
    const results = await session.run({ x: new WebTensor('float32', rows(3), [3, 5]) })
    expect(results.probability!.dims).toEqual([3, 3, 2])
    expectClose(results.probability!.data as Float32Array, live.probability!)
    await session.release()
  })

  it('is the same file, byte for byte, for the same seed and steps', async () => {
    const [a, b, other] = await Promise.all([trainedModel(1), trainedModel(1), trainedModel(2)])
    expect(Buffer.compare(a.bytes, b.bytes)).toBe(0)
    expect(Buffer.compare(a.bytes, other.bytes)).not.toBe(0)
  })
})

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(found.length).toBe(expected.length)
  for (let i = 0; i < expected.length; i++) expect(found[i]).toBeCloseTo(expected[i]!, 5)
}
