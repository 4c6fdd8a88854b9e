import { FINISH, LABELS, type Label, UNKNOWN } from '../core/labels.ts'
import type { ListeningLog } from '../library/listening-log.ts'

/** What each play teaches of each label: log.size × labels; 1, 0, or UNKNOWN, which is masked. */
export interface Targets {
  /** The labels that can be learned: both outcomes were seen often enough. */
  readonly labels: readonly Label[]
  readonly values: Int8Array
}

const REPEAT_WITHIN_MS = 30 * 86_400_000
/** Of each outcome: fewer teach noise. The same as a training needs of finishes and skips. */
const FEWEST = 20

/** What the listener said of tracks: rows of the catalog. */
export interface Opinions {
  /** Whether it was saved or liked, as far as that was known at `at` (ms since the epoch); what has no date counts always. */
  readonly liked: (row: number, at: number) => boolean
}

/**
 * The targets of the plays before `to`, known from no play after and from no dated word after. Finish and skip: how the play ended. Repeat: whether the track was
 * played again within 30 days; unknown while those days are not over. Like: whether the listener has said so; a track without a word
 * counts as none (positive-unlabelled: it ranks, and is never shown as a percentage).
 * @param wanted the labels of a model that is trained further; absent: all that both outcomes of were seen 20 times
 */
export function targetsOf(
  log: ListeningLog,
  to: number,
  { liked }: Opinions,
  wanted?: readonly Label[],
): Targets {
  const again = playedAgain(log, to)
  const all = LABELS.map((label) => {
    const of = (play: number): number => {
      const outcome = log.outcome[play]!
      if (label === 'finish') return outcome
      if (label === 'skip') return outcome === UNKNOWN ? UNKNOWN : outcome === FINISH ? 0 : 1
      if (label === 'repeat') return again[play]!
      const row = log.row[play]!
      return liked(row, log.endedAt[to - 1]!) ? 1 : 0
    }
    return Int8Array.from({ length: to }, (_, play) => of(play))
  })
  const learned = LABELS.map((_, l) => l).filter((l) =>
    wanted ? wanted.includes(LABELS[l]!) : [0, 1].every((value) => countOf(all[l]!, value) >= FEWEST),
  )
  const values = new Int8Array(to * learned.length)
  learned.forEach((l, k) => {
    for (let play = 0; play < to; play++) values[play * learned.length + k] = all[l]![play]!
  })
  return { labels: learned.map((l) => LABELS[l]!), values }
}

/** Of each play before `to`: whether its track was played again within 30 days. */
function playedAgain({ row, endedAt }: ListeningLog, to: number): Int8Array {
  const again = new Int8Array(to)
  const next = new Map<number, number>()
  const last = to > 0 ? endedAt[to - 1]! : 0
  for (let play = to - 1; play >= 0; play--) {
    const over = endedAt[play]! + REPEAT_WITHIN_MS
    again[play] = over > last ? UNKNOWN : (next.get(row[play]!) ?? Number.POSITIVE_INFINITY) <= over ? 1 : 0
    next.set(row[play]!, endedAt[play]!)
  }
  return again
}

function countOf(values: Int8Array, wanted: number): number {
  let count = 0
  for (const value of values) if (value === wanted) count++
  return count
}
