import { goodPlays } from '../core/listener.ts'
import { best, type Source, type SourceListener } from './source.ts'

const MOST = 200
const DAY = 86_400_000
/** Before a rhythm shows: plays that are needed, of which more were finished than skipped. */
const LEAST_PLAYS = 3
/** The listener's usual pause weighs like so many pauses of the track itself. */
const PSEUDO_PAUSES = 2

/**
 * Tracks that are due: finished more often than not, and not heard for as long as this listener usually lets pass before they come
 * back to it. The pause is the track's own mean one, drawn to the median over tracks. First comes what is still most active in memory
 * (Σ t^−0.5 over the plays, Anderson & Schooler 1991): of what is due, what was heard often and lately is played next.
 */
export const due: Source = {
  name: 'due',
  kind: 'familiar',
  most: MOST,
  propose({ listener, cluster, from, wanted }) {
    if (from) return []
    const { rows: played, pauses } = rhythm(listener)
    const scores = new Map<number, number>()
    for (let i = 0; i < played.length; i++) {
      const row = played[i]!
      if (!wanted(row) || (cluster !== undefined && listener.clusterOf(row) !== cluster)) continue
      const since = (listener.asOf - listener.trackHistory(row).lastPlayedAt) / DAY
      if (since >= pauses[i]!) scores.set(row, listener.activation(row))
    }
    return best(scores, MOST)
  },
}

/** Tracks whose rhythm shows, and for how many days each is usually left alone. */
interface Rhythm {
  readonly rows: readonly number[]
  readonly pauses: Float64Array
}
const rhythms = new WeakMap<readonly number[], Rhythm>()

/** The rhythm of what a listener knows; kept, as that is one array while they do and say nothing. */
function rhythm({ known, trackHistory }: SourceListener): Rhythm {
  const kept = rhythms.get(known)
  if (kept) return kept
  const rows = known.filter((row) => {
    const { plays, skips, ...history } = trackHistory(row)
    return plays >= LEAST_PLAYS && goodPlays(history) > skips
  })
  const own = rows.map((row) => {
    const { plays, firstPlayedAt, lastPlayedAt } = trackHistory(row)
    return { mean: (lastPlayedAt - firstPlayedAt) / DAY / (plays - 1), count: plays - 1 }
  })
  const usual = median(own.map(({ mean }) => mean))
  const pauses = Float64Array.from(
    own,
    ({ mean, count }) => (mean * count + usual * PSEUDO_PAUSES) / (count + PSEUDO_PAUSES),
  )
  const found = { rows, pauses }
  rhythms.set(known, found)
  return found
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}
