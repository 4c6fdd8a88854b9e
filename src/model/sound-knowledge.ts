import { breathe } from '../core/breathe.ts'
import type { Progress } from '../core/progress.ts'
import type { Random } from '../core/random.ts'
import {
  adamW,
  add,
  binaryCrossEntropy,
  dense,
  dropout,
  gelu,
  graph,
  layerNorm,
  mul,
  type NamedValues,
  openTrainer,
  type Predictor,
  slice,
  sub,
  sum,
  type Tensor,
} from '../graph/index.ts'
import { principalComponents, project } from './principal-components.ts'

/** What a catalog teaches about its tracks, none of it anybody's likes. */
export interface SoundLessons {
  readonly n: number
  /** n × d, without NaN. */
  readonly inputs: Float32Array
  readonly d: number
  /** Which of the labels (genres, playlists) each track has; ids of a track ascend. */
  readonly labels: readonly Uint16Array[]
  /** For each label: what it weighs in the loss, and which kind it is of. */
  readonly weights: Float32Array
  readonly kinds: Uint8Array
  /** For each track and kind of label: 1 where the catalog says anything of that kind, n × kinds. */
  readonly told: Uint8Array
  readonly kindCount: number
  /** n × numbers (year, popularity), of the order of 1; NaN where the catalog does not say. */
  readonly numbers: Float32Array
  readonly numberCount: number
}

/** What the networks hear in the sound of tracks. */
export interface SoundKnowledge {
  /** Numbers a track. */
  readonly width: number
  /** m × d inputs → m × width. */
  hear(inputs: Float32Array): Promise<Float64Array>
  close(): Promise<void>
}

const NETWORKS = 4
const EPOCHS = 14
/** Tracks a step: a fiftieth of the catalog, within these. */
const BATCH = [64, 512] as const
const LEARNING_RATE = 4e-3
const WEIGHT_DECAY = 0.05
const COMPONENTS = 8
/** The components are those of so many tracks, drawn at random. */
const TRACKS_FOR_COMPONENTS = 5000
const NUMBER_WEIGHT = 0.5
const STEPS_A_BREATH = 4

/**
 * Four networks learn to tell genres, playlists, year and popularity from the sound of a catalog's tracks. What they hear is the
 * principal components, over the catalog, of their mean log-odds of the labels. A network whose training diverges is left out; undefined when
 * all did.
 * @throws the signal's reason once it is aborted
 */
export async function learnSound(
  lessons: SoundLessons,
  random: Random,
  progress: Progress,
  signal?: AbortSignal,
): Promise<SoundKnowledge | undefined> {
  const width = Math.min(COMPONENTS, lessons.weights.length)
  const predictors: Predictor[] = []
  const close = async () => {
    await Promise.all(predictors.map((predictor) => predictor.close()))
  }
  try {
    const batch = Math.min(Math.max(Math.floor(lessons.n / 50), BATCH[0]), BATCH[1], lessons.n)
    const steps = EPOCHS * Math.floor(lessons.n / batch)
    progress.stage('Learning from the catalog', NETWORKS * steps, 'steps')
    for (let k = 0; k < NETWORKS; k++) {
      const said = (step: number, loss: number) => progress.at(k * steps + step, `loss ${loss.toFixed(2)}`)
      const trained = await train(lessons, { batch, steps }, random.fork(`network ${k}`), said, signal)
      if (trained) predictors.push(trained)
    }
    progress.done()
    if (predictors.length === 0) return undefined
    const drawn = random
      .fork('components')
      .shuffle([...new Array<number>(lessons.n).keys()])
      .slice(0, TRACKS_FOR_COMPONENTS)
    const sample = new Float32Array(drawn.length * lessons.d)
    drawn.forEach((row, i) => {
      sample.set(lessons.inputs.subarray(row * lessons.d, (row + 1) * lessons.d), i * lessons.d)
    })
    const told = await meanLogits(predictors, sample, lessons.d, lessons.weights.length)
    await breathe(signal)
    const components = principalComponents(told, lessons.weights.length, width, random.fork('directions'))
    return {
      width,
      async hear(inputs) {
        return project(components, await meanLogits(predictors, inputs, lessons.d, lessons.weights.length))
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Trains one network by AdamW with one cycle of the learning rate (Smith & Topin 2019); undefined when it diverges. */
async function train(
  lessons: SoundLessons,
  { batch, steps }: { readonly batch: number; readonly steps: number },
  random: Random,
  said: (step: number, loss: number) => void,
  signal: AbortSignal | undefined,
): Promise<Predictor | undefined> {
  const { logits, loss } = network(lessons, batch, random.int(2 ** 31))
  const optimizer = adamW({ learningRate: LEARNING_RATE, weightDecay: WEIGHT_DECAY })
  const trainer = await openTrainer(loss, { optimizer, clipNorm: 20 })
  try {
    trainer.load({ parameters: withBaseRates(trainer.parameters(), lessons) })
    const feed = batches(lessons, batch, random.fork('batches'))
    for (let step = 0; step < steps; step++) {
      const { loss: value, gradientNorm } = await trainer.step(feed(), {
        learningRate: LEARNING_RATE * cycle(step / steps),
      })
      if (!Number.isFinite(value + gradientNorm)) return undefined
      if (step % STEPS_A_BREATH !== 0) continue
      await breathe(signal)
      said(step, value)
    }
    return await trainer.predictor({ logits })
  } finally {
    await trainer.close()
  }
}

function network({ d, weights, numberCount }: SoundLessons, batch: number, seed: number) {
  const g = graph({ seed })
  const labels = weights.length
  const x = g.input('x', ['batch', d])
  const targets = g.input('targets', ['batch', labels])
  const counts = g.input('counts', ['batch', labels])
  const numbers = g.input('numbers', ['batch', numberCount])
  const known = g.input('known', ['batch', numberCount])
  const wide = dropout(gelu(dense(x, 256, 'wide')), 0.2, 'wide.dropout')
  const narrow = dropout(gelu(dense(wide, 128, 'narrow')), 0.1, 'narrow.dropout')
  const out = dense(layerNorm(dense(narrow, 24, 'neck'), 'norm'), labels + numberCount, 'out')
  const logits = slice(out, -1, 0, labels)
  const off = sub(slice(out, -1, labels, labels + numberCount), numbers)
  const loss: Tensor = add(
    sum(mul(binaryCrossEntropy(logits, targets), counts)),
    mul(sum(mul(mul(off, off), known)), NUMBER_WEIGHT),
  )
  return { logits, loss: mul(loss, 1 / batch) }
}

/** The output starts at the share of tracks that have each label. */
function withBaseRates(parameters: NamedValues, lessons: SoundLessons): NamedValues {
  const { n, weights, kinds, labels, told, kindCount } = lessons
  const have = new Float64Array(weights.length)
  for (const ids of labels) for (const id of ids) have[id] = have[id]! + 1
  const asked = new Float64Array(kindCount)
  for (let i = 0; i < n * kindCount; i++) asked[i % kindCount] = asked[i % kindCount]! + told[i]!
  const bias = Float32Array.from(parameters['out.bias']!).fill(0)
  have.forEach((count, label) => {
    const share = Math.min(Math.max((count + 1) / (asked[kinds[label]!]! + 2), 1e-4), 0.9)
    bias[label] = Math.log(share / (1 - share))
  })
  return { ...parameters, 'out.bias': bias }
}

function batches(lessons: SoundLessons, size: number, random: Random) {
  const { n, d, inputs, labels, weights, kinds, told, kindCount, numbers, numberCount } = lessons
  let order: number[] = []
  return () => {
    if (order.length < size) order = random.shuffle([...new Array<number>(n).keys()])
    const rows = order.splice(-size)
    const batch = {
      x: new Float32Array(size * d),
      targets: new Float32Array(size * weights.length),
      counts: new Float32Array(size * weights.length),
      numbers: new Float32Array(size * numberCount),
      known: new Float32Array(size * numberCount),
    }
    rows.forEach((row, i) => {
      batch.x.set(inputs.subarray(row * d, (row + 1) * d), i * d)
      for (const label of labels[row]!) batch.targets[i * weights.length + label] = 1
      for (let label = 0; label < weights.length; label++)
        batch.counts[i * weights.length + label] = weights[label]! * told[row * kindCount + kinds[label]!]!
      for (let j = 0; j < numberCount; j++) {
        const value = numbers[row * numberCount + j]!
        if (Number.isNaN(value)) continue
        batch.numbers[i * numberCount + j] = value
        batch.known[i * numberCount + j] = 1
      }
    })
    return batch
  }
}

/** Share of the learning rate: up along a cosine over the first three tenths, then down to nothing. */
function cycle(share: number): number {
  const wave = (at: number) => (1 - Math.cos(Math.PI * at)) / 2
  return share < 0.3 ? 0.04 + 0.96 * wave(share / 0.3) : 1 - wave((share - 0.3) / 0.7)
}

async function meanLogits(
  predictors: readonly Predictor[],
  inputs: Float32Array,
  d: number,
  labels: number,
): Promise<Float32Array> {
  const out = new Float32Array((inputs.length / d) * labels)
  if (out.length === 0) return out
  for (const predictor of predictors) {
    const { logits } = await predictor.run({ x: inputs })
    for (let i = 0; i < out.length; i++) out[i] = out[i]! + logits![i]! / predictors.length
  }
  return out
}
