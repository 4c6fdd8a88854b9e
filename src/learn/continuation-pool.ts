import { PLAYLIST_SIGNALS, type PlaylistSignal, type Signals } from '../collaborative/playlist-signals.ts'
import { topK } from '../metrics/ranking.ts'

const WIDTH = PLAYLIST_SIGNALS.length

/** Signals any of which can bring a track before the ranker. */
const PROPOSERS: readonly PlaylistSignal[] = [
  'easeShare',
  'neighbors30',
  'neighbors90',
  'common',
  'flow30',
  'flow120',
  'momentum30',
  'artistEver',
  'artist30',
  'artist90',
  'artistLift',
  'artistRate',
  'artistSum',
  'artistEase',
  'artistNeighbors90',
  'artistNeighbors',
  'albumEver',
  'words',
  'rarestWord',
  'nameWords',
  'leftAge',
]

/** Tracks that each signal proposes of the known and as many of the new ones. */
const EACH = 150

/**
 * The rows that are worth ranking: of the tracks that were ever on a playlist, and of those that were not, the best of each of several
 * signals; ascending.
 */
export function rankingPool(signals: Signals): Uint32Array {
  const rows = signals.length / WIDTH
  const cold = PLAYLIST_SIGNALS.indexOf('cold')
  const chosen = new Set<number>()
  const sides = [new Float32Array(rows), new Float32Array(rows)] as const
  for (const name of PROPOSERS) {
    const column = PLAYLIST_SIGNALS.indexOf(name)
    for (const values of sides) values.fill(Number.NEGATIVE_INFINITY)
    for (let row = 0, at = 0; row < rows; row++, at += WIDTH) {
      const value = signals[at + column]!
      if (value > 0) sides[signals[at + cold] === 1 ? 1 : 0][row] = value
    }
    for (const values of sides) for (const row of topK(values, EACH)) chosen.add(row)
  }
  return Uint32Array.from(chosen).sort()
}
