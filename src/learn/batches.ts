import { type Random, random } from '../core/random.ts'
import type { Batch } from '../graph/index.ts'

/** Plays as a network reads them. */
export interface TrainingSet {
  readonly plays: number
  readonly width: number
  /** plays × width encoded inputs of each view of them. */
  readonly views: readonly Float32Array[]
  /** plays × labels: 1, 0, or −1 where it is not known. */
  readonly targets: Int8Array
  /** labels: how much each counts in the loss. */
  readonly labelWeights: readonly number[]
  readonly heads: number
  /** plays × heads: how much a play counts for each head. */
  readonly weights: Float32Array
}

/**
 * Bootstrap weights, exponential with mean 1 (Rubin 1981): every head sees another sample of the plays. A play keeps its weights in every
 * training of one seed.
 * @param play indices of the plays in the log; `weight` of each, 1 where absent
 */
export function bootstrapWeights(
  play: Int32Array,
  heads: number,
  seed: number,
  weight?: Float32Array,
): Float32Array {
  const weights = new Float32Array(play.length * heads)
  play.forEach((index, i) => {
    const draw = random(`${seed}/play ${index}`)
    for (let h = 0; h < heads; h++) weights[i * heads + h] = -Math.log(1 - draw.next()) * (weight?.[i] ?? 1)
  })
  return weights
}

/**
 * One round over the plays in random order, each in one of its views; the next round shows another. A last batch of less than half
 * the size is left out, unless it is the only one.
 */
export function* batches(
  set: TrainingSet,
  round: number,
  size: number,
  { shuffle }: Random,
): Generator<Batch, void> {
  const order = shuffle(Array.from({ length: set.plays }, (_, i) => i))
  const full = Math.max(1, Math.round(order.length / size))
  for (let b = 0; b < full; b++) yield batchOf(set, round, order.slice(b * size, (b + 1) * size))
}

function batchOf(set: TrainingSet, round: number, rows: readonly number[]): Batch {
  const { width, views, targets, labelWeights, heads, weights } = set
  const labels = labelWeights.length
  const n = rows.length
  const batch = {
    x: new Float32Array(n * width),
    targets: new Float32Array(n * labels),
    known: new Float32Array(n * labels),
    weights: new Float32Array(heads * n),
  }
  rows.forEach((row, i) => {
    const view = views[(row + round) % views.length]!
    batch.x.set(view.subarray(row * width, (row + 1) * width), i * width)
    for (let l = 0; l < labels; l++) {
      const target = targets[row * labels + l]!
      batch.targets[i * labels + l] = Math.max(target, 0)
      batch.known[i * labels + l] = target < 0 ? 0 : labelWeights[l]!
    }
    for (let h = 0; h < heads; h++) batch.weights[h * n + i] = weights[row * heads + h]!
  })
  return batch
}
