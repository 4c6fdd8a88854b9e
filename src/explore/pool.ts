import { type Familiarity, POOL_LIMIT, type ScoredCandidate } from '../core/candidate.ts'
import { soundScores } from './sound-scores.ts'

/** Beyond this many tracks of one artist and kind, the next best artist goes first: 16 artists at least, room for a gap of 8. */
const PER_ARTIST = 16

/** Who competes for the places of a pool. */
export interface Contender {
  readonly trackId: number
  readonly artist: number
  readonly familiarity: Familiarity
  /** What they are ranked by, higher first. */
  readonly score: number
}

/**
 * The at most 256 best candidates by mean head score, best first (ties by track id). The two kinds share the places as
 * the quota does, `novelty` × 256 for new tracks, and what one cannot fill goes to the other; within a kind at most 16
 * tracks of an artist come before the rest. Under novelty 0 or 1 the other kind is left out. Cutting twice changes nothing.
 * Scores that are no numbers are taken out first (`soundScores`).
 */
export function cutPool(candidates: readonly ScoredCandidate[], novelty: number): ScoredCandidate[] {
  const byTrack = new Map<number, Contender & { readonly candidate: ScoredCandidate }>()
  for (const candidate of soundScores(candidates).sound) {
    const { trackId, artist, familiarity } = candidate
    const score = meanScore(candidate)
    const other = byTrack.get(trackId)
    if (!other || score > other.score)
      byTrack.set(trackId, { trackId, artist, familiarity, score, candidate })
  }
  return cutContenders([...byTrack.values()], novelty, POOL_LIMIT).map(({ candidate }) => candidate)
}

/** Cuts as `cutPool` does, to at most `limit`, whatever it is that competes: each track once. */
export function cutContenders<T extends Contender>(
  contenders: readonly T[],
  novelty: number,
  limit: number,
): T[] {
  const ranked = [...contenders].sort((a, b) => b.score - a.score || a.trackId - b.trackId)
  const fresh = novelty > 0 ? artistsInTurn(ranked, 'new') : []
  const known = novelty < 1 ? artistsInTurn(ranked, 'familiar') : []
  const forNew = novelty < 1 ? Math.min(limit - 1, Math.ceil(novelty * limit)) : limit
  const takeNew = Math.min(fresh.length, Math.max(forNew, limit - known.length))
  const kept = new Set([...fresh.slice(0, takeNew), ...known.slice(0, limit - takeNew)])
  return ranked.filter((contender) => kept.has(contender))
}

function meanScore(candidate: ScoredCandidate): number {
  let sum = 0
  for (const score of candidate.scores) sum += score
  return candidate.scores.length === 0 ? 0 : sum / candidate.scores.length
}

function artistsInTurn<T extends Contender>(ranked: readonly T[], kind: Familiarity): T[] {
  const first: T[] = []
  const later: T[] = []
  const counts = new Map<number, number>()
  for (const contender of ranked) {
    if (contender.familiarity !== kind) continue
    const count = counts.get(contender.artist) ?? 0
    counts.set(contender.artist, count + 1)
    if (count < PER_ARTIST) first.push(contender)
    else later.push(contender)
  }
  return [...first, ...later]
}
