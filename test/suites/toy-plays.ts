import type { Label } from '../../src/core/labels.ts'
import { random } from '../../src/core/random.ts'
import type { TrainingSet } from '../../src/learn/batches.ts'
import type { ValidationSet } from '../../src/learn/held-out-loss.ts'
import type { LoopSettings } from '../../src/learn/training-loop.ts'
import { type EnsembleShape, ensembleNetwork } from '../../src/model/ensemble-network.ts'

export const HEADS = 4
/** Encoded inputs a play: the first says how it ends. */
export const WIDTH = 3

export const SETTINGS: LoopSettings = {
  stage: 'training',
  learningRate: 0.02,
  weightDecay: 0.1,
  batch: 20,
  epochs: 5,
  patience: 4,
  seed: 7,
}

/** A network that fits the toy plays. */
export function toyNetwork(shape: Partial<EnsembleShape> = {}) {
  return ensembleNetwork({
    inputs: WIDTH,
    labels: ['finish'],
    heads: HEADS,
    hidden: [8],
    dropout: 0.1,
    priorScale: 1,
    evidence: { artistPlays: { column: 0, mean: 0, sd: 0 }, noAudio: { column: 0, mean: 0, sd: 0 } },
    seed: 3,
    ...shape,
  })
}

const inputsOf = (plays: number, seed: string) => {
  const { normal } = random(seed)
  return Float32Array.from({ length: plays * WIDTH }, normal)
}
const endsOf = (x: Float32Array, plays: number) =>
  Uint8Array.from({ length: plays }, (_, i) => (x[i * WIDTH]! > 0 ? 1 : 0))

/** Plays that are finished when their first input is positive, seen the same in both views. */
export function toyPlays(plays: number, labels: readonly Label[] = ['finish']): TrainingSet {
  const x = inputsOf(plays, 'toy plays')
  const ends = endsOf(x, plays)
  return {
    plays,
    width: WIDTH,
    views: [x, x],
    targets: Int8Array.from(
      { length: plays * labels.length },
      (_, at) => ends[Math.floor(at / labels.length)]!,
    ),
    labelWeights: labels.map(() => 1),
    heads: HEADS,
    weights: new Float32Array(plays * HEADS).fill(1),
  }
}

/** Other plays of the same world, each a sitting of its own; `turned` has every end the wrong way round. */
export function toyValidation(plays: number, turned = false): ValidationSet {
  const x = inputsOf(plays, 'toy validation')
  const ends = endsOf(x, plays)
  return {
    views: [x, x],
    label: turned ? ends.map((end) => 1 - end) : ends,
    sitting: Int32Array.from(ends.keys()),
  }
}
