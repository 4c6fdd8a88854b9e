import { breathe } from '../core/breathe.ts'
import type { Progress } from '../core/progress.ts'
import { random } from '../core/random.ts'
import { adamW, type NamedValues, openTrainer } from '../graph/index.ts'
import { logLoss } from '../metrics/binary.ts'
import type { EnsembleNetwork } from '../model/ensemble-network.ts'
import { meanProbability } from '../model/likability.ts'
import { batches, type TrainingSet } from './batches.ts'
import type { CurvePoint } from './evaluation.ts'

/** Held-out plays that say when to stop: encoded views and the label of a finish. */
export interface ValidationSet {
  readonly views: readonly Float32Array[]
  readonly label: Uint8Array
}

export interface LoopSettings {
  readonly learningRate: number
  readonly weightDecay: number
  readonly batch: number
  readonly epochs: number
  readonly patience: number
  readonly seed: number
  /** Parameters to go on from; absent: the network's own. */
  readonly from?: NamedValues
}

export interface Trained {
  readonly parameters: NamedValues
  readonly curve: readonly CurvePoint[]
  /** Rounds over the plays after which it was best. */
  readonly epochs: number
  /** Why it ended before its time. */
  readonly cut?: 'stopped' | 'diverged'
}

/** Scorings a round over the plays. */
const SCORINGS = 2
/** Steps between two looks at what waits, a Ctrl-C above all. */
const STEPS_A_BREATH = 8

/**
 * The training loop: batches, loss, gradients, step; scored on the validation plays twice a round, the best parameters kept. Without
 * validation plays it runs its rounds and keeps the last. It ends early when nothing gets better, when it is told to stop, and when a loss
 * or a gradient is no number any more; what was best until then is kept.
 */
export async function trainEnsemble(
  network: EnsembleNetwork,
  set: TrainingSet,
  validation: ValidationSet | undefined,
  settings: LoopSettings,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Trained> {
  const { learningRate, weightDecay, epochs, patience, seed } = settings
  const trainer = await openTrainer(network.loss, {
    optimizer: adamW({ learningRate, weightDecay }),
    clipNorm: 1,
  })
  if (settings.from) trainer.load({ parameters: settings.from })
  const predictor = await trainer.predictor({ finish: network.logits.finish! })
  const score = async () => (validation ? validationLoss(predictor.run, validation, set) : Number.NaN)

  const perRound = Math.max(1, Math.round(set.plays / settings.batch))
  const every = Math.ceil(perRound / SCORINGS)
  const total = epochs * perRound
  const curve: CurvePoint[] = [{ step: 0, training: Number.NaN, validation: await score() }]
  let best = { step: 0, validation: curve[0]!.validation, parameters: trainer.parameters() }
  let since = { loss: 0, steps: 0, scorings: 0 }
  let [step, cut]: [number, Trained['cut']] = [0, undefined]
  progress.stage('training', total, 'steps')
  try {
    training: for (let round = 0; round < epochs; round++) {
      for (const batch of batches(set, round, settings.batch, random(`${seed}/round ${round}`))) {
        const { loss, gradientNorm } = await trainer.step(batch, {
          learningRate: learningRate * decay(step / total),
        })
        step++
        since = { ...since, loss: since.loss + loss, steps: since.steps + 1 }
        if (!Number.isFinite(loss + gradientNorm)) cut = 'diverged'
        else if (signal?.aborted) cut = 'stopped'
        if (cut) break training
        if (step % STEPS_A_BREATH === 0) await breathe()
        if (step % every !== 0 && step !== total) continue
        const point = { step, training: since.loss / since.steps, validation: await score() }
        curve.push(point)
        const better = !validation || point.validation < best.validation
        if (better) best = { step, validation: point.validation, parameters: trainer.parameters() }
        since = { loss: 0, steps: 0, scorings: better ? 0 : since.scorings + 1 }
        progress.at(step, told(point, best.validation))
        if (since.scorings >= patience) break training
      }
    }
  } finally {
    await Promise.all([trainer.close(), predictor.close()])
  }
  progress.done()
  return { parameters: best.parameters, curve, epochs: best.step / perRound, ...(cut && { cut }) }
}

/** Warm-up over the first twentieth, then a cosine down to a tenth. */
function decay(share: number): number {
  return Math.min(1, share * 20 + 0.05) * (0.55 + 0.45 * Math.cos(Math.PI * share))
}

/** Mean over the views of the log-loss of the heads' mean probability. */
async function validationLoss(
  run: (batch: { x: Float32Array }) => Promise<Record<string, ArrayLike<number>>>,
  { views, label }: ValidationSet,
  { heads }: TrainingSet,
): Promise<number> {
  let sum = 0
  for (const x of views) {
    const { finish } = await run({ x })
    sum += logLoss(meanProbability(byRow(finish!, heads), heads), label) / views.length
  }
  return sum
}

/** [heads, rows] → rows × heads. */
function byRow(values: ArrayLike<number>, heads: number): Float64Array {
  const n = values.length / heads
  return Float64Array.from(
    { length: values.length },
    (_, at) => values[(at % heads) * n + Math.floor(at / heads)]!,
  )
}

function told({ training, validation }: CurvePoint, best: number): string {
  const held = Number.isNaN(validation) ? '' : `, held out ${validation.toFixed(4)}, best ${best.toFixed(4)}`
  return `loss ${training.toFixed(4)}${held}`
}
