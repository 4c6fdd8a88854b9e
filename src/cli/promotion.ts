import type { Promotion } from '../index.ts'
import { many } from './text.ts'

/** Whether the new version serves, in words. @param whose the option of `models` that names whose versions these are, '' where none is needed */
export function promotionIn(
  { promoted, against, plays, difference, reason }: Promotion,
  version: number,
  whose = '',
): string {
  const all = `"deepcuts models use ${version}${whose}" takes it all the same.`
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

/** What the comparison of two versions shows, in words. */
export function comparison({ plays, difference }: Pick<Promotion, 'plays' | 'difference'>): string {
  const [low, high] = difference!.ci95
  return `on ${many(plays, 'play')} that neither had seen nothing shows it to be worse (log-loss ${signed(difference!.mean)}, 95 % interval ${signed(low)} to ${signed(high)})`
}

const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`
