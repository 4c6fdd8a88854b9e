import { breathe } from '../core/breathe.ts'
import type { Progress } from '../core/progress.ts'
import { type Encoder, encodeRows, fitEncoder } from '../features/encoder.ts'
import { FEATURE_NAMES, FEATURES } from '../features/feature-names.ts'
import { logLoss } from '../metrics/binary.ts'
import { type LogisticLikability, storeLogistic } from '../model/likability.ts'
import { fitLogistic, type Logistic, logits, predict } from '../model/logistic.ts'
import { heldOutSlope, type Slopes, turnedAbout } from './calibration.ts'
import type { View } from './dataset.ts'
import { both, recentPart, type Views } from './views.ts'

/** Bins of the piecewise-linear encoding; eight did no better on the validation parts of seven real histories. */
const BINS = 4
/** After this share of the training plays an outcome weighs half: taste drifts. */
const HALF_LIFE = 0.25
/** The strengths of the penalty that are tried. */
const PENALTIES = [0.003, 0.02, 0.1, 0.5]
/** Logistic regression on encoded features: the ensemble starts from it and has to beat it. */
export interface SimpleModel {
  readonly encoder: Encoder
  readonly fitted: Logistic
}

/** What was chosen on the validation plays: the penalty, and how much wider or narrower the log-odds are made, per view. */
export interface SimpleChoice {
  readonly l2: number
  readonly slopes: Slopes
}

/** Where there is nothing to choose on. */
export const CAUTIOUS: SimpleChoice = { l2: 0.5, slopes: { rolling: 1, frozen: 1 } }

/** Tries the penalties on the training plays; the best on the validation plays is taken. */
export async function chooseSimple(
  training: Views,
  validation: Views,
  progress: Progress,
  signal?: AbortSignal,
): Promise<{ readonly choice: SimpleChoice; readonly model: SimpleModel }> {
  const regress = simpleFits(training)
  const held = both(validation)
  let best: { readonly l2: number; readonly model: SimpleModel; readonly loss: number } | undefined
  progress.stage('logistic regression', PENALTIES.length, 'fits')
  for (const [i, l2] of PENALTIES.entries()) {
    await breathe(signal)
    const model = regress(l2)
    const loss = logLoss(predict(model.fitted, encodeRows(model.encoder, held.raw)), held.label)
    if (!best || loss < best.loss) best = { l2, model, loss }
    progress.at(i + 1)
  }
  progress.done()
  const { l2, model } = best!
  const slopeOf = ({ raw, label }: Views[View]) =>
    heldOutSlope(logits(model.fitted, encodeRows(model.encoder, raw)), label)
  const slopes = { rolling: slopeOf(validation.rolling), frozen: slopeOf(validation.frozen) }
  return { choice: { l2, slopes }, model }
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
export function simpleFits(views: Views): (l2: number) => SimpleModel {
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
export function encodings(): number[] {
  return FEATURE_NAMES.map((name) => (FEATURES[name].binned ? BINS : 0))
}

function recency(play: Int32Array): Float64Array {
  const end = play.reduce((latest, p) => Math.max(latest, p), 0)
  const begin = play.reduce((first, p) => Math.min(first, p), end)
  const half = HALF_LIFE * (end - begin + 1)
  return Float64Array.from(play, (p) => 0.5 ** ((end - p) / half))
}
