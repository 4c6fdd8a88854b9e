import { breathe } from '../core/breathe.ts'
import type { Progress } from '../core/progress.ts'
import { type Encoder, encodeRows, fitEncoder } from '../features/encoder.ts'
import { FEATURE_NAMES, FEATURES } from '../features/feature-names.ts'
import { logLoss } from '../metrics/binary.ts'
import { type LogisticLikability, storeLogistic } from '../model/likability.ts'
import { fitLogistic, type Logistic, logits, predict } from '../model/logistic.ts'
import { BASELINES, baselinePredictions } from './baselines.ts'
import { heldOutSlope, turnedAbout } from './calibration.ts'
import type { View } from './dataset.ts'
import type { Evaluation, SimpleChoice } from './evaluation.ts'
import { both, recentPart, type Views } from './views.ts'

/** Bins of the piecewise-linear encoding; eight did no better on the validation parts of seven real histories. */
const BINS = 4
/** After this share of the training plays an outcome weighs half: taste drifts. */
const HALF_LIFE = 0.25
/** The strengths of the penalty that are tried. */
const PENALTIES = [0.003, 0.02, 0.1, 0.5]
/** Logistic regression on encoded features. */
interface SimpleModel {
  readonly encoder: Encoder
  readonly fitted: Logistic
}

/** Where there is nothing to choose on. */
export const CAUTIOUS: SimpleChoice = { l2: 0.5, slopes: { rolling: 1, frozen: 1 } }

/** What the ensemble has to beat on the validation plays. */
export interface LinesToBeat {
  readonly choice: SimpleChoice
  readonly lines: Evaluation['lines']
}

/**
 * Fits the simpler models on the training plays and scores them on the validation plays, in both views; of the penalties of the logistic
 * regression the best there is taken.
 */
export async function linesToBeat(
  training: Views,
  validation: Views,
  progress: Progress,
  signal?: AbortSignal,
): Promise<LinesToBeat> {
  const regress = simpleFits(training)
  const held = both(validation)
  let best: { readonly l2: number; readonly model: SimpleModel; readonly loss: number } | undefined
  progress.stage('lines to beat', PENALTIES.length, 'fits')
  const lines = countedLines(training, validation)
  for (const [i, l2] of PENALTIES.entries()) {
    await breathe(signal)
    const model = regress(l2)
    const loss = logLoss(predict(model.fitted, encodeRows(model.encoder, held.raw)), held.label)
    if (!best || loss < best.loss) best = { l2, model, loss }
    lines.set('logistic-regression', best.loss)
    progress.at(i + 1, Array.from(lines, ([name, value]) => `${name} ${value.toFixed(4)}`).join(', '))
  }
  progress.done()
  const { l2, model } = best!
  const slopeOf = ({ raw, label, sitting }: Views[View]) =>
    heldOutSlope(predict(model.fitted, encodeRows(model.encoder, raw)), label, sitting)
  const slopes = { rolling: slopeOf(validation.rolling), frozen: slopeOf(validation.frozen) }
  return { choice: { l2, slopes }, lines: Array.from(lines, ([name, loss]) => ({ name, logLoss: loss })) }
}

/** Log-losses of the predictions from counts alone. */
function countedLines(training: Views, validation: Views): Map<string, number> {
  const [rolling, frozen] = (['rolling', 'frozen'] as const).map((view) =>
    baselinePredictions(training[view], validation[view]),
  )
  const { label } = validation.rolling
  return new Map(
    BASELINES.map((name) => [name, (logLoss(rolling![name], label) + logLoss(frozen![name], label)) / 2]),
  )
}

/**
 * Fits on all plays with what was chosen. Calibration keeps the level of this fit and takes only the slope from the held-out plays: a
 * level found there would be corrected twice, for this fit has seen those plays (docs/decisions/simple-model.md).
 */
export function fitSimple(views: Views, { l2, slopes }: SimpleChoice): LogisticLikability {
  const { encoder, fitted } = simpleFits(views)(l2)
  const recent = recentPart(views)
  const turned = (view: View) =>
    turnedAbout(slopes[view], logits(fitted, encodeRows(encoder, recent[view].raw)))
  return storeLogistic(fitted, encoder, { rolling: turned('rolling'), frozen: turned('frozen') })
}

/** Fits of any penalty on the same plays. */
function simpleFits(views: Views): (l2: number) => SimpleModel {
  const { raw, label, play } = both(views)
  const encoder = fitEncoder(raw, encodings())
  const inputs = encodeRows(encoder, raw)
  const weights = recency(play)
  return (l2) => ({
    encoder,
    fitted: fitLogistic(inputs, label, { d: encoder.width, l2, weights, maxIterations: 40, tolerance: 2e-4 }),
  })
}

/** Bins of each feature's encoding. */
function encodings(): number[] {
  return FEATURE_NAMES.map((name) => (FEATURES[name].binned ? BINS : 0))
}

function recency(play: Int32Array): Float64Array {
  const end = play.reduce((latest, p) => Math.max(latest, p), 0)
  const begin = play.reduce((first, p) => Math.min(first, p), end)
  const half = HALF_LIFE * (end - begin + 1)
  return Float64Array.from(play, (p) => 0.5 ** ((end - p) / half))
}
