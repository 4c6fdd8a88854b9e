import type { TrackHistory } from '../core/listener.ts'
import {
  type ColdTaste,
  type ColdTracks,
  coldTaste,
  type Observation,
  PRIOR_LIKABILITY,
  popularityLogOdds,
} from '../model/cold-taste.ts'
import { beliefsOf, meanProbability } from '../model/likability.ts'
import { type Scorer, type ScoringTracks, scoredAs, slice } from './scorer.ts'

/** What the cold scorer reads of a listener. */
export interface ColdListener {
  readonly name: string
  readonly known: readonly number[]
  readonly loved: readonly { readonly row: number }[]
  readonly recent: readonly number[]
  readonly disliked: readonly number[]
  trackHistory(row: number): TrackHistory
}

const HEADS = 32
/** Tracks of the listener that are looked at. */
const MOST_OBSERVED = 72
/** What a like, a save, a dislike and a scrobble are worth, as finishes and as skips. */
const WORTH = { like: 4, save: 2, dislike: 4, scrobble: 0.5 }
/** Plays after which the listener's own rate of finishes counts half. */
const PSEUDO_PLAYS = 10

/**
 * Scores without a trained model: what a listener said and did, few as it may be, leaves a taste in closed form, and each head is one
 * draw of it. Of an unknown listener every track is about as likable as the stated prior.
 * @param content the same rows as `tracks`, with audio on one scale
 */
export function coldScorer(content: ColdTracks, tracks: ScoringTracks): Scorer<ColdListener> {
  // What a listener knows is one array while they do and say nothing.
  const tastes = new WeakMap<readonly number[], { readonly usual: number; readonly taste: ColdTaste }>()
  const tasteOf = (listener: ColdListener) => {
    const before = tastes.get(listener.known)
    if (before) return before
    const usual = usualLogOdds(listener)
    const taste = coldTaste(
      content,
      observationsOf(listener, usual, MOST_OBSERVED),
      HEADS,
      `cold/${listener.name}`,
    )
    tastes.set(listener.known, { usual, taste })
    return { usual, taste }
  }
  return {
    async standing(listener, rows) {
      const { taste } = tasteOf(listener)
      return Float64Array.from(rows, (row) => taste.mean(row) + popularityLogOdds(content.popularity(row)))
    },
    async score(listener, candidates, familiar) {
      const { usual, taste } = tasteOf(listener)
      const rows = candidates.map(({ row }) => row)
      const logits = taste.heads(rows)
      rows.forEach((row, i) => {
        const shared = usual + popularityLogOdds(content.popularity(row))
        for (let at = i * HEADS; at < (i + 1) * HEADS; at++) logits[at]! += shared
      })
      const likability = meanProbability(logits, HEADS)
      return candidates.map((candidate, i) =>
        scoredAs(candidate, tracks, {
          familiarity: familiar(candidate.row) ? 'familiar' : 'new',
          likability: likability[i]!,
          scores: slice(logits, i * HEADS, HEADS),
          beliefs: () => beliefsOf({ finish: logits }, HEADS, i),
        }),
      )
    },
  }
}

/** Log-odds of a finish over all their plays, drawn to the prior as by ten more. */
export function usualLogOdds({ known, trackHistory }: ColdListener): number {
  let [finishes, skips] = [PRIOR_LIKABILITY * PSEUDO_PLAYS, (1 - PRIOR_LIKABILITY) * PSEUDO_PLAYS]
  for (const row of known) {
    const history = trackHistory(row)
    finishes += history.finishes
    skips += history.skips
  }
  return Math.log(finishes / skips)
}

/** What was said and done last and most, of `most` tracks at most, as log-odds: those of the finishes with one more, and the variance of that. */
export function observationsOf(listener: ColdListener, usual: number, most: number): Observation[] {
  const disliked = new Set(listener.disliked)
  const told = [...listener.recent, ...listener.disliked, ...listener.loved.map(({ row }) => row)]
  const rows = new Set(told.slice(0, most))
  const step = Math.max(1, listener.known.length / most)
  for (let at = 0; rows.size < most && at < listener.known.length; at += step)
    rows.add(listener.known[Math.floor(at)]!)
  return Array.from(rows).flatMap((row) => {
    const { finishes, skips, liked, saved, heard = 0 } = listener.trackHistory(row)
    const good = finishes + WORTH.scrobble * heard + (liked ? WORTH.like : saved ? WORTH.save : 0)
    const bad = skips + (disliked.has(row) ? WORTH.dislike : 0)
    if (good + bad === 0) return []
    const logOdds = Math.log((good + 1) / (bad + 1)) - usual
    return [{ row, logOdds, variance: 1 / (good + 1) + 1 / (bad + 1) }]
  })
}
