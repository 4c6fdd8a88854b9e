import { breathe } from '../core/breathe.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { Progress } from '../core/progress.ts'
import { random } from '../core/random.ts'
import { adamW, type NamedValues, openTrainer } from '../graph/index.ts'
import type { EnsembleNetwork } from '../model/ensemble-network.ts'
import { batches, type TrainingSet } from './batches.ts'
import type { CurvePoint, Evaluation } from './evaluation.ts'
import type { ValidationSet } from './held-out-loss.ts'
import { type Keeper, keeper } from './keeper.ts'

export interface LoopSettings {
  /** What the progress calls it. */
  readonly stage: string
  readonly learningRate: number
  readonly weightDecay: number
  readonly batch: number
  readonly epochs: number
  readonly patience: number
  readonly seed: number
  /** Parameters to go on from; absent: the network's own. */
  readonly from?: NamedValues
  /** What simpler models lose on the validation plays, to be told beside. */
  readonly lines?: Evaluation['lines']
}

export interface Trained {
  readonly parameters: NamedValues
  readonly curve: readonly CurvePoint[]
  /** The step after which the parameters were kept. */
  readonly kept: number
  /** Why it ended before its time. */
  readonly cut?: 'stopped' | 'diverged'
}

/** Scorings a round over the plays. */
const SCORINGS = 2
/** Steps between two looks at what waits, a Ctrl-C above all. */
const STEPS_A_BREATH = 8

/**
 * The training loop: batches, loss, gradients, step; scored on the validation plays twice a round. The parameters are kept whenever
 * nothing shows that they are worse than the best so far, or after the last round where there is no validation. It ends early when they
 * have been worse for long, when it is told to stop, and when a loss or a gradient is no number any more; what was kept last is what it gives.
 * @throws the signal's reason, TRAINING_DIVERGED when that happens before anything was kept
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
  const optimizer = adamW({ learningRate, weightDecay })
  const trainer = await openTrainer(network.loss, { optimizer, clipNorm: 1 })
  const predictor = await trainer.predictor({ finish: network.logits.finish! })
  if (settings.from) trainer.load({ parameters: settings.from })
  const perRound = Math.max(1, Math.round(set.plays / settings.batch))
  const total = epochs * perRound
  const every = Math.ceil(perRound / SCORINGS)

  let [step, cut]: [number, Trained['cut']] = [0, undefined]
  let losses: number[] = []
  const keeping = keeper(trainer, predictor, set.heads, validation)
  const score = async () => {
    await keeping.score(step, losses)
    losses = []
    progress.at(step, told(keeping, settings.lines))
  }

  progress.stage(settings.stage, total, 'steps')
  try {
    await score()
    training: for (let round = 0; round < epochs; round++) {
      for (const batch of batches(set, round, settings.batch, random(`${seed}/round ${round}`))) {
        const change = { learningRate: learningRate * rate(step / total) }
        const { loss, gradientNorm } = await trainer.step(batch, change)
        step++
        losses.push(loss)
        if (step % STEPS_A_BREATH === 0) await breathe()
        if (!Number.isFinite(loss + gradientNorm)) cut = 'diverged'
        else if (signal?.aborted) cut = 'stopped'
        if (cut) break training
        if (step % every === 0 || step === total) await score()
        if (keeping.worseFor >= patience) break training
      }
    }
  } finally {
    await Promise.all([trainer.close(), predictor.close()])
  }
  progress.done()
  // A network that was stopped before it was scored has learned nothing that anybody could vouch for.
  const { kept, curve } = keeping
  if (cut && kept.step === 0 && !settings.from) {
    if (cut === 'stopped') throw signal!.reason
    throw new DeepcutsError('TRAINING_DIVERGED', { step })
  }
  return { parameters: kept.parameters, curve, kept: kept.step, ...(cut && { cut }) }
}

/** The share of the learning rate: a warm-up over the first twentieth, then a cosine down to a tenth. */
function rate(share: number): number {
  return Math.min(1, share * 20 + 0.05) * (0.55 + 0.45 * Math.cos(Math.PI * share))
}

function told({ curve, best }: Keeper, lines: Evaluation['lines'] = []): string {
  const { training, validation } = curve.at(-1)!
  const toBeat = Math.min(...lines.map(({ logLoss }) => logLoss))
  return [
    ...(training === null ? [] : [`loss ${training.toFixed(4)}`]),
    ...(best !== undefined && validation !== null
      ? [`held out ${validation.toFixed(4)}, best ${best.toFixed(4)}`]
      : []),
    ...(lines.length > 0 ? [`to beat ${toBeat.toFixed(4)}`] : []),
  ].join(', ')
}
