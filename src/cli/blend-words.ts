import type { EverybodyReport } from '../index.ts'
import { signed } from '../report/words.ts'
import { many } from './text.ts'

type Blend = NonNullable<EverybodyReport['everybody']['blend']>

/** What the taste adds to what ranks, for new tracks and for known ones, and what shows that it should or should not. */
export function blendSentences(blend: Blend): string[] {
  return (['new', 'familiar'] as const).map((kind) => {
    const { weights, listeners, auc, gain } = blend[kind]
    const tracks = kind === 'new' ? 'New tracks' : 'Known tracks'
    if (!gain)
      return `${tracks} are ranked by likability alone: ${many(listeners, 'listener')} could show what else helps, and it takes five.`
    const parts = Object.keys(weights)
    const figures = ['likability', ...parts, 'blend']
      .map((name) => `${PART_WORDS[name] ?? name} ${auc[name]!.toFixed(3)}`)
      .join(', ')
    return `${tracks} are ranked by ${addedTo(weights)} (AUC within ${many(listeners, 'listener')} who taught nothing: ${figures}; gain ${estimate(gain)}).`
  })
}

/** What ranks by a blend, in short. */
export function blendWords(blend: Blend): string {
  return (['new', 'familiar'] as const)
    .map(
      (kind) =>
        `${kind === 'new' ? 'new tracks' : 'known ones'} are ranked by ${addedTo(blend[kind].weights)}`,
    )
    .join(', ')
}

/** "likability and 0.5 of the taste model". */
function addedTo(weights: Blend['new']['weights']): string {
  const added = Object.entries(weights)
    .filter(([, weight]) => weight > 0)
    .map(([part, weight]) => `${weight} of ${PART_WORDS[part] ?? part}`)
  return added.length > 0 ? `likability and ${added.join(' and ')}` : 'likability alone'
}

const PART_WORDS: Readonly<Record<string, string>> = { taste: 'the taste model', linear: 'iALS' }

/** A mean and its 95 % interval, signed. */
export const estimate = ({
  mean,
  ci95: [low, high],
}: {
  readonly mean: number
  readonly ci95: readonly [number, number]
}) => `${signed(mean)} [${signed(low)}, ${signed(high)}]`
