import { FEATURE_COUNT, FEATURE_INDEX } from '../features/feature-names.ts'
import { openEnsemble } from '../model/ensemble.ts'
import { headSpread, logisticLikability, meanProbability } from '../model/likability.ts'
import { BASELINES, baselinePredictions } from './baselines.ts'
import { describeLog, type Examples, type View } from './dataset.ts'
import type { HeldOut, HeldOutView } from './evaluation.ts'
import type { Fitted } from './fit.ts'
import { historyMaker, type ListenerData } from './listener-data.ts'

/** Everything whose predictions are compared, ours last. */
export const MODELS = [...BASELINES, 'logistic-regression', 'deepcuts'] as const
export type ModelName = (typeof MODELS)[number]

/** What the models foresaw of plays that they had not seen. */
export interface Foresight {
  readonly examples: Examples
  /** Probabilities of a finish. */
  readonly predictions: Readonly<Record<ModelName, Float64Array>>
  /** Standard deviation of the probabilities of our heads. */
  readonly spread: Float64Array
}

/** Predicts the plays from `from` on, in both views, with what was fitted on the plays before. */
export async function foresee(
  data: ListenerData,
  from: number,
  { checkpoint, simple }: Fitted,
): Promise<Readonly<Record<View, Foresight>>> {
  const newHistory = historyMaker(data, checkpoint.audioScale)
  const training = describeLog(data.log, newHistory(), 'rolling', { to: from })
  const model = await openEnsemble(checkpoint.ensemble)
  const logistic = logisticLikability(simple)
  const of = async (view: View): Promise<Foresight> => {
    const examples = describeLog(data.log, newHistory(), view, { from })
    const { finish } = await model.logits(examples.raw)
    const predictions = {
      ...baselinePredictions(training, examples),
      'logistic-regression': meanProbability((await logistic.logits(examples.raw)).finish, logistic.heads),
      deepcuts: meanProbability(finish, model.heads),
    }
    return { examples, predictions, spread: headSpread(finish, model.heads) }
  }
  try {
    return { rolling: await of('rolling'), frozen: await of('frozen') }
  } finally {
    await model.close()
  }
}

/** What was foreseen as plain columns, to be kept. */
export function heldOutOf({ rolling, frozen }: Record<View, Foresight>): HeldOut {
  const { examples } = rolling
  const feature = (name: keyof typeof FEATURE_INDEX, i: number) =>
    examples.raw[i * FEATURE_COUNT + FEATURE_INDEX[name]]!
  const rows = Array.from(examples.label.keys())
  return {
    label: Array.from(examples.label),
    sitting: Array.from(examples.sitting),
    firstPlay: Array.from(examples.firstPlay),
    artistPlays: rows.map((i) => Math.round(Math.expm1(feature('artistPlays', i)))),
    hasAudio: rows.map((i) => 1 - feature('noAudio', i)),
    views: { rolling: columnsOf(rolling), frozen: columnsOf(frozen) },
  }
}

function columnsOf({ predictions, spread }: Foresight): HeldOutView {
  return {
    predictions: Object.fromEntries(MODELS.map((name) => [name, rounded(predictions[name])])),
    spread: rounded(spread),
  }
}

const rounded = (values: Float64Array) => Array.from(values, (value) => Number(value.toFixed(6)))
