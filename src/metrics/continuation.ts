/** How well a ranked list continues a playlist, as the RecSys Challenge 2018 judges it (Zamani et al. 2018, arXiv 1810.01520). */

/** The share of the relevant tracks that are among as many first places. NaN without relevant tracks. */
export function rPrecision(ranked: ArrayLike<number>, relevant: ReadonlySet<number>): number {
  let hits = 0
  for (let at = 0; at < Math.min(relevant.size, ranked.length); at++) if (relevant.has(ranked[at]!)) hits++
  return hits / relevant.size
}

/** What a missed track counts whose artist is right. */
const ARTIST_CREDIT = 0.25

/**
 * R-precision of the challenge's main track: besides the hits, a quarter for each artist of the relevant tracks who is among the misses of as
 * many first places, once an artist. At most 1.
 * @param artistOf the first artist of a track; none for undefined
 */
export function artistRPrecision(
  ranked: ArrayLike<number>,
  relevant: ReadonlySet<number>,
  artistOf: (track: number) => number | undefined,
): number {
  const right = new Set([...relevant].map(artistOf))
  const credited = new Set<number>()
  let hits = 0
  for (let at = 0; at < Math.min(relevant.size, ranked.length); at++) {
    const track = ranked[at]!
    const artist = artistOf(track)
    if (relevant.has(track)) hits++
    else if (artist !== undefined && right.has(artist)) credited.add(artist)
  }
  return (hits + ARTIST_CREDIT * credited.size) / relevant.size
}

/** Tracks that a refresh shows, and clicks where not one of the list is relevant. */
const REFRESH = 10
const NO_HIT = 51

/** How often somebody who is shown ten tracks at a time must ask for ten others before a relevant one comes; 51 when none is in the list of up to 500. */
export function clicks(ranked: ArrayLike<number>, relevant: ReadonlySet<number>): number {
  for (let at = 0; at < Math.min(ranked.length, REFRESH * (NO_HIT - 1)); at++)
    if (relevant.has(ranked[at]!)) return Math.floor(at / REFRESH)
  return NO_HIT
}
