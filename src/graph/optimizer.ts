import { add, div, mul, neg, sqrt, sub } from './arithmetic.ts'
import { GraphError } from './errors.ts'
import { sum } from './shaping.ts'
import { apply, type Tensor } from './tensor.ts'

/** AdamW: Adam with decoupled weight decay (Loshchilov & Hutter 2019). */
export interface AdamW {
  readonly learningRate: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  /** Each step takes learningRate · weightDecay of every decaying parameter away. */
  readonly weightDecay: number
}

/** Settings of AdamW; `weightDecay: 0`, the default, is Adam. @throws GraphError when one is out of its range */
export function adamW(options: Partial<AdamW> = {}): AdamW {
  const full = { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, ...options }
  const positive = full.learningRate > 0 && full.epsilon > 0 && full.weightDecay >= 0
  if (!positive || !(full.beta1 >= 0 && full.beta1 < 1 && full.beta2 >= 0 && full.beta2 < 1))
    throw new GraphError(
      `adamW: learningRate and epsilon are positive, weightDecay is not negative, the betas are in [0, 1): ${JSON.stringify(full)}.`,
    )
  return full
}

/** What AdamW reads: flat vectors of the same length, and the numbers of `scalarsAt`. */
export interface AdamWInputs {
  readonly parameters: Tensor
  readonly first: Tensor
  readonly second: Tensor
  readonly rate: Tensor
  readonly epsilon: Tensor
  readonly shrink: Tensor
}

/** Rate and epsilon with the bias corrections of step `t` (from 1) in them, and the share that decay takes away. */
export function scalarsAt({ learningRate, beta1, beta2, epsilon, weightDecay }: AdamW, t: number) {
  const correction = Math.sqrt(1 - beta2 ** t)
  return {
    rate: (learningRate * correction) / (1 - beta1 ** t),
    epsilon: epsilon * correction,
    shrink: learningRate * weightDecay,
  }
}

/**
 * One step of AdamW as tensors over one flat vector, with gradients scaled so that their norm is at most `clipNorm`.
 * @param decays 1 where weight decay applies, 0 elsewhere
 */
export function adamWStep(
  settings: AdamW,
  inputs: AdamWInputs,
  gradient: Tensor,
  decays: readonly number[],
  clipNorm: number | undefined,
): { parameters: Tensor; first: Tensor; second: Tensor; gradientNorm: Tensor } {
  const { beta1, beta2, weightDecay } = settings
  const g = gradient.graph
  const gradientNorm = sqrt(sum(mul(gradient, gradient)))
  const clip = (norm: number) =>
    apply('Min', [g.constant(1), div(g.constant(norm), add(gradientNorm, 1e-6))], [])
  const scale = clipNorm === undefined ? g.constant(1) : clip(clipNorm)
  const first = add(mul(inputs.first, beta1), mul(gradient, mul(scale, 1 - beta1)))
  const squares = mul(mul(gradient, gradient), mul(mul(scale, scale), 1 - beta2))
  const second = add(mul(inputs.second, beta2), squares)
  const step = mul(div(first, add(sqrt(second), inputs.epsilon)), inputs.rate)
  const decayed = () => {
    if (weightDecay === 0) return inputs.parameters
    if (decays.every((decay) => decay === 1)) return mul(inputs.parameters, add(neg(inputs.shrink), 1))
    return sub(inputs.parameters, mul(mul(inputs.parameters, inputs.shrink), g.constant(decays)))
  }
  return { parameters: sub(decayed(), step), first, second, gradientNorm }
}
