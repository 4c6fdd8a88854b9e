import type { ScoredCandidate } from '../core/candidate.ts'
import { AUDIO_FEATURES } from '../core/track.ts'
import { SOUND } from '../features/taste.ts'
import { type ColdListener, observationsOf, usualLogOdds } from './cold-scorer.ts'
import type { Scorer } from './scorer.ts'

/** Tracks of the listener that are looked at. */
const MOST_OBSERVED = 400

/**
 * The features of a listener's own linear head: a constant, the mean score of the model, how far the sound lies from what the listener
 * has heard, whether it is not known, and the sound itself.
 */
const [ONE, SCORE, FAR, NO_SOUND, FIRST_SOUND] = [0, 1, 2, 3, 4]
const SIZE = FIRST_SOUND + SOUND.length
/** No sound counts as farther than this, in mean squared standard deviations. */
const FARTHEST = 4

/** Weights beforehand, taken, not fitted: the model is right as it stands, and what lies far from all that was heard is a little worse. */
const BEFORE: Readonly<Record<number, readonly [mean: number, variance: number]>> = {
  [ONE]: [0, 1],
  [SCORE]: [1, 0.05],
  [FAR]: [-0.1, 0.02],
  [NO_SOUND]: [0, 0.05],
}
const SOUND_BEFORE = [0, 0.05] as const

/** What a listener's linear head is learned from and asked of, as rows of `SIZE` features. */
interface LinearFacts {
  readonly prior: { readonly mean: Float64Array; readonly variance: Float64Array }
  readonly observations: {
    readonly features: Float64Array
    readonly values: Float64Array
    readonly variances: Float64Array
  }
  readonly features: Float64Array
}

/**
 * A linear head on what the model makes of tracks and on their sound, for one listener: what they finished and skipped are its
 * observations, in log-odds of a finish.
 * @param audio rows × 13 scaled features, NaN where missing
 */
export async function linearFacts<Listener extends ColdListener>(
  listener: Listener,
  candidates: readonly ScoredCandidate[],
  { scorer, audio }: { readonly scorer: Scorer<Listener>; readonly audio: Float32Array },
): Promise<LinearFacts> {
  const told = observationsOf(listener, usualLogOdds(listener), MOST_OBSERVED)
  const heard = told.map(({ row }) => ({ row, sources: [] }))
  const scored = await scorer.score(listener, heard, () => true)
  const usable = told.map((_, i) => i).filter((i) => Number.isFinite(meanOf(scored[i]!)))
  const place = centre(
    usable.map((i) => told[i]!.row),
    audio,
  )
  const rowsOf = (tracks: readonly ScoredCandidate[]) => {
    const out = new Float64Array(tracks.length * SIZE)
    tracks.forEach((track, i) => {
      describe(track.row, meanOf(track), out.subarray(i * SIZE, (i + 1) * SIZE), audio, place)
    })
    return out
  }
  const weights = Array.from({ length: SIZE }, (_, i) => BEFORE[i] ?? SOUND_BEFORE)
  return {
    prior: {
      mean: Float64Array.from(weights, ([mean]) => mean),
      variance: Float64Array.from(weights, ([, variance]) => variance),
    },
    observations: {
      features: rowsOf(usable.map((i) => scored[i]!)),
      values: Float64Array.from(usable, (i) => told[i]!.logOdds),
      variances: Float64Array.from(usable, (i) => told[i]!.variance),
    },
    features: rowsOf(candidates),
  }
}

function meanOf({ scores }: ScoredCandidate): number {
  let sum = 0
  for (const score of scores) sum += score
  return scores.length === 0 ? 0 : sum / scores.length
}

const soundOf = (row: number, k: number, audio: Float32Array) =>
  audio[row * AUDIO_FEATURES.length + SOUND[k]!]!

/** The mean sound of rows, 0 where none is known. */
function centre(rows: readonly number[], audio: Float32Array): Float64Array {
  return Float64Array.from(SOUND, (_, k) => {
    const known = rows.map((row) => soundOf(row, k, audio)).filter((value) => !Number.isNaN(value))
    return known.length === 0 ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length
  })
}

/** A track without a sound has that of the middle: what is missing is nobody's loss. */
function describe(
  row: number,
  score: number,
  out: Float64Array,
  audio: Float32Array,
  place: Float64Array,
): void {
  out[ONE] = 1
  out[SCORE] = score
  let far = 0
  for (let k = 0; k < SOUND.length; k++) {
    const value = soundOf(row, k, audio)
    if (Number.isNaN(value)) {
      out[NO_SOUND] = 1
      continue
    }
    out[FIRST_SOUND + k] = value - place[k]!
    far += (value - place[k]!) ** 2 / SOUND.length
  }
  out[FAR] = Math.min(FARTHEST, far)
}
