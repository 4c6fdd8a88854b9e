import { type Familiarity, POOL_LIMIT, type ScoredCandidate } from '../core/candidate.ts'

/** Beyond this many tracks of one artist and kind, the next best artist goes first: 16 artists at least, room for a gap of 8. */
const PER_ARTIST = 16

/**
 * The at most 256 best candidates by mean head score, best first (ties by track id). The two kinds share the places as
 * the quota does, `novelty` × 256 for new tracks, and what one cannot fill goes to the other; within a kind at most 16
 * tracks of an artist come before the rest. Under novelty 0 or 1 the other kind is left out. Cutting twice changes nothing.
 * @throws RangeError for a score that is not finite
 */
export function cutPool(candidates: readonly ScoredCandidate[], novelty: number): ScoredCandidate[] {
  const ranked = rank(candidates)
  const fresh = novelty > 0 ? artistsInTurn(ranked, 'new') : []
  const known = novelty < 1 ? artistsInTurn(ranked, 'familiar') : []
  const forNew = novelty < 1 ? Math.min(POOL_LIMIT - 1, Math.ceil(novelty * POOL_LIMIT)) : POOL_LIMIT
  const takeNew = Math.min(fresh.length, Math.max(forNew, POOL_LIMIT - known.length))
  const kept = new Set([...fresh.slice(0, takeNew), ...known.slice(0, POOL_LIMIT - takeNew)])
  return ranked.filter((candidate) => kept.has(candidate))
}

function rank(candidates: readonly ScoredCandidate[]): ScoredCandidate[] {
  const byTrack = new Map<number, { candidate: ScoredCandidate; score: number }>()
  for (const candidate of candidates) {
    const score = meanScore(candidate)
    const other = byTrack.get(candidate.trackId)
    if (!other || score > other.score) byTrack.set(candidate.trackId, { candidate, score })
  }
  return [...byTrack.values()]
    .sort((a, b) => b.score - a.score || a.candidate.trackId - b.candidate.trackId)
    .map((entry) => entry.candidate)
}

function meanScore(candidate: ScoredCandidate): number {
  let sum = 0
  for (const score of candidate.scores) sum += score
  if (!Number.isFinite(sum)) throw new RangeError(`The scores of track ${candidate.trackId} are not finite.`)
  return candidate.scores.length === 0 ? 0 : sum / candidate.scores.length
}

function artistsInTurn(ranked: readonly ScoredCandidate[], kind: Familiarity): ScoredCandidate[] {
  const first: ScoredCandidate[] = []
  const later: ScoredCandidate[] = []
  const counts = new Map<number, number>()
  for (const candidate of ranked) {
    if (candidate.familiarity !== kind) continue
    const count = counts.get(candidate.artist) ?? 0
    counts.set(candidate.artist, count + 1)
    if (count < PER_ARTIST) first.push(candidate)
    else later.push(candidate)
  }
  return [...first, ...later]
}
