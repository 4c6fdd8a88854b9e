import { FINISH, SKIP } from '../core/labels.ts'
import { AUDIO_FEATURES, SOUND_FEATURES } from '../core/track.ts'
import { AUDIO_STRIDE } from '../library/catalog.ts'

/** Where the features of sound stand in a row of audio. */
export const SOUND = SOUND_FEATURES.map((name) => AUDIO_FEATURES.indexOf(name))

type Span = 'long' | 'recent' | 'sitting'
/** Weight of one more outcome in each running mean. */
const STEP: Record<Span, number> = { long: 1 / 400, recent: 1 / 40, sitting: 1 / 4 }

/** Where the finished and the skipped tracks lie in the space of sound, as running means. */
export interface Taste {
  /** How much closer the track is to the finished than to the skipped ones, in squared standard deviations; NaN without audio or outcomes. */
  match(row: number, span: Span): number
  observe(row: number, outcome: number): void
  beginSitting(): void
  /** The same means, to be gone on with apart. */
  copy(): Taste
}

/** @param audio size × 13 scaled audio features, NaN where missing */
export function tasteOf(audio: Float32Array): Taste {
  return tasteBy(audio, {
    long: centroids(STEP.long),
    recent: centroids(STEP.recent),
    sitting: centroids(STEP.sitting),
  })
}

function tasteBy(audio: Float32Array, means: Record<Span, Centroids>): Taste {
  return {
    match: (row, span) => means[span].match(audio, row * AUDIO_STRIDE),
    observe(row, outcome) {
      if (outcome !== FINISH && outcome !== SKIP) return
      if (Number.isNaN(audio[row * AUDIO_STRIDE + SOUND[0]!]!)) return
      for (const mean of Object.values(means)) mean.add(audio, row * AUDIO_STRIDE, outcome)
    },
    beginSitting() {
      means.sitting = centroids(STEP.sitting)
    },
    copy: () =>
      tasteBy(audio, {
        long: means.long.copy(),
        recent: means.recent.copy(),
        sitting: means.sitting.copy(),
      }),
  }
}

interface Centroids {
  add(audio: Float32Array, at: number, outcome: 0 | 1): void
  match(audio: Float32Array, at: number): number
  copy(): Centroids
}

function centroids(
  step: number,
  mean: readonly [Float64Array, Float64Array] = [
    new Float64Array(SOUND.length),
    new Float64Array(SOUND.length),
  ],
  seen: [number, number] = [0, 0],
): Centroids {
  return {
    copy: () => centroids(step, [mean[0].slice(), mean[1].slice()], [...seen]),
    add(audio: Float32Array, at: number, outcome: 0 | 1) {
      const target = mean[outcome]
      seen[outcome]++
      const weight = Math.max(step, 1 / seen[outcome])
      SOUND.forEach((f, k) => {
        const value = audio[at + f]!
        if (!Number.isNaN(value)) target[k] = target[k]! + weight * (value - target[k]!)
      })
    },
    match(audio: Float32Array, at: number): number {
      if (seen[0] === 0 || seen[1] === 0) return Number.NaN
      let sum = 0
      for (let k = 0; k < SOUND.length; k++) {
        const value = audio[at + SOUND[k]!]!
        if (Number.isNaN(value)) return Number.NaN
        sum += (value - mean[SKIP][k]!) ** 2 - (value - mean[FINISH][k]!) ** 2
      }
      return sum / SOUND.length
    },
  }
}
