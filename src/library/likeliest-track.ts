import { type Catalog, trackAt } from './catalog.ts'
import { ambiguous } from './find-track.ts'

const TOLD = 3

/** The track that a text most likely means. */
export interface LikeliestTrack {
  readonly row: number
  /** Which of several was taken, why, and how to name another; absent where there is one alone. */
  readonly note?: string
}

/**
 * Of the tracks that a text may mean the one that the listener played most, else the most popular.
 * @param rows one at least
 * @param plays row → plays of the listener
 * @throws DeepcutsError AMBIGUOUS_TRACK where neither plays nor popularity tell one from the next
 */
export function likeliestTrack(
  catalog: Catalog,
  asked: string,
  rows: readonly number[],
  plays: (row: number) => number,
): LikeliestTrack {
  if (rows.length === 1) return { row: rows[0]! }
  const popularity = (row: number) => catalog.popularity[row]! || 0
  const ranked = rows.toSorted((a, b) => plays(b) - plays(a) || popularity(b) - popularity(a) || a - b)
  const [first, second] = ranked as [number, number, ...number[]]
  const byPlays = plays(first) > plays(second)
  if (!byPlays && popularity(first) === popularity(second)) throw ambiguous(catalog, asked, rows, plays)
  const named = (row: number) => {
    const { id, title, artist } = trackAt(catalog, row)
    return `${id} (${title}${artist && ` – ${artist}`})`
  }
  const others = ranked.slice(1, 1 + TOLD).map(named)
  const more = ranked.length - 1 - others.length
  const note = `"${asked}" could be ${rows.length} tracks; this is ${named(first)}, ${
    byPlays ? 'which you played most' : 'the most popular'
  }. To mean another, give its id: ${others.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`
  return { row: first, note }
}
