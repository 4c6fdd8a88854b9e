/** XOR, the smallest thing that one layer cannot learn. Run it with `npx tsx examples/xor.ts`. */
import {
  adamW,
  binaryCrossEntropy,
  dense,
  graph,
  inferenceModel,
  mean,
  openModel,
  openTrainer,
  sigmoid,
  tanh,
} from '../src/graph/index.ts'

const g = graph({ seed: 1 })
const x = g.input('x', ['batch', 2])
const y = g.input('y', ['batch', 1])
const hidden = tanh(dense(x, 8, 'hidden'))
const logit = dense(hidden, 1, 'logit')
const loss = mean(binaryCrossEntropy(logit, y))

const trainer = await openTrainer(loss, { optimizer: adamW({ learningRate: 0.05 }) })
const batch = { x: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1), y: Float32Array.of(0, 1, 1, 0) }
for (let i = 1; i <= 300; i++) {
  const step = await trainer.step(batch)
  if (i % 100 === 0) console.log(`step ${i}: loss ${step.loss.toFixed(4)}`)
}

// The trained model is an ONNX file; any ONNX runtime, in any language, could run it from here on.
const file = inferenceModel({ probability: sigmoid(logit) }, trainer.parameters())
await trainer.close()
const model = await openModel(file)
const { probability } = await model.run({ x: batch.x })
for (let i = 0; i < 4; i++)
  console.log(`${batch.x[2 * i]} xor ${batch.x[2 * i + 1]}: ${probability![i]!.toFixed(2)}`)
await model.close()
