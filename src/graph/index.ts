export { gelu, logSoftmax, logSumExp, relu, sigmoid, silu, softmax, softplus, tanh } from './activations.ts'
export {
  abs,
  add,
  atLeast,
  div,
  equal,
  exp,
  log,
  maximum,
  mul,
  neg,
  pow,
  sqrt,
  stopGradient,
  sub,
  where,
} from './arithmetic.ts'
export { type AttentionOptions, addPositions, selfAttention, transformerBlock } from './attention.ts'
export { type EmbeddingTable, embeddingTable } from './embedding-table.ts'
export { GraphError } from './errors.ts'
export { gather } from './gather.ts'
export { normal, ones, uniform, zeros } from './initializers.ts'
export { dense, dropout, ensembleDense, headsDense, layerNorm } from './layers.ts'
export { binaryCrossEntropy, softmaxCrossEntropy, weightedMean } from './losses.ts'
export { readParameters } from './onnx-parameters.ts'
export { type AdamW, adamW } from './optimizer.ts'
export { inferenceModel, openModel, type Predictor } from './predictor.ts'
export { dots, linear, matmul, rowDots } from './products.ts'
export {
  gbce,
  inBatchSoftmax,
  type LogQ,
  type Sampled,
  sampledBinaryCrossEntropy,
  sampledSoftmax,
} from './retrieval-losses.ts'
export type { Batch } from './session.ts'
export { concat, mean, reshape, slice, sum, transpose } from './shaping.ts'
export { type Graph, graph, type Tensor, type Values } from './tensor.ts'
export {
  type NamedValues,
  openTrainer,
  type Step,
  type Trainer,
  type TrainerSettings,
  type TrainerState,
} from './trainer.ts'
