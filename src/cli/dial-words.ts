import type { Dial } from '../core/dial.ts'
import type { Received } from '../index.ts'
import { percent } from './text.ts'

/** Shares of new tracks of a daily mix by auto and by its own, and the bounds of auto. */
export interface AutoShares {
  readonly daily: number
  readonly dailyOwn: number
  readonly turn: number
  readonly least: number
  readonly most: number
}

const heard = ({ finishes, skips }: Received['new']) => finishes + skips

/** What is known of how a listener received their mixes. */
export function receivedWords({ new: fresh, familiar }: Received): string {
  if (heard(fresh) + heard(familiar) === 0)
    return 'In the last sixty days you finished or skipped no song from your mixes, so nothing is known yet of how you receive new ones.'
  const of = (counts: Received['new'], which: string) =>
    heard(counts) === 0
      ? `played none of the songs ${which}`
      : `finished ${counts.finishes} of the ${heard(counts)} ${which}`
  return `Of the songs from your mixes that you played in the last sixty days, you ${of(fresh, 'that were new to you')} and ${of(familiar, 'that you knew')}.`
}

/** What auto makes of that for a daily mix, and how far it may go. */
export function shareWords(
  { new: fresh, familiar }: Received,
  { daily, dailyOwn, turn, least, most }: AutoShares,
): string {
  const [now, own] = [percent(daily), percent(dailyOwn)]
  const bounds = `the share moves by ${Math.round(100 * turn)} points at most, and stays between ${percent(least)} and ${percent(most)}.`
  if (heard(fresh) + heard(familiar) === 0)
    return `Until something is, a daily mix keeps its ${own} of new songs; then ${bounds}`
  const stands =
    now === own
      ? `That is about what was expected, and a daily mix keeps its ${own} of new songs`
      : `So a daily mix now holds ${now} new songs instead of ${own}`
  return `${stands}; ${bounds}`
}

const EACH_RECIPE = 'what each recipe says'

/** How the share of new songs stands. */
export function noveltyWords({ novelty }: Dial): string {
  if (novelty === undefined) return EACH_RECIPE
  if (novelty === 'auto') return 'auto: as you have received new songs so far'
  return `${percent(novelty)} of the songs are new to you, where a recipe holds both kinds`
}

/** How the boldness stands. */
export function boldnessWords({ boldness = 1 }: Dial): string {
  if (boldness === 1) return EACH_RECIPE
  const how = boldness < 1 ? 'closer to the songs you surely like' : 'farther from the songs you surely like'
  return `${boldness}: draws stray ${boldness} times as far as each recipe says, ${how}`
}

/** How the share of blind chance stands. */
export function floorWords({ floor }: Dial): string {
  if (floor === undefined) return EACH_RECIPE
  return `${percent(floor)} of your mixes are drawn by blind chance among the songs that fit`
}
