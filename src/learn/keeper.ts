import type { NamedValues, Predictor, Trainer } from '../graph/index.ts'
import type { CurvePoint } from './evaluation.ts'
import { type HeldOutLoss, heldOutLoss, isWorse, type ValidationSet } from './held-out-loss.ts'

/** Scores a training on the way, and keeps its parameters whenever nothing shows that they are worse than the best so far. */
export interface Keeper {
  /** @param losses of the steps since the last scoring */
  score(step: number, losses: readonly number[]): Promise<void>
  /** Every scoring; there is one before the first step. */
  readonly curve: readonly CurvePoint[]
  readonly kept: { readonly step: number; readonly parameters: NamedValues }
  /** The best loss on the validation plays; none without any. */
  readonly best: number | undefined
  /** Scorings in a row that were worse than the best. */
  readonly worseFor: number
}

/** A keeper of a training; without validation plays it keeps what it scored last, as long as it is numbers. */
export function keeper(
  trainer: Trainer,
  predictor: Predictor,
  heads: number,
  validation: ValidationSet | undefined,
): Keeper {
  const curve: CurvePoint[] = []
  let kept = { step: 0, parameters: trainer.parameters() }
  let best: HeldOutLoss | undefined
  let worseFor = 0
  return {
    async score(step, losses) {
      const loss = validation && (await heldOutLoss(predictor, validation, heads))
      curve.push({ step, training: average(losses), validation: loss?.mean ?? null })
      if (loss && (!best || loss.mean < best.mean)) best = loss
      const worse = loss !== undefined && isWorse(loss, best!, validation!.sitting)
      const parameters = trainer.parameters()
      if (!worse && areNumbers(parameters)) kept = { step, parameters }
      worseFor = worse ? worseFor + 1 : 0
    },
    curve,
    get kept() {
      return kept
    },
    get best() {
      return best?.mean
    },
    get worseFor() {
      return worseFor
    },
  }
}

const average = (values: readonly number[]) =>
  values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null

const areNumbers = (parameters: NamedValues) =>
  Object.values(parameters).every((values) => values.every(Number.isFinite))
