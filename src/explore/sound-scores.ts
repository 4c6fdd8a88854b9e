import type { ScoredCandidate } from '../core/candidate.ts'

/** Likability where no score of a model is a number: nothing is known. */
const UNKNOWN = 0.5

/** Candidates that can be ranked. */
export interface SoundScores {
  readonly sound: readonly ScoredCandidate[]
  /** What was wrong, as a part of a sentence; absent where nothing was. */
  readonly problem?: string
}

/**
 * Takes out what is no finite number, so that a model that fails on some tracks costs those tracks and not the list: first heads that
 * have no number for any candidate, then candidates for which another head has none. Without any head, blind chance is left.
 */
export function soundScores(candidates: readonly ScoredCandidate[]): SoundScores {
  if (candidates.every(isSound)) return { sound: candidates }
  const heads = candidates[0]!.scores.map((_, m) => m)
  const alive = heads.filter((m) => candidates.some(({ scores }) => Number.isFinite(scores[m]!)))
  const mended = candidates.map((candidate): ScoredCandidate => {
    const scores = alive.map((m) => candidate.scores[m]!)
    return { ...candidate, scores, likability: finiteOr(candidate.likability, UNKNOWN) }
  })
  const sound = mended.filter(isSound)
  const problems = [
    ...(alive.length < heads.length ? [`${heads.length - alive.length} of its ${heads.length} heads`] : []),
    ...(sound.length < mended.length ? [`${mended.length - sound.length} of ${mended.length} songs`] : []),
  ]
  return { sound, problem: `no number for ${problems.join(' and ') || 'the likability of a song'}` }
}

function isSound({ scores, likability }: ScoredCandidate): boolean {
  for (let m = 0; m < scores.length; m++) if (!Number.isFinite(scores[m]!)) return false
  return Number.isFinite(likability)
}

function finiteOr(value: number, other: number): number {
  return Number.isFinite(value) ? value : other
}
