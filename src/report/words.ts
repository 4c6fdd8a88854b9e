import type { Estimate } from '../metrics/interval.ts'
import { OURS, type ReportRow } from './rows.ts'
import type { SpreadGroup } from './spread.ts'

const MODEL_WORDS: Readonly<Record<string, string>> = {
  [OURS]: 'deepcuts',
  'base-rate': 'always the average',
  'track-rate': 'the track’s own rate',
  'artist-rate': 'the artist’s own rate',
  'logistic-regression': 'logistic regression',
  popularity: 'what everybody finishes',
}

/** What the rows of a report are called. */
export const ROW_WORDS: Readonly<Record<ReportRow, string>> = {
  forMix: 'For a mix',
  all: 'Play by play',
  firstPlays: 'First plays',
}

/** What a model is called in words. */
export function modelWords(name: string): string {
  return MODEL_WORDS[name] ?? name
}

/** ".793", "1.04"; "–" where there is no number. */
export function fixed(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return '–'
  return value
    .toFixed(digits)
    .replace('-', '−')
    .replace(/^(−?)0\./, '$1.')
}

/** "+.021" or "−.021". */
export function signed(value: number): string {
  return value > 0 ? `+${fixed(value)}` : fixed(value)
}

/** A share of 0…1 as "82 %". */
export function percent(share: number): string {
  return `${whole(100 * share)}\u00a0%`
}

/** Probabilities that differ by a share of 0…1, in percentage points: "4.2". */
export function points(share: number): string {
  return (100 * share).toFixed(1).replace('-', '−')
}

/** A number without decimals, with thousands separators. */
export function whole(n: number): string {
  return Math.round(n).toLocaleString('en-US').replace('-', '−')
}

/** "1 play", "1,200 plays". */
export function many(n: number, noun: string): string {
  return `${whole(n)} ${noun}${n === 1 ? '' : 's'}`
}

/** ".762 to .801"; "–" where there is no interval. */
export function range(estimate: Estimate, write: (value: number) => string = fixed): string {
  const [low, high] = estimate.ci95
  return hasInterval(estimate) ? `${write(low)} to ${write(high)}` : '–'
}

/** " (.762 to .801)", to stand behind the estimate; nothing where there is no interval. */
export function inBrackets(estimate: Estimate, write: (value: number) => string = fixed): string {
  return hasInterval(estimate) ? ` (${range(estimate, write)})` : ''
}

/** Whether an estimate has an interval. */
export function hasInterval({ ci95 }: Estimate): boolean {
  return ci95.every(Number.isFinite)
}

/** The date in UTC, YYYY-MM-DD. */
export function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

/** The words for how often an artist was played, "5–19" or "100+". */
export function artistGroup({ from, to }: Pick<SpreadGroup, 'from' | 'to'>): string {
  if (to === undefined) return `${from}+`
  return from === to ? String(from) : `${from}–${to}`
}
