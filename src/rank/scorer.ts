import type { Candidate, ScoredCandidate } from '../core/candidate.ts'
import { AUDIO_FEATURES } from '../core/track.ts'
import { trackValues } from '../core/value.ts'
import { FEATURE_COUNT } from '../features/feature-names.ts'
import { beliefsOf, type LikabilityModel, meanProbability } from '../model/likability.ts'
import { type StandingListener, standingBy } from './standing.ts'

/** What scoring reads of the listener. */
export interface ScoringListener extends StandingListener {
  /** When the mix is asked for, and up to when the history tells, ms since the epoch. */
  readonly at: number
  readonly asOf: number
  readonly inSitting: boolean
}

/** What scoring reads of the tracks: columns of the catalog. */
export interface ScoringTracks {
  readonly trackId: Int32Array
  readonly artist: Int32Array
  /** size × 13, NaN where missing. */
  readonly audio: Float32Array
}

/** Scores candidates: one value a head. A scorer must never drop, add or reorder candidates. */
export interface Scorer<Listener = ScoringListener> {
  score(
    listener: Listener,
    candidates: readonly Candidate[],
    familiar: (row: number) => boolean,
  ): Promise<ScoredCandidate[]>
  /** What rows are worth at no particular moment, quickly the second time; absent where scoring itself is quick. */
  standing?(listener: Listener, rows: readonly number[]): Promise<Float64Array>
}

/** The scorer of a likability model over a catalog. */
export function likabilityScorer(model: LikabilityModel, tracks: ScoringTracks): Scorer {
  return {
    standing: standingBy(model),
    async score(listener, candidates, familiar) {
      const raw = new Float32Array(candidates.length * FEATURE_COUNT)
      const moment = { at: listener.asOf, clock: listener.at, inSitting: listener.inSitting }
      candidates.forEach(({ row }, i) => {
        listener.history.describe(row, moment, raw, i * FEATURE_COUNT)
      })
      const logits = await model.logits(raw)
      const likability = meanProbability(logits.finish, model.heads)
      const value = trackValues(logits)
      return candidates.map((candidate, i) =>
        scoredAs(candidate, tracks, {
          familiarity: familiar(candidate.row) ? 'familiar' : 'new',
          likability: likability[i]!,
          scores: slice(value, i * model.heads, model.heads),
          beliefs: () => beliefsOf(logits, model.heads, i),
        }),
      )
    },
  }
}

/** A part of a typed array as a plain one, without going through an iterator. */
export function slice(values: Float64Array, from: number, count: number): number[] {
  const part = new Array<number>(count)
  for (let i = 0; i < count; i++) part[i] = values[from + i]!
  return part
}

const at = (name: (typeof AUDIO_FEATURES)[number]) => AUDIO_FEATURES.indexOf(name)
const FLOW = { tempo: at('tempo'), key: at('key'), mode: at('mode'), energy: at('energy') }

/** A candidate with its scores and with what drawing reads of the track. */
export function scoredAs(
  { row, sources }: Candidate,
  tracks: ScoringTracks,
  {
    familiarity,
    likability,
    scores,
    beliefs,
  }: Required<Pick<ScoredCandidate, 'familiarity' | 'likability' | 'scores' | 'beliefs'>>,
): ScoredCandidate {
  const from = row * AUDIO_FEATURES.length
  const scored: { -readonly [K in keyof ScoredCandidate]: ScoredCandidate[K] } = {
    row,
    sources,
    trackId: tracks.trackId[row]!,
    artist: tracks.artist[row] || -1 - row,
    familiarity,
    likability,
    scores,
    beliefs,
  }
  const tempo = tracks.audio[from + FLOW.tempo]!
  const key = tracks.audio[from + FLOW.key]!
  const mode = tracks.audio[from + FLOW.mode]!
  const energy = tracks.audio[from + FLOW.energy]!
  if (!Number.isNaN(tempo)) scored.tempo = tempo
  if (!Number.isNaN(key)) scored.key = key
  if (!Number.isNaN(mode)) scored.mode = mode
  if (!Number.isNaN(energy)) scored.energy = energy
  return scored
}
