import type { Scorer } from './scorer.ts'

/**
 * What other models add to what a row is worth to a listener, in log-odds; undefined where they have nothing to say. It must not depend on
 * which rows are asked about.
 */
export type Added<Listener> = (listener: Listener) => Promise<((row: number) => number) | undefined>

/**
 * A scorer to whose every head the same is added: the drawing, its propensities and its log go by both. The likability, which is calibrated,
 * stays what it is.
 */
export function blendedScorer<Listener>(scorer: Scorer<Listener>, added: Added<Listener>): Scorer<Listener> {
  const { standing } = scorer
  return {
    async score(listener, candidates, familiar) {
      const scored = await scorer.score(listener, candidates, familiar)
      const more = await added(listener)
      if (!more) return scored
      return scored.map((candidate) => {
        const by = more(candidate.row)
        return { ...candidate, scores: candidate.scores.map((score) => score + by) }
      })
    },
    ...(standing && {
      async standing(listener: Listener, rows: readonly number[]) {
        const scores = await standing(listener, rows)
        const more = await added(listener)
        return more ? scores.map((score, at) => score + more(rows[at]!)) : scores
      },
    }),
  }
}
