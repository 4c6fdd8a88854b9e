import { InferenceSession, Tensor as WebTensor } from 'onnxruntime-web'
import { describe, expect, it } from 'vitest'
import {
  adamW,
  add,
  addPositions,
  binaryCrossEntropy,
  dense,
  dropout,
  ensembleDense,
  gather,
  gelu,
  graph,
  headsDense,
  inferenceModel,
  layerNorm,
  mean,
  normal,
  openModel,
  openTrainer,
  pow,
  sigmoid,
  silu,
  slice,
  sub,
  transformerBlock,
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

/** The next row of a sequence: what a listener encoder exports. */
async function trainedSequence() {
  const g = graph({ seed: 1 })
  const [x, hour] = [g.input('x', ['batch', 4, 6]), g.input('hour', ['batch', 4])]
  const present = g.input('present', ['batch', 4])
  const events = add(x, gather(g.parameter('hours', [24, 6], normal(0.1)), hour))
  const block = { heads: 2, causal: true, present, dropout: 0.2 }
  const h = layerNorm(transformerBlock(addPositions(events, 'positions'), 'block', block), 'norm')
  const y = slice(h, 1, 3, 4)
  const trainer = await openTrainer(mean(pow(sub(y, 0.5), 2)), { optimizer: adamW() })
  const batch = {
    x: Float32Array.from({ length: 72 }, (_, i) => Math.sin(i)),
    hour: Float32Array.from({ length: 12 }, (_, i) => (i * 5) % 24),
    present: Float32Array.of(0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1),
  }
  for (let i = 0; i < 5; i++) await trainer.step(batch)
  const predictor = await trainer.predictor({ y })
  const live = (await predictor.run(batch)).y!
  const bytes = inferenceModel({ y }, trainer.parameters())
  await predictor.close()
  await trainer.close()
  return { bytes, batch, live }
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

  it('of a transformer over padded sequences predicts the same in both runtimes', async () => {
    const { bytes, batch, live } = await trainedSequence()
    const model = await openModel(bytes)
    expectClose((await model.run(batch)).y!, live)
    await model.close()
    const session = await InferenceSession.create(bytes, { executionProviders: ['wasm'] })
    const tensor = (values: Float32Array, dims: readonly number[]) => new WebTensor('float32', values, dims)
    const { y } = await session.run({
      x: tensor(batch.x, [3, 4, 6]),
      hour: tensor(batch.hour, [3, 4]),
      present: tensor(batch.present, [3, 4]),
    })
    expect(y!.dims).toEqual([3, 1, 6])
    expectClose(y!.data as Float32Array, live)
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
