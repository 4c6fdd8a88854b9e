import type { Promotion } from '../index.ts'
import { many } from './text.ts'

/** Whether the new version serves, in words. @param whose the option of `models` that names whose versions these are, '' where none is needed */
export function promotionIn(
  { promoted, against, plays, difference, reason }: Promotion,
  version: number,
  whose = '',
): string {
  const all = `"deepcuts models use ${version}${whose}" takes it all the same.`
  if (reason === 'stopped before its taste model')
    return `It does not serve: its training was stopped before its taste model, and model ${against} has one and goes on serving. ${all}`
  if (!promoted && !difference)
    return `It does not serve: its training was cut short, and too few plays show whether it is as good as model ${against}, which goes on serving. ${all}`
  if (!promoted)
    return (
      `It does not serve: on ${many(plays, 'play')} that neither had seen it foresees worse than model ${against} ` +
      `(log-loss ${signed(difference!.mean)}, at least ${signed(difference!.ci95[0])}), which goes on serving. ${all}`
    )
  const compared = difference
    ? comparison({ plays, difference })
    : reason === 'too few plays to compare'
      ? 'there are too few plays that neither had seen to compare them'
      : `model ${against} cannot be read any more`
  return `It serves instead of model ${against}: ${compared}.`
}

/** Whether a version whose training was stopped serves, as the end of a sentence about it. */
export function servesIn(promotion: Promotion | undefined): string {
  if (promotion?.promoted !== false)
    return `serves from now on${promotion?.difference ? `: ${comparison(promotion)}` : ''}`
  if (promotion.reason === 'stopped before its taste model')
    return `does not serve: it has no taste model yet, and model ${promotion.against} has one`
  return promotion.difference
    ? 'does not serve: it is worse than the one that does'
    : 'does not serve: too few plays show whether it is as good as the one that does'
}

/** What the comparison of two versions shows, in words. */
function comparison({ plays, difference }: Pick<Promotion, 'plays' | 'difference'>): string {
  const [low, high] = difference!.ci95
  return `on ${many(plays, 'play')} that neither had seen nothing shows it to be worse (log-loss ${signed(difference!.mean)}, 95 % interval ${signed(low)} to ${signed(high)})`
}

const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`
