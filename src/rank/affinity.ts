import type { Candidate, ScoredCandidate } from '../core/candidate.ts'
import type { Kinship } from '../core/kinship.ts'

/**
 * What each kind of closeness to the seeds adds, in log-odds, from nothing to all of it. Chosen on public playlists of which a part
 * was withheld (docs/decisions/seeds.md).
 */
const WEIGHTS = {
  sound: 1,
  artist: 1.5,
  like: 2.5,
  tags: 2,
  together: 1,
  artistTogether: 1,
  years: 1,
} as const
/** Where a kind is not known, as much is taken to be there: missing data is no difference. */
const UNKNOWN = { sound: 0.3, tags: 0.3, together: 0, artistTogether: 0, years: 0.5 } as const
/** Sound this far apart (mean squared standard deviations) counts 1/e of the same sound; years so far apart likewise. */
const SOUND_SCALE = 0.6
const YEARS_SCALE = 12

/** How close a track is to the seeds of a mix, in log-odds from 0 on: the weighted sum of what it shares with them. */
export function affinity(kinship: Kinship): number {
  const { artist, like, tags, together, artistTogether, sound, years } = kinship
  return (
    WEIGHTS.sound * (sound === undefined ? UNKNOWN.sound : Math.exp(-sound / SOUND_SCALE)) +
    WEIGHTS.artist * artist +
    WEIGHTS.like * like +
    WEIGHTS.tags * (tags ?? UNKNOWN.tags) +
    WEIGHTS.together * Math.sqrt(together ?? UNKNOWN.together) +
    WEIGHTS.artistTogether * Math.sqrt(artistTogether ?? UNKNOWN.artistTogether) +
    WEIGHTS.years * (years === undefined ? UNKNOWN.years : Math.exp(-years / YEARS_SCALE))
  )
}

/**
 * The `most` candidates closest to the seeds, closest first: none but these need scoring.
 * @param closeness of a row, in log-odds, as `affinity` has it
 * @param trackId of a row: among equals the smaller goes first
 */
export function closestToSeeds<T extends Candidate>(
  candidates: readonly T[],
  closeness: (row: number) => number,
  trackId: (row: number) => number,
  most: number,
): T[] {
  return candidates
    .map((candidate) => ({ candidate, added: closeness(candidate.row), id: trackId(candidate.row) }))
    .sort((a, b) => b.added - a.added || a.id - b.id)
    .slice(0, most)
    .map(({ candidate }) => candidate)
}

/**
 * The `most` candidates closest to the seeds, with their closeness added to what every head ranks by: the drawing, its propensities
 * and its log go by both what the listener finishes and what belongs to the seeds. The likability stays what it is.
 */
export function towardSeeds(
  scored: readonly ScoredCandidate[],
  closeness: (row: number) => number,
  most: number,
): ScoredCandidate[] {
  return scored
    .map((candidate) => ({ candidate, added: closeness(candidate.row) }))
    .sort((a, b) => b.added - a.added || a.candidate.trackId - b.candidate.trackId)
    .slice(0, most)
    .map(({ candidate, added }) => ({
      ...candidate,
      scores: candidate.scores.map((score) => score + added),
    }))
}
