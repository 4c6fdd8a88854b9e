import { describe, expect, it } from 'vitest'
import {
  adamW,
  binaryCrossEntropy,
  dense,
  GraphError,
  graph,
  inferenceModel,
  mean,
  openTrainer,
  readParameters,
} from '../src/graph/index.ts'

/** A network of two layers and a constant of its own. */
function small() {
  const g = graph({ seed: 4 })
  const x = g.input('x', ['batch', 3])
  const hidden = dense(x, 5, 'hidden')
  const y = dense(hidden, 1, 'out')
  const target = g.input('target', ['batch', 1])
  return { y, loss: mean(binaryCrossEntropy(y, target)) }
}

describe('the parameters in a file', () => {
  it('are those it was written with, and all that a training needs to go on', async () => {
    const { y, loss } = small()
    const trainer = await openTrainer(loss, { optimizer: adamW({ learningRate: 0.1 }) })
    const batch = { x: Float32Array.of(1, 2, 3, -1, 0, 1), target: Float32Array.of(1, 0) }
    await trainer.step(batch)
    const parameters = trainer.parameters()
    const read = readParameters(inferenceModel({ y }, parameters))
    expect(read).toEqual(parameters)
    const again = await openTrainer(small().loss, { optimizer: adamW({ learningRate: 0.1 }) })
    again.load({ parameters: read })
    const [first, second] = [await again.step(batch), await trainer.step(batch)]
    expect(first.loss).toBe(second.loss)
    await Promise.all([trainer.close(), again.close()])
  })

  it('are refused of bytes that are no such file', () => {
    expect(() => readParameters(Uint8Array.of(0xff))).toThrow(GraphError)
    expect(() => readParameters(Uint8Array.of(0x3a, 0x7f, 1, 2))).toThrow('end too early')
    expect(() => readParameters(Uint8Array.of(0x0b))).toThrow('of kind 3')
  })
})
