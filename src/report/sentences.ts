import type { FeatureEffect } from './effects.ts'
import { featureScale, featureWords, toldValue } from './feature-words.ts'
import type { Report, ViewReport } from './report.ts'
import { OURS } from './rows.ts'
import type { ModelScores, RowScores } from './scores.ts'
import type { SpreadGroup, SpreadReport } from './spread.ts'
import {
  artistGroup,
  fixed,
  hasInterval,
  inBrackets,
  many,
  modelWords,
  percent,
  points,
  range,
  signed,
} from './words.ts'

/** Whether ours is ahead of the strongest baseline, by paired intervals. */
export function aheadSentence({ ahead, sittings }: RowScores): string {
  if (!ahead) return 'There is no simpler model to compare it with.'
  const { against, auc, logLoss } = ahead
  if (!Number.isFinite(auc.mean))
    return 'Plays that all ended alike do not show whether deepcuts is ahead of simpler models.'
  const numbers = `log-loss ${signed(logLoss.mean)}${inBrackets(logLoss, signed)}, AUC ${signed(auc.mean)}${inBrackets(auc, signed)}`
  const model = `the best of the simpler models (${modelWords(against)})`
  if (!hasInterval(logLoss))
    return `Too few sittings (${sittings}) to tell whether deepcuts is ahead of ${model}: ${numbers}.`
  if (logLoss.ci95[1] < 0) return `deepcuts is ahead of ${model}: ${numbers}.`
  if (logLoss.ci95[0] > 0) return `deepcuts is behind ${model}: ${numbers}.`
  return `Nothing separates deepcuts from ${model}: ${numbers}.`
}

/** What the reliability diagram says, told of the largest bin of at least one half. */
export function reliabilitySentence({ reliability }: ViewReport): string {
  const upper = reliability.filter(({ from }) => from >= 0.5)
  const bin = (upper.length > 0 ? upper : reliability).reduce((most, one) => (one.n > most.n ? one : most))
  const held = reliability.filter(
    ({ foreseen, finished: { ci95 } }) => ci95[0] <= foreseen && foreseen <= ci95[1],
  )
  return (
    `Of the ${many(bin.n, 'play')} it gave ${percent(bin.foreseen)} on average, ${percent(bin.finished.mean)} were finished ` +
    `(95\u00a0% interval ${range(bin.finished, percent)}). ${held.length} of the ${many(reliability.length, 'interval')} ` +
    `${held.length === 1 ? 'reaches' : 'reach'} the diagonal, where what is foreseen is what happens.`
  )
}

/** What the area under the ROC curve means, beside the baseline that comes nearest. */
export function rocSentence({ models }: RowScores): string {
  const { auc } = oursOf(models)
  if (!Number.isFinite(auc.mean)) return 'All of these plays ended alike, so there is nothing to tell apart.'
  const rival = models
    .filter(({ name }) => name !== OURS)
    .reduce<ModelScores | undefined>(
      (best, one) => (best && best.scores.auc.mean >= one.scores.auc.mean ? best : one),
      undefined,
    )
  const beside = rival
    ? `; the best of the simpler models (${modelWords(rival.name)}) does so ${percent(rival.scores.auc.mean)} of the time (${fixed(rival.scores.auc.mean)})`
    : ''
  return (
    `Of one finished and one skipped play, it gives the finished one the higher chance ${percent(auc.mean)} of the time ` +
    `(AUC ${fixed(auc.mean)}${hasInterval(auc) ? `, ${range(auc)}` : ''})${beside}.`
  )
}

/** Whether the heads disagree more where they are wrong. */
export function spreadSentence({ bins, rankCorrelation, beyondProbability }: SpreadReport): string {
  const [first, last] = [bins[0]!, bins.at(-1)!]
  const left =
    beyondProbability.ci95[0] > 0
      ? 'is left of it'
      : beyondProbability.ci95[1] < 0
        ? 'is left: where the heads agree, it then errs more'
        : 'is left of it, which could be chance'
  return (
    `Where the heads agree most (${points(first.spread)} points apart) the probability lay ${points(first.error.mean)} points from ` +
    `what happened; where they agree least (${points(last.spread)} points), ${points(last.error.mean)}. ` +
    `Rank correlation ${fixed(rankCorrelation.mean)}${inBrackets(rankCorrelation)}. ` +
    `Both are largest near 50\u00a0% in any case; with the probability held fixed, ${fixed(beyondProbability.mean)}${inBrackets(beyondProbability)} ${left}.`
  )
}

/** How much the heads disagree about artists seldom and often played, and without known sound. */
export function familiaritySentence(groups: readonly SpreadGroup[]): string {
  const seldom = groups.filter(({ from }) => from === groups[0]!.from)
  const often = groups.filter(({ from }) => from === groups.at(-1)!.from)
  const played = ([group]: readonly SpreadGroup[]) =>
    group!.to === 0 ? 'never played before' : `played ${artistGroup(group!)} times before`
  const apart = `The heads are ${points(spreadOver(seldom))} points apart on artists ${played(seldom)}`
  const artists =
    seldom[0] === often[0] ? apart : `${apart}, ${points(spreadOver(often))} on those ${played(often)}`
  const twins = groups.flatMap((silent) => {
    const heard = groups.find(({ from, hasAudio }) => hasAudio && from === silent.from)
    return heard && !silent.hasAudio ? [{ silent, heard }] : []
  })
  if (twins.length === 0) return `${artists}.`
  const weights = twins.map(({ silent }) => silent.n)
  const without = spreadOver(twins.map(({ silent }) => silent))
  const withSound = weighted(
    twins.map(({ heard }) => heard.spread.mean),
    weights,
  )
  return `${artists}. Of artists played as often: ${points(without)} where the sound is not known, ${points(withSound)} where it is.`
}

/** The mean spread over all plays of the groups. */
function spreadOver(groups: readonly SpreadGroup[]): number {
  return weighted(
    groups.map(({ spread }) => spread.mean),
    groups.map(({ n }) => n),
  )
}

function weighted(values: readonly number[], weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return values.reduce((sum, value, i) => sum + value * weights[i]!, 0) / total
}

/** How far the training came, and where the simpler models stand. */
export function curveSentence({ curve, kept, lines }: Pick<Report, 'curve' | 'kept' | 'lines'>): string {
  const point = keptPoint(curve, kept)
  const line = lines.reduce<Report['lines'][number] | undefined>(
    (least, one) => (least && least.logLoss <= one.logLoss ? least : one),
    undefined,
  )
  const beside = line
    ? `, against ${fixed(line.logLoss)} of the best of the simpler models (${modelWords(line.name)})`
    : ''
  return `Of ${many(curve.length, 'scoring')} the one after ${many(point.step, 'step')} was kept: a log-loss of ${fixed(point.validation)} on the validation plays${beside}.`
}

/** The scoring whose parameters were kept. */
export function keptPoint(curve: Report['curve'], kept: number): Report['curve'][number] {
  return curve.find(({ step }) => step === kept) ?? curve[0]!
}

/** Between which probabilities a feature moves it, and at which of its values. */
export function effectSentence({ feature, points: effect }: FeatureEffect): string {
  const low = effect.reduce((least, point) => (point.probability < least.probability ? point : least))
  const high = effect.reduce((most, point) => (point.probability > most.probability ? point : most))
  const values = effect.map(({ value }) => value)
  const ends = new Map([
    [Math.min(...values), 'least'],
    [Math.max(...values), 'most'],
  ])
  const at = (value: number) =>
    featureScale(feature) === 'measure' ? (ends.get(value) ?? 'between') : toldValue(feature, value)
  const told = ({ value, probability }: typeof low) => `${percent(probability)} (${at(value)})`
  return `from ${told(low)} to ${told(high)}`
}

/** Which feature moves it most. */
export function effectsSentence(effects: readonly FeatureEffect[]): string {
  const [first, second] = effects
  if (!first) return 'No feature moves it.'
  const and = second ? ` Next is “${featureWords(second.feature)}”, ${effectSentence(second)}.` : ''
  return `“${featureWords(first.feature)}” moves it most, ${effectSentence(first)}.${and}`
}

/** The whole report in a few sentences, for its head and for the terminal. */
export function headline({ heldOut, version }: Report): string[] {
  if (!heldOut)
    return [
      `Version ${version.version} learned from every play: too few were left to hold some out and judge it on them.`,
    ]
  const { forMix } = heldOut.scores
  return [
    `Judged on ${many(heldOut.plays, 'play')} that it had not learned from, each foreseen from before its sitting, as a mix must.`,
    rocSentence(forMix),
    aheadSentence(forMix),
    reliabilitySentence(heldOut.views.forMix),
  ]
}

/** The scores of ours. */
export function oursOf(models: readonly ModelScores[]): ModelScores['scores'] {
  return models.find(({ name }) => name === OURS)!.scores
}
