import { DeepcutsError } from '../core/errors.ts'
import type { EverybodyReport, PresetName } from '../index.ts'
import { modelWords, signed } from '../report/words.ts'
import { blendSentences, estimate } from './blend-words.ts'
import type { Context } from './context.ts'
import { promotionIn, servesIn } from './promotion.ts'
import { aligned, count, day, many } from './text.ts'
import { refreshSentence } from './train-refresh.ts'
import { trainThere } from './train-there.ts'

/**
 * Trains on what all listeners played, where the community is on.
 * @throws DeepcutsError COMMUNITY_OFF, TOO_FEW_LISTENERS, TOO_FEW_PLAYS, STOPPED; TRAINING_STOPPED when what was learned until then is kept
 */
export async function trainOnEverybody(
  context: Context,
  choice: { readonly seed: number; readonly preset: PresetName; readonly refresh?: boolean },
): Promise<EverybodyReport> {
  if (!context.community) throw new DeepcutsError('COMMUNITY_OFF')
  const { library } = await context.engine()
  const { jobs, progress, signal } = context
  if (jobs) return trainThere(jobs, undefined, choice, progress, signal)
  const { trainEverybody } = await import('../index.ts')
  const report = await trainEverybody(library, choice, progress, signal)
  if (report.cut === 'stopped') {
    const { version, promotion } = report
    throw new DeepcutsError('TRAINING_STOPPED', { version, serves: servesIn(promotion), how: ' --everybody' })
  }
  return report
}

/** What a training over all listeners learned from, and how well it foresees those it never saw. */
export function showEverybody(report: EverybodyReport, { out }: Pick<Context, 'out'>): void {
  const { everybody, finishes, skips, plays, firstPlayAt, lastPlayAt } = report
  const { listeners, largestShare, leftOut } = everybody
  out.tell(
    `Learned from ${count(plays)} of ${many(finishes + skips, 'play')} of ${many(listeners, 'listener')}, ${day(firstPlayAt)} to ${day(lastPlayAt)}: ` +
      `${count(finishes)} finished, ${count(skips)} skipped. This is model ${report.version}${report.promotion?.promoted === false ? '' : '; it serves whoever has none of their own'}.`,
  )
  out.tell(`The one who counts most has ${(100 * largestShare).toFixed(1)} % of the say.`)
  if (report.cut) out.tell('The training was cut short; the best model until then was kept.')
  if (report.promotion) out.tell(promotionIn(report.promotion, report.version, ' --everybody'))
  if (report.refresh) out.tell(refreshSentence(report.refresh))
  const { taste, blend } = everybody
  out.tell(`Taste model: ${taste.refreshed ? refreshedSentence(taste.refreshed) : taste.sentence}`)
  if (blend) for (const line of blendSentences(blend)) out.tell(line)
  if (leftOut.models.length === 0) {
    out.tell(
      'How well it foresees is not told: fewer than five listeners were left out, and it would be told of them.',
    )
    return
  }
  out.tell(
    `Of ${many(leftOut.listeners, 'listener')} it had learned nothing yet. On ${many(leftOut.plays, 'play')} of theirs it told finishes from skips like this (AUC: 0.5 is a coin, 1 is perfect):`,
  )
  const rows = leftOut.models.map(({ name, auc, beforeSitting }) => [
    `  ${modelWords(name)}`,
    beforeSitting.auc.toFixed(3),
    auc.toFixed(3),
  ])
  for (const line of aligned([['', 'for a mix', 'play by play'], ...rows], [1, 2])) out.say(line)
  if (leftOut.ahead) {
    const { mean, ci95 } = leftOut.ahead.logistic
    out.tell(
      `For a mix its log-loss differs from that of ${modelWords('logistic-regression')} by ${signed(mean)}, 95 % interval ${signed(ci95[0])} to ${signed(ci95[1])}; below 0 it is ahead.`,
    )
  }
}

type Taste = EverybodyReport['everybody']['taste']

function refreshedSentence({ listeners, difference, kept }: NonNullable<Taste['refreshed']>): string {
  const change = `NDCG@20 on ${many(listeners, 'listener')} of whom it learned nothing changed by ${estimate(difference)}`
  return kept
    ? `gone on with; ${change}.`
    : `gone on with, and put back as it was, since it became worse: ${change}.`
}
