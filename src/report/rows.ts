import type { HeldOut } from '../learn/evaluation.ts'

/** The rows that a report judges: every play as it comes, those of tracks never heard, and every play as a mix must foresee it. */
export const REPORT_ROWS = ['forMix', 'all', 'firstPlays'] as const
export type ReportRow = (typeof REPORT_ROWS)[number]

/** The name that our predictions have among those of the baselines. */
export const OURS = 'deepcuts'

/** Held-out plays with what was foreseen of them, column by column. */
export interface Judged {
  readonly n: number
  /** 1 = finish. */
  readonly label: readonly number[]
  readonly sitting: readonly number[]
  readonly artistPlays: readonly number[]
  readonly hasAudio: readonly number[]
  /** Baselines first, ours last. */
  readonly names: readonly string[]
  readonly predictions: Readonly<Record<string, readonly number[]>>
  readonly spread: readonly number[]
}

/** The held-out plays of a row of the report. */
export function judgedRows(heldOut: HeldOut, row: ReportRow): Judged {
  const { predictions, spread } = heldOut.views[row === 'forMix' ? 'frozen' : 'rolling']
  const rows = Array.from(heldOut.label.keys()).filter((i) => row !== 'firstPlays' || heldOut.firstPlay[i])
  const pick = (column: readonly number[]) => rows.map((i) => column[i]!)
  const names = Object.keys(predictions).sort((a, b) => Number(a === OURS) - Number(b === OURS))
  return {
    n: rows.length,
    label: pick(heldOut.label),
    sitting: pick(heldOut.sitting),
    artistPlays: pick(heldOut.artistPlays),
    hasAudio: pick(heldOut.hasAudio),
    names,
    predictions: Object.fromEntries(names.map((name) => [name, pick(predictions[name]!)])),
    spread: pick(spread),
  }
}
