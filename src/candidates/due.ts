import { best, type Source } from './source.ts'

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
    const played = listener.known.filter((row) => {
      const { plays, finishes, skips } = listener.trackHistory(row)
      return plays >= LEAST_PLAYS && finishes > skips
    })
    const pauseOf = (row: number) => {
      const { plays, firstPlayedAt, lastPlayedAt } = listener.trackHistory(row)
      return { mean: (lastPlayedAt - firstPlayedAt) / DAY / (plays - 1), pauses: plays - 1 }
    }
    const usual = median(played.map((row) => pauseOf(row).mean))
    const rows = played.filter((row) => {
      if (!wanted(row) || (cluster !== undefined && listener.clusterOf(row) !== cluster)) return false
      const { mean, pauses } = pauseOf(row)
      const pause = (mean * pauses + usual * PSEUDO_PAUSES) / (pauses + PSEUDO_PAUSES)
      return (listener.asOf - listener.trackHistory(row).lastPlayedAt) / DAY >= pause
    })
    return best(new Map(rows.map((row) => [row, listener.activation(row)])), MOST)
  },
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}
