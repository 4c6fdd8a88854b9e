import { breathe } from '../core/breathe.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { Progress } from '../core/progress.ts'
import type { AudioScale } from '../features/audio-scale.ts'
import { type Encoder, encodeRows, fitEncoder } from '../features/encoder.ts'
import { FEATURE_COUNT, FEATURE_NAMES, FEATURES } from '../features/feature-names.ts'
import { countOutcomes } from '../library/listening-log.ts'
import { logLoss } from '../metrics/binary.ts'
import { type LogisticLikability, storeLogistic } from '../model/likability.ts'
import { fitLogistic, type Logistic, logits, predict } from '../model/logistic.ts'
import { fitPlatt } from '../model/platt.ts'
import { COUNTS, describeLog, type Examples, type View } from './dataset.ts'
import { audioScaleOf, historyMaker, type ListenerData } from './listener-data.ts'

/** Bins of the piecewise-linear encoding; eight did no better on the validation parts of seven real histories. */
const BINS = 4
/** The last part of the training plays, on which settings are chosen and probabilities calibrated. */
const VALIDATION_SHARE = 0.2
/** No more plays than this are fitted on, the latest first: older ones speak through the counts. */
const MAX_PLAYS = 30_000
/** Of finishes and of skips. */
const MIN_OUTCOMES = 20
/** A held-out slope is drawn towards 1 as if by this many more outcomes of the rarer kind: few plays must not turn the ranking round. */
const SLOPE_PRIOR = 200
const SLOPES = { least: 0.25, most: 2 }
/** After this share of the training plays an outcome weighs half: taste drifts. */
const HALF_LIFE = 0.25

/** The settings that are tried. */
const GRID = [{ l2: 0.003 }, { l2: 0.02 }, { l2: 0.1 }, { l2: 0.5 }] as const
type Choice = (typeof GRID)[number]
/** What is taken where there is nothing to choose on. */
const CAUTIOUS: Choice = { l2: 0.5 }

const VIEWS = ['rolling', 'frozen'] as const satisfies readonly View[]

/** What fitting gives. */
export interface Fitted {
  readonly model: LogisticLikability
  readonly audioScale: AudioScale
  readonly choice: Choice
  /** How much wider or narrower than fitted the log-odds are made, per view; found on held-out plays. */
  readonly slopes: Slopes
  readonly examples: number
}

type Slopes = Readonly<Record<(typeof VIEWS)[number], number>>

/**
 * Fits the simple likability model on the plays before `to`: both views of each play, settings chosen on the last fifth, then
 * fitted on all. Calibration keeps the level of the last fit and takes only the slope from the held-out fifth: a level found
 * there would be corrected twice, for the last fit has seen those plays (docs/decisions/simple-model.md).
 * @throws TOO_FEW_PLAYS when there are under 20 finishes or skips, and the signal's reason soon after it is aborted
 */
export async function fitLikability(
  data: ListenerData,
  to: number,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Fitted> {
  refuseTooFew(data, to)
  await breathe(signal)
  const described = describeViews(data, to, progress)
  const { all, views } = described
  const cut = recentFrom(views[0]!)
  const training = select(all, (play) => play < cut)
  const validation = views.map((view) => select(view, (play) => play >= cut))

  if (![training, ...validation].every(({ label }) => label.includes(0) && label.includes(1)))
    return fitWith(described, CAUTIOUS, { rolling: 1, frozen: 1 })

  progress.stage('choosing settings', GRID.length + 1, 'fits')
  const encoder = fitEncoder(training.raw, encodings())
  const encoded = encodeRows(encoder, training.raw)
  const held = validation.map((examples) => encodeRows(encoder, examples.raw))
  let best: { choice: Choice; loss: number; fitted: Logistic } | undefined
  for (const [i, choice] of GRID.entries()) {
    await breathe(signal)
    const fitted = regress(encoder, encoded, training, choice)
    const loss = mean(validation.map(({ label }, v) => logLoss(predict(fitted, held[v]!), label)))
    if (!best || loss < best.loss) best = { choice, loss, fitted }
    progress.at(i + 1)
  }
  await breathe(signal)
  const { choice, fitted } = best!
  const [rolling, frozen] = validation.map(({ label }, v) => heldOutSlope(logits(fitted, held[v]!), label))
  const result = fitWith(described, choice, { rolling: rolling!, frozen: frozen! })
  progress.at(GRID.length + 1)
  progress.done()
  return result
}

/** Fits on all plays with the settings and the calibration that a fit on the earlier plays has found. */
export function refitLikability(data: ListenerData, found: Fitted, progress: Progress): Fitted {
  const described = describeViews(data, data.log.size, progress)
  progress.stage('fitting on every play', 1, 'fits')
  const result = fitWith(described, found.choice, found.slopes)
  progress.done()
  return result
}

interface Described {
  readonly audioScale: AudioScale
  readonly views: readonly Examples[]
  readonly all: Examples
}

function describeViews(data: ListenerData, to: number, progress: Progress): Described {
  const audioScale = audioScaleOf(data, to)
  const newHistory = historyMaker(data, audioScale)
  const from = latest(data.log.outcome, to, MAX_PLAYS)
  progress.stage('describing plays', VIEWS.length, 'views')
  const views = VIEWS.map((view, i) => {
    const examples = describeLog(data.log, newHistory(), view, { from, to })
    progress.at(i + 1)
    return examples
  })
  progress.done()
  return { audioScale, views, all: join(views) }
}

function fitWith({ all, views, audioScale }: Described, choice: Choice, slopes: Slopes): Fitted {
  const encoder = fitEncoder(all.raw, encodings())
  const inputs = encodeRows(encoder, all.raw)
  const fitted = regress(encoder, inputs, all, choice)
  const turned = views.map((view, v) => {
    const recent = select(view, (play) => play >= recentFrom(view))
    const a = slopes[VIEWS[v]!]
    return { a, b: (1 - a) * mean(Array.from(logits(fitted, encodeRows(encoder, recent.raw)))) }
  })
  const calibration = { rolling: turned[0]!, frozen: turned[1]! }
  return {
    model: storeLogistic(fitted, encoder, centreOf(inputs, encoder.width), calibration),
    audioScale,
    choice,
    slopes,
    examples: all.size,
  }
}

/** The slope of Platt scaling on held-out plays, drawn towards 1 the more, the fewer they are. */
function heldOutSlope(z: Float64Array, label: Uint8Array): number {
  const finishes = label.reduce((sum, y) => sum + y, 0)
  const rarer = Math.min(finishes, label.length - finishes)
  const slope = 1 + (fitPlatt(z, label).a - 1) * (rarer / (rarer + SLOPE_PRIOR))
  return Math.min(Math.max(slope, SLOPES.least), SLOPES.most)
}

/** The play from which on the last fifth lies. */
const recentFrom = ({ play, size }: Examples) => play[Math.floor(size * (1 - VALIDATION_SHARE))]!

function regress(encoder: Encoder, X: Float32Array, { play, label }: Examples, { l2 }: Choice): Logistic {
  const end = play.reduce((latest, p) => Math.max(latest, p), 0)
  const begin = play.reduce((first, p) => Math.min(first, p), end)
  const half = HALF_LIFE * (end - begin + 1)
  const weights = Float64Array.from(play, (p) => 0.5 ** ((end - p) / half))
  return fitLogistic(X, label, { d: encoder.width, l2, weights, maxIterations: 40, tolerance: 2e-4 })
}

function encodings(): number[] {
  return FEATURE_NAMES.map((name) => (FEATURES[name].binned ? BINS : 0))
}

/** Whether there are enough finishes and skips before play `to`. */
export function canFit({ log }: ListenerData, to: number): boolean {
  const { finishes, skips } = countOutcomes(log, to)
  return Math.min(finishes, skips) >= MIN_OUTCOMES
}

function refuseTooFew(data: ListenerData, to: number): void {
  const { log, listener } = data
  if (log.size === 0) throw new DeepcutsError('NO_PLAYS', { listener: listener.name })
  const { finishes, skips } = countOutcomes(log, to)
  if (!canFit(data, to)) throw new DeepcutsError('TOO_FEW_PLAYS', { finishes, skips, needed: MIN_OUTCOMES })
}

/** The index from which on `most` plays before `to` have a known outcome. */
function latest(outcomes: Int8Array, to: number, most: number): number {
  let known = 0
  for (let i = to - 1; i >= 0; i--) if (outcomes[i] !== -1 && ++known >= most) return i
  return 0
}

function join(views: readonly Examples[]): Examples {
  const size = views.reduce((sum, view) => sum + view.size, 0)
  const joined = {
    size,
    raw: new Float32Array(size * FEATURE_COUNT),
    label: new Uint8Array(size),
    play: new Int32Array(size),
    firstPlay: new Uint8Array(size),
    counts: new Int32Array(size * COUNTS.stride),
  }
  let at = 0
  for (const view of views) {
    joined.raw.set(view.raw, at * FEATURE_COUNT)
    joined.label.set(view.label, at)
    joined.play.set(view.play, at)
    joined.firstPlay.set(view.firstPlay, at)
    joined.counts.set(view.counts, at * COUNTS.stride)
    at += view.size
  }
  return joined
}

function select(examples: Examples, wanted: (play: number) => boolean): Examples {
  const rows = Array.from(examples.play.keys()).filter((i) => wanted(examples.play[i]!))
  const raw = new Float32Array(rows.length * FEATURE_COUNT)
  const counts = new Int32Array(rows.length * COUNTS.stride)
  rows.forEach((i, at) => {
    raw.set(examples.raw.subarray(i * FEATURE_COUNT, (i + 1) * FEATURE_COUNT), at * FEATURE_COUNT)
    counts.set(examples.counts.subarray(i * COUNTS.stride, (i + 1) * COUNTS.stride), at * COUNTS.stride)
  })
  return {
    size: rows.length,
    raw,
    label: Uint8Array.from(rows, (i) => examples.label[i]!),
    play: Int32Array.from(rows, (i) => examples.play[i]!),
    firstPlay: Uint8Array.from(rows, (i) => examples.firstPlay[i]!),
    counts,
  }
}

function centreOf(X: Float32Array, width: number): number[] {
  const sums = new Float64Array(width)
  for (let at = 0; at < X.length; at++) sums[at % width] = sums[at % width]! + X[at]!
  return Array.from(sums, (sum) => (sum * width) / X.length)
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
